"""The two metrics of ours that Great Expectations lacks, for pandas; importing this registers them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.map_metric_provider import MulticolumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)


class RowsSatisfy(MulticolumnMapMetricProvider):
    """True where the condition is true, which SQL and pandas read alike."""

    condition_metric_name = "rows.satisfy"
    condition_value_keys = ("condition",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: Any, condition: str, **_: Any) -> Any:  # noqa: N805
        return column_list.eval(condition)


class RowsReferToTable(MulticolumnMapMetricProvider):
    """True where the key stands in the Parquet file of the other table."""

    condition_metric_name = "rows.refer_to_table"
    condition_value_keys = ("other_table", "other_column_list")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: Any, other_table: str, other_column_list: list[str], **_: Any) -> Any:  # noqa: N805
        known = pd.read_parquet(f"{other_table.removeprefix('bench.')}.parquet", columns=other_column_list)
        keys = pd.MultiIndex.from_frame(column_list).isin(pd.MultiIndex.from_frame(known))
        return pd.Series(keys, index=column_list.index)
