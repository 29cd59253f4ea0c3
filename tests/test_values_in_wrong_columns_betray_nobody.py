"""Does a file whose columns or lines slipped put anybody's number or birth date where it can be read?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_example import ENROLLMENT_HEADER, SSN, YEAR, Example, enrollments

from pipelines.intake.withheld import WITHHELD

ENROLLMENT, STUDENT = "enrollment_2023-24_FA.csv", "student_2023-24_FA.csv"
PLAIN = SSN.replace("-", "")
OTHER, THIRD = "234-56-7899", "345-67-8912"
STUDENT_HEADER = (
    "COLLEGE,REPORT_YEAR,TERM,STUDENT_ID,BIRTHDATE,GENDER,HISPANIC,RACE,DISABILITY,ECON_DISADV,NONTRAD,"
    "SINGLE_PARENT,OUT_OF_WORKFORCE,ENGLISH_LEARNER,HOMELESS,FOSTER,MILITARY_PARENT"
)
RECORD = f"C1,{YEAR},FA,{SSN},12/22/1997,M,N,W,N,Y,N,N,N,N,N,N,N"


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example(tmp_path)


def _texts(example: Example) -> Iterator[str]:
    """Every value of the warehouse as text, and everything that the operator was told."""
    yield from example.said
    tables = "select schema_name || '.' || table_name from duckdb_tables() where not internal"
    for (table,) in example.rows(tables):
        for row in example.rows(f"select * from {table}"):
            yield from map(str, row)


def _swapped(header: str, one: str, other: str) -> str:
    names = header.split(",")
    places = {one: other, other: one}
    return ",".join(places.get(name, name) for name in names)


@pytest.mark.parametrize("column", ["COLLEGE", "TERM", "COURSE", "EARNED"])
def test_two_header_names_in_each_others_place_leave_no_identifier_in_the_warehouse(
    example: Example, column: str
) -> None:
    sent = enrollments(SSN, OTHER.replace("-", ""), f" {THIRD.replace('-', '')} ")
    example.put(ENROLLMENT, sent.replace(ENROLLMENT_HEADER, _swapped(ENROLLMENT_HEADER, column, "STUDENT_ID")))
    example.night()
    assert example.rows("select count(*) from core.enrollment") == [(3,)]
    assert any(WITHHELD in text for text in _texts(example)), "the steward must see that something was kept back"
    numbers = {text for one in (SSN, OTHER, THIRD) for text in (one, one.replace("-", ""))}
    assert not any(number in text for text in _texts(example) for number in numbers)


@pytest.mark.parametrize("day", ["12/22/1997", "1997-12-22", "19971222"])
def test_a_birth_date_in_the_column_of_the_college_is_kept_off_the_pages(example: Example, day: str) -> None:
    header = _swapped(STUDENT_HEADER, "COLLEGE", "BIRTHDATE")
    example.put(STUDENT, f"{header}\n{RECORD.replace('12/22/1997', day)}\n")
    example.night()
    assert example.rows("select institution_id from core.student") == [(WITHHELD,)]
    assert not any(day in text for text in _texts(example))


@pytest.mark.parametrize(("column", "value"), [("M,N,W", "12/22/1997,N,W"), (f"C1,{YEAR}", f"C1,{PLAIN}")])
def test_a_birth_date_or_number_in_a_column_of_codes_or_the_year_is_withheld_from_a_row_in_order(
    example: Example, column: str, value: str
) -> None:
    good = RECORD.replace("12/22/1997", "03/04/1998").replace(SSN, "812-12-0001")
    example.put(STUDENT, "\n".join([STUDENT_HEADER, *[good] * 3, good.replace(column, value, 1)]) + "\n")
    example.night()
    assert any(WITHHELD in text for text in _texts(example))
    assert not any("12/22/1997" in text or PLAIN in text for text in _texts(example))


def test_nine_digits_that_name_a_course_are_kept_where_the_row_is_in_order(example: Example) -> None:
    example.put(ENROLLMENT, enrollments(SSN).replace("W001", "300200100"))
    example.night()
    assert example.rows("select course_id from core.enrollment") == [("300200100",)]


def test_a_record_glued_to_the_header_is_not_told_as_names_of_columns(example: Example) -> None:
    example.put(STUDENT, f"{STUDENT_HEADER},{RECORD}\n")  # read, with columns that nobody knows
    example.put(ENROLLMENT, f"{ENROLLMENT_HEADER}{enrollments(SSN).splitlines()[1]}\n")  # refused: EARNED is missing
    example.night()
    assert example.statuses() == {STUDENT: "read", ENROLLMENT: "refused"}
    assert any("999-99-9999" in line for line in example.said), "the shape shows what has happened"
    assert not any(SSN in text or "12/22/1997" in text for text in _texts(example))


def test_a_column_that_nobody_declared_is_told_by_its_name(example: Example) -> None:
    example.put(STUDENT, f"{STUDENT_HEADER},ZIP CODE\n{RECORD},97301\n")
    example.night()
    assert any("ZIP CODE" in line for line in example.said)
    assert not any("97301" in text for text in _texts(example))
