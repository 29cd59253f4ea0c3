"""The execution engine: what Great Expectations asks of a table, with every count set down to be taken later.

Stock Great Expectations 1.24 fails on DuckDB and scans once per population. Here its own conditions are resolved, and
what it wants counted becomes SQL, so that one grouped scan (``counting``) serves all rules and all partitions. Rules,
verdicts and thresholds do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb
import sqlalchemy as sa
from great_expectations.exceptions.exceptions import MetricResolutionError
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine

from pipelines.validation.clauses import Clause, Condition, Lookup, sql_of
from pipelines.validation.dialect import open_engine, to_sql

if TYPE_CHECKING:
    from great_expectations.validator.metric_configuration import MetricConfiguration

ROW_COUNT = "table.row_count"
UNEXPECTED_COUNT = ".unexpected_count"
FILTERED_ROW_COUNT = ".filtered_row_count"
UNIQUENESS = ("column_values.unique", "compound_columns.unique")
REFERENCE = "rows.refer_to_table"
Metrics = dict[Any, Any]


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Great Expectations on the pipeline's own DuckDB connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        where: Mapping[str, str] | None = None,
        *,
        counts_at_once: bool = False,
    ) -> None:
        """Take ``table`` (``schema.name``), or of it the rows whose columns equal ``where``, as the batch to judge.

        ``counts_at_once``: counts are taken when asked for, because something is computed from them.
        """
        super().__init__(engine=open_engine(connection))
        self.counts_at_once = counts_at_once
        self._column_types: list[dict[str, str]] = []
        self._broken: dict[Any, Exception] = {}
        self.conditions: dict[Any, Condition] = {}  # what each count that was asked for counts, by its metric
        matches = [sa.column(name) == value for name, value in (where or {}).items()]
        # Always a subquery, even of a whole table: some of Great Expectations' filters know no other kind.
        source = sa.select(sa.text("*")).select_from(named_table(table)).where(*matches)
        self.load_batch_data("batch", SqlAlchemyBatchData(self, selectable=source, create_temp_table=False))

    def execute_query(self, query: Any) -> Any:
        """Run ``query`` with its values in the text, so that counts and predicates are the same text."""
        return self._run(to_sql(query, self.dialect))

    def _run(self, statement: str) -> Any:
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(statement)

    @property
    def batch(self) -> Any:
        """The rows to judge, as something to select from."""
        data: Any = self.batch_manager.active_batch_data
        return data.selectable

    def column_types(self) -> list[dict[str, str]]:
        """Return name and type of each column, as DuckDB calls them."""
        if not self._column_types:  # asked once for each population
            everything = sa.select(sa.text("*")).select_from(self.batch)
            described = self._run(f"describe {to_sql(everything, self.dialect)}").fetchall()
            self._column_types = [{"name": row[0], "type": row[1]} for row in described]
        return self._column_types

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[MetricConfiguration],
        metrics: Metrics | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> Metrics:
        """Resolve what is no count; of a count, set down in ``conditions`` what it counts and answer 0 for now.

        Great Expectations calls again for whatever an answer leaves out. A metric that fails is kept from the others:
        it is left out while they are answered and raised when it stands alone.

        Raises:
            MetricResolutionError: every metric asked for is broken.
        """
        known = metrics or {}
        asked = list(metrics_to_resolve)
        direct = [metric for metric in asked if not is_count(metric)]
        resolved = self._resolve_direct(direct, known, runtime_configuration or {}) if direct else {}
        if not direct:
            resolved = self._set_down([metric for metric in asked if metric.id not in self._broken], known)
        if asked and not resolved:
            failed = [metric for metric in asked if metric.id in self._broken]
            raise MetricResolutionError(str(self._broken[failed[0].id]), failed) from self._broken[failed[0].id]
        return resolved

    def causes(self, metrics: Iterable[MetricConfiguration]) -> Iterator[Exception]:
        """Yield why ``metrics``, or what they depend on, could not be resolved."""
        for metric in metrics:
            if metric.id in self._broken:
                yield self._broken[metric.id]
            yield from self.causes(metric.metric_dependencies.values())

    def _resolve_direct(self, asked: Sequence[MetricConfiguration], known: Metrics, runtime: dict[str, Any]) -> Metrics:
        try:
            return super().resolve_metrics(asked, known, runtime)
        except MetricResolutionError:
            resolved: Metrics = {}
            for metric in asked:
                try:
                    resolved |= super().resolve_metrics([metric], known, runtime)
                except MetricResolutionError as error:
                    self._broken[metric.id] = error
        return resolved

    def _set_down(self, asked: Sequence[MetricConfiguration], known: Metrics) -> Metrics:
        answered: Metrics = {}
        for metric in asked:
            try:
                condition = self._condition(metric, known)
                answered[metric.id] = self._count(condition) if self.counts_at_once else 0
            except Exception as error:  # noqa: BLE001 - whatever breaks one metric must not break the others
                self._broken[metric.id] = error
            else:
                self.conditions[metric.id] = condition
        return answered

    def _count(self, condition: Condition) -> int:
        query = sa.select(sa.func.count()).select_from(self.batch).where(sa.text(sql_of(condition)))
        return int(self.execute_query(query).scalar_one())

    def _condition(self, metric: MetricConfiguration, known: Metrics) -> Condition:
        domain = tuple(Clause(self._sql(one)) for one in self.domain_filters(metric.metric_domain_kwargs))
        if not metric.metric_name.endswith(UNEXPECTED_COUNT):
            return domain
        return (*domain, Clause(self._sql(condition_of(metric, known)), _lookup(metric, domain)))

    def _sql(self, clause: sa.ColumnElement[bool]) -> str:
        return to_sql(clause, self.dialect)

    def domain_filters(self, domain: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
        """Return what a row must satisfy to be judged: the population, and the rows that may not be ignored."""
        filters: list[sa.ColumnElement[bool]] = []
        if domain.get("row_condition") is not None:
            filters.append(self.condition_to_filter_clause(_as_condition(domain["row_condition"])))
        names = domain.get("column_list") or [domain[key] for key in ("column_A", "column_B") if key in domain]
        missing = [sa.column(name).is_(None) for name in dict.fromkeys(names)]
        match domain.get("ignore_row_if"):
            case "both_values_are_missing" | "all_values_are_missing":
                filters.append(sa.not_(sa.and_(*missing)))
            case "either_value_is_missing" | "any_value_is_missing":
                filters += [sa.not_(one) for one in missing]  # apart, so that each can be asked of its own column
        return filters


def _lookup(metric: MetricConfiguration, domain: Condition) -> Lookup | None:
    name, kwargs = metric.metric_name.removesuffix(UNEXPECTED_COUNT), metric.metric_domain_kwargs
    columns = tuple(dict.fromkeys(kwargs.get("column_list") or [kwargs.get("column")]))
    if name in UNIQUENESS:
        return Lookup("duplicates", columns, tuple(clause.sql for clause in domain))
    if name == REFERENCE:
        values = metric.metric_value_kwargs
        others = tuple(dict.fromkeys(values["other_column_list"]))
        return Lookup("orphans", columns, (), values["other_table"], others)
    return None


def is_count(metric: MetricConfiguration) -> bool:
    """Return whether ``metric`` is a number of rows that satisfy a condition."""
    return metric.metric_name == ROW_COUNT or metric.metric_name.endswith((UNEXPECTED_COUNT, FILTERED_ROW_COUNT))


def condition_of(metric: MetricConfiguration, known: Metrics) -> sa.ColumnElement[bool]:
    """Return the condition that Great Expectations has resolved for an unexpected count: true where a row fails."""
    dependencies = metric.metric_dependencies
    if "metric_partial_fn" in dependencies:
        dependencies = dependencies["metric_partial_fn"].metric_dependencies
    condition: sa.ColumnElement[bool] = known[dependencies["unexpected_condition"].id][0]
    return condition


def duplicate_keys(source: Any, names: Sequence[str]) -> sa.Select[Any]:
    """Return the keys that stand in more than one row of ``source``, with ``row_count``; a key with a null is none."""
    columns: list[Any] = [sa.column(name) for name in names]
    return (
        sa.select(*columns, sa.func.count().label("row_count"))
        .select_from(source.subquery() if isinstance(source, sa.Select) else source)
        .where(*(column.is_not(None) for column in columns))
        .group_by(*columns)
        .having(sa.func.count() > 1)
        .correlate(None)
    )


def named_table(table: str) -> sa.TableClause:
    """Return ``name`` or ``schema.name`` as a table to select from."""
    schema, _, name = table.rpartition(".")
    return sa.table(name, schema=schema or None)


def _as_condition(value: Any) -> Any:
    from great_expectations.expectations.row_conditions import deserialize_row_condition

    return deserialize_row_condition(value)
