"""Great Expectations as it comes, on pandas: the same expectations as ours, one suite over one frame in memory.

The two expectation types that Great Expectations lacks get their pandas form in ``pandas_metrics``. It counts for the
table as a whole; by place it would need a batch for each of 180 places. It lists the failing rows by their number in
the frame, all of them, where it is asked for complete results, as it is here.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.judging.checks import Check, checks
from benchmarks.process import Work, report, warm

if TYPE_CHECKING:
    import pandas as pd


def way(folder: Path) -> Work:
    """Read and validate the file, and return the failing rows of each expectation."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # it would send what it does to its maker
    import great_expectations as gx

    from benchmarks.judging.peers import pandas_metrics as _registered  # noqa: F401 - importing it registers them

    warm(folder.glob("*.parquet"))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("record")
    definition = asset.add_batch_definition_whole_dataframe("all")

    def work() -> dict[str, Any]:
        batch = definition.get_batch({"dataframe": _frame(folder)})
        suite = gx.ExpectationSuite("book", expectations=[_expectation(check, folder) for check in checks()])
        found = batch.validate(suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False})
        assert not any(one.exception_info.get("raised_exception") for one in found.results), found
        numbers = {one.expectation_config.meta["id"]: one.result for one in found.results}
        listed = sum(len(result.get("unexpected_index_list") or ()) for result in numbers.values())
        return {"total": {name: result["unexpected_count"] for name, result in numbers.items()}, "rows": listed}

    return work


def _frame(folder: Path) -> pd.DataFrame:
    """Read the file with types that pandas computes with: datetimes and floats in place of Python objects."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "record.parquet")
    types = [pa.float64() if pa.types.is_decimal(field.type) else field.type for field in table.schema]
    names_and_types = zip(table.schema.names, types, strict=True)
    return table.cast(pa.schema(names_and_types)).to_pandas(date_as_object=False)


def _expectation(check: Check, folder: Path) -> Any:
    import pandas as pd
    import pyarrow.parquet as pq

    from benchmarks.judging.rules import expectation, population

    if check.kind == "between" and isinstance(check.argument[0], date):
        check = replace(check, argument=tuple(pd.Timestamp(day) for day in check.argument))
    elif check.kind == "refers" and len(check.columns) == 1:  # its own form, where the key is one column
        table, [other] = check.argument
        known = pq.read_table(folder / f"{table}.parquet")[other].unique().to_pylist()
        check = replace(check, kind="in_set", argument=known)
    elif check.kind == "refers":
        check = replace(check, argument=(str(folder / check.argument[0]), check.argument[1]))
    said = {"row_condition": population(check), "meta": {"id": check.id}}
    return expectation(check).copy(update=said)


if __name__ == "__main__":
    report(way(Path(sys.argv[1])))
