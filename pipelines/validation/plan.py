"""The way from expectations to results: which metrics they need, resolved together, and judged one by one.

It does what Great Expectations' own validator does, without a project, a progress bar or a second parse of each
expectation, and keeps what the validator throws away: the conditions, from which the predicates are made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validation_graph import MetricEdge, ValidationGraph

from pipelines.validation.dialect import to_sql
from pipelines.validation.engine import ROW_COUNT, DuckDBExecutionEngine, condition_of, is_count

# DuckDB's errors about values quote them, which may be a person's; its errors about names, types and syntax do not.
VALUE_ERRORS = (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)
SAFE_ERRORS = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.NotImplementedException)
MAP_METRICS = (".map", ".condition", ".unexpected_count.aggregate_fn", ".unexpected_count", ".filtered_row_count")
# No metric that reads the values of persons is planned, and the counts are asked for all the same.
WITHOUT_VALUES = {"result_format": {"result_format": "BOOLEAN_ONLY"}}
WITH_COUNTS = {"result_format": {"result_format": "BASIC"}}


@dataclass(frozen=True)
class Judged:
    """One expectation with the metrics that it needs and, once resolved, Great Expectations' result or the error."""

    expectation: Any
    metrics: Mapping[str, MetricConfiguration] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    row_count: int | None = None
    success: bool | None = None
    predicate: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Plan:
    """What expectations need: worked out once for a table, resolved for every batch of it."""

    needs: tuple[Judged, ...]
    edges: tuple[MetricEdge, ...]


def plan_together(engine: DuckDBExecutionEngine, expectations: Sequence[Any]) -> Plan:
    """Work out which metrics ``expectations`` need; nothing is asked of the engine's batch."""
    needs = [_needs(engine, expectation) for expectation in expectations]
    graph = ValidationGraph(execution_engine=engine)
    for number, one in enumerate(needs):
        try:
            for metric in one.metrics.values():
                graph.build_metric_dependency_graph(metric, WITHOUT_VALUES)
        except Exception as error:  # noqa: BLE001 - whatever one rule breaks must not take the others down
            needs[number] = Judged(one.expectation, error=words(error))
    return Plan(tuple(needs), tuple(_without_idle_counts(graph)))


def judge_together(engine: DuckDBExecutionEngine, plan: Plan) -> list[Judged]:
    """Judge the engine's batch by the expectations of ``plan``; results stand in their order."""
    graph = ValidationGraph(engine, list(plan.edges))
    resolved, _aborted = graph.resolve(WITHOUT_VALUES, show_progress_bars=False)
    return [one if one.error else _judge_one(engine, one, resolved) for one in plan.needs]


def _needs(engine: DuckDBExecutionEngine, expectation: Any) -> Judged:
    try:
        dependencies = expectation.get_validation_dependencies(engine, WITHOUT_VALUES)
    except Exception as error:  # noqa: BLE001 - whatever one rule breaks must not take the others down
        return Judged(expectation, error=words(error))
    metrics = dict(dependencies.metric_configurations)
    domain = {"batch_id": None, "table": None, "row_condition": expectation.configuration.kwargs.get("row_condition")}
    metrics.setdefault(ROW_COUNT, MetricConfiguration(ROW_COUNT, domain | {"condition_parser": None}))
    return Judged(expectation, metrics)


def _is_idle_dependency(left: MetricConfiguration, right: MetricConfiguration | None) -> bool:
    return right is not None and is_count(right) and left.metric_name.endswith(MAP_METRICS)


def _without_idle_counts(graph: ValidationGraph) -> list[MetricEdge]:
    """Let map metrics not wait for counts that they declare and never use: each wait would cost a scan of its own."""
    for edge in graph.edges:
        needed = edge.left.metric_dependencies
        for name in [name for name, right in needed.items() if _is_idle_dependency(edge.left, right)]:
            del needed[name]
    return [edge for edge in graph.edges if not _is_idle_dependency(edge.left, edge.right)]


def _judge_one(engine: DuckDBExecutionEngine, one: Judged, resolved: Mapping[Any, Any]) -> Judged:
    cause = next(engine.causes(one.metrics.values()), None)
    if cause is not None:
        return Judged(one.expectation, error=words(cause))
    try:
        values = {name: resolved[metric.id] for name, metric in one.metrics.items()}
        # The hook that metrics_validate calls, after it has worked out once more what the expectation needs.
        said = one.expectation._validate(values, dict(WITH_COUNTS), engine)
        predicate = _predicate(engine, one, resolved)
    except Exception as error:  # noqa: BLE001 - whatever one rule breaks must not take the others down
        return Judged(one.expectation, error=words(error))
    rows = values[ROW_COUNT]
    return Judged(one.expectation, one.metrics, said.get("result", {}), rows, bool(said["success"]), predicate)


def _predicate(engine: DuckDBExecutionEngine, one: Judged, resolved: Mapping[Any, Any]) -> str | None:
    name = f"{getattr(one.expectation, 'map_metric', None)}.unexpected_count"
    if name not in one.metrics:
        return None
    metric = one.metrics[name]
    clauses = [*engine.domain_filters(metric.metric_domain_kwargs), condition_of(metric, dict(resolved))]
    return " and ".join(f"({to_sql(clause, engine.dialect)})" for clause in clauses)


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
