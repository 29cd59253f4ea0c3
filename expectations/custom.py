"""The two expectation types that Great Expectations lacks, with their metrics.

A condition between columns of a row, and a reference to another table. Both run on every SQL engine of Great
Expectations. Rules that use them stand in the module of their table.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

IgnoreRowIf = Literal["all_values_are_missing", "any_value_is_missing", "never"]


def _twice(columns: Any) -> Any:
    """Say a lone column twice: Great Expectations asks for two, and a repeated one changes no answer."""
    return list(columns) * 2 if len(columns) == 1 else list(columns)


class ExpectRowsToSatisfy(MulticolumnMapExpectation):
    """Expect ``condition`` to hold on every row.

    ``condition`` is a boolean in portable SQL over unqualified column names, ``column_list`` names the columns in it. A
    row fails where the condition is false; where it is null, nothing can be said and the row does not fail.
    """

    condition: str
    ignore_row_if: IgnoreRowIf = "never"

    map_metric: ClassVar[str | None] = "rows.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")

    @pydantic.validator("column_list", pre=True)
    def _allow_one_column(cls, value: Any) -> Any:  # noqa: N805
        return _twice(value)


class ExpectColumnsToReferToTable(MulticolumnMapExpectation):
    """Expect a row in ``other_table`` whose ``other_column_list`` equals ``column_list``.

    ``other_table`` is ``schema.name``. Rows with a null among ``column_list`` refer to nothing and are ignored.
    """

    other_table: str
    other_column_list: list[str]
    ignore_row_if: IgnoreRowIf = "any_value_is_missing"

    map_metric: ClassVar[str | None] = "rows.refer_to_table"
    success_keys: ClassVar[tuple[str, ...]] = ("other_table", "other_column_list", "mostly")

    @pydantic.validator("column_list", "other_column_list", pre=True)
    def _allow_one_column(cls, value: Any) -> Any:  # noqa: N805
        return _twice(value)


class RowsSatisfy(MulticolumnMapMetricProvider):
    """True where the condition is true or null."""

    condition_metric_name = "rows.satisfy"
    condition_value_keys = ("condition",)

    @multicolumn_condition_partial(engine=SqlAlchemyExecutionEngine)  # type: ignore[untyped-decorator]
    def _sql(cls, column_list: Any, condition: str, **_: Any) -> Any:  # noqa: ARG002, N805
        return sa.func.coalesce(sa.literal_column(f"({condition})", sa.Boolean()), sa.true())


class RowsReferToTable(MulticolumnMapMetricProvider):
    """True where the key stands in the other table."""

    condition_metric_name = "rows.refer_to_table"
    condition_value_keys = ("other_table", "other_column_list")

    @multicolumn_condition_partial(engine=SqlAlchemyExecutionEngine)  # type: ignore[untyped-decorator]
    def _sql(cls, column_list: Any, other_table: str, other_column_list: list[str], **_: Any) -> Any:  # noqa: N805
        schema, _dot, name = other_table.rpartition(".")
        pairs = {column.name: other for column, other in zip(column_list, other_column_list, strict=True)}
        own: list[Any] = [sa.column(column) for column in pairs]
        others: list[Any] = [sa.column(other) for other in pairs.values()]
        # A null among the other keys would make every comparison null, and no orphan would ever be found.
        keys = sa.select(*others).select_from(sa.table(name, schema=schema or None))
        keys = keys.where(*(other.is_not(None) for other in others))
        return (own[0] if len(own) == 1 else sa.tuple_(*own)).in_(keys)
