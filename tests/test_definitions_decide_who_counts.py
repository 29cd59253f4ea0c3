"""Does each term of a definition change whom it speaks of, and nobody else? The wrong cohort makes any rate wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from core_rows import add, complete, count_only, define, earn, rows_of, small_warehouse

MAY, JUNE = date(2023, 5, 1), date(2023, 6, 1)


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    yield connection
    connection.close()


def concentrate(connection: duckdb.DuckDBPyConnection, *students: str, year: str = "2022-23") -> None:
    """Let students of a year earn twelve credits in it."""
    for student in students:
        add(connection, "student", program_year=year, student_id=student)
        earn(connection, 12, program_year=year, student_id=student)


def award(connection: duckdb.DuckDBPyConnection, student: str, **values: object) -> None:
    row = {"award_level_code": "04", "award_date": JUNE, "student_id": student, **values}
    add(connection, "credential", **row)


def test_as_many_courses_as_the_definition_asks_for_make_a_participant(college):
    add(college, "student", student_id="s2")
    earn(college, 3)
    earn(college, 3, student_id="s2")
    earn(college, 3, student_id="s2", term_code="winter")
    assert rows_of(college, "mart.participant", "student_id") == ["s1", "s2"]
    define(college, participant_courses=2)
    assert rows_of(college, "mart.participant", "student_id") == ["s2"]


def test_credits_of_noncredit_courses_count_where_the_definition_counts_them_and_the_course_is_completed_anyhow(
    college,
):
    add(college, "course", course_id="N1", credit_status="noncredit")
    add(college, "course", course_id="N2", credit_status=None)
    add(college, "student", student_id="s2")
    for student, course in (("s1", "N1"), ("s2", "N2")):
        earn(college, 9, student_id=student)
        earn(college, 3, student_id=student, course_id=course)
    assert rows_of(college, "mart.concentrator", "student_id") == ["s1", "s2"]
    count_only(college, "credit_status", "credit")
    assert rows_of(college, "mart.concentrator", "student_id") == []
    assert rows_of(college, "mart.participant", "student_id, completed_course_count") == [("s1", 2), ("s2", 2)]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ("exit", {"exit": MAY, "both": MAY, "undated": None}),
        ("award", {"award": JUNE, "both": JUNE, "undated": JUNE}),
        ("exit_or_award", {"exit": MAY, "award": JUNE, "both": MAY, "undated": JUNE}),
    ],
)
def test_what_completes_a_program_is_the_basis_that_the_definition_names(college, basis, expected):
    define(college, completer_basis=basis)
    concentrate(college, "exit", "award", "both", "undated", "industry", "late", "elsewhere", "afterwards")
    complete(college, MAY, student_id="exit")
    complete(college, MAY, student_id="both")
    complete(college, None, student_id="undated")
    add(college, "program", program_id="P2")
    for student in ("award", "both", "undated"):
        award(college, student, award_date=date(2022, 9, 1))
        award(college, student)  # the last one of the year completes
    award(college, "industry", award_level_code=None)
    award(college, "late", award_date=date(2023, 7, 1))
    award(college, "elsewhere", program_id="P2")
    award(college, "afterwards", program_year="2023-24")
    assert dict(rows_of(college, "mart.completer", "student_id, exit_date")) == expected


def test_an_award_for_a_short_program_makes_a_concentrator_where_awards_complete(college):
    college.execute("update core.program set program_length = 6")
    award(college, "s1")
    assert rows_of(college, "mart.concentrator", "student_id") == []
    define(college, completer_basis="award")
    assert rows_of(college, "mart.concentrator", "student_id, basis") == [("s1", "short_program")]


@pytest.fixture
def leavers(college: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Concentrators of 2022-23 who left in all ways, and one of 2021-22 who left a year later without a credit."""
    exits = {
        "completed": (MAY, "completed"), "withdrew": (MAY, "withdrew"), "reason only": (None, "unknown"),
        "date only": (MAY, None), "on leave": (MAY, "leave_of_absence"), "deceased": (MAY, "deceased"),
        "next year": (date(2023, 7, 1), "withdrew"), "enrolled": (None, None),
    }  # fmt: skip
    concentrate(college, *exits)
    for student, (exit_date, reason) in exits.items():
        add(college, "program_enrollment", student_id=student, exit_date=exit_date, exit_reason=reason)
    add(college, "program_enrollment", exit_date=MAY, exit_reason="withdrew")  # s1, who never concentrated
    define(college, credits_window="reporting_year")
    concentrate(college, "earlier", year="2021-22")
    add(college, "student", student_id="earlier")
    add(college, "program_enrollment", student_id="earlier", exit_date=JUNE, exit_reason="withdrew")
    return college


LEFT = ["completed", "date only", "earlier", "reason only", "withdrew"]
ALL = ["completed", "date only", "deceased", "enrolled", "next year", "on leave", "reason only", "withdrew"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"1P1": ["completed"], "2P1": ["completed"]}),
        ({"denominator_1p1": "exited"}, {"1P1": LEFT, "2P1": ["completed"]}),
        ({"denominator_2p1": "exited"}, {"1P1": ["completed"], "2P1": LEFT}),
        ({"denominator_2p1": "concentrators"}, {"1P1": ["completed"], "2P1": ALL}),
    ],
)
def test_each_indicator_counts_those_that_its_own_denominator_names(leavers, changes, expected):
    define(leavers, **changes)
    where = "program_year = '2023-24' and indicator_code <> '3P1'"
    found = rows_of(leavers, "mart.cohort_member", "indicator_code, student_id", where)
    assert found == [(code, student) for code, students in expected.items() for student in students]


def test_leavers_are_looked_for_from_their_exit_on_and_those_without_a_date_nowhere(leavers):
    define(leavers, denominator_1p1="exited")
    where = "program_year = '2023-24' and indicator_code = '1P1'"
    found = dict(rows_of(leavers, "mart.cohort_member", "student_id, outcome_quarter", where))
    assert found == {**dict.fromkeys(LEFT, "2023Q4"), "reason only": None}


@pytest.mark.parametrize(
    ("denominator", "expected"),
    [
        ("nontraditional_programs", {"female": "met", "male": "not_met", "both": "met"}),
        (
            "concentrators",
            {"female": "met", "male": "not_met", "both": "met", "neither": "not_met", "no list": "unknown"},
        ),
    ],
)
def test_a_program_of_which_no_list_speaks_is_unknown_and_only_where_all_concentrators_count(
    college, denominator, expected
):
    define(college, denominator_3p1=denominator)
    for program in ("female", "male", "both", "neither", "no list"):
        add(college, "program", program_id=program, nontraditional_sex=None if program == "no list" else program)
        add(college, "course", course_id=program, program_id=program)
        earn(college, 12, course_id=program)
    found = rows_of(college, "mart.nontraditional_case", "program_id, outcome", "program_year = '2022-23'")
    assert dict(found) == expected


def test_in_a_program_that_is_nontraditional_for_nobody_sex_need_not_be_known(college):
    define(college, denominator_3p1="concentrators")
    college.execute("update core.student set sex = 'declined'")
    add(college, "program", program_id="P2", nontraditional_sex="neither")
    add(college, "course", course_id="C2", program_id="P2")
    earn(college, 12)
    earn(college, 12, course_id="C2")
    found = rows_of(college, "mart.nontraditional_case", "program_id, outcome", "program_year = '2022-23'")
    assert found == [("P1", "unknown"), ("P2", "not_met")]
