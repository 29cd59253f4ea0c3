"""Is every value that was sent read as it was meant, or reported as unreadable?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.conform_values import absent, is_unreadable, read_text, sent_text, value_of, year_is_another
from pipelines.layouts import ColumnLayout
from pipelines.schema import core_table

BIRTH = ColumnLayout("x", "birth_date")
CREDITS = ColumnLayout("x", "credits_earned")
SECTIONS = ColumnLayout("x", "sections_taught_count")
SEX = ColumnLayout("x", "sex", codes={"M": "male", "U": "unknown"})
LEVEL = ColumnLayout("x", "award_level_code", codes={"C": "01"}, nulls=("Z",))
RACES = {"W": "white", "B": "black_or_african_american", "A": "asian", "A2": "asian", "U": "unknown", "D": "declined"}
RACE = ColumnLayout("x", "race_selections", separator=";", codes=RACES)
TABLES = {"birth_date": "student", "credits_earned": "enrollment", "sections_taught_count": "staff", "sex": "student",
          "award_level_code": "program", "race_selections": "student", "course_title": "course"}  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _read(connection: duckdb.DuckDBPyConnection, column: ColumnLayout, sent: str | None) -> tuple[Any, ...]:
    """Return the value of ours and whether the text was unreadable."""
    ours = core_table(TABLES[column.to]).columns[column.to]
    read = read_text(ours, column, "t")
    verdict = f"{value_of(ours, 't', read)}, {is_unreadable('t', read)}"
    query = f"select {verdict} from (select {sent_text('$sent', column)} as t)"
    found = connection.execute(query, {"sent": sent}).fetchone()
    assert found
    return found


@pytest.mark.parametrize(
    ("format_", "sent", "value"),
    [
        ("", "2000-02-29", date(2000, 2, 29)),
        ("MM/DD/YYYY", "02/29/2000", date(2000, 2, 29)),
        ("MM/DD/YYYY", " 2/9/2000 ", date(2000, 2, 9)),
        ("YYYYMMDD", "20000229", date(2000, 2, 29)),
        *[
            ("YYYY-MM-DD", s, None)
            for s in ("2001-02-29", "2000-2-9", "02/29/2000", "36585", "2000-01-01x", "0000-01-01")
        ],
        *[("MM/DD/YYYY", s, None) for s in ("29/02/2000", "2/9/00", "2000-02-29", "13/01/2000", "0/1/2000")],
        *[("YYYYMMDD", s, None) for s in ("20001301", "200002", "2000-02-29", "00000000")],
    ],
)
def test_a_date_is_read_in_the_declared_format_alone_because_day_and_month_look_alike(
    connection: duckdb.DuckDBPyConnection, format_: str, sent: str, value: date | None
) -> None:
    assert _read(connection, replace(BIRTH, format=format_), sent) == (value, value is None)


@pytest.mark.parametrize(
    ("implied", "sent", "value"),
    [
        *[
            (0, s, Decimal(v))
            for s, v in [("3", "3"), ("-3.5", "-3.5"), (".50", "0.5"), ("3.000", "3"), ("0004.5", "4.5")]
        ],
        *[
            (0, s, None)
            for s in ("1e3", "0x1A", "3,5", "3.005", "NaN", "inf", "123456789", "3.", ".", "-", "+3", "\u0661")
        ],
        (2, "0450", Decimal("4.50")),
        (2, "-0450", Decimal("-4.50")),
        (2, "9999999999", Decimal("99999999.99")),
        (1, "45", Decimal("4.5")),
        *[(2, s, None) for s in ("4.50", "4 50", "99999999999")],
    ],
)
def test_a_number_is_read_exactly_or_not_at_all(
    connection: duckdb.DuckDBPyConnection, implied: int, sent: str, value: Decimal | None
) -> None:
    assert _read(connection, replace(CREDITS, implied_decimals=implied), sent) == (value, value is None)


@pytest.mark.parametrize(
    ("sent", "value"), [("12", 12), ("012", 12), ("12.0", None), ("1e1", None), ("9999999999", None)]
)
def test_a_count_is_a_whole_number_and_a_fraction_is_not_rounded_away(
    connection: duckdb.DuckDBPyConnection, sent: str, value: int | None
) -> None:
    assert _read(connection, SECTIONS, sent) == (value, value is None)


@pytest.mark.parametrize("column", [BIRTH, CREDITS, SECTIONS, LEVEL, ColumnLayout("x", "course_title")])
@pytest.mark.parametrize("sent", [None, "", "   "])
def test_a_blank_is_null_and_no_fault_of_reading(
    connection: duckdb.DuckDBPyConnection, column: ColumnLayout, sent: str | None
) -> None:
    assert _read(connection, column, sent) == (None, False)


@pytest.mark.parametrize(
    ("column", "sent", "value", "is_unreadable"),
    [
        (SEX, " M ", "male", False),
        (SEX, "m", "unknown", True),  # nobody has declared a lower-case m
        (SEX, "Q", "unknown", True),
        (SEX, "U", "unknown", False),
        (SEX, "", "not_reported", False),
        (replace(SEX, codes={}), "declined", "declined", False),
        (LEVEL, "C", "01", False),
        (LEVEL, "Z", None, False),
        (LEVEL, "01", None, True),
        (replace(LEVEL, codes={}), "01", "01", False),
        (replace(SEX, codes={"it's": "male"}), "it's", "male", False),
    ],
)
def test_a_code_is_mapped_as_declared_and_an_unknown_one_is_reported_not_guessed(
    connection: duckdb.DuckDBPyConnection, column: ColumnLayout, sent: str, value: str | None, is_unreadable: bool
) -> None:
    assert _read(connection, column, sent) == (value, is_unreadable)


@pytest.mark.parametrize(
    ("sent", "value", "is_unreadable"),
    [
        ("W", "white", False),
        ("W;A;B", "asian|black_or_african_american|white", False),
        (" W ; A2;A ", "asian|white", False),
        ("W;;B;", "black_or_african_american|white", False),
        ("D", "declined", False),
        ("", "not_reported", False),
        ("W;Q", "unknown", True),
        ("W;D", "unknown", True),
        ("U;D", "unknown", True),
        ("W,B", "unknown", True),
        ("WB", "unknown", True),
        (";", "unknown", True),
    ],
)
def test_a_set_of_races_keeps_every_selection_or_says_that_it_could_not_be_read(
    connection: duckdb.DuckDBPyConnection, sent: str, value: str, is_unreadable: bool
) -> None:
    assert _read(connection, RACE, sent) == (value, is_unreadable)


@settings(deadline=None)
@given(st.sets(st.sampled_from(["W", "B", "A"]), min_size=1), st.sampled_from(list("|.*+$;^ (\\'")))
def test_any_separator_divides_a_set_even_one_that_means_something_to_regular_expressions(
    connection: duckdb.DuckDBPyConnection, codes: set[str], separator: str
) -> None:
    expected = "|".join(sorted(RACES[c] for c in codes))
    assert _read(connection, replace(RACE, separator=separator), separator.join(codes)) == (expected, False)


@settings(deadline=None)
@given(st.sampled_from([BIRTH, CREDITS, SECTIONS, SEX, LEVEL, RACE, replace(CREDITS, implied_decimals=2)]), st.text())
def test_no_text_makes_reading_fail_and_every_value_is_read_or_reported(
    connection: duckdb.DuckDBPyConnection, column: ColumnLayout, sent: str
) -> None:
    value, is_unreadable = _read(connection, column, sent.replace("\0", ""))
    is_blank = sent.replace("\0", "").strip(" ") in ("", *column.nulls)
    assert is_unreadable or is_blank or value is not None
    assert not (is_unreadable and value not in (None, "unknown"))


def test_a_column_that_the_file_does_not_carry_says_so_and_a_constant_of_the_layout_stands_in() -> None:
    student, enrollment = core_table("student"), core_table("enrollment")
    assert absent(student.columns["foster_care_status"], None) == "'not_collected'"
    assert absent(student.columns["term_code"], None) == "'annual'"
    assert absent(student.columns["birth_date"], None) == "cast(null as date)"
    assert absent(enrollment.columns["credit_unit"], "clock_hour") == "cast('clock_hour' as varchar)"


@pytest.mark.parametrize(
    ("format_", "sent", "is_another"),
    [("YYYY-YY", "2023-24", False), ("start_year", "2023", False), ("end_year", "2024", False),
     ("end_year", "2023", True), ("", "2023", True), ("", None, True)],
)  # fmt: skip
def test_the_year_of_a_row_is_compared_with_that_of_its_folder(
    connection: duckdb.DuckDBPyConnection, format_: str, sent: str | None, is_another: bool
) -> None:
    sql = year_is_another(ColumnLayout("x", "program_year", format=format_), "t")
    query = f"select {sql} from (select cast($sent as varchar) as t, $program_year as unused)"
    assert connection.execute(query, {"sent": sent, "program_year": "2023-24"}).fetchone() == (is_another,)
