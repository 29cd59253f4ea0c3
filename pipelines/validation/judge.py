"""Judges the rows of a table by rules: one grouped scan counts, Great Expectations decides, verdicts come out.

Thresholds, waivers and statuses are not known here (``status``), nor is where verdicts and findings are written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.validation.clauses import Condition, conjunction, sql_of
from pipelines.validation.counting import Cell, Counts, Wanted, count
from pipelines.validation.reduction import Scope
from pipelines.warehouse import quoted

if TYPE_CHECKING:
    from expectations.rule import Rule
    from pipelines.validation.engine import DuckDBExecutionEngine
    from pipelines.validation.plan import Judged, Planned

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

    ``population_count`` rows of the ``row_count`` that its condition lets in were judged, and ``failed_count`` of them
    failed; all are None where ``error`` says why nothing could be judged. ``success`` is strict: no row may fail.
    ``predicate`` is SQL that is true for exactly the failing rows, population included; None for a rule about the table
    as a whole.
    """

    rule_id: str
    population_count: int | None
    failed_count: int | None
    success: bool | None
    error: str | None
    predicate: str | None
    row_count: int | None = None


@dataclass(frozen=True)
class Book:
    """The rules of a table, ready to be counted and judged, as long as its connection is open."""

    table: str
    rules: Sequence[Rule]
    plans: Sequence[Planned]
    engine: DuckDBExecutionEngine

    def wanted(self, scope: Scope, by: tuple[str, ...] = (), shown: tuple[str, ...] = ()) -> Wanted:
        """Return all that must be counted to judge by these rules, and which columns of failing rows to keep."""
        failing = tuple(plan.failing for plan in self.plans if plan.failing is not None)
        conditions = tuple(condition for plan in self.plans for condition in plan.conditions.values())
        return Wanted(scope, by, conditions, failing, shown)

    def failing(self, rule_id: str) -> Condition | None:
        """Return what is true of the failing rows of a rule; None where no row fails by itself."""
        return self._plan(rule_id).failing

    def part(self, rules: Sequence[Rule]) -> Book:
        """Return the book with only these of its rules."""
        return Book(self.table, rules, [self._plan(rule.id) for rule in rules], self.engine)

    def _plan(self, rule_id: str) -> Planned:
        return next(plan for rule, plan in zip(self.rules, self.plans, strict=True) if rule.id == rule_id)

    def verdicts(self, counts: Counts, place: Cell = ()) -> list[Verdict]:
        """Return the verdict on each rule, in their order, over the cells of ``counts`` that begin with ``place``."""
        return [self._verdict(*pair, counts, place) for pair in zip(self.rules, self.plans, strict=True)]

    def numbers(self, counts: Counts, place: Cell) -> list[Verdict]:
        """Return what was counted of each rule, without Great Expectations' word on it: for parts of a partition."""
        from pipelines.validation.engine import ROW_COUNT

        return [
            Verdict(rule.id, *plan.population_and_failed(numbers), None, None, None, numbers[ROW_COUNT])
            for rule, plan in zip(self.rules, self.plans, strict=True)
            if (numbers := plan.numbers(counts, place))
        ]

    def _verdict(self, rule: Rule, plan: Planned, counts: Counts, place: Cell) -> Verdict:
        from pipelines.validation.plan import judge_counts, words

        broken = next((counts.broken[c] for c in plan.conditions.values() if c in counts.broken), None)
        if broken is not None:
            return Verdict(rule.id, None, None, None, words(broken), None)
        numbers = plan.numbers(counts, place)
        verdict = _verdict(rule, plan, judge_counts(self.engine, plan, numbers))
        return _agreeing(verdict, plan, numbers)


@contextmanager
def open_book(
    connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule], where: Mapping[str, str] | None = None
) -> Iterator[Book]:
    """Work out what judging ``table`` by ``rules`` takes; rules on rows look at none of them yet.

    ``where`` (column to value) is the partition that is judged; without one, the table with all its partitions.

    Raises:
        TypeError: a rule uses an expectation type that our engine is not tested for.
        ValueError: a rule says its population twice, or a transaction is open.
    """
    # We open no project of Great Expectations, so nothing could be sent home; should a later version try, it may not.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from pipelines.validation import metrics as _registered  # noqa: F401 - importing it registers our metrics
    from pipelines.validation.engine import DuckDBExecutionEngine
    from pipelines.validation.plan import plan_together

    strict = {rule.id: strict_expectation(rule) for rule in rules}
    _refuse_open_transaction(connection, table)
    on_rows = [rule.id for rule in rules if rule.expectation.expectation_type in ROWS]
    on_table = [rule.id for rule in rules if rule.id not in on_rows]
    with (
        closing(DuckDBExecutionEngine(connection, table, where)) as engine,
        closing(DuckDBExecutionEngine(connection, table, where, counts_at_once=True)) as at_once,
    ):
        plans = dict(zip(on_rows, plan_together(engine, [strict[one] for one in on_rows]), strict=True))
        plans |= zip(on_table, plan_together(at_once, [strict[one] for one in on_table]), strict=True)
        yield Book(table, rules, [plans[rule.id] for rule in rules], engine)


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
    if not rules:
        return []
    with open_book(connection, table, rules, where) as book:
        matches = [f'"{column}" = {quoted(value)}' for column, value in (where or {}).items()]
        return book.verdicts(count(connection, book.wanted(Scope(table, conjunction(matches)))))


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
        return Verdict(rule.id, 0, 0, True, None, None, 0)  # noqa: FBT003 - vacuously true, as for rules on rows
    failed = int(not is_success)
    return Verdict(rule.id, max(row_count, failed), failed, is_success, None, None, row_count)


def _agreeing(verdict: Verdict, plan: Planned, numbers: Mapping[str, int]) -> Verdict:
    """Return the verdict, or an error where Great Expectations makes another population of the same counts than we."""
    if verdict.error or plan.failing is None:
        return verdict
    ours, theirs = plan.population_and_failed(numbers), (verdict.population_count, verdict.failed_count)
    if ours == theirs:
        return verdict
    message = f"Great Expectations says {theirs[1]} of {theirs[0]} rows fail, our counts {ours[1]} of {ours[0]}"
    return Verdict(verdict.rule_id, None, None, None, message, None)


def _verdict(rule: Rule, plan: Planned, judged: Judged) -> Verdict:
    if judged.error is not None or judged.row_count is None:
        return Verdict(rule.id, None, None, None, judged.error or "no count came back", None)
    if plan.failing is None:
        return _verdict_on_table(rule, judged.row_count, is_success=bool(judged.success))
    population = judged.row_count - (judged.result.get("missing_count") or 0)
    failed = judged.result["unexpected_count"] or 0
    return Verdict(rule.id, population, failed, judged.success, None, sql_of(plan.failing), judged.row_count)
