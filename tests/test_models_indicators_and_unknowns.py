"""What the three indicators count, and what they refuse to say: unknown is not no, not computable is not zero."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from core_rows import add, complete, define, earn, rows_of, small_warehouse


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """One student of 2022-23 who concentrates; the reporting year of 1P1 and 2P1 is 2023-24."""
    connection = small_warehouse()
    earn(connection, 12)
    yield connection
    connection.close()


def indicator(connection: duckdb.DuckDBPyConnection, code: str, year: str, institution_id: str | None = None):
    """Return (numerator, denominator, unknown, status) of one row."""
    where = f"subgroup_dimension = 'all' and cip_code is null and indicator_code = '{code}' and "
    where += f"program_year = '{year}' and institution_id is not distinct from "
    where += "null" if institution_id is None else f"'{institution_id}'"
    columns = "numerator_count, denominator_count, unknown_count, status"
    (row,) = rows_of(connection, "mart.indicator", columns, where)
    return row


@pytest.mark.parametrize(
    ("completed", "quarter"),
    [
        (date(2022, 7, 1), "2023Q1"),
        (date(2022, 9, 30), "2023Q1"),
        (date(2022, 12, 31), "2023Q2"),
        (date(2023, 1, 1), "2023Q3"),
        (date(2023, 6, 30), "2023Q4"),
    ],
)
def test_placement_is_looked_for_in_the_second_quarter_after_completion(college, completed, quarter):
    complete(college, completed)
    assert rows_of(college, "mart.completer", "outcome_quarter") == [quarter]


def test_completed_by_30_june_and_employed_from_october_to_december_is_placed(college):
    complete(college)
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status="employment")
    assert indicator(college, "1P1", "2023-24") == (1, 1, 0, "computed")
    assert indicator(college, "1P1", "2023-24", "A") == (1, 1, 0, "computed")


def test_a_placement_in_another_quarter_leaves_the_second_one_unknown(college):
    complete(college)
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q3", placement_status="employment")
    assert indicator(college, "1P1", "2023-24") == (0, 1, 1, "computed")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["postsecondary_education"], (1, 1, 0)), (["advanced_training"], (1, 1, 0)), (["military"], (1, 1, 0)),
        (["national_service"], (1, 1, 0)), (["not_engaged"], (0, 1, 0)), (["unknown"], (0, 1, 1)),
        (["not_engaged", "employment"], (1, 1, 0)), (["not_engaged", "unknown"], (0, 1, 0)), ([None], (0, 1, 1)),
    ],
)  # fmt: skip
def test_one_source_that_found_the_person_is_enough_and_unknown_is_not_unplaced(college, statuses, expected):
    complete(college)
    for source, status in zip(("wage_record", "survey"), statuses, strict=False):
        add(college, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status=status,
            placement_source=source)  # fmt: skip
    assert indicator(college, "1P1", "2023-24")[:3] == expected


def test_a_leaver_who_is_no_student_of_the_later_year_is_followed_up_all_the_same(college):
    complete(college)
    college.execute("delete from core.student where program_year = '2023-24'")
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status="employment")
    add(college, "credential", program_year="2023-24", award_date=date(2023, 8, 1))
    assert rows_of(college, "mart.exclusion", "table_name", "table_name in ('placement', 'credential')") == []
    assert indicator(college, "1P1", "2023-24")[:3] == (1, 1, 0)
    assert indicator(college, "2P1", "2023-24")[:3] == (1, 1, 0)


def test_a_completion_whose_date_is_unreadable_stays_in_the_denominator_as_unknown(college):
    complete(college, None, unreadable_columns=",exit_date,")
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status="employment")
    assert indicator(college, "1P1", "2023-24") == (0, 1, 1, "computed")


def test_where_no_placement_arrived_at_all_the_indicator_is_not_computable_and_not_zero(college):
    complete(college)
    assert indicator(college, "1P1", "2023-24") == (None, 1, None, "not_computable")


def test_where_the_year_of_the_cohort_was_never_submitted_the_indicator_is_not_computable(college):
    assert indicator(college, "1P1", "2021-22") == (None, None, None, "not_computable")


def test_where_nobody_completed_there_is_no_denominator(college):
    add(college, "program_enrollment")
    assert indicator(college, "1P1", "2023-24") == (0, 0, 0, "no_denominator")


def test_a_completer_who_is_no_concentrator_is_in_no_denominator(college):
    add(college, "student", student_id="s2")
    complete(college, student_id="s2")
    assert indicator(college, "1P1", "2023-24")[1] == 0


@pytest.mark.parametrize(("received_at", "status"), [("2023-12-31 23:59:00", "pending"), ("2024-01-01", "computed")])
def test_files_that_came_before_the_quarter_had_ended_leave_the_indicator_pending(college, received_at, status):
    complete(college)
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status="employment")
    college.execute("update quality.submission set received_at = ? where program_year = '2023-24'", [received_at])
    numerator, denominator, unknown, found = indicator(college, "1P1", "2023-24")
    assert found == status
    assert (numerator, denominator, unknown) == ((1, 1, 0) if status == "computed" else (None, 1, None))


def test_a_year_of_which_every_file_was_refused_is_not_computable(college):
    complete(college)
    college.execute("update quality.submission set status = 'refused' where program_year = '2023-24'")
    assert indicator(college, "1P1", "2023-24")[3] == "not_computable"


def test_files_of_a_later_year_do_not_change_what_was_reported(college):
    define(college, cohort_program_year_1p1="2022-23")
    complete(college, date(2022, 7, 1))
    add(college, "placement", reference_quarter="2022Q4", placement_status="employment")
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q1", placement_status="employment")
    assert indicator(college, "1P1", "2022-23")[:3] == (0, 1, 1)
    assert indicator(college, "1P1", "2023-24")[:3] == (1, 1, 0)


def test_an_earlier_concentrator_who_completes_counts_also_under_a_reporting_year_window(college):
    define(college, credits_window="reporting_year", cohort_program_year_1p1="2023-24")
    complete(college, date(2023, 9, 1), program_year="2023-24")
    add(college, "enrollment", program_year="2023-24", credits_earned=3)
    assert indicator(college, "1P1", "2023-24")[1] == 1


@pytest.mark.parametrize(
    ("award_date", "expected"),
    [
        (date(2021, 9, 1), (1, 1, 0)),  # the day of entry
        (date(2021, 8, 31), (0, 1, 0)),  # before entry
        (date(2024, 6, 30), (1, 1, 0)),  # a year after completion
        (date(2024, 7, 1), (0, 1, 0)),
    ],
)
def test_a_credential_counts_from_entry_to_one_year_after_completion(college, award_date, expected):
    complete(college)
    add(college, "credential", program_year="2023-24", award_date=award_date)
    assert indicator(college, "2P1", "2023-24")[:3] == expected


def test_an_award_that_no_date_of_entry_can_place_is_unknown_unless_it_is_of_the_program(college):
    complete(college, entry_date=None)
    add(college, "credential", program_id=None, award_date=date(2023, 5, 1))
    assert indicator(college, "2P1", "2023-24")[:3] == (0, 1, 1)
    add(college, "credential", program_id="P1", award_date=date(2023, 5, 1))
    assert indicator(college, "2P1", "2023-24")[:3] == (1, 1, 0)


def test_an_award_whose_date_is_unreadable_is_unknown_and_not_missing(college):
    complete(college)
    add(college, "credential", award_date=None, unreadable_columns=",award_date,")
    add(college, "student", student_id="s2")
    add(college, "credential", student_id="s2", award_date=date(2023, 5, 1))
    assert indicator(college, "2P1", "2023-24")[:3] == (0, 1, 1)


@pytest.mark.parametrize(
    ("award_date", "expected"),
    [(date(2023, 7, 1), (1, 1, 0)), (date(2024, 6, 30), (0, 1, 1)), (date(2024, 7, 1), (0, 1, 0))],
)
def test_without_a_date_of_completion_only_an_award_that_any_date_allows_is_certain(college, award_date, expected):
    complete(college, None)
    add(college, "credential", program_year="2023-24", award_date=award_date)
    assert indicator(college, "2P1", "2023-24")[:3] == expected


def test_a_college_that_sent_no_credentials_makes_its_completers_unknown_and_not_failures(college):
    for table in ("institution", "program", "course", "student"):
        add(college, table, institution_id="B")
    earn(college, 12, institution_id="B", student_id="s1")
    college.execute("update core.student set student_id_kind = 'local'")
    complete(college)
    complete(college, institution_id="B")
    add(college, "credential", award_date=date(2023, 5, 1))
    assert indicator(college, "2P1", "2023-24") == (1, 2, 1, "computed")
    assert indicator(college, "2P1", "2023-24", "B") == (None, 1, None, "not_computable")


def test_credentials_that_all_refer_to_nobody_are_no_zero(college):
    complete(college)
    add(college, "credential", student_id="nobody", award_date=date(2023, 5, 1))
    assert indicator(college, "2P1", "2023-24") == (None, 1, None, "not_computable")


@pytest.mark.parametrize(
    ("sex", "expected"),
    [
        ("female", (1, 1, 0)), ("male", (0, 1, 0)), ("another", (0, 1, 0)), ("unknown", (0, 1, 1)),
        ("declined", (0, 1, 1)), ("not_reported", (0, 1, 1)), ("not_collected", (0, 1, 1)), (None, (0, 1, 1)),
    ],
)  # fmt: skip
def test_a_concentrator_without_a_value_for_sex_is_unknown_in_3p1(college, sex, expected):
    college.execute("update core.student set sex = ?", [sex])
    assert indicator(college, "3P1", "2022-23")[:3] == expected


def test_programs_that_are_nontraditional_for_neither_sex_are_not_in_the_denominator(college):
    college.execute("update core.program set nontraditional_sex = 'neither'")
    assert indicator(college, "3P1", "2022-23") == (0, 0, 0, "no_denominator")


def test_where_no_program_says_for_whom_it_is_nontraditional_3p1_is_not_computable(college):
    college.execute("update core.program set nontraditional_sex = null")
    assert indicator(college, "3P1", "2022-23") == (None, None, None, "not_computable")


def test_a_person_counts_once_for_the_grantee_and_once_at_each_college(college):
    for table in ("institution", "program", "course", "student"):
        add(college, table, institution_id="B")
    earn(college, 12, institution_id="B")
    assert indicator(college, "3P1", "2022-23")[:2] == (1, 1)
    assert indicator(college, "3P1", "2022-23", "B")[:2] == (1, 1)


def test_the_same_local_number_at_two_colleges_is_two_persons(college):
    for table in ("institution", "program", "course", "student"):
        add(college, table, institution_id="B")
    earn(college, 12, institution_id="B")
    college.execute("update core.student set student_id_kind = 'local'")
    assert indicator(college, "3P1", "2022-23")[:2] == (2, 2)


def test_a_person_in_two_nontraditional_programs_counts_once_and_one_met_is_enough(college):
    add(college, "program", program_id="P2", nontraditional_sex="male")
    add(college, "course", course_id="C2", program_id="P2")
    earn(college, 12, course_id="C2")
    assert indicator(college, "3P1", "2022-23")[:3] == (1, 1, 0)


def test_the_window_of_each_indicator_ends_when_the_law_says(college):
    ends = rows_of(college, "mart.indicator", "indicator_code, cohort_program_year, outcome_window_end",
                   "program_year = '2023-24' and institution_id is null and subgroup_dimension = 'all' "
                   "and cip_code is null"
                   )  # fmt: skip
    assert ends == [
        ("1P1", "2022-23", date(2023, 12, 31)),
        ("2P1", "2022-23", date(2024, 6, 30)),
        ("3P1", "2023-24", date(2024, 6, 30)),
    ]


def test_where_all_concentrators_are_counted_no_exit_is_needed_to_tell_the_cohort(college):
    define(college, denominator_2p1="concentrators")
    assert indicator(college, "2P1", "2023-24") == (None, 1, None, "not_computable")
    add(college, "credential", award_date=date(2023, 5, 1))
    assert indicator(college, "2P1", "2023-24")[1:] == (1, 0, "computed")
    assert indicator(college, "1P1", "2023-24")[3] == "not_computable", "who completed is still not told"


def test_where_an_award_completes_awards_tell_the_cohort_and_exits_are_not_missed(college):
    define(college, completer_basis="award")
    add(college, "credential", award_date=date(2023, 5, 1), award_level_code="01")
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status="employment")
    assert indicator(college, "1P1", "2023-24") == (1, 1, 0, "computed")


def test_where_all_concentrators_are_in_3p1_a_college_without_a_list_has_a_cohort_and_no_outcome(college):
    define(college, denominator_3p1="concentrators")
    college.execute("update core.program set nontraditional_sex = null")
    assert indicator(college, "3P1", "2022-23") == (None, 1, None, "not_computable")
