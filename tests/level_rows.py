"""Hand-made rows of ``mart.indicator`` and of levels for tests of what is held against a level."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb

from pipelines.measures.level_tables import load_levels
from pipelines.models import all_models, build
from pipelines.query import named_rows

GRANTEE, YEAR = "oregon", "2023-24"
_INDICATOR = """create table mart.indicator (grantee_id varchar, program_year varchar, cohort_program_year varchar,
    outcome_window_end date, indicator_code varchar, institution_id varchar, cip_code varchar,
    subgroup_dimension varchar, subgroup_code varchar, numerator_count bigint, denominator_count bigint,
    unknown_count bigint, status varchar, definition_version varchar)"""


def level_warehouse(*, covers_state: bool = True) -> duckdb.DuckDBPyConnection:
    """Return a warehouse with indicators still to be counted and no level; Oregon's records are all of the State."""
    connection = duckdb.connect()
    connection.execute("create schema mart")
    connection.execute(_INDICATOR)
    load_levels(connection)
    connection.execute("update reference.state_coverage set covers_state = ? where grantee_id = ?",
                       [covers_state, GRANTEE])  # fmt: skip
    return connection


def count(connection: duckdb.DuckDBPyConnection, numerator: int | None, denominator: int | None, **values: Any) -> None:
    """Add a row of an indicator; everybody of the grantee, computed and without unknown outcomes unless said."""
    row = {
        "grantee_id": GRANTEE, "program_year": YEAR, "cohort_program_year": "2022-23", "indicator_code": "1P1",
        "subgroup_dimension": "all", "subgroup_code": "all", "numerator_count": numerator,
        "denominator_count": denominator, "unknown_count": 0, "status": "computed", "definition_version": "v1",
        **values,
    }  # fmt: skip
    _insert(connection, "mart.indicator", row)


def level(connection: duckdb.DuckDBPyConnection, percent: str, **values: Any) -> None:
    """Add a level; the State's for the year of the tests unless said."""
    row = {"grantee_id": GRANTEE, "program_year": YEAR, "indicator_code": "1P1", "evidence": "invented",
           "level_percent": Decimal(percent), **values}  # fmt: skip
    _insert(connection, "reference.performance_level", row)


def plan(connection: duckdb.DuckDBPyConnection, first: str, last: str | None = None, **values: Any) -> None:
    """Put an indicator under an improvement plan."""
    row = {"grantee_id": GRANTEE, "indicator_code": "1P1", "evidence": "invented", "first_program_year": first,
           "last_program_year": last, **values}  # fmt: skip
    _insert(connection, "reference.improvement_plan", row)


def made(connection: duckdb.DuckDBPyConnection, table: str, where: str = "true") -> list[dict[str, Any]]:
    """Build a derived table and return its rows by year, indicator and what follows."""
    build(connection, next(model for model in all_models() if model.table == table))
    return named_rows(connection, f"select * from {table} where {where} order by all")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
