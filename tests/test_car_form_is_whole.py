"""Does the list of the form's lines hold everybody, and does a wrong file say which line to correct?"""

from __future__ import annotations

from pathlib import Path

import pytest
from core_rows import rows_of, small_warehouse

from pipelines.code_sets import STATES, code_set
from pipelines.configuration import ConfigurationError
from pipelines.equity_source import equity_dimensions
from pipelines.worksheet_form import FOLDER, Form, all_forms, read_form

FORMS = all_forms()
RACES = 8
SPECIAL_POPULATIONS = 9


@pytest.fixture(params=FORMS, ids=[form.version for form in FORMS])
def form(request: pytest.FixtureRequest) -> Form:
    return request.param


def test_nobody_is_without_a_line_whatever_their_sex_or_race(form: Form) -> None:
    for section in ("gender", "race_ethnicity"):
        lines = next(s for s in form.sections if s.code == section).lines
        codes = sorted(code for line in lines for code in line.codes)
        of_dimension = "sex" if section == "gender" else section
        assert codes == sorted((*code_set(of_dimension), *STATES)), "each code once: twice would count people twice"


def test_the_form_has_the_eight_race_lines_and_the_nine_special_populations(form: Form) -> None:
    on_form = {section.code: [line for line in section.lines if line.is_on_form] for section in form.sections}
    assert len(on_form["race_ethnicity"]) == RACES
    assert [line.code for line in on_form["gender"]] == ["male", "female"]
    flags = set(equity_dimensions()) - {"sex", "race_ethnicity"}
    assert {line.dimension for line in on_form["special_population"]} == flags
    assert len(on_form["special_population"]) == SPECIAL_POPULATIONS


def test_declining_is_unknown_on_the_form_and_never_dropped(form: Form) -> None:
    unknown = next(line for s in form.sections for line in s.lines if line.code == "race_unknown")
    assert unknown.is_on_form
    assert set(unknown.codes) == set(STATES)


def test_each_form_says_what_nobody_has_confirmed(form: Form) -> None:
    assert "from memory" in form.confirm
    assert form.source


def test_every_program_year_has_one_form_and_the_framework_that_is_reported_in_it() -> None:
    connection = small_warehouse()
    by_year = {
        year: rows_of(
            connection,
            "mart.form_line",
            "distinct form_version",
            f"'{year}' >= effective_from and (effective_until is null or '{year}' < effective_until)",
        )
        for year in ("2019-20", "2024-25", "2025-26", "2031-32")
    }
    assert by_year == {
        "2019-20": ["car-16-clusters"],
        "2024-25": ["car-16-clusters"],
        "2025-26": ["car-14-clusters"],
        "2031-32": ["car-14-clusters"],
    }
    clusters = rows_of(connection, "mart.form_line", "distinct subgroup_code", "section = 'career_cluster'")
    assert set(clusters) == {*code_set("career_cluster"), "unknown"}, "one framework or the other holds each cluster"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('rule = "partition"', 'rule = "adds_up"', "section gender: rule is 'adds_up'; write one of total, partition"),
        ('codes = ["male"] }', 'codes = ["male"], colour = "red" }', "line male: colour: no such key"),
        ('line = "female"', 'line = "male"', "male: two lines of this name"),
        ('dimension = "all"', "", "line total: dimension"),
        ('codes = ["unknown"], is_on', 'codes = ["unknown", "01"], is_on', "cluster_unknown: codes: people with two"),
        ('confirm = "', 'comment = "', "write it like the other forms"),
    ],
    ids=["rule", "key", "twice", "dimension", "overlap", "form key"],
)  # fmt: skip
def test_a_wrong_file_names_the_line_and_the_key(tmp_path: Path, before: str, after: str, said: str) -> None:
    text = (FOLDER / "car-16-clusters.toml").read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "form.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"form\.toml") as fault:
        read_form(path)
    assert said in str(fault.value)
