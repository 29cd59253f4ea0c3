"""What no measure can place is counted by reason, and what arrived or did not is counted whole."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from core_rows import add, earn, received, rows_of, small_warehouse

from pipelines.schema import content_columns, core_tables


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    yield connection
    connection.close()


def left_out(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int, str]]:
    return rows_of(connection, "mart.exclusion", "table_name, line_number, reason_code")


def test_rows_that_have_their_place_are_not_left_out_however_doubtful_their_values(college):
    earn(college, None, credits_attempted=-5, unreadable_columns=",credits_earned,")
    add(college, "program_enrollment", entry_date=None, unreadable_columns=",entry_date,exit_date,")
    assert left_out(college) == []


def test_a_row_without_a_pseudonym_cannot_be_placed(college):
    line = add(college, "enrollment", student_id=None, credits_earned=12)
    assert left_out(college) == [("enrollment", line, "key_unreadable")]


def test_a_row_whose_own_year_is_another_cannot_be_placed(college):
    line = add(college, "enrollment", credits_earned=12, unreadable_columns=",program_year,")
    assert left_out(college) == [("enrollment", line, "key_unreadable")]
    assert rows_of(college, "mart.participant", "student_id") == []


def test_a_part_of_the_key_that_may_be_empty_must_still_be_readable(college):
    add(college, "credential", program_id=None, award_date=date(2023, 5, 1))
    line = add(college, "credential", program_id=None, award_date=date(2023, 5, 2), unreadable_columns=",program_id,")
    assert left_out(college) == [("credential", line, "key_unreadable")]


def test_a_column_whose_name_ends_like_a_key_does_not_make_the_key_unreadable(college):
    add(college, "program", program_id="P2", unreadable_columns=",eligible_program_id,program_length,")
    assert left_out(college) == []


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("enrollment", {"student_id": "nobody"}),
        ("enrollment", {"course_id": "none"}),
        ("enrollment", {"term_code": "spring"}),
        ("program_enrollment", {"program_id": "none"}),
        ("credential", {"program_id": "none", "award_date": date(2023, 5, 1)}),
        ("course", {"course_id": "C2", "program_id": "none"}),
        ("student", {"institution_id": "Z"}),
        ("placement", {"student_id": "nobody", "reference_quarter": "2023Q1"}),
        ("staff", {"institution_id": "Z"}),
    ],
)
def test_a_row_that_refers_to_nothing_is_an_orphan(college, table, values):
    line = add(college, table, **values)
    assert left_out(college) == [(table, line, "orphan")]


def test_a_general_education_course_belongs_to_no_program_and_is_no_orphan(college):
    add(college, "course", course_id="ENG", program_id=None)
    assert left_out(college) == []


def test_what_refers_to_a_row_left_out_is_left_out_and_counted_too(college):
    course = add(college, "course", course_id="C2", program_id="none")
    enrollment = add(college, "enrollment", course_id="C2", credits_earned=12)
    assert left_out(college) == [("course", course, "orphan"), ("enrollment", enrollment, "orphan")]


def test_only_the_first_row_of_a_key_stays_by_the_order_in_which_the_files_came(college):
    received(college, "b late", received_at="2024-03-01")
    received(college, "z early", received_at="2024-02-01")
    add(college, "enrollment", credits_earned=12, submission_id="b late", line_number=7)
    add(college, "enrollment", credits_earned=1, submission_id="z early", line_number=9)
    add(college, "enrollment", credits_earned=5, submission_id="z early", line_number=10)
    found = rows_of(college, "mart.exclusion", "submission_id, line_number, reason_code")
    assert found == [("b late", 7, "duplicate"), ("z early", 10, "duplicate")]
    assert rows_of(college, "mart.program_student", "semester_credits") == [1]


def test_a_repeated_key_with_an_empty_part_is_a_duplicate_too(college):
    for _ in range(2):
        line = add(college, "credential", program_id=None, award_date=date(2023, 5, 1))
    assert left_out(college) == [("credential", line, "duplicate")]


def test_a_row_that_cannot_be_placed_does_not_push_out_one_that_can(college):
    orphan = add(college, "credential", award_date=date(2023, 5, 1), unreadable_columns=",program_year,")
    add(college, "credential", award_date=date(2023, 5, 1))
    assert left_out(college) == [("credential", orphan, "key_unreadable")]


def test_a_row_of_an_unknown_institution_is_counted_under_the_code_unknown(college):
    add(college, "staff", institution_id=None)
    assert rows_of(college, "mart.exclusion", "institution_id") == ["unknown"]


def test_two_tables_read_from_one_line_are_left_out_apart(college):
    add(college, "student", student_id="s2", line_number=900)
    add(college, "program_enrollment", student_id="s2", program_id="none", line_number=900)
    assert left_out(college) == [("program_enrollment", 900, "orphan")]
    assert len(rows_of(college, "mart.student_year", "student_id", "student_id = 's2'")) == 1


def test_completeness_counts_neither_nulls_nor_the_four_states_as_values(college):
    for number, sex in enumerate(("male", "unknown", "declined", "not_reported", "not_collected", None)):
        add(college, "student", student_id=f"x{number}", sex=sex)
    where = "table_name = 'student' and program_year = '2022-23' and column_name = 'sex'"
    assert rows_of(college, "mart.element_completeness", "row_count, value_count", where) == [(7, 2)]


def test_who_declined_and_what_nobody_collects_are_not_expected_to_have_a_value(college):
    for number, sex in enumerate(("male", "unknown", "declined", "not_reported", "not_collected", None)):
        add(college, "student", student_id=f"x{number}", sex=sex)
    where = "table_name = 'student' and program_year = '2022-23' and column_name = 'sex'"
    assert rows_of(college, "mart.element_completeness", "asked_count, value_count", where) == [(5, 2)]


def test_completeness_sees_rows_without_a_key_because_they_are_what_is_incomplete(college):
    add(college, "enrollment", student_id=None)
    where = "table_name = 'enrollment' and column_name = 'student_id'"
    assert rows_of(college, "mart.element_completeness", "row_count, value_count", where) == [(1, 0)]


def test_every_content_column_of_every_table_has_its_completeness(college):
    for table in ("staff", "work_based_learning", "program_enrollment"):
        add(college, table)
    add(college, "enrollment")
    add(college, "credential", award_date=date(2023, 5, 1))
    add(college, "placement", reference_quarter="2023Q1")
    expected = {(t.name, c.name) for t in core_tables() for c in content_columns(t) if c.name != "institution_id"}
    assert set(rows_of(college, "mart.element_completeness", "table_name, column_name")) == expected


def test_a_college_that_sent_nothing_this_year_has_a_count_of_zero_beside_last_year(college):
    add(college, "staff", program_year="2021-22")
    add(college, "staff", program_year="2021-22", staff_id="t2")
    where = "table_name = 'staff'"
    found = rows_of(college, "mart.record_count", "program_year, row_count, previous_row_count", where)
    assert found == [("2021-22", 2, None), ("2022-23", 0, 2)]


def test_a_table_that_never_arrived_is_expected_with_a_count_of_none(college):
    received(college, "people", table_name="student, enrollment")
    received(college, "refused", table_name="credential", status="refused")
    received(college, "again", table_name="course", status="repeated")
    counts = rows_of(college, "quality.expected_file", "table_name, received_count, refused_count",
                     "program_year = '2022-23'")  # fmt: skip
    expected = {"student": (2, 0), "enrollment": (1, 0), "credential": (1, 1)}
    required = {table.name for table in core_tables() if not table.info["optional"]}
    assert {name: (sent, refused) for name, sent, refused in counts} == {
        name: expected.get(name, (0, 0)) for name in required
    }


def test_nothing_is_expected_of_years_before_the_first_or_after_the_last_that_was_sent(college):
    college.execute("delete from quality.submission where program_year <> '2022-23'")
    assert set(rows_of(college, "quality.expected_file", "program_year")) == {"2022-23"}


def test_every_line_received_is_one_row_whether_it_was_loaded_or_not(college):
    college.execute("delete from quality.submission")
    received(college, "good", loaded_line_count=3)
    received(college, "old", loaded_line_count=9, status="superseded")
    received(college, "bad", loaded_line_count=0, status="refused")
    college.execute(
        "insert into quality.quarantine values ('good', 'good.csv', 4, 1, 'line_field_count', 'A,9'), "
        "('old', 'old.csv', 4, 1, 'line_field_count', 'A'), ('bad', 'bad.csv', null, 8, 'file_is_text', '')"
    )
    found = rows_of(college, "quality.received_line", "submission_id, line_number, reason_code")
    assert found == [
        ("bad", None, "file_is_text"),
        ("good", 4, "line_field_count"),
        ("good", None, None),
        ("good", None, None),
        ("good", None, None),
    ]


def test_days_late_are_counted_only_for_files_that_are(college):
    college.execute("delete from quality.submission")
    received(college, "late", due_date=date(2023, 8, 15), received_at="2023-08-18 03:00:00", is_late=True)
    received(college, "in time", due_date=date(2023, 8, 15), received_at="2023-08-01")
    received(college, "reference", grantee_id=None, due_date=None, is_late=None)
    found = rows_of(college, "quality.submission_check", "submission_id, days_late")
    assert found == [("in time", 0), ("late", 3), ("reference", None)]
