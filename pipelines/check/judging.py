"""What the given files allow to judge, and of each rule whether a gate would close and why.

Rules that need a file which was not given are named as not checked, because silence would read as "passed".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from expectations.rule import Rule
    from pipelines.validation.partition import Partition
    from pipelines.validation.results import Outcome

# Views of what intake measured. Lateness (quality.submission_check) is not judged: nothing has been sent yet.
MEASURED = ("quality.received_line", "quality.drift_check")


@dataclass(frozen=True)
class Result:
    """What a rule came to, for the sender: how many of how many rows fail, how many may, and what follows."""

    rule_id: str
    title: str
    severity: str
    status: str
    failed: int | None
    population: int | None
    threshold: str
    closes_gate: bool
    because: str


@dataclass(frozen=True)
class Judgement:
    """The results of the rules that some row fails or that broke, and by id what rules lack that were not checked."""

    results: tuple[Result, ...]
    not_checked: Mapping[str, frozenset[str]]

    @property
    def is_broken(self) -> bool:
        """Whether a rule could not be judged: a fault of the system, not of the files."""
        return any(result.status == "error" for result in self.results)

    @property
    def would_close_gate(self) -> bool:
        """Whether the night would close a gate on these files."""
        return any(result.closes_gate for result in self.results)

    def closes_gate(self, rule_id: str) -> bool:
        """Return whether a rule would close a gate on these files."""
        return any(result.rule_id == rule_id and result.closes_gate for result in self.results)


def judge(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str) -> Judgement:
    """Judge what the given files allow to judge, and write the findings into the warehouse in memory."""
    from pipelines import models
    from pipelines.validation.partition import Partition
    from pipelines.validation.results import judge_partitions, rules_in_force

    for model in models.all_models():
        if model.table in MEASURED:
            models.build(connection, model)
    given = _tables_given(connection)
    not_checked: dict[str, frozenset[str]] = {}

    def rules(partition: Partition) -> Iterator[tuple[str, list[Rule]]]:
        for table, table_rules in rules_in_force(partition):
            if table not in {*given, *MEASURED}:
                continue
            lacking = {rule.id: _needs(rule) - {*given, table} for rule in table_rules}
            not_checked.update({rule_id: frozenset(lacks) for rule_id, lacks in lacking.items() if lacks})
            yield table, [rule for rule in table_rules if not lacking[rule.id]]

    now = datetime.now(UTC).date()
    outcomes = judge_partitions(connection, [Partition(grantee_id, program_year)], "check", now, rules)
    return Judgement(_results(outcomes), not_checked)


def _tables_given(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the canonical tables that the files fill; one file may fill several."""
    rows = connection.execute(
        "select distinct table_name from quality.submission where loaded_row_count > 0 and table_name is not null"
    ).fetchall()
    return {f"core.{name}" for row in rows for name in row[0].split(",")}


def _needs(rule: Rule) -> set[str]:
    """Return what a rule looks into besides its own table; leavers refer to students of earlier program years."""
    from expectations.reach import tables_looked_into

    needs, other = tables_looked_into(rule), getattr(rule.expectation, "other_table", None)
    is_any_year = other and "program_year" not in getattr(rule.expectation, "column_list", ())
    return needs - {other} | {f"{other} of other program years"} if is_any_year else needs


def _results(outcomes: Sequence[Outcome]) -> tuple[Result, ...]:
    told = [o for o in outcomes if o.status == "error" or o.verdict.failed_count]
    results = [
        Result(
            rule_id=o.rule.id,
            title=o.rule.title,
            severity=o.ruling.severity,
            status=o.status,
            failed=o.verdict.failed_count,
            population=o.verdict.population_count,
            threshold=o.ruling.threshold,
            closes_gate=o.closes_gate,
            because=_because(o),
        )
        for o in told
    ]
    return tuple(sorted(results, key=lambda r: (not r.closes_gate, r.severity != "critical", r.rule_id)))


def _because(outcome: Outcome) -> str:
    """Say why a gate would or would not close."""
    if outcome.status == "error":
        return "the rule could not be judged; that is no fault of the files"
    if outcome.status == "passed":
        return "it is within the threshold"
    if outcome.ruling.is_waived:
        return "the agency has waived it"
    if outcome.rule.severity != "critical":
        return "it is over the threshold, but the rule is not critical"
    return "it is over the threshold of a critical rule"
