"""Does the definition's report say a status, and no other? Poor at entry and poor at the end are different people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from core_rows import YEARS, add, define, rows_of, small_warehouse

from pipelines.schema import equity_columns

AS_OF = ("ever", "at_entry", "latest")


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    connection.execute("delete from core.student")
    yield connection
    connection.close()


# reports of 2021-22 fall, 2022-23 fall, 2022-23 winter, 2022-23 spring -> status of 2022-23 ever, at entry, latest
FLAGS = {
    ("no", "no", "yes", "no"): ("yes", "no", "no"),
    ("no", "yes", "no", "yes"): ("yes", "no", "yes"),
    ("yes", "no", "no", "no"): ("no", "yes", "no"),
    (None, "yes", "no", "no"): ("yes", "yes", "no"),
    (None, "no", "no", "yes"): ("yes", "no", "yes"),
    ("declined", "yes", "no", "not_reported"): ("yes", "yes", "no"),
    ("unknown", "declined", "declined", "not_reported"): ("declined", "unknown", "declined"),
    ("not_reported", "not_collected", "not_collected", "not_collected"): ("not_collected", "not_reported",
                                                                         "not_collected"),
}  # fmt: skip


def _report(connection: duckdb.DuckDBPyConnection, student: str, answers: tuple[str | None, ...], column: str) -> None:
    places = [("2021-22", "fall"), ("2022-23", "fall"), ("2022-23", "winter"), ("2022-23", "spring")]
    for (year, term), answer in zip(places, answers, strict=True):
        if answer is not None:
            add(connection, "student", program_year=year, term_code=term, student_id=student, **{column: answer})


@pytest.mark.parametrize("column", ["disability_status", "aid_form_status"])
def test_a_flag_is_that_of_the_report_that_the_definition_asks_for(college, column):
    for number, answers in enumerate(FLAGS):
        _report(college, f"{number}", answers, column)
    for place, as_of in enumerate(AS_OF):
        define(college, status_as_of=as_of)
        found = rows_of(college, "mart.student_year", f"student_id, {column}", "program_year = '2022-23'")
        assert dict(found) == {f"{n}": expected[place] for n, expected in enumerate(FLAGS.values())}, as_of


# the same reports of sex -> sex of 2022-23 ever, at entry, latest
SEXES = {
    ("male", "female", "female", "another"): ("another", "male", "another"),
    ("unknown", "female", "male", "declined"): ("male", "female", "male"),
    ("male", "declined", "not_reported", "not_collected"): ("declined", "male", "declined"),
    (None, "not_reported", "unknown", "declined"): ("unknown", "unknown", "unknown"),
}


def test_sex_and_race_are_the_latest_value_and_at_entry_the_first(college):
    races = {"male": "asian", "female": "white", "another": "asian|white"}
    for number, answers in enumerate(SEXES):
        _report(college, f"s{number}", answers, "sex")
        _report(college, f"r{number}", tuple(answer and races.get(answer, answer) for answer in answers),
                "race_selections")  # fmt: skip
    rolled_up = {"asian|white": "two_or_more_races"}
    for place, as_of in enumerate(AS_OF):
        define(college, status_as_of=as_of)
        found = rows_of(college, "mart.student_year", "student_id, sex, race_ethnicity", "program_year = '2022-23'")
        by_student = {student: (sex, race) for student, sex, race in found}
        for number, expected in enumerate(SEXES.values()):
            race = races.get(expected[place], expected[place])
            assert by_student[f"s{number}"][0] == expected[place], as_of
            assert by_student[f"r{number}"][1] == rolled_up.get(race, race), as_of


def test_entry_is_entry_at_that_college_and_a_later_report_changes_no_earlier_year(college):
    add(college, "institution", program_year="2021-22", institution_id="B")
    add(college, "student", program_year="2021-22", institution_id="B", homelessness_status="yes")
    add(college, "student", program_year="2022-23", homelessness_status="no")
    add(college, "student", program_year="2023-24", homelessness_status="yes")
    define(college, status_as_of="at_entry")
    found = rows_of(college, "mart.student_year", "institution_id, program_year, homelessness_status")
    assert found == [("A", "2022-23", "no"), ("A", "2023-24", "no"), ("B", "2021-22", "yes")]


@pytest.mark.parametrize("as_of", AS_OF)
def test_no_student_is_lost_or_doubled_and_the_birth_date_is_the_latest(college, as_of):
    define(college, status_as_of=as_of)
    for number, year in enumerate(YEARS):
        for term in ("winter", "fall"):
            born = date(2000, 1, 1 + number) if term == "winter" else None
            add(college, "student", program_year=year, term_code=term, birth_date=born)
    found = rows_of(college, "mart.student_year", "program_year, birth_date")
    assert found == [(year, date(2000, 1, 1 + number)) for number, year in enumerate(YEARS)]


def test_every_flag_of_the_schema_is_asked_for_by_itself_at_entry(college):
    define(college, status_as_of="at_entry")
    flags = [*(c.name for c in equity_columns() if c.name != "sex"), "aid_form_status"]
    for flag in flags:
        add(college, "student", program_year="2021-22", student_id=flag, **{flag: "yes"})
        add(college, "student", program_year="2022-23", student_id=flag, **{flag: "no"})
    said = ", ".join(f"case when {flag} = 'yes' then '{flag}' end" for flag in flags)
    found = rows_of(college, "mart.student_year", f"student_id, concat_ws(',', {said})", "program_year = '2022-23'")
    assert found == [(flag, flag) for flag in sorted(flags)]
