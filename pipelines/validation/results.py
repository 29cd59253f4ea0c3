"""Judges every table of a partition and writes down what came out: verdicts, then each failing row.

How Great Expectations runs is not known here (``judge``), nor how a finding lives on from night to night
(``findings``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from pipelines.validation.failing_rows import Failing, collect
from pipelines.validation.findings import settle
from pipelines.validation.judge import Judge, Verdict, judge_of
from pipelines.validation.status import status
from pipelines.validation.waivers import waived_rules
from pipelines.warehouse import insert_rows

if TYPE_CHECKING:
    from expectations.rule import Rule


_Judges = dict[tuple[str, ...], Judge]  # by table and the ids of its rules in force


@dataclass(frozen=True)
class Partition:
    """One grantee's program year; both are None for reference tables, which are judged as a whole."""

    grantee_id: str | None
    program_year: str | None

    @property
    def where(self) -> dict[str, str]:
        """The partition as column and value."""
        return {"grantee_id": self.grantee_id or "", "program_year": self.program_year or ""} if self.grantee_id else {}


@dataclass(frozen=True)
class Outcome:
    """What a rule came to in a partition."""

    rule: Rule
    partition: Partition
    status: str
    is_waived: bool
    verdict: Verdict

    @property
    def closes_gate(self) -> bool:
        """Whether a critical rule is over its threshold and nobody waived it."""
        return self.rule.severity == "critical" and self.status == "failed" and not self.is_waived


def judge_partitions(
    connection: duckdb.DuckDBPyConnection,
    partitions: Iterable[Partition],
    run_id: str,
    today: date,
    rules: Callable[[Partition], Iterable[tuple[str, list[Rule]]]] | None = None,
) -> list[Outcome]:
    """Judge partitions, write results and findings, and return the outcomes.

    ``today`` decides which waivers have expired; ``rules`` yields the tables to judge with their rules, by default all
    that are in force.
    """
    in_force = rules or rules_in_force
    judges: _Judges = {}
    outcomes: list[Outcome] = []
    for partition in partitions:
        waived = waived_rules(partition.grantee_id, partition.program_year or "", today) if partition.grantee_id else ()
        judged = [
            _outcome(rule, verdict, partition, is_waived=rule.id in waived)
            for table, its_rules in in_force(partition)
            for rule, verdict in zip(
                its_rules, _judge(judges, connection, table, its_rules)(partition.where), strict=True
            )
        ]
        _write(connection, judged, partition, run_id)
        outcomes += judged
    return outcomes


def _judge(judges: _Judges, connection: duckdb.DuckDBPyConnection, table: str, rules: list[Rule]) -> Judge:
    """Return the judge of a table; partitions with the same rules in force share it."""
    place = (table, *(rule.id for rule in rules))
    if place not in judges:
        judges[place] = judge_of(connection, table, rules)
    return judges[place]


def rules_in_force(partition: Partition) -> Iterator[tuple[str, list[Rule]]]:
    """Yield each table with the rules that speak of the partition: reference tables apart from submitted ones."""
    from expectations.catalogue import rules_of, tables_with_rules

    for table in tables_with_rules():
        if table.startswith("reference.") == (partition.grantee_id is None):
            yield table, [rule for rule in rules_of(table) if rule.is_effective(partition.program_year or "")]


def _outcome(rule: Rule, verdict: Verdict, partition: Partition, *, is_waived: bool) -> Outcome:
    word = status(verdict.population_count, verdict.failed_count, rule.threshold, error=verdict.error is not None)
    return Outcome(rule, partition, word, is_waived and word == "failed", verdict)


def _write(connection: duckdb.DuckDBPyConnection, outcomes: list[Outcome], partition: Partition, run_id: str) -> None:
    failing = [
        Failing(o.rule, o.verdict.predicate, o.is_waived)
        for o in outcomes
        if o.verdict.predicate is not None and o.verdict.failed_count
    ]
    connection.begin()
    try:
        _write_results(connection, outcomes, run_id)
        collect(connection, failing, partition.grantee_id, partition.program_year)
        judged = [o.rule.id for o in outcomes if o.status != "error"]
        settle(connection, judged, partition.grantee_id, partition.program_year, run_id)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _write_results(connection: duckdb.DuckDBPyConnection, outcomes: list[Outcome], run_id: str) -> None:
    rows = [
        (
            run_id, o.rule.id, o.rule.version, o.rule.dimension, o.rule.severity, o.partition.grantee_id,
            o.partition.program_year, o.verdict.population_count, o.verdict.failed_count, str(o.rule.threshold),
            o.status, o.is_waived, o.verdict.error,
        )
        for o in outcomes
    ]  # fmt: skip
    into = (
        "quality.rule_result (run_id, rule_id, rule_version, dimension, severity, grantee_id, program_year, "
        "population_count, failed_count, threshold, status, is_waived, message)"
    )
    insert_rows(connection, into, rows)
