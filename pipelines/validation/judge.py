"""Judges the rows of a table by rules: Great Expectations decides, our engine counts, a verdict comes out.

Thresholds, waivers and statuses are not known here (``status``), nor is where verdicts and findings are written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from expectations.rule import Rule
    from pipelines.validation.plan import Judged

ROWS = (
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_null",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_not_match_regex",
    "expect_column_values_to_be_between",
    "expect_column_value_lengths_to_be_between",
    "expect_column_values_to_be_unique",
    "expect_compound_columns_to_be_unique",
    "expect_column_pair_values_to_be_equal",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_rows_to_satisfy",
    "expect_columns_to_refer_to_table",
)
AGGREGATES = (
    "expect_table_row_count_to_be_between",
    "expect_column_mean_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_max_to_be_between",
    "expect_column_min_to_be_between",
    "expect_column_proportion_of_non_null_values_to_be_between",
)


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations says of one rule.

    ``population_count`` rows were judged and ``failed_count`` of them failed; both are None where ``error`` says why
    nothing could be judged. ``success`` is strict: no row may fail. ``predicate`` is SQL that is true for exactly the
    failing rows of the partition, population included; None for a rule about the table as a whole.
    """

    rule_id: str
    population_count: int | None
    failed_count: int | None
    success: bool | None
    error: str | None
    predicate: str | None


Judge = Callable[[Mapping[str, str] | None], list[Verdict]]


def judge(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rules: Sequence[Rule],
    where: Mapping[str, str] | None = None,
) -> list[Verdict]:
    """Judge ``table``, or of it the partition ``where`` (column to value), by ``rules``; verdicts stand in their order.

    A rule that cannot be judged yields an error and leaves the others alone.

    Raises:
        TypeError: a rule uses an expectation type that our engine is not tested for.
        ValueError: a rule says its population twice, or a transaction is open.
    """
    return judge_of(connection, table, rules)(where)


def judge_of(connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> Judge:
    """Return what judges ``table`` by ``rules``, one partition after the other, as ``judge`` does.

    What the rules need is worked out once: for a small partition that takes longer than judging it.
    """
    if not rules:
        return lambda _where: []
    # We open no project of Great Expectations, so nothing could be sent home; should a later version try, it may not.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from pipelines.validation import metrics as _registered  # noqa: F401 - importing it registers our metrics
    from pipelines.validation.engine import DuckDBExecutionEngine
    from pipelines.validation.plan import judge_together, plan_together

    strict = [strict_expectation(rule) for rule in rules]
    with closing(DuckDBExecutionEngine(connection, table)) as engine:
        plan = plan_together(engine, strict)

    def judge_partition(where: Mapping[str, str] | None) -> list[Verdict]:
        _refuse_open_transaction(connection, table)
        with closing(DuckDBExecutionEngine(connection, table, where)) as engine:
            judged = judge_together(engine, plan)
        return [_verdict(rule, one) for rule, one in zip(rules, judged, strict=True)]

    return judge_partition


def _refuse_open_transaction(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Refuse to judge where one rule that breaks would abort the transaction, and with it all rules after it."""
    first, second = (connection.execute("select txid_current()").fetchone() for _ in range(2))
    if first == second:  # outside of a transaction each statement has a number of its own
        message = f"cannot judge {table} within an open transaction: commit before, so that no broken rule can abort it"
        raise ValueError(message)


def strict_expectation(rule: Rule) -> Any:
    """Return the rule's expectation over the rule's population, so that no row may fail.

    Raises:
        TypeError: our engine is not tested for this type of expectation.
        ValueError: both the rule and its expectation say a population.
    """
    expectation: Any = rule.expectation
    kind = expectation.expectation_type
    if kind not in ROWS + AGGREGATES:
        message = f"rule {rule.id}: {kind} is not tested on DuckDB; use one of {', '.join(ROWS + AGGREGATES)}"
        raise TypeError(message)
    if rule.population is None:
        return expectation.copy(update={"mostly": 1}) if kind in ROWS else expectation
    if expectation.row_condition is not None:
        message = f"rule {rule.id}: say the population once, as population= of the rule, not as row_condition="
        raise ValueError(message)
    update = {"row_condition": rule.population} | ({"mostly": 1} if kind in ROWS else {})
    return expectation.copy(update=update)


def _verdict_on_table(rule: Rule, row_count: int, *, is_success: bool) -> Verdict:
    # A table that must have rows and has none is judged, although it has no row to count; no other statement about no
    # rows can be true or false, and engines differ in what they make of it (the sum of nothing is 0 or null).
    if row_count == 0 and rule.expectation.expectation_type != "expect_table_row_count_to_be_between":
        return Verdict(rule.id, 0, 0, True, None, None)  # noqa: FBT003 - vacuously true, as for rules on rows
    failed = int(not is_success)
    return Verdict(rule.id, max(row_count, failed), failed, is_success, None, None)


def _verdict(rule: Rule, judged: Judged) -> Verdict:
    if judged.error is not None or judged.row_count is None:
        return Verdict(rule.id, None, None, None, judged.error or "no count came back", None)
    if judged.predicate is None:
        return _verdict_on_table(rule, judged.row_count, is_success=bool(judged.success))
    population = judged.row_count - (judged.result.get("missing_count") or 0)
    failed = judged.result["unexpected_count"] or 0
    return Verdict(rule.id, population, failed, judged.success, None, judged.predicate)
