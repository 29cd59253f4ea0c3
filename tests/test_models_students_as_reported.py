"""How the reports of several terms become one student, and how the five states of an answer stay apart."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from core_rows import add, rows_of, small_warehouse

from pipelines.code_sets import code_set
from pipelines.schema import equity_columns


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    connection.execute("delete from core.student")
    yield connection
    connection.close()


def student(connection: duckdb.DuckDBPyConnection, column: str) -> object:
    (value,) = rows_of(connection, "mart.student_year", column)
    return value


# (Hispanic or Latino, races selected) -> line of the annual report, or the state in which there is none
RACE_ROLL_UPS = {
    ("yes", "black_or_african_american"): "hispanic_or_latino",
    ("no", "black_or_african_american|hispanic_or_latino"): "hispanic_or_latino",
    ("no", "asian|white"): "two_or_more_races",
    ("not_collected", "two_or_more_races"): "two_or_more_races",
    ("no", "middle_eastern_or_north_african"): "white",
    ("no", "middle_eastern_or_north_african|white"): "white",
    ("no", "asian|middle_eastern_or_north_african"): "two_or_more_races",
    ("no", "nonresident"): "unknown",
    ("no", "asian|nonresident"): "asian",
    ("unknown", "asian"): "asian",
    ("yes", "unknown"): "hispanic_or_latino",
    ("no", "declined"): "declined",
    ("declined", "not_reported"): "not_reported",
    ("not_collected", "not_collected"): "not_collected",
    (None, None): "unknown",
    ("no", "american_indian_or_alaska_native"): "american_indian_or_alaska_native",
    ("no", "native_hawaiian_or_other_pacific_islander"): "native_hawaiian_or_other_pacific_islander",
    ("no", "black_or_african_american"): "black_or_african_american",
    ("no", "white"): "white",
}


def test_race_rolls_up_to_the_lines_of_the_annual_report(college):
    for number, (hispanic, selections) in enumerate(RACE_ROLL_UPS):
        add(college, "student", student_id=f"{number:02d}", hispanic_ethnicity=hispanic, race_selections=selections)
    found = rows_of(college, "mart.student_year", "student_id, race_ethnicity")
    assert dict(zip(RACE_ROLL_UPS, (race for _, race in found), strict=True)) == RACE_ROLL_UPS


def test_every_line_of_the_annual_report_can_come_out_and_no_other(college):
    for number, race in enumerate(code_set("race")):
        add(college, "student", student_id=f"s{number}", race_selections=race)
    found = set(rows_of(college, "mart.student_year", "race_ethnicity"))
    assert found == {*code_set("race_ethnicity"), "unknown"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (("no", "yes", "no"), "yes"), (("no", "unknown"), "no"), (("declined", "unknown"), "unknown"),
        (("not_reported", "declined"), "declined"), (("not_collected", "not_reported"), "not_reported"),
        (("not_collected",), "not_collected"), ((None,), "unknown"),
    ],
)  # fmt: skip
def test_a_flag_is_yes_if_it_ever_was_and_silence_is_never_a_no(college, answers, expected):
    for term, answer in zip(("fall", "winter", "spring"), answers, strict=False):
        add(college, "student", term_code=term, disability_status=answer)
    assert student(college, "disability_status") == expected


def test_every_flag_is_collapsed_by_its_own_answers(college):
    flags = [*(c.name for c in equity_columns() if c.name != "sex"), "aid_form_status"]
    for number, flag in enumerate(flags):
        add(college, "student", student_id=f"s{number}", **{flag: "yes"})
    for number, flag in enumerate(flags):
        assert rows_of(college, "mart.student_year", "student_id", f"{flag} = 'yes'") == [f"s{number}"]


def test_sex_race_and_birth_date_are_those_of_the_latest_term_that_has_a_value(college):
    add(college, "student", term_code="fall", sex="male", race_selections="white", birth_date=date(2000, 1, 1))
    add(college, "student", term_code="winter", sex="female", race_selections="asian", birth_date=date(1999, 1, 1))
    add(college, "student", term_code="spring", sex="declined", race_selections="unknown", birth_date=None)
    assert student(college, "sex, race_ethnicity, birth_date") == ("female", "asian", date(1999, 1, 1))


def test_terms_are_ordered_by_the_calendar_of_the_grantee_and_not_by_the_alphabet(college):
    ranks = dict(
        college.execute("select term_code, term_rank from reference.term where grantee_id = 'oregon'").fetchall()
    )
    assert sorted(ranks, key=lambda term: ranks[term]) == ["summer", "fall", "winter", "spring", "annual"]


def test_coverage_keeps_the_five_states_apart_and_loses_nobody(college):
    answers = ["yes", "no", "no", "unknown", "declined", "not_reported", "not_collected", None]
    for number, answer in enumerate(answers):
        add(college, "student", student_id=f"s{number}", foster_care_status=answer)
    columns = (
        "student_count, value_count, unknown_count, declined_count, not_reported_count, not_collected_count, "
        "yes_count, no_count"
    )
    where = "equity_dimension = 'foster_care' and institution_id "
    assert rows_of(college, "mart.coverage", columns, where + "= 'A'") == [(8, 3, 2, 1, 1, 1, 1, 2)]
    assert rows_of(college, "mart.coverage", columns, where + "is null") == [(8, 3, 2, 1, 1, 1, 1, 2)]


def test_every_equity_dimension_of_the_schema_is_covered(college):
    add(college, "student")
    expected = {*(c.info["equity"] for c in equity_columns()), "race_ethnicity"}
    found = rows_of(college, "mart.coverage", "equity_dimension, yes_count is null", "institution_id = 'A'")
    assert {dimension for dimension, _ in found} == expected
    assert {dimension for dimension, is_null in found if is_null} == {"sex", "race_ethnicity"}
