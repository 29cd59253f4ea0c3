"""Does each measure of a term say what was sent, of whom it was sent, and whether a person has accepted it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from core_rows import add, complete, earn, received, rows_of, small_warehouse

YEAR = "2022-23"


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """Cedar Fork (A) with its student s1, a woman, in the fall of each year; all files accepted."""
    connection = small_warehouse()
    yield connection
    connection.close()


def told(connection: duckdb.DuckDBPyConnection, measure: str, columns: str = "numerator_count, denominator_count",
         institution: str = "institution_id = 'A'") -> list[Any]:  # fmt: skip
    """Return what is said of a measure in 2022-23, in order of the terms, in whole numbers."""
    where = f"measure_code = '{measure}' and program_year = '{YEAR}' and {institution}"
    rows = rows_of(connection, "mart.term_measure", f"term_code, {columns}", where)
    return [tuple(int(v) if hasattr(v, "as_tuple") else v for v in row) for row in rows]


def test_students_are_counted_in_each_term_and_over_all_colleges_in_each_they_attend(college: Any) -> None:
    add(college, "institution", institution_id="B")
    add(college, "student", institution_id="B")  # the same person, known by the Social Security number
    add(college, "student", student_id="s2")
    add(college, "student", student_id="s2", term_code="spring")
    assert told(college, "student") == [("fall", 2, None), ("spring", 1, None)]
    assert told(college, "student", institution="institution_id is null") == [("fall", 3, None), ("spring", 1, None)]
    assert told(college, "student_elsewhere") == [("annual", 1, 2)]


def test_who_declined_or_was_never_asked_is_not_unknown_and_not_in_the_denominator(college: Any) -> None:
    for number, answer in enumerate(("unknown", "not_reported", "declined", "not_collected", "no"), start=2):
        add(college, "student", student_id=f"s{number}", disability_status=answer, sex="male")
    assert told(college, "disability_unknown") == [("fall", 3, 4)]  # with s1, who was not reported
    assert told(college, "sex_unknown") == [("fall", 0, 6)]
    assert told(college, "sex_female") == [("fall", 1, 6)]


def test_credits_earned_are_set_beside_those_attempted_unit_by_unit_and_only_where_both_are_known(college: Any) -> None:
    earn(college, 6, credits_attempted=9)
    earn(college, 30, credits_attempted=40, credit_unit="clock_hour", term_code="spring")
    add(college, "course", course_id="C2", term_code="spring")
    add(college, "enrollment", credits_attempted=5, credits_earned=None, course_id="C2", term_code="spring")
    assert told(college, "semester_credit_earned") == [("fall", 6, 9), ("spring", 0, 0)]
    assert told(college, "clock_hour_earned") == [("spring", 30, 40)]
    assert told(college, "enrollment") == [("fall", 1, None), ("spring", 2, None)]


def test_noncredit_is_a_share_of_enrollments_by_the_course(college: Any) -> None:
    add(college, "course", course_id="N1", credit_status="noncredit")
    earn(college, 3)
    add(college, "enrollment", course_id="N1", credits_earned=0)
    assert told(college, "noncredit_enrollment") == [("fall", 1, 2)]


def test_progress_is_counted_in_students_of_the_year_and_leave_is_no_exit(college: Any) -> None:
    for number in (2, 3, 4):
        add(college, "student", student_id=f"s{number}")
    earn(college, 12)
    earn(college, 3, student_id="s2")
    complete(college, date(2023, 5, 1))
    add(college, "credential", award_date=date(2023, 5, 2))
    add(college, "credential", award_date=date(2023, 5, 3))
    add(college, "program_enrollment", student_id="s2", exit_reason="withdrew", exit_date=date(2023, 1, 9))
    add(college, "program_enrollment", student_id="s3", exit_reason="leave_of_absence", exit_date=date(2023, 1, 9))
    add(college, "program_enrollment", student_id="s4")
    assert told(college, "participant") == [("annual", 2, None)]
    assert told(college, "concentrator") == [("annual", 1, None)]
    assert told(college, "concentrator_of_participants") == [("annual", 1, 2)]
    assert told(college, "leaver") == [("annual", 2, None)]
    assert told(college, "completer_of_leavers") == [("annual", 1, 2)]
    assert told(college, "credential_of_leavers") == [("annual", 1, 2)]
    assert told(college, "credential") == [("annual", 2, None)]


def test_races_that_nobody_has_stand_there_with_nought_so_that_a_group_cannot_vanish_unseen(college: Any) -> None:
    add(college, "student", student_id="s2", race_selections="asian")
    add(college, "student", student_id="s3", race_selections="unknown")
    assert told(college, "race_white") == told(college, "race_asian") == [("annual", 1, 2)]
    assert told(college, "race_hispanic_or_latino") == [("annual", 0, 2)]


def test_records_without_a_person_count_as_orphans_and_in_no_other_measure(college: Any) -> None:
    earn(college, 3)
    earn(college, 3, student_id="nobody")
    assert told(college, "orphan_record") == [("annual", 1, 2)]
    assert told(college, "enrollment") == [("fall", 1, None)]


def test_the_core_indicators_stand_beside_them_as_the_indicators_say(college: Any) -> None:
    earn(college, 12, program_year="2021-22")
    earn(college, 12)
    said = rows_of(college, "mart.indicator", "numerator_count, denominator_count, unknown_count",
                   f"status = 'computed' and indicator_code = '3P1' and program_year = '{YEAR}' "
                   "and institution_id = 'A' and subgroup_dimension = 'all' and cip_code is null")  # fmt: skip
    assert said == [(1, 1, 0)]
    assert told(college, "3P1") == [("annual", 1, 1)]
    assert told(college, "3P1_unknown") == [("annual", 0, 1)]


def test_one_file_that_nobody_has_accepted_keeps_its_whole_year_from_being_accepted(college: Any) -> None:
    assert told(college, "student", "is_accepted") == [("fall", True)]
    received(college, "more", program_year=YEAR, status="refused")
    assert told(college, "student", "is_accepted") == [("fall", True)]
    received(college, "late", program_year=YEAR, status="read")
    assert told(college, "student", "is_accepted") == [("fall", False)]
    where = "measure_code = 'student' and not is_accepted"
    assert set(rows_of(college, "mart.term_measure", "program_year", where)) == {YEAR}
