"""Judges every table over many partitions and writes down what came out: verdicts, then each failing row.

Only what has changed is counted anew (``stored``); how Great Expectations runs is not known here (``judge``), nor how a
finding lives on from night to night (``findings``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from pipelines.validation.counted import Count, count_partitions
from pipelines.validation.failing_rows import begin
from pipelines.validation.findings import settle
from pipelines.validation.fingerprint import Fingerprints
from pipelines.validation.judge import Verdict, open_book
from pipelines.validation.partition import Partition
from pipelines.validation.ruling import Ruling, ruling_of
from pipelines.validation.stored import Mark, Place, Tally, marks_of, still_true, store
from pipelines.validation.thresholds import Policies, policies
from pipelines.validation.waivers import Waivers
from pipelines.warehouse import insert_rows, transaction

if TYPE_CHECKING:
    from expectations.rule import Rule

Rules = Callable[[Partition], Iterable[tuple[str, list["Rule"]]]]


@dataclass(frozen=True)
class Outcome:
    """What a rule came to in a partition, or at one of its institutions (``institution_id``; None: all of them)."""

    rule: Rule
    partition: Partition
    institution_id: str | None
    ruling: Ruling
    verdict: Verdict

    @property
    def status(self) -> str:
        """The status of the ruling."""
        return self.ruling.status

    @property
    def closes_gate(self) -> bool:
        """Whether a critical rule is over its threshold at the grantee and nobody waived it."""
        return self.ruling.is_over and self.institution_id is None


def judge_partitions(
    connection: duckdb.DuckDBPyConnection,
    partitions: Iterable[Partition],
    run_id: str,
    today: date,
    rules: Rules | None = None,
) -> list[Outcome]:
    """Judge partitions, write results and findings, and return the outcomes for each partition as a whole.

    ``today`` decides which thresholds and waivers hold; ``rules`` yields the tables to judge with their rules, by
    default all that are in force.
    """
    partitions = list(partitions)
    docket: dict[str, dict[Partition, list[Rule]]] = {}
    for partition in partitions:
        for table, its_rules in (rules or rules_in_force)(partition):
            docket.setdefault(table, {})[partition] = its_rules
    sitting = _Sitting(
        connection, run_id, {p: policies(p.grantee_id, p.program_year, today) for p in partitions},
        {p: Waivers.of(p.grantee_id, p.program_year, today) for p in partitions},
        Fingerprints(connection, sorted({p.grantee_id for p in partitions if p.grantee_id})),
    )  # fmt: skip
    judged = [o for table, on in sorted(docket.items()) for o in sitting.judge_table(table, on)]
    order = {partition: place for place, partition in enumerate(partitions)}
    return sorted((o for o in judged if o.institution_id is None), key=lambda o: order[o.partition])


def rules_in_force(partition: Partition) -> Iterator[tuple[str, list[Rule]]]:
    """Yield each table with the rules that speak of the partition: reference tables apart from submitted ones."""
    from expectations.catalogue import rules_of, tables_with_rules

    for table in tables_with_rules():
        if table.startswith("reference.") == (partition.grantee_id is None):
            yield table, [rule for rule in rules_of(table) if rule.is_effective(partition.program_year or "")]


@dataclass(frozen=True)
class _Sitting:
    """One night's judging: where, by which policies and waivers, and what the rows were when it began."""

    connection: duckdb.DuckDBPyConnection
    run_id: str
    policies: Mapping[Partition, Policies]
    waivers: Mapping[Partition, Waivers]
    prints: Fingerprints

    def judge_table(self, table: str, docket: Mapping[Partition, list[Rule]]) -> list[Outcome]:
        """Count what has changed, judge all, and write it down in one transaction."""
        rules = list({rule.id: rule for its_rules in docket.values() for rule in its_rules}.values())
        if not rules:
            return []
        begin(self.connection)
        marks = marks_of(table, docket, self.prints)
        kept = still_true(self.connection, table, marks)
        fresh: dict[Place, Tally] = {}
        if to_count := _to_count(docket, kept):
            counted = {rule_id for count in to_count for rule_id in count.rule_ids}
            with open_book(self.connection, table, [rule for rule in rules if rule.id in counted]) as book:
                for count in to_count:
                    fresh |= count_partitions(self.connection, book, count)
        outcomes = list(self._outcomes(docket, {**kept, **fresh}))
        with transaction(self.connection):
            self._write(outcomes, rules, fresh, marks)
            settle(self.connection, self.run_id, fresh, kept)
        return outcomes

    def _outcomes(self, docket: Mapping[Partition, list[Rule]], tallies: Mapping[Place, Tally]) -> Iterator[Outcome]:
        for partition, rules in docket.items():
            for rule in rules:
                tally = tallies[rule.id, partition]
                whole = self._outcome(rule, partition, None, tally[None], is_covered=False)
                yield whole
                for institution_id in sorted(one for one in tally if one is not None):
                    yield self._outcome(
                        rule, partition, institution_id, tally[institution_id], is_covered=whole.ruling.is_waived
                    )

    def _outcome(
        self, rule: Rule, partition: Partition, institution_id: str | None, verdict: Verdict, *, is_covered: bool
    ) -> Outcome:
        ruling = ruling_of(
            rule.id, institution_id, (verdict.population_count, verdict.failed_count),
            self.policies[partition](rule, institution_id), self.waivers[partition], is_covered=is_covered,
        )  # fmt: skip
        return Outcome(rule, partition, institution_id, ruling, verdict)

    def _write(
        self, outcomes: list[Outcome], rules: list[Rule], fresh: Mapping[Place, Tally], marks: Mapping[Place, Mark]
    ) -> None:
        store(self.connection, self.run_id, rules, fresh, marks)
        rows = [
            (
                self.run_id, o.rule.id, o.rule.version, o.rule.dimension, o.ruling.severity, o.partition.grantee_id,
                o.institution_id, o.partition.program_year, o.verdict.population_count, o.verdict.failed_count,
                o.ruling.threshold, o.status, o.ruling.is_waived, _message(o),
            )
            for o in outcomes
        ]  # fmt: skip
        into = (
            "quality.rule_result (run_id, rule_id, rule_version, dimension, severity, grantee_id, institution_id, "
            "program_year, population_count, failed_count, threshold, status, is_waived, message)"
        )
        insert_rows(self.connection, into, rows)


def _message(outcome: Outcome) -> str | None:
    if outcome.status == "not_applicable":
        return outcome.rule.not_applicable_words or None
    return outcome.verdict.error


def _to_count(docket: Mapping[Partition, list[Rule]], kept: Mapping[Place, Tally]) -> list[Count]:
    """Return what must be scanned: partitions in which the same rules have no true count are scanned together."""
    together: dict[tuple[str, ...], list[Partition]] = {}
    for partition, rules in docket.items():
        stale = tuple(rule.id for rule in rules if (rule.id, partition) not in kept)
        if stale:
            together.setdefault(stale, []).append(partition)
    return [Count(rule_ids, tuple(partitions)) for rule_ids, partitions in together.items()]
