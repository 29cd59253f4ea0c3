"""Does each rule tell what its findings may do to the indicators, so that a steward repairs first what matters most?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from core_rows import add, earn, small_warehouse
from effect_rows import COHORT, REPORT, effects, found, measured

from pipelines.schema import content_columns, core_tables

TOUCHED = "denominator_touched_count, numerator_touched_count, outside_count"
BOUNDS = "lowest_numerator_count, lowest_denominator_count, highest_numerator_count, highest_denominator_count"
# Columns that decide nothing in any core indicator, each looked at: measures count for themselves.
UNDECIDED = {
    "course": {"course_title"}, "credential": {"award_level_code", "credential_title"},
    "enrollment": {"credits_attempted"}, "institution": {"institution_name", "institution_type", "unitid"},
    "program": {"cip_version", "program_name"}, "staff": {"*"}, "work_based_learning": {"*"},
    "program_enrollment": {"reported_participant_status", "reported_concentrator_status"},
    "student": {"aid_form_status", "birth_date", "prior_race_selection"},
}  # fmt: skip
PLACED = {"s1": "employment", "s2": "employment", "s3": "military", "s4": "not_engaged", "s5": None, "s6": None}


def _college() -> tuple[duckdb.DuckDBPyConnection, dict[tuple[str, str], int]]:
    """Return a college and the lines of its records by table and student.

    Six complete as concentrators, of whom three are placed: 1P1 is 3 of 6. s7 completes with half the credits, s8 has
    the credits and no exit, s9 neither; of the exit of "lost" no student record is there.
    """
    connection, lines = small_warehouse(), {}
    for number in range(1, 10):
        student = f"s{number}"
        if student != "s1":
            lines["student", student] = add(connection, "student", student_id=student, sex="male")
        earn(connection, 12 if student not in ("s7", "s9") else 6, student_id=student)
        exit_reason = "completed" if student not in ("s8", "s9") else None
        lines["program_enrollment", student] = add(
            connection, "program_enrollment", student_id=student, exit_reason=exit_reason,
            exit_date=date(2023, 6, 30) if exit_reason else None,
        )  # fmt: skip
    for student, status in PLACED.items():
        lines["placement", student] = add(
            connection, "placement", program_year=REPORT, student_id=student, reference_quarter="2023Q4",
            placement_status=status,
        )  # fmt: skip
    lines["program_enrollment", "lost"] = add(connection, "program_enrollment", student_id="lost")
    for table in ("student", "enrollment", "course", "program", "institution"):
        key = "student_id" if table in ("student", "enrollment") else "'all'"
        query = f"select {key}, line_number from core.{table} where program_year = ?"
        lines |= {(table, who): line for who, line in connection.execute(query, [COHORT]).fetchall()}
    return measured(connection), lines


@pytest.fixture(scope="module")
def made() -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[tuple[str, str], int]]]:
    """The college of these tests, judged once: a finding changes no record."""
    connection, lines = _college()
    yield connection, lines
    connection.close()


@pytest.fixture
def college(made: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """The college without any finding."""
    connection = made[0]
    yield connection
    connection.execute("delete from quality.finding")


@pytest.fixture
def lines(made: Any) -> dict[tuple[str, str], int]:
    """Where the college's records stand."""
    return dict(made[1])


def test_doubtful_outcomes_may_all_have_been_successes_or_failures(college, lines):
    for student in ("s1", "s4"):
        found(college, "r", "placement.placement_status", lines["placement", student], program_year=REPORT)
    assert effects(college, "r", "1P1", TOUCHED) == (2, 1, 0)
    assert effects(college, "r", "1P1", BOUNDS) == (2, 6, 4, 6), "3 of 6 less s1, 3 of 6 and s4"
    assert effects(college, "r", "1P1", "numerator_count, denominator_count, status") == (3, 6, "computed")


def test_a_placement_decides_no_credential_and_no_nontraditional_program(college, lines):
    found(college, "r", "placement.placement_status", lines["placement", "s1"], program_year=REPORT)
    assert effects(college, "r", "2P1", "use_code, doubtful_denominator_count") == ("nothing", 0)
    assert effects(college, "r", "1P1", "use_code") == ("outcome",)


def test_credits_in_doubt_may_bring_in_whoever_completed_and_nobody_else(college, lines):
    for student in ("s1", "s7", "s8", "s9"):
        found(college, "r", "enrollment.credits_earned", lines["enrollment", student])
    assert effects(college, "r", "1P1", TOUCHED) == (1, 1, 1), "s7 completed; s9 did not, and s8 lacks no credit"
    assert effects(college, "r", "1P1", BOUNDS) == (2, 7, 4, 7)


def test_an_exit_in_doubt_may_bring_in_whoever_concentrates_and_nobody_else(college, lines):
    for student in ("s7", "s8", "s9"):
        found(college, "r", "program_enrollment.exit_reason", lines["program_enrollment", student])
    assert effects(college, "r", "1P1", TOUCHED) == (0, 0, 1)
    assert effects(college, "r", "1P1", BOUNDS) == (3, 7, 4, 7)


def test_a_record_left_out_is_a_person_who_may_be_missing(college, lines):
    found(college, "r", "program_enrollment.student_id", lines["program_enrollment", "lost"])
    assert effects(college, "r", "1P1", TOUCHED) == (0, 0, 1)
    assert effects(college, "r", "1P1", BOUNDS) == (3, 7, 4, 7)


def test_a_record_that_names_nobody_is_a_person_who_may_be_missing(college, lines):
    found(college, "r", "student.student_id", 10**6)
    assert effects(college, "r", "1P1", "nameless_count, outside_count") == (1, 0)
    assert effects(college, "r", "1P1", BOUNDS) == (3, 7, 4, 7)


def test_race_touches_people_and_moves_no_figure_of_everybody(college, lines):
    found(college, "r", "student.race_selections", lines["student", "s2"])
    assert effects(college, "r", "1P1", TOUCHED) == (1, 1, 0)
    assert effects(college, "r", "1P1", f"use_code, {BOUNDS}") == ("subgroup", 3, 6, 3, 6)


def test_sex_decides_nontraditional_concentration(college, lines):
    found(college, "r", "student.sex", lines["student", "s2"])
    assert effects(college, "r", "3P1", "use_code, denominator_touched_count") == ("outcome", 1)
    assert effects(college, "r", "1P1", "use_code") == ("subgroup",)


def test_a_course_concerns_all_who_are_enrolled_in_it_and_a_program_all_of_its_own(college, lines):
    found(college, "course", "course.program_id", lines["course", "all"])
    found(college, "program", "program.program_id", lines["program", "all"])
    found(college, "institution", "institution.institution_id", lines["institution", "all"])
    assert effects(college, "course", "1P1", TOUCHED) == (6, 3, 1)
    assert effects(college, "program", "1P1", TOUCHED) == (6, 3, 0), "the record has its place: nobody is missing"
    assert effects(college, "institution", "1P1", TOUCHED) == (6, 3, 0)
    assert effects(college, "program", "1P1", BOUNDS) == (0, 6, 6, 6)


def test_a_person_with_ten_findings_is_one_person(college, lines):
    for _ in range(10):
        found(college, "r", "enrollment.credits_earned", lines["enrollment", "s1"])
    assert effects(college, "r", "1P1", f"finding_count, {TOUCHED}") == (10, 1, 1, 0)


def test_what_was_fixed_has_no_effect_any_more(college, lines):
    found(college, "r", "enrollment.credits_earned", lines["enrollment", "s1"], state="fixed", change="fixed")
    assert effects(college, "r", "1P1", "status") is None


@pytest.mark.parametrize(
    ("place", "reason"),
    [("mart.indicator.unknown_count", "no_record"), ("quality.received_line.reason_code", "not_loaded")],
)
def test_what_names_no_record_says_cannot_tell_and_never_no_effect(college, place, reason):
    found(college, "r", place, None, program_year=REPORT)
    assert effects(college, "r", "1P1", f"status, reason, {BOUNDS}") == ("cannot_tell", reason, None, None, None, None)


def test_a_program_without_its_code_leaves_open_whom_it_concerns(college, lines):
    found(college, "r", "program.program_id", 10**6)
    assert effects(college, "r", "1P1", "status, reason") == ("cannot_tell", "names_nobody")


def test_an_indicator_that_is_not_computed_has_no_bounds(college, lines):
    found(college, "r", "student.sex", lines["student", "s2"])
    college.execute("update mart.indicator set status = 'pending', numerator_count = null where indicator_code = '3P1'")
    try:
        assert effects(college, "r", "3P1", "status, reason, highest_numerator_count") == (
            "cannot_tell",
            "pending",
            None,
        )
    finally:
        college.execute(
            "update mart.indicator set status = 'computed', numerator_count = 1 where indicator_code = '3P1'"
        )


def test_an_institution_is_told_its_own_records_and_findings_of_none_count_for_all_alone(college, lines):
    found(college, "r", "enrollment.credits_earned", lines["enrollment", "s1"])
    found(college, "r", "enrollment.credits_earned", lines["enrollment", "s2"], institution_id=None)
    assert effects(college, "r", "1P1", TOUCHED) == (2, 2, 0)
    assert effects(college, "r", "1P1", f"finding_count, {TOUCHED}", institution_id="A") == (1, 1, 1, 0)


def test_more_findings_never_narrow_the_bounds_and_the_rate_lies_within(college, lines):
    low = high = Fraction(1, 2)
    for (table, who), line in sorted(lines.items()):
        column = {"placement": "placement_status", "enrollment": "credits_earned", "course": "program_id",
                  "program_enrollment": "exit_reason", "student": "student_id_kind"}.get(table)  # fmt: skip
        if column and who != "s1":
            year = REPORT if table == "placement" else COHORT
            found(college, "r", f"{table}.{column}", line, program_year=year)
            a, b, c, d = effects(college, "r", "1P1", BOUNDS)
            assert Fraction(a, b) <= low <= high <= Fraction(c, d)
            low, high = Fraction(a, b), Fraction(c, d)
    assert low < Fraction(1, 2) < high


def test_of_each_column_it_has_been_decided_what_it_decides(college):
    rows = college.execute(
        "select distinct table_name, column_name from quality.column_use where grantee_id = 'oregon'"
    ).fetchall()
    known = {(table.name, column.name) for table in core_tables() for column in content_columns(table)}
    listed = {pair for pair in rows if pair[1] != "program_year"}
    left = {(t, c) for t, c in known - listed if not UNDECIDED.get(t, set()) & {c, "*"}}
    assert listed <= known
    assert left <= {("course", "credit_status")}, "it counts only where the definition leaves some of them out"


@pytest.mark.parametrize(
    ("change", "column", "code", "before", "after"),
    [
        ("nontraditional_list = 'computed'", "program.cip_code", "3P1", "subgroup", "cohort"),
        ("nontraditional_list = 'computed'", "program.nontraditional_sex", "3P1", "cohort", None),
        ("denominator_3p1 = 'concentrators'", "program.nontraditional_sex", "3P1", "cohort", "outcome"),
        ("denominator_2p1 = 'concentrators'", "program_enrollment.exit_date", "2P1", "cohort", "outcome"),
        ("completer_basis = 'award'", "credential.award_level_code", "1P1", None, "cohort"),
    ],
)
def test_what_a_column_decides_follows_the_definition(college, change, column, code, before, after):
    table, name = column.split(".")
    query = (
        "select max(use_code) from quality.column_use where grantee_id = 'oregon' and program_year = ? "
        "and table_name = ? and column_name = ? and indicator_code = ?"
    )
    asked = [REPORT, table, name, code]
    assert college.execute(query, asked).fetchone() == (before,)
    college.execute("begin")
    college.execute(f"update reference.definition set {change}")
    assert college.execute(query, asked).fetchone() == (after,)
    college.execute("rollback")


def test_credit_status_of_a_course_decides_where_only_one_of_them_counts(college):
    query = (
        "select count(*) from quality.column_use where grantee_id = 'oregon' and program_year = ? "
        "and table_name = 'course' and column_name = 'credit_status' and use_code = 'concentration'"
    )
    assert college.execute(query, [REPORT]).fetchone() == (0,)
    college.execute("begin")
    college.execute("delete from reference.counted_code where code_set = 'credit_status' and code <> 'credit'")
    assert college.execute(query, [REPORT]).fetchone() == (3,)
    college.execute("rollback")
