"""Does every line of the annual report's worksheet stand for the right people, and is a sum that is wrong noticed?"""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest
from core_rows import add, define, earn
from worksheet_example import YEAR, colleges, worksheet

from pipelines.car.checks import checks, failed
from pipelines.car.words import MEASURE, OUTCOME, STATUS
from pipelines.car.worksheet import MEASURES, STUDENTS, Count, Line, Worksheet


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    return colleges()


@pytest.fixture(scope="module")
def sheet(warehouse: duckdb.DuckDBPyConnection) -> Worksheet:
    return worksheet(warehouse)


def _persons(sheet: Worksheet, line: str, *measures: str) -> tuple[int | None, ...]:
    found = sheet.line(line)
    assert found is not None, line
    return tuple(found.count(measure).persons for measure in measures)


def test_each_line_counts_the_people_that_paper_and_pencil_give(sheet: Worksheet) -> None:
    by_line = {
        "total": (3, 2),
        "male": (1, 1),
        "female": (1, 1),  # Ada studies at two colleges and is one person
        "another_sex": (1, 0),
        "sex_not_known": (0, 0),
        "white": (2, 1),
        "race_unknown": (1, 1),  # Bo declines to say
        "disability": (1, 0),
        "disability_not_known": (2, 2),
        "career_cluster:13": (1, 1),
        "cluster_unknown": (3, 2),
    }
    assert {line: _persons(sheet, line, *STUDENTS) for line in by_line} == by_line


def test_indicators_stand_on_the_same_lines_with_their_unknown_outcomes(sheet: Worksheet) -> None:
    of_3p1 = ("3p1_numerator", "3p1_denominator", "3p1_unknown")
    assert _persons(sheet, "total", *of_3p1) == (1, 2, 0)
    assert _persons(sheet, "female", *of_3p1) == (1, 1, 0)
    assert _persons(sheet, "male", *of_3p1) == (0, 1, 0)


def test_what_cannot_be_computed_is_a_word_on_every_line_and_never_a_zero(sheet: Worksheet) -> None:
    counts = {line.count("1p1_numerator") for line in sheet.lines}
    assert counts == {Count(None, "not_computable")}, "no placement file came"
    assert {line.count("1p1_denominator").status for line in sheet.lines} == {"computed"}
    assert next(iter(counts)).status in STATUS


def test_every_line_of_the_worksheet_says_under_which_definition_it_was_counted(sheet: Worksheet) -> None:
    assert sheet.definition_version.startswith("oregon")
    assert sheet.form_version == "car-16-clusters"


def test_the_lines_add_up_and_what_has_no_number_yet_is_not_called_passed(sheet: Worksheet) -> None:
    assert failed(sheet) == ()
    outcomes = {(check.section_title, check.measure): check.outcome for check in checks(sheet)}
    assert outcomes["Gender", "participant"] == "passed"
    assert outcomes["Gender", "1p1_numerator"] == "not_checked"
    sections = {line.section for line in sheet.lines if line.section_rule != "total"}
    assert len(outcomes) == len(sections) * len(MEASURES) + 3
    assert {measure for _, measure in outcomes} <= set(MEASURE)


@pytest.mark.parametrize(
    ("line", "measure", "persons", "section"),
    [
        ("male", "participant", 2, "Gender"),
        ("another_sex", "participant", 0, "Gender"),  # somebody the form has no line for, dropped
        ("race_unknown", "3p1_denominator", 0, "Race and ethnicity (1997 standards)"),
        ("disability", "participant", 2, "Special populations"),  # 2 and 2 not known, of 3
        ("career_cluster:13", "participant", 4, "Career Clusters (framework of 16)"),
        ("cluster_unknown", "participant", 1, "Career Clusters (framework of 16)"),
        ("female", "3p1_numerator", 2, "Indicators"),
    ],
)
def test_a_worksheet_that_is_one_person_off_fails_by_the_rule_of_its_section(
    sheet: Worksheet, line: str, measure: str, persons: int, section: str
) -> None:
    wrong = replace(sheet, lines=tuple(_with(one, line, measure, persons) for one in sheet.lines))
    assert section in {check.section_title for check in failed(wrong)}
    assert OUTCOME["failed"] == "FAILED"


def test_who_is_unknown_in_one_cluster_and_a_success_in_another_breaks_no_rule(sheet: Worksheet) -> None:
    lines = tuple(_with(one, "career_cluster:13", "3p1_unknown", 1) for one in sheet.lines)
    lines = tuple(_with(one, "career_cluster:13", "3p1_numerator", 0) for one in lines)
    assert sheet.total.count("3p1_unknown") == Count(0)
    assert failed(replace(sheet, lines=lines)) == ()
    total = tuple(_with(one, "total", "3p1_unknown", 2) for one in lines)
    assert "Career Clusters (framework of 16)" in {one.section_title for one in failed(replace(sheet, lines=total))}


def test_a_code_that_the_form_has_no_line_for_gets_a_line_of_its_own_off_the_form() -> None:
    connection = colleges()
    connection.execute("update core.program set career_cluster_code = 'construction' where institution_id = 'B'")
    sheet = worksheet(connection)
    stray = sheet.line("career_cluster:construction")
    assert stray is not None
    assert (stray.is_on_form, stray.label, stray.count("participant").persons) == (
        False,
        "Code without a line: construction",
        1,
    )
    assert sheet.lines.index(stray) == len(sheet.lines) - 1, "at the end of its section"
    assert failed(sheet) == ()


def test_a_year_without_enrollments_has_no_students_and_not_none() -> None:
    connection = colleges()
    connection.execute("delete from core.enrollment where program_year = ?", [YEAR])
    sheet = worksheet(connection)
    assert sheet.total.count("participant") == Count(None, "not_computable")
    assert failed(sheet) == ()


def test_the_definition_changes_the_count_and_the_lines_still_add_up() -> None:
    connection = colleges()
    define(connection, concentrator_credits=3)
    sheet = worksheet(connection)
    assert _persons(sheet, "total", *STUDENTS) == (3, 3)
    assert failed(sheet) == ()


def test_of_whom_no_college_asks_is_a_word_on_the_form_and_never_a_zero_that_somebody_would_report() -> None:
    connection = colleges()
    connection.execute("update core.student set homelessness_status = 'not_collected'")
    connection.execute("update core.student set foster_care_status = 'not_collected' where institution_id = 'A'")
    sheet = worksheet(connection)
    homeless, not_known = sheet.line("homelessness"), sheet.line("homelessness_not_known")
    assert homeless is not None
    assert not_known is not None
    assert {homeless.count(measure) for measure in STUDENTS} == {Count(None, "not_collected")}
    assert homeless.count("3p1_numerator") == Count(None, "not_collected")
    assert homeless.count("1p1_numerator") == Count(None, "not_computable"), "nor is there a number of anybody"
    assert (not_known.count("participant"), not_known.count("3p1_unknown")) == (Count(3), Count(0))
    assert "not_collected" in STATUS
    assert {line.count("participant").status for line in sheet.lines if line is not homeless} == {"computed"}
    outcomes = {(check.section_title, check.measure): check.outcome for check in checks(sheet)}
    assert outcomes["Special populations", "participant"] == "passed", "a line without a number keeps no sum waiting"
    assert outcomes["Indicators", "3p1_numerator"] == "passed"


def test_a_local_number_counts_at_each_college_and_the_lines_still_add_up() -> None:
    connection = colleges(student_id_kind="local")
    connection.execute("update core.student set student_id_kind = 'local' where student_id = 's1'")
    add(connection, "student", program_year=YEAR, student_id="s5", race_selections="asian|white")
    earn(connection, 1, program_year=YEAR, student_id="s5")
    sheet = worksheet(connection)
    assert _persons(sheet, "female", "participant") == (3,)
    assert _persons(sheet, "two_or_more_races", "participant") == (1,)
    assert failed(sheet) == ()


def _with(line: Line, code: str, measure: str, persons: int) -> Line:
    return replace(line, counts={**line.counts, measure: Count(persons)}) if line.code == code else line
