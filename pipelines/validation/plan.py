"""The way from expectations to results: which metrics they need, and their judgement once these have been counted.

It does what Great Expectations' own validator does, without a project, a progress bar or a second parse of each
expectation, and keeps what the validator throws away: the conditions, from which the predicates are made. How rows are
counted stands in ``counting``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validation_graph import MetricEdge, ValidationGraph

from pipelines.validation.clauses import Condition
from pipelines.validation.counting import Cell, Counts
from pipelines.validation.engine import FILTERED_ROW_COUNT, ROW_COUNT, UNEXPECTED_COUNT, DuckDBExecutionEngine, is_count

# DuckDB's errors about values quote them, which may be a person's; its errors about names, types and syntax do not.
VALUE_ERRORS = (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)
SAFE_ERRORS = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.NotImplementedException)
MAP_METRICS = (".map", ".condition", ".unexpected_count.aggregate_fn", ".unexpected_count", ".filtered_row_count")
NOT_NULL, NULLS = "column_values.nonnull", "column_values.null"
# No metric that reads the values of persons is planned, and the counts are asked for all the same.
WITHOUT_VALUES = {"result_format": {"result_format": "BOOLEAN_ONLY"}}
WITH_COUNTS = {"result_format": {"result_format": "BASIC"}}


@dataclass(frozen=True)
class Planned:
    """One expectation, the metrics that it needs, those that are known, and what is to be counted for the others.

    ``error`` says why it cannot be judged at all; then nothing else is told.
    """

    expectation: Any
    metrics: Mapping[str, MetricConfiguration] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    error: str | None = None

    @property
    def failing(self) -> Condition | None:
        """What is true of the failing rows; None for a statement about the table as a whole."""
        return self.conditions.get(self._failed)

    @property
    def _failed(self) -> str:
        return f"{getattr(self.expectation, 'map_metric', None)}{UNEXPECTED_COUNT}"

    def numbers(self, counts: Counts, place: Cell) -> dict[str, int]:
        """Return what was counted at a place, by the name of the metric; nothing where a count is broken."""
        if any(condition in counts.broken for condition in self.conditions.values()):
            return {}
        return {name: counts.of(condition, place) for name, condition in self.conditions.items()}

    def population_and_failed(self, numbers: Mapping[str, int]) -> tuple[int, int]:
        """Return how many rows a rule on rows speaks of, and how many of them fail.

        Rules on the values of a column leave nulls out, unless nulls are what they are about; rules on several columns
        have said which rows to leave out.
        """
        kind, failed = getattr(self.expectation, "map_metric", ""), numbers[self._failed]
        if (left := numbers.get(f"{kind}{FILTERED_ROW_COUNT}")) is not None and kind not in (NOT_NULL, NULLS):
            return left, failed
        missing = 0 if kind in (NOT_NULL, NULLS) else numbers.get(f"{NOT_NULL}{UNEXPECTED_COUNT}", 0)
        return numbers[ROW_COUNT] - missing, failed


@dataclass(frozen=True)
class Judged:
    """Great Expectations' result for one expectation, or why there is none."""

    result: Mapping[str, Any] = field(default_factory=dict)
    row_count: int | None = None
    success: bool | None = None
    error: str | None = None


def plan_together(engine: DuckDBExecutionEngine, expectations: Sequence[Any]) -> list[Planned]:
    """Resolve what ``expectations`` need but for their counts; plans stand in their order, and no row is looked at.

    With an engine that counts at once nothing is left to be counted: so are statements about a table as a whole judged.
    """
    needs = [_needs(engine, expectation) for expectation in expectations]
    graph = ValidationGraph(execution_engine=engine)
    for number, one in enumerate(needs):
        try:
            for metric in one.metrics.values():
                graph.build_metric_dependency_graph(metric, WITHOUT_VALUES)
        except Exception as error:  # noqa: BLE001 - whatever one rule breaks must not take the others down
            needs[number] = Planned(one.expectation, error=words(error))
    resolvable = ValidationGraph(engine, _without_idle_counts(graph))
    resolved, _aborted = resolvable.resolve(WITHOUT_VALUES, show_progress_bars=False)
    return [one if one.error else _planned(engine, one, resolved) for one in needs]


def judge_counts(engine: DuckDBExecutionEngine, planned: Planned, counts: Mapping[str, int]) -> Judged:
    """Let Great Expectations judge one expectation by ``counts``: metric name to number of rows."""
    if planned.error:
        return Judged(error=planned.error)
    values = {**planned.known, **counts}
    try:
        # The hook that metrics_validate calls, after it has worked out once more what the expectation needs.
        said = planned.expectation._validate(values, dict(WITH_COUNTS), engine)
    except Exception as error:  # noqa: BLE001 - whatever one rule breaks must not take the others down
        return Judged(error=words(error))
    return Judged(said.get("result", {}), values[ROW_COUNT], bool(said["success"]))


def _needs(engine: DuckDBExecutionEngine, expectation: Any) -> Planned:
    try:
        dependencies = expectation.get_validation_dependencies(engine, WITHOUT_VALUES)
    except Exception as error:  # noqa: BLE001 - whatever one rule breaks must not take the others down
        return Planned(expectation, error=words(error))
    metrics = dict(dependencies.metric_configurations)
    domain = {"batch_id": None, "table": None, "row_condition": expectation.configuration.kwargs.get("row_condition")}
    metrics.setdefault(ROW_COUNT, MetricConfiguration(ROW_COUNT, domain | {"condition_parser": None}))
    return Planned(expectation, metrics)


def _planned(engine: DuckDBExecutionEngine, one: Planned, resolved: Mapping[Any, Any]) -> Planned:
    cause = next(engine.causes(one.metrics.values()), None)
    if cause is not None:
        return Planned(one.expectation, error=words(cause))
    to_count = {} if engine.counts_at_once else engine.conditions
    conditions = {n: to_count[m.id] for n, m in one.metrics.items() if m.id in to_count}
    known = {name: resolved[metric.id] for name, metric in one.metrics.items() if name not in conditions}
    return Planned(one.expectation, one.metrics, known, conditions)


def _is_idle_dependency(left: MetricConfiguration, right: MetricConfiguration | None) -> bool:
    return right is not None and is_count(right) and left.metric_name.endswith(MAP_METRICS)


def _without_idle_counts(graph: ValidationGraph) -> list[MetricEdge]:
    """Let map metrics not wait for counts that they declare and never use: each wait would cost a scan of its own."""
    for edge in graph.edges:
        needed = edge.left.metric_dependencies
        for name in [name for name, right in needed.items() if _is_idle_dependency(edge.left, right)]:
            del needed[name]
    return [edge for edge in graph.edges if not _is_idle_dependency(edge.left, edge.right)]


def words(error: BaseException) -> str:
    """Say what broke without the value that broke it."""
    chain: list[BaseException] = [error]
    while (cause := getattr(chain[-1], "orig", None) or chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    root = next((link for link in chain if isinstance(link, duckdb.Error)), chain[-1])
    if isinstance(root, duckdb.Error) and not isinstance(root, (*SAFE_ERRORS, *VALUE_ERRORS)):
        return f"{type(root).__name__}: DuckDB could not run the rule; its words are kept back, they may quote a value"
    if isinstance(root, VALUE_ERRORS):
        return f"{type(root).__name__}: a value of the data could not be computed; cast it only behind a pattern guard"
    first = re.sub(r"\s+", " ", str(root).split("\n\n")[0]).strip()
    return f"{type(root).__name__}: {first}"[:500]
