"""Three students of two colleges whose worksheet can be written down by hand, for the tests of worksheets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
from core_rows import YEARS, add, complete, earn, received, rows_of, small_warehouse

from pipelines.car.worksheet import Worksheet, read_worksheet

GRANTEE, YEAR, LAST_YEAR = "oregon", "2023-24", "2022-23"
RUN = "20250115T020000000Z-0001"
STARTED = datetime(2025, 1, 15, 2)  # noqa: DTZ001 - as the run's book has it: UTC, without a zone


def colleges(**ada: Any) -> duckdb.DuckDBPyConnection:
    """A warehouse of two years with some students; what is said of Ada replaces what is said here.

    Ada (s1, a woman, at colleges A and B) and Bo (s2, a man who declines to say his race) earn 12 credits a year,
    Cy (s3, another sex, disabled) earns 3.
    """
    connection = small_warehouse()
    connection.execute(
        "insert into quality.run (run_id, started_at, kind, exit_code, is_sample, rule_book_version) "
        "values (?, ?, 'nightly', 0, true, 'one')", [RUN, STARTED],
    )  # fmt: skip
    connection.execute("update core.student set sex = 'female', race_selections = 'white' where student_id = 's1'")
    for year in (LAST_YEAR, YEAR):
        for table in ("institution", "program", "course"):
            add(connection, table, program_year=year, institution_id="B", **_CLUSTER.get(table, {}))
        add(connection, "student", program_year=year, institution_id="B", **ada)
        _people(connection, year)
    return connection


_CLUSTER = {"program": {"career_cluster_code": "13"}}


def _people(connection: duckdb.DuckDBPyConnection, year: str) -> None:
    add(connection, "student", program_year=year, student_id="s2", sex="male", race_selections="declined",
        hispanic_ethnicity="declined")  # fmt: skip
    add(connection, "student", program_year=year, student_id="s3", sex="another", disability_status="yes")
    for student, credits_earned in (("s1", 12), ("s2", 12), ("s3", 3)):
        earn(connection, credits_earned, program_year=year, student_id=student)
    earn(connection, 12, program_year=year, institution_id="B")
    complete(connection, date(int(year[:4]) + 1, 6, 30), program_year=year)


def worksheet(connection: duckdb.DuckDBPyConnection, year: str = YEAR) -> Worksheet:
    """Build the lines and return the worksheet of a year."""
    rows_of(connection, "mart.worksheet_line", "count(*)")
    found = read_worksheet(connection, GRANTEE, year)
    assert found is not None
    return found


def later_file(connection: duckdb.DuckDBPyConnection, year: str) -> None:
    """Let a file come that brings one more participant, Di (s4), a woman of unknown race."""
    received(connection, f"{year} more", program_year=year)
    more = {"program_year": year, "student_id": "s4", "submission_id": f"{year} more"}
    add(connection, "student", race_selections="unknown", hispanic_ethnicity="unknown", **more)
    earn(connection, 3, **more)


__all__ = ["GRANTEE", "LAST_YEAR", "RUN", "STARTED", "YEAR", "YEARS", "colleges", "later_file", "worksheet"]
