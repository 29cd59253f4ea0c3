"""What DuckDB computes in another way than the databases that Great Expectations knows.

Importing this module registers the metrics, for our engine alone; stock engines keep their own.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from pipelines.validation.engine import DuckDBExecutionEngine, duplicate_keys


class ColumnTypes(TableMetricProvider):
    """Asks DuckDB for names and types, because reflection under SQLAlchemy 2.1 loses the types."""

    metric_name = "table.column_types"
    value_keys = ("include_nested",)
    default_kwarg_values = {"include_nested": True}  # noqa: RUF012 - the declaration is Great Expectations'

    @metric_value(engine=DuckDBExecutionEngine)
    def _duckdb(cls, execution_engine: DuckDBExecutionEngine, **_: Any) -> list[dict[str, str]]:  # noqa: N805
        return execution_engine.column_types()


class MatchRegex(ColumnMapMetricProvider):
    """A partial match, as everywhere in Great Expectations."""

    condition_metric_name = "column_values.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls, column: Any, regex: str, **_: Any) -> Any:  # noqa: N805
        return sa.func.regexp_matches(column, regex)


class NotMatchRegex(ColumnMapMetricProvider):
    """No partial match."""

    condition_metric_name = "column_values.not_match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls, column: Any, regex: str, **_: Any) -> Any:  # noqa: N805
        return sa.not_(sa.func.regexp_matches(column, regex))


class Unique(ColumnMapMetricProvider):
    """All rows of a value that stands twice fail."""

    condition_metric_name = "column_values.unique"

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls, column: Any, _table: Any, **_: Any) -> Any:  # noqa: N805
        keys = duplicate_keys(_table, [column.name]).subquery()
        return column.not_in(sa.select(keys.c[column.name]).correlate(None))


class CompoundUnique(MulticolumnMapMetricProvider):
    """All rows of a key that stands twice fail; a key with a null in it is no key, as on stock SQL engines."""

    condition_metric_name = "compound_columns.unique"

    @multicolumn_condition_partial(engine=DuckDBExecutionEngine)  # type: ignore[untyped-decorator]
    def _duckdb(cls, column_list: Any, _table: Any, **_: Any) -> Any:  # noqa: N805
        names = [column.name for column in column_list]
        keys = duplicate_keys(_table, names).subquery()
        found = sa.select(*(keys.c[name] for name in names)).correlate(None)
        return sa.tuple_(*column_list).not_in(found)
