"""Who is a participant, who a concentrator: the traps of the definitions that States get wrong."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from core_rows import add, complete, define, earn, rows_of, small_warehouse


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    yield connection
    connection.close()


def concentrators(connection: duckdb.DuckDBPyConnection, where: str = "true") -> list[str]:
    return rows_of(connection, "mart.concentrator", "student_id || ' ' || program_year || ' ' || basis", where)


def test_credits_attempted_and_not_earned_make_nobody_a_participant(college):
    earn(college, 0, credits_attempted=12)
    assert rows_of(college, "mart.participant", "*") == []
    assert concentrators(college) == []


def test_a_course_completed_makes_a_participant_of_its_program_in_that_year_only(college):
    earn(college, 3)
    assert rows_of(college, "mart.participant", "program_year, program_id") == [("2022-23", "P1")]


def test_noncredit_hours_make_a_participant_too(college):
    earn(college, 20, credit_unit="clock_hour")
    assert rows_of(college, "mart.participant", "student_id") == ["s1"]


def test_credits_in_an_unreadable_unit_complete_a_course_but_count_toward_no_twelve(college):
    earn(college, 300, credit_unit=None, unreadable_columns=",credit_unit,")
    assert rows_of(college, "mart.participant", "student_id") == ["s1"]
    assert concentrators(college) == []


@pytest.mark.parametrize(
    ("unit", "enough", "too_little"),
    [
        ("semester_credit", "12", "11.99"),
        ("quarter_credit", "18", "17.99"),
        ("clock_hour", "360", "359.99"),
    ],
)
def test_twelve_semester_credits_are_exact_in_every_unit(college, unit, enough, too_little):
    add(college, "student", student_id="s2")
    earn(college, Decimal(enough), credit_unit=unit)
    earn(college, Decimal(too_little), credit_unit=unit, student_id="s2")
    assert concentrators(college) == ["s1 2022-23 credits"]


def test_quarter_credits_are_added_before_they_are_converted_so_that_no_rounding_is_lost(college):
    for term, credits_earned in (("fall", "4.01"), ("winter", "6.99"), ("spring", "7.00")):
        earn(college, Decimal(credits_earned), credit_unit="quarter_credit", term_code=term)
    assert concentrators(college) == ["s1 2022-23 credits"]


def test_units_may_mix_within_one_program(college):
    earn(college, 6, credit_unit="semester_credit", term_code="fall")
    earn(college, 6, credit_unit="quarter_credit", term_code="winter")
    earn(college, 60, credit_unit="clock_hour", term_code="spring")
    assert rows_of(college, "mart.concentrator", "semester_credits_earned") == [Decimal("12.00")]


def test_credits_of_two_programs_are_not_added_up(college):
    add(college, "program", program_id="P2")
    add(college, "course", course_id="C2", program_id="P2")
    earn(college, 6)
    earn(college, 6, course_id="C2")
    assert len(rows_of(college, "mart.participant", "program_id")) == 2
    assert concentrators(college) == []


def test_general_education_counts_only_where_the_definition_says_so(college):
    add(college, "course", course_id="ENG", program_id=None)
    add(college, "program_enrollment")
    earn(college, 9)
    earn(college, 3, course_id="ENG")
    assert concentrators(college) == []
    define(college, counting_courses="program_and_general_education")
    assert concentrators(college) == ["s1 2022-23 credits"]
    assert rows_of(college, "mart.participant", "completed_course_count") == [1]


def test_general_education_counts_toward_no_program_that_the_student_only_takes_a_course_of(college):
    define(college, counting_courses="program_and_general_education")
    add(college, "course", course_id="ENG", program_id=None)
    earn(college, 9)
    earn(college, 3, course_id="ENG")
    assert concentrators(college) == []


@pytest.mark.parametrize("earned", [0, None])
def test_who_concentrated_before_stays_one_in_a_year_whose_only_course_earned_nothing_or_cannot_be_read(
    college, earned
):
    earn(college, 12, program_year="2021-22")
    earn(college, earned)
    assert concentrators(college) == ["s1 2021-22 credits", "s1 2022-23 credits"]
    assert rows_of(college, "mart.participant", "program_year") == ["2021-22"]
    define(college, credits_window="reporting_year")
    assert concentrators(college) == ["s1 2021-22 credits"]


def test_a_course_whose_program_is_unreadable_is_not_taken_for_general_education(college):
    define(college, counting_courses="program_and_general_education")
    add(college, "course", course_id="C2", program_id=None, unreadable_columns=",program_id,")
    add(college, "program_enrollment")
    earn(college, 12, course_id="C2")
    assert concentrators(college) == []


def test_a_cumulative_window_reaches_back_and_a_reporting_year_does_not(college):
    earn(college, 6, program_year="2021-22")
    earn(college, 6, program_year="2022-23")
    assert concentrators(college) == ["s1 2022-23 credits"]
    define(college, credits_window="reporting_year")
    assert concentrators(college) == []


def test_credits_of_a_later_year_do_not_change_an_earlier_one(college):
    earn(college, 11, program_year="2021-22")
    earn(college, 1, program_year="2023-24")
    assert concentrators(college) == ["s1 2023-24 credits"]


def test_credits_at_two_colleges_are_not_added_up(college):
    for table in ("institution", "program", "course", "student"):
        add(college, table, institution_id="B")
    earn(college, 6)
    earn(college, 6, institution_id="B")
    assert concentrators(college) == []


@pytest.mark.parametrize(
    ("length", "unit", "is_short"),
    [
        (11.99, "semester_credit", True), (12, "semester_credit", False),
        (17.99, "quarter_credit", True), (18, "quarter_credit", False),
        (359, "clock_hour", True), (360, "clock_hour", False),
        (None, "semester_credit", False), (5, None, False),
    ],
)  # fmt: skip
def test_completing_makes_a_concentrator_only_where_the_program_is_shorter_than_twelve_credits(
    college, length, unit, is_short
):
    add(college, "program", program_id="P2", program_length=length, program_length_unit=unit)
    complete(college, program_id="P2")
    assert concentrators(college) == (["s1 2022-23 short_program"] if is_short else [])


def test_completing_a_30_credit_program_with_6_credits_makes_no_concentrator(college):
    college.execute("update core.program set program_length = 30")
    earn(college, 6)
    complete(college)
    assert concentrators(college) == []


def test_leaving_a_short_program_is_not_completing_it(college):
    college.execute("update core.program set program_length = 6")
    add(college, "program_enrollment", exit_date=date(2023, 5, 1), exit_reason="withdrew")
    assert concentrators(college) == []


@pytest.mark.parametrize(
    ("exit_date", "completed"),
    [(date(2022, 7, 1), True), (date(2023, 6, 30), True), (date(2022, 6, 30), False), (date(2023, 7, 1), False)],
)
def test_a_completion_belongs_to_the_year_from_1_july_to_30_june(college, exit_date, completed):
    earn(college, 12)
    complete(college, exit_date)
    assert rows_of(college, "mart.concentrator", "completed_in_year") == [completed]


def test_how_many_credits_make_a_concentrator_is_for_the_grantee_to_say(college):
    define(college, concentrator_credits=6)
    earn(college, 6)
    assert concentrators(college) == ["s1 2022-23 credits"]
