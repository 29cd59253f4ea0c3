"""Is a value that stands everywhere seen without being shown, and a program that empties, not forgotten?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from core_rows import add, earn, rows_of, small_warehouse

from pipelines.models import all_models

YEAR = "2022-23"
COUNTS = "column_name, value_count, modal_count, distinct_count"


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    yield connection
    connection.close()


def values(connection: duckdb.DuckDBPyConnection, *columns: str) -> list[Any]:
    named = ", ".join(f"'{column}'" for column in columns)
    where = f"program_year = '{YEAR}' and column_name in ({named})"
    return rows_of(connection, "mart.value_concentration", COUNTS, where)


def test_a_default_birth_date_and_a_default_birthday_are_told_apart(college: Any) -> None:
    for number, born in enumerate((date(1990, 1, 1), date(1990, 1, 1), date(1991, 1, 1), date(1992, 5, 7)), start=2):
        add(college, "student", student_id=f"s{number}", birth_date=born)
    assert values(college, "birth_date", "birth_day") == [("birth_date", 4, 2, 3), ("birth_day", 4, 3, 2)]


def test_who_did_not_answer_has_no_value_that_could_stand_everywhere(college: Any) -> None:
    for number, sex in enumerate(("unknown", "declined", "not_reported", "not_collected"), start=2):
        add(college, "student", student_id=f"s{number}", sex=sex, race_selections="unknown")
    assert values(college, "sex", "race_selections") == [("race_selections", 1, 1, 1), ("sex", 1, 1, 1)]


def test_records_that_cannot_be_placed_make_no_value_frequent(college: Any) -> None:
    add(college, "program_enrollment", exit_reason="completed")
    add(college, "program_enrollment", exit_reason="withdrew", student_id="nobody")
    assert values(college, "exit_reason") == [("exit_reason", 1, 1, 1)]


def test_no_column_of_the_table_could_hold_the_value_itself_because_it_may_be_a_birth_date() -> None:
    (model,) = [m for m in all_models() if m.table == "mart.value_concentration"]
    assert set(model.columns) == {*model.grain, "value_count", "modal_count", "distinct_count"}


def programs(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    return rows_of(connection, "mart.program_change", "program_year, program_id, student_count, concentrator_count, "
                   "previous_student_count, previous_concentrator_count")  # fmt: skip


def test_a_program_that_nobody_is_in_any_more_stays_in_sight_for_a_year(college: Any) -> None:
    earn(college, 12, program_year="2021-22")
    add(college, "program", program_id="P2")
    add(college, "program_enrollment", program_id="P2")
    assert programs(college) == [
        ("2021-22", "P1", 1, 1, None, None),
        ("2022-23", "P1", 0, 0, 1, 1),
        ("2022-23", "P2", 1, 0, None, None),
    ]


def test_a_year_of_which_nothing_was_sent_does_not_empty_every_program(college: Any) -> None:
    earn(college, 12, program_year="2021-22")
    assert programs(college) == [("2021-22", "P1", 1, 1, None, None)]
