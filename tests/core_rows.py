"""Hand-made rows of the canonical tables for tests of the models: a row says only what its test is about."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build
from pipelines.schema import core_table

YEARS = ("2021-22", "2022-23", "2023-24")
_LINES = count(2)
_DEFAULTS: dict[str, dict[str, Any]] = {
    "institution": {"institution_name": "Cedar Fork", "eligible_recipient_id": "R1"},
    "program": {"program_id": "P1", "program_name": "Welding", "cip_code": "48.0508", "cip_version": "CIP2020",
                "program_length": 60, "program_length_unit": "semester_credit", "nontraditional_sex": "female",
                "credit_status": "credit"},
    "student": {"student_id": "s1", "student_id_kind": "ssn", "term_code": "fall", "sex": "female",
                "hispanic_ethnicity": "no", "race_selections": "white", "race_question_standard": "1997_two_question"},
    "program_enrollment": {"student_id": "s1", "program_id": "P1", "entry_date": date(2021, 9, 1)},
    "course": {"term_code": "fall", "course_id": "C1", "program_id": "P1", "credit_status": "credit"},
    "enrollment": {"student_id": "s1", "term_code": "fall", "course_id": "C1", "credits_attempted": 100,
                   "credit_unit": "semester_credit"},
    "credential": {"student_id": "s1", "program_id": "P1", "credential_type": "certificate"},
    "placement": {"student_id": "s1", "placement_source": "wage_record"},
    "staff": {"staff_id": "t1"},
    "work_based_learning": {"student_id": "s1", "work_based_learning_type": "clinical",
                            "start_date": date(2023, 1, 9)},
}  # fmt: skip


def small_warehouse() -> duckdb.DuckDBPyConnection:
    """Return a warehouse of one college, its program P1, course C1 and student s1 in each year, all files accepted."""
    connection = warehouse.open_in_memory()
    load_definitions(connection, YEARS)
    for year in YEARS:
        received(connection, f"{year} all", program_year=year)
        for table in ("institution", "program", "course", "student"):
            add(connection, table, program_year=year)
    return connection


def received(connection: duckdb.DuckDBPyConnection, submission_id: str, **values: Any) -> None:
    """Add a file to the ledger: accepted, in time, two years after its program year began, unless said otherwise."""
    year = values.setdefault("program_year", "2022-23")
    row = {
        "submission_id": submission_id, "grantee_id": "oregon", "file_name": f"{submission_id}.csv",
        "table_name": "student", "status": "accepted", "is_late": False,
        "received_at": f"{int(year[:4]) + 2}-01-15", **values,
    }  # fmt: skip
    _insert(connection, "quality.submission", row)


def add(connection: duckdb.DuckDBPyConnection, table: str, **values: Any) -> int:
    """Add a row to a canonical table and return its line number; columns not named have unremarkable values."""
    year = values.get("program_year", "2022-23")
    states = {c.name: "not_reported" for c in core_table(table).columns if c.info["states"]}
    row = {
        "grantee_id": "oregon", "program_year": year, "institution_id": "A", "submission_id": f"{year} all",
        "line_number": next(_LINES), "unreadable_columns": "", **states, **_DEFAULTS[table], **values,
    }  # fmt: skip
    _insert(connection, f"core.{table}", row)
    return int(row["line_number"])


def earn(connection: duckdb.DuckDBPyConnection, credits_earned: Any, **values: Any) -> None:
    """Let a student earn credits in the program's course of a year; further calls are further terms."""
    term = values.setdefault("term_code", "fall")
    year = values.get("program_year", "2022-23")
    college = values.get("institution_id", "A")
    course = {"program_year": year, "institution_id": college, "term_code": term}
    if term != "fall":
        add(connection, "course", **course)
    add(connection, "enrollment", credits_earned=credits_earned, **values)


def complete(connection: duckdb.DuckDBPyConnection, exit_date: date | None = date(2023, 6, 30), **values: Any) -> None:
    """Let a student complete the program."""
    add(connection, "program_enrollment", exit_date=exit_date, exit_reason="completed", **values)


def define(connection: duckdb.DuckDBPyConnection, **values: Any) -> None:
    """Change the definitions in force for all years of the grantee."""
    for name, value in values.items():
        connection.execute(f"update reference.definition set {name} = ? where grantee_id = 'oregon'", [value])


def count_only(connection: duckdb.DuckDBPyConnection, code_set: str, *codes: str) -> None:
    """Let only these codes of a set count under the definitions in force for all years of the grantee."""
    mine = "grantee_id = 'oregon' and code_set = ?"
    connection.execute(f"delete from reference.counted_code where {mine}", [code_set])
    for year in YEARS:
        for code in codes:
            connection.execute("insert into reference.counted_code values ('oregon', ?, ?, ?)", [year, code_set, code])


def rows_of(connection: duckdb.DuckDBPyConnection, table: str, columns: str, where: str = "true") -> list[Any]:
    """Build a derived table with all that it reads and return some of its columns, in order."""
    by_name = {model.table: model for model in all_models()}
    needed, open_ = set(), [table]
    while open_:
        name = open_.pop()
        if name in by_name and name not in needed:
            needed.add(name)
            open_ += by_name[name].inputs
    for model in all_models():
        if model.table in needed:
            build(connection, model)
    query = f"select {columns} from {table} where {where} order by all"
    return [row[0] if len(row) == 1 else row for row in connection.execute(query).fetchall()]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
