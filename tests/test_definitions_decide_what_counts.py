"""Does each term of a definition change which outcome counts? What nobody could find, or nobody proved, is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from core_rows import add, complete, count_only, define, earn, rows_of, small_warehouse

from pipelines.grantee import IdentifierKind, grantee
from pipelines.intake.identity import kind_sql

MAY = date(2023, 5, 1)


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    yield connection
    connection.close()


def graduate(connection: duckdb.DuckDBPyConnection, *students: str, kind: str = "ssn", exit_date: date | None = MAY):
    """Let students of 2022-23 concentrate and complete; 1P1 and 2P1 of 2023-24 count them."""
    for student in students:
        add(connection, "student", student_id=student, student_id_kind=kind)
        earn(connection, 12, student_id=student)
        complete(connection, exit_date, student_id=student)


def found(connection: duckdb.DuckDBPyConnection, student: str, status: str, source: str = "wage_record") -> None:
    add(connection, "placement", program_year="2023-24", student_id=student, reference_quarter="2023Q4",
        placement_status=status, placement_source=source)  # fmt: skip


def award(connection: duckdb.DuckDBPyConnection, student: str, award_date: date | None = MAY, **values: object) -> None:
    row = {"program_year": "2023-24", "student_id": student, "award_date": award_date, **values}
    add(connection, "credential", **row)


def outcomes(connection: duckdb.DuckDBPyConnection, code: str) -> dict[str, str]:
    table = {"1P1": "mart.placement_case", "2P1": "mart.credential_case"}[code]
    return dict(rows_of(connection, table, "student_id, outcome", "program_year = '2023-24'"))


def test_a_status_that_does_not_count_is_no_placement_and_a_source_that_does_not_count_says_nothing(college):
    graduate(college, "military", "survey", "sought", "both")
    found(college, "military", "military")
    found(college, "survey", "employment", "survey")
    found(college, "sought", "not_engaged")
    found(college, "both", "military")
    found(college, "both", "employment", "clearinghouse")
    assert outcomes(college, "1P1") == {"military": "met", "survey": "met", "sought": "not_met", "both": "met"}
    count_only(college, "placement_status", "employment", "postsecondary_education")
    assert outcomes(college, "1P1") == {"military": "not_met", "survey": "met", "sought": "not_met", "both": "met"}
    count_only(college, "placement_source", "wage_record")
    assert outcomes(college, "1P1") == {
        "military": "not_met", "survey": "unknown", "sought": "not_met", "both": "not_met",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["local", "ferpa_blocked", "other"])
def test_whom_no_source_may_look_up_is_unknown_and_not_unplaced_but_may_answer_a_survey(college, kind):
    graduate(college, "sought", "asked", "found", "elsewhere", kind=kind)
    count_only(college, "placement_status", "employment")
    found(college, "sought", "not_engaged")
    found(college, "asked", "not_engaged", "survey")
    found(college, "found", "employment")
    found(college, "elsewhere", "military", "administrative")
    assert outcomes(college, "1P1") == {
        "sought": "unknown", "asked": "not_met", "found": "met", "elsewhere": "unknown",
    }  # fmt: skip
    members = rows_of(college, "mart.cohort_member", "distinct is_matchable", "indicator_code = '1P1'")
    assert members == [False]
    count_only(college, "matchable_student_id_kind", kind)
    assert outcomes(college, "1P1") == {
        "sought": "not_met", "asked": "not_met", "found": "met", "elsewhere": "not_met",
    }  # fmt: skip


def test_a_blocked_number_is_one_person_at_two_colleges_and_blocked_wherever_one_report_says_so(college):
    for table in ("institution", "program", "course"):
        add(college, table, institution_id="B")
    for institution in ("A", "B"):
        for kind in ("ferpa_blocked", "local"):
            add(college, "student", institution_id=institution, student_id=kind, student_id_kind=kind)
    add(college, "student", student_id="later blocked", student_id_kind="ssn")
    add(college, "student", program_year="2023-24", student_id="later blocked", student_id_kind="ferpa_blocked")
    persons = rows_of(college, "mart.person", "student_id, student_id_kind, is_linkable, count(distinct person_id)",
                      "student_id <> 's1' group by all")  # fmt: skip
    assert persons == [
        ("ferpa_blocked", "ferpa_blocked", True, 1),
        ("later blocked", "ferpa_blocked", True, 1),
        ("local", "local", False, 2),
    ]


def test_a_grantee_tells_blocked_numbers_by_their_form(college):
    blocked = IdentifierKind("ferpa_blocked", r"^B\d{9}$")
    sender = replace(grantee("oregon"), identifiers=(blocked, *grantee("oregon").identifiers))
    sent = "(values ('B541223333'), ('541223333'), ('X1')) as sent (number)"
    told = college.execute(f"select {kind_sql('number', sender)} from {sent}").fetchall()
    assert told == [("ferpa_blocked",), ("ssn",), ("other",)]


def test_a_type_that_does_not_count_is_no_credential_and_evidence_that_does_not_count_is_no_proof(college):
    graduate(college, "degree", "license", "told", "untold", "nothing")
    award(college, "degree", credential_type="degree", evidence_source="award_record")
    award(college, "license", credential_type="license", evidence_source="issuer_verified")
    award(college, "told", credential_type="degree", evidence_source="self_report")
    award(college, "untold", credential_type="degree", evidence_source=None)
    met = dict.fromkeys(("degree", "license", "told", "untold"), "met")
    assert outcomes(college, "2P1") == {**met, "nothing": "not_met"}
    count_only(college, "evidence_source", "award_record", "issuer_verified")
    unproven = {**met, "told": "unknown", "untold": "unknown", "nothing": "not_met"}
    assert outcomes(college, "2P1") == unproven
    count_only(college, "credential_type", "degree")
    assert outcomes(college, "2P1") == {**unproven, "license": "not_met"}
    award(college, "told", date(2023, 5, 2), credential_type="degree", evidence_source="award_record")
    assert outcomes(college, "2P1")["told"] == "met"


def test_evidence_that_does_not_count_forbids_nothing_outside_the_time_in_which_awards_count(college):
    count_only(college, "evidence_source", "award_record")
    graduate(college, "before", "after")
    award(college, "before", date(2021, 8, 31), evidence_source="self_report")
    award(college, "after", date(2024, 5, 2), evidence_source="self_report")
    assert outcomes(college, "2P1") == {"before": "not_met", "after": "not_met"}


def test_a_credential_of_which_a_part_cannot_be_read_forbids_to_say_that_there_is_none(college):
    graduate(college, "no date", "no type", "no program", "nothing", "too late")
    award(college, "no date", None, unreadable_columns=",award_date,")
    award(college, "no type", credential_type=None, unreadable_columns=",credential_type,")
    award(college, "no program", program_id=None, unreadable_columns=",program_id,")
    award(college, "too late", date(2024, 5, 2), credential_type=None, unreadable_columns=",credential_type,")
    award(college, "s1")
    assert outcomes(college, "2P1") == {
        "no date": "unknown", "no type": "unknown", "no program": "unknown", "nothing": "not_met",
        "too late": "not_met",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("months", "last_day"), [(0, date(2023, 4, 30)), (6, date(2023, 10, 30)), (12, date(2024, 4, 30))]
)
def test_awards_count_for_as_many_months_as_the_definition_says_to_the_day(college, months, last_day):
    define(college, credential_window_months=months)
    graduate(college, "in time", "too late", exit_date=date(2023, 4, 30))
    award(college, "in time", last_day)
    award(college, "too late", last_day + timedelta(days=1))
    assert outcomes(college, "2P1") == {"in time": "met", "too late": "not_met"}


@pytest.mark.parametrize(
    ("award_date", "enrolled", "withdrew", "undated"),
    [
        (date(2021, 9, 1), "met", "met", "met"),  # the day of entry
        (date(2021, 8, 31), "not_met", "not_met", "not_met"),
        (date(2023, 7, 1), "met", "met", "met"),  # the earliest day of leaving, and a year
        (date(2023, 7, 2), "met", "met", "unknown"),
        (date(2024, 5, 1), "met", "met", "unknown"),
        (date(2024, 5, 2), "met", "not_met", "unknown"),
        (date(2024, 6, 30), "met", "not_met", "unknown"),
        (date(2024, 7, 1), "not_met", "not_met", "not_met"),
    ],
)
def test_whoever_has_not_left_is_in_the_program_until_the_year_ends(college, award_date, enrolled, withdrew, undated):
    define(college, denominator_2p1="concentrators")
    exits = {"enrolled": (None, None), "withdrew": (MAY, "withdrew"), "undated": (None, "withdrew")}
    for student, (exit_date, reason) in exits.items():
        add(college, "student", student_id=student)
        earn(college, 12, student_id=student)
        add(college, "program_enrollment", student_id=student, exit_date=exit_date, exit_reason=reason)
        award(college, student, award_date)
    assert outcomes(college, "2P1") == {"enrolled": enrolled, "withdrew": withdrew, "undated": undated}


def _quarter(day: date, later: int) -> str:
    """Return the calendar quarter so many quarters after that of a day."""
    number = day.year * 4 + (day.month - 1) // 3 + later
    return f"{number // 4}Q{number % 4 + 1}"


@pytest.mark.parametrize("quarters", [1, 2, 3, 4, 8])
def test_the_quarter_looked_at_is_right_on_every_first_and_last_day_of_a_quarter(college, quarters):
    define(college, follow_up_quarters=quarters)
    firsts = [date(2022, 7, 1), date(2022, 10, 1), date(2023, 1, 1), date(2023, 4, 1), date(2023, 7, 1)]
    days = [*firsts[:4], *(first - timedelta(days=1) for first in firsts[1:])]
    for day in days:
        graduate(college, str(day), exit_date=day)
    expected = {str(day): _quarter(day, quarters) for day in days}
    where = "program_year = '2023-24' and indicator_code = '1P1'"
    assert dict(rows_of(college, "mart.cohort_member", "student_id, outcome_quarter", where)) == expected
    assert dict(rows_of(college, "mart.completer", "student_id, outcome_quarter")) == expected
