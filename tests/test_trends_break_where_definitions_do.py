"""A line drawn across a change of definition shows progress that nobody made. Do trends break there, and only there?"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measures_example import measured_warehouse
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, insert, warehouse

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.reports.charts import trend_chart
from pipelines.scorecard.build import build_scorecard
from pipelines.scorecard.comparability import outside_changes, touching
from pipelines.scorecard.read import Partition
from pipelines.scorecard.section import Table
from pipelines.scorecard.share import Share
from pipelines.scorecard.trend import Point, TrendLine, letter, series, trend_lines

BEFORE = "2022-23"
POINTS = st.lists(
    st.builds(
        Point,
        st.sampled_from(["plan-1", "plan-2"]),
        st.sampled_from([(), ("1997_two_question",), ("2024_combined",)]),
        st.sampled_from([(), ("Aid form simplified",)]),
    ),
    min_size=1,
    max_size=6,
)


def table(connection: Any, name: str) -> Table:
    card = build_scorecard(connection, GRANTEE, YEAR, RUN, WORDS)
    return next(t for section in card.sections for t in section.tables if t.id == name)


def rows(connection: Any, name: str) -> dict[str, dict[str, Any]]:
    found = table(connection, name)
    return {str(row[0]): dict(zip((c.key for c in found.columns), row, strict=True)) for row in found.rows}


def lines(connection: Any) -> dict[tuple[str, str], TrendLine]:
    found = trend_lines(Partition(connection, GRANTEE, YEAR), grantee(GRANTEE))
    mine = [line for line in found if line.indicator_code == "1P1"]
    return {(line.program_year, f"{line.dimension} {line.code}"): line for line in mine}


@given(POINTS)
def test_a_new_series_begins_exactly_where_something_changed(points: list[Point]) -> None:
    found = series(points)

    assert found[0] == ("A", "")
    for (before, now), ((old, _), (new, why)) in zip(pairwise(points), pairwise(found), strict=True):
        is_other_question = bool(before.standards and now.standards and before.standards != now.standards)
        is_break = before.definition_version != now.definition_version or is_other_question or bool(now.changes)
        assert (old != new) == is_break == bool(why)


@given(POINTS)
def test_a_letter_never_comes_back_because_a_return_to_an_old_definition_is_a_third_series(points: list[Point]) -> None:
    letters = [one for one, _why in series(points)]

    assert letters == sorted(letters)


def test_letters_go_on_after_the_alphabet() -> None:
    assert [letter(number) for number in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]


def test_two_years_under_one_definition_are_one_series_and_a_rate_stands_with_its_counts() -> None:
    found = lines(measured_warehouse())

    assert found[BEFORE, "all all"].rate == Share(500, 1000)
    assert found[YEAR, "all all"].rate == Share(600, 1000)
    assert found[YEAR, "all all"].series == found[BEFORE, "all all"].series == "A"


def test_a_new_definition_breaks_every_group_and_says_which_it_was() -> None:
    connection = measured_warehouse()
    connection.execute("update mart.indicator set definition_version = 'v0' where program_year = ?", [BEFORE])
    found = lines(connection)

    assert found[YEAR, "all all"].series == found[YEAR, "sex female"].series == "B"
    assert found[YEAR, "all all"].why == "definition v0 became v1"


def test_a_new_race_question_breaks_figures_by_race_and_leaves_the_others_alone() -> None:
    connection = measured_warehouse()
    insert(connection, "core.student", grantee_id=GRANTEE, program_year=BEFORE, race_question_standard="state_local")
    connection.execute(
        "update core.student set race_question_standard = '1997_two_question' where program_year = ?", [YEAR]
    )
    insert(
        connection, "mart.indicator", grantee_id=GRANTEE, program_year=BEFORE, indicator_code="1P1",
        subgroup_dimension="race_ethnicity", subgroup_code="white", numerator_count=30, denominator_count=70,
        unknown_count=1, status="computed", definition_version="v1",
    )  # fmt: skip
    found = lines(connection)

    assert found[YEAR, "race_ethnicity white"].series == "B"
    assert "race question" in found[YEAR, "race_ethnicity white"].why
    assert found[YEAR, "all all"].series == found[YEAR, "sex female"].series == "A"


def test_flags_from_the_aid_form_break_when_the_form_changes_and_flags_from_elsewhere_do_not() -> None:
    oregon = grantee("oregon")

    assert [change.program_year for change in touching(oregon, "economic_disadvantage")] == ["2024-25"]
    assert touching(oregon, "disability") == ()
    assert touching(oregon, "all") == ()
    assert all(change.evidence and change.says for change in outside_changes())


def test_a_slip_in_the_file_of_outside_changes_is_named(tmp_path: Path) -> None:
    path = tmp_path / "comparability.toml"
    path.write_text('[[change]]\nprogram_year = "2024-25"\ntitel = "slip"\n', encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"comparability\.toml: \[\[change\]\] 1.*'titel'"):
        outside_changes(path)


def test_a_level_and_its_ninety_percent_line_are_exact() -> None:
    found = rows(measured_warehouse(), "trend_years")[f"1P1 {YEAR}"]

    assert (str(found["level"]), str(found["line"])) == ("70.25", "63.225")
    assert found["result"] == "not reached"


def test_a_year_without_a_level_has_no_line_rather_than_one_at_zero() -> None:
    found = rows(measured_warehouse(), "trend_years")[f"1P1 {BEFORE}"]

    assert (found["level"], found["line"]) == ("not set", "not set")


def test_a_year_that_is_pending_is_a_word_and_no_rate() -> None:
    found = rows(measured_warehouse(), "trend_years")

    assert found[f"2P1 {YEAR}"]["rate"] == "pending"
    assert found[f"3P1 {YEAR}"]["rate"] == "nobody in the cohort"


@pytest.mark.parametrize(("numerator", "word"), [(600, "as certified"), (599, "restated")])
def test_a_figure_that_is_no_longer_the_certified_one_is_called_restated(numerator: int, word: str) -> None:
    connection = measured_warehouse()
    connection.execute(
        "create table if not exists quality.certified_worksheet (act_number bigint, grantee_id text, "
        "program_year text, section text, measure text, person_count bigint)"
    )
    for measure, count in (("1p1_numerator", numerator), ("1p1_denominator", 1000)):
        insert(connection, "quality.certified_worksheet", act_number=7, grantee_id=GRANTEE, program_year=YEAR,
               section="total", measure=measure, person_count=count)  # fmt: skip
    found = rows(connection, "trend_years")

    assert found[f"1P1 {YEAR}"]["standing"] == word
    assert found[f"1P1 {YEAR}"]["certified"] == Share(numerator, 1000)
    assert found[f"1P1 {BEFORE}"]["standing"] == "not certified"


def test_a_group_that_nobody_belonged_to_is_told_from_an_indicator_that_could_not_be_counted() -> None:
    connection = measured_warehouse()
    assert rows(connection, "trend_subgroups")["1P1 Male"]["y2022_23"] == "nobody"

    connection.execute(
        "update mart.indicator set status = 'not_computable' where program_year = ? and subgroup_dimension = 'all'",
        [BEFORE],
    )
    assert rows(connection, "trend_subgroups")["1P1 Male"]["y2022_23"] == "cannot tell"


def test_a_warehouse_without_indicators_says_that_no_trend_can_be_told() -> None:
    card = build_scorecard(warehouse(is_filled=False), GRANTEE, YEAR, RUN, WORDS)
    section = next(one for one in card.sections if one.id == "trend")

    assert section.tables == ()
    assert "no trend can be told" in section.says[-1]


def test_the_chart_draws_no_line_across_a_break() -> None:
    connection = measured_warehouse()
    whole = trend_chart(table(connection, "trend_years"))
    connection.execute("update mart.indicator set definition_version = 'v0' where program_year = ?", [BEFORE])
    broken = trend_chart(table(connection, "trend_years"))

    assert (_joined(whole), _joined(broken)) == (1, 0)
    assert "<title" in whole
    assert "table" in whole


def _joined(chart: str) -> int:
    """Return how many lines join two points: paths that move to one and draw to the next."""
    return len(re.findall(r' d="M[\d.]+,[\d.]+L', chart))


def test_nothing_is_drawn_where_no_year_is_computed() -> None:
    connection = measured_warehouse()
    connection.execute("update mart.indicator set status = 'pending'")

    assert trend_chart(table(connection, "trend_years")) == ""
