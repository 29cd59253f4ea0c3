"""Hand-made releases for tests of what is published: counts as a release keeps them, without a solver.

A cell is given by its persons; whether it is shown is said by the test, so that tables are tested and not protection.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import polars as pl

from pipelines import warehouse
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build

YEAR, SPAN = "2023-24", "2021-22 to 2023-24"
INDICATORS = ("1P1", "2P1", "3P1")


def empty_warehouse() -> duckdb.DuckDBPyConnection:
    """Return a warehouse in memory with all declared tables, definitions of three years and ``mart.margin``."""
    connection = warehouse.open_in_memory()
    load_definitions(connection, ("2021-22", "2022-23", YEAR))
    for model in all_models():
        if model.table == "mart.margin":
            build(connection, model)
    return connection


def release(connection: duckdb.DuckDBPyConnection, number: int = 1, **values: Any) -> str:
    """Add a release of a grantee and year with its indicators and policy, and return its id."""
    policy = {
        "threshold": 10, "protection_width": 10, "bands": "0.05,0.10,0.20", "rate_digits": 3, "count_rounding": 1,
        **values.pop("policy", {}),
    }  # fmt: skip
    statuses = values.pop("statuses", {})
    row = {
        "release_id": f"r{number}", "number": number, "grantee_id": "oregon", "program_year": YEAR,
        "released_at": f"2025-01-{number:02d}", "status": "released", "is_sample": True, **values,
    }  # fmt: skip
    insert(connection, "release", row)
    keys = {key: row[key] for key in ("release_id", "grantee_id", "program_year")}
    for code in (*INDICATORS, "all"):
        insert(connection, "release_policy", {**keys, "indicator_code": code, "name": "publisher", **policy})
    for code in INDICATORS:
        cohort = {"cohort_program_year": "2022-23", "outcome_window_end": date(2024, 6, 30)}
        insert(connection, "release_indicator", {
            **keys, "indicator_code": code, **cohort, "definition_version": "oregon-house-1",
            "status": statuses.get(code, "computed"),
        })  # fmt: skip
    return str(row["release_id"])


def cell(connection: duckdb.DuckDBPyConnection, count_code: str, count: int | None, **values: Any) -> None:
    """Add a written cell of everybody of release r1, shown, unless said otherwise; ``code`` hides it."""
    code = values.get("code")
    insert(connection, "release_cell", {
        "release_id": "r1", "grantee_id": "oregon", "program_year": YEAR, "count_code": count_code,
        "subgroup_dimension": "all", "subgroup_code": "all", "count": count, "role": "written", "threshold": 10,
        "is_sensitive": False, "is_shown": code is None, **values,
    })  # fmt: skip


def measured(connection: duckdb.DuckDBPyConnection, met: int, count: int, **values: Any) -> None:
    """Add numerator and denominator of 1P1 of a group; ``code`` hides the numerator, ``group_code`` both."""
    hidden, indicator = values.pop("group_code", None), values.pop("indicator_code", "1P1")
    code = values.pop("code", None) or hidden
    cell(connection, f"denominator_{indicator}", count, code=hidden, **values)
    cell(connection, f"numerator_{indicator}", met, code=code, **values)


def measured_many(connection: duckdb.DuckDBPyConnection, dimension: str, groups: dict[str, tuple[int, int]]) -> None:
    """Add shown groups of a dimension to 1P1 of release r1 at once: code to (met, persons)."""
    frame = pl.DataFrame([
        {
            "release_id": "r1", "grantee_id": "oregon", "program_year": YEAR, "count_code": f"{kind}_1P1",
            "subgroup_dimension": dimension, "subgroup_code": code, "count": count, "role": "written",
            "threshold": 10, "is_sensitive": False, "is_shown": True,
        }
        for code, (met, persons) in groups.items()
        for kind, count in (("numerator", met), ("denominator", persons))
    ])  # fmt: skip
    connection.register("frame", frame)
    connection.execute("insert into quality.release_cell by name select * from frame")
    connection.unregister("frame")


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    """Insert a row into a table of ``quality``; columns not named are null."""
    names = ", ".join(row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into quality.{table} ({names}) values ({marks})", list(row.values()))


def build_published(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Build the models of these names, and the views that they read."""
    wanted = {"quality.release_in_force", "quality.release_count", *(f"publish.{name}" for name in tables)}
    for model in all_models():
        if model.table in wanted:
            build(connection, model)
