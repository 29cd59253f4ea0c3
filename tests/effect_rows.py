"""Hand-made findings on hand-made rows, for tests of what rules do to the indicators."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from core_rows import rows_of

from pipelines.models import all_models, build

COHORT, REPORT = "2022-23", "2023-24"  # of 1P1 and 2P1; the report of 3P1 is that of its cohort's year
TABLE = "quality.rule_effect"
_NUMBERS = count(1)


def found(connection: duckdb.DuckDBPyConnection, rule_id: str, place: str, line: int | None, **values: Any) -> None:
    """Add an open finding; ``place`` is ``table.column`` of a canonical table, or ``schema.table.column``."""
    table, _, column = place.rpartition(".")
    year = values.setdefault("program_year", COHORT)
    row = {
        "finding_id": f"f{next(_NUMBERS)}", "rule_id": rule_id, "rule_version": 1, "severity": "warning",
        "grantee_id": "oregon", "institution_id": "A", "submission_id": f"{year} all", "line_number": line,
        "table_name": table if "." in table else f"core.{table}", "column_name": column, "state": "open",
        "change": "new", "is_waived": False, **values,
    }  # fmt: skip
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into quality.finding ({', '.join(row)}) values ({marks})", list(row.values()))


def measured(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Build everything that effects are made from."""
    rows_of(connection, TABLE, "count(*)")
    return connection


def effects(connection: duckdb.DuckDBPyConnection, rule_id: str, code: str, columns: str, **key: str | None) -> Any:
    """Judge anew and return some columns of a rule's row; ``key`` as for all institutions and all record years."""
    for model in all_models():
        if model.table == TABLE:
            build(connection, model)
    wanted = {
        "rule_id": rule_id, "indicator_code": code, "institution_id": None, "record_program_year": None,
        "program_year": COHORT if code == "3P1" else REPORT, **key,
    }  # fmt: skip
    where = " and ".join(f"{name} is not distinct from ?" for name in wanted)
    rows = connection.execute(f"select {columns} from {TABLE} where {where}", list(wanted.values())).fetchall()
    assert len(rows) <= 1, Path(__file__).name
    return rows[0] if rows else None
