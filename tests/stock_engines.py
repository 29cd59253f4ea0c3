"""Stock Great Expectations over rows of ``judging_cases``: on pandas, and on SQLite for what pandas does not know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import sqlalchemy as sa
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.validator.validator import Validator
from judging_cases import COLUMNS, DAY, EXPECTATIONS, fill

from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy

# Pandas knows no SQL, hence none of our two types: they are compared on SQLite.
ONLY_SQL = (ExpectRowsToSatisfy, ExpectColumnsToReferToTable)


@dataclass(frozen=True)
class Stock:
    """The same rows in both engines."""

    pandas: Any
    sqlite: Validator

    def judges(self, name: str, population: Any) -> Any:
        """Return what stock Great Expectations says, from the engine that supports the type."""
        expectation = EXPECTATIONS[name]
        if population is not None:
            expectation = expectation.copy(update={"row_condition": population})
        if not isinstance(expectation, ONLY_SQL):
            return self.pandas.validate(expectation, result_format="BASIC")
        basic = {"result_format": {"result_format": "BASIC"}}
        [result] = self.sqlite.graph_validate([expectation.configuration], basic)
        return result

    def counts(self, name: str, population: Any) -> tuple[int, int]:
        """Return of how many rows how many fail, for an expectation on rows."""
        said = self.judges(name, population).result
        return said["element_count"] - (said.get("missing_count") or 0), said["unexpected_count"]


@contextmanager
def stock_over(rows: list[tuple[Any, ...]], folder: Path) -> Iterator[Stock]:
    """Yield both engines over ``rows``; ``folder`` takes the file of SQLite, in place of an earlier one."""
    path = folder / "stock.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        fill(connection, [tuple(str(value) if isinstance(value, DAY) else value for value in row) for row in rows])
        connection.commit()
    engine = SqlAlchemyExecutionEngine(connection_string=f"sqlite:///{path}")
    source = sa.select(sa.text("*")).select_from(sa.table("student"))
    data = SqlAlchemyBatchData(engine, selectable=source, create_temp_table=False, source_table_name="student")
    engine.load_batch_data("student", data)
    yield Stock(_in_pandas(rows), Validator(execution_engine=engine))
    engine.close()


def _in_pandas(rows: list[tuple[Any, ...]]) -> Any:
    numbers = {name: "Int64" for name, kind in COLUMNS.items() if kind == "integer"}
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype(numbers)
    return _whole_frame().get_batch({"dataframe": frame})


@cache
def _whole_frame() -> Any:
    asset = gx.get_context(mode="ephemeral").data_sources.add_pandas("pandas").add_dataframe_asset("student")
    return asset.add_batch_definition_whole_dataframe("all")
