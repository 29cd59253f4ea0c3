"""A certified figure has changed: is it the data or the definition? Both parts must add up to what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from core_rows import rows_of
from forty_students import COHORT, GRANTEE, forty_students, install

from pipelines.act_tables import CERTIFIED_INDICATOR
from pipelines.cli import main
from pipelines.configuration import ConfigurationError
from pipelines.home import claim
from pipelines.night import WRONG_CALL
from pipelines.side_by_side.certified import Explanation, explain
from pipelines.side_by_side.words import tell_explanation
from pipelines.warehouse import FILE_NAME

FIGURES = ", ".join(column.name for column in CERTIFIED_INDICATOR.columns if column.name != "act_number")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("grantees")
    install(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CTE_GRANTEES", str(folder))
        yield folder


@pytest.fixture(scope="module")
def certified(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The forty students, certified for 2022-23; then s28 and s09, both in welding, are corrected to be women."""
    connection = forty_students()
    rows_of(connection, "mart.indicator", "1")
    freeze(connection, 1)
    connection.execute("update core.student set sex = 'female' where student_id in ('s28', 's09')")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def told(certified: duckdb.DuckDBPyConnection) -> Explanation:
    return explain(certified, GRANTEE, COHORT, has_subgroups=True)


def freeze(connection: duckdb.DuckDBPyConnection, act_number: int, where: str = "true") -> None:
    """Freeze the figures of the cohort's year as an act of the agency does."""
    connection.execute(
        "insert into quality.act by name select ? as act_number, 'certify' as kind, ? as grantee_id, ? as program_year",
        [act_number, GRANTEE, COHORT],
    )
    connection.execute(
        f"insert into quality.certified_indicator (act_number, {FIGURES}) select ?, {FIGURES} from mart.indicator "
        f"where grantee_id = ? and program_year = ? and {where}",
        [act_number, GRANTEE, COHORT],
    )


def use_the_proposed_definition(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the second definition of the key in force, for all years; the first stays in the folder."""
    own = folder.with_name("in_force")
    text = (folder / GRANTEE / "grantee.toml").read_text(encoding="utf-8")
    text = text.replace('is_proposed = true\neffective_from = "2026-27"', 'effective_from = "2020-21"')
    (own / GRANTEE).mkdir(parents=True, exist_ok=True)
    (own / GRANTEE / "grantee.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("CTE_GRANTEES", str(own))


def differences(told: Explanation, *cell: str | None) -> dict[str, tuple[int | None, ...]]:
    """Return, by count, certified, today, data, definition of a cell of 3P1."""
    return {
        one.count: (one.certified, one.today, one.data, one.definition)
        for one in told.cells
        if (one.indicator_code, one.institution_id, one.cip_code, one.subgroup_dimension, one.subgroup_code)
        == ("3P1", *(cell or (None, None, "all", "all")))
    }


def test_corrected_records_are_data_where_the_definition_is_the_one_certified(told):
    assert differences(told) == {
        "numerator_count": (13, 15, 2, 0), "denominator_count": (31, 31, 0, 0), "unknown_count": (1, 0, -1, 0),
    }  # fmt: skip


def test_another_definition_and_other_records_are_told_apart_and_add_up(certified, folder, monkeypatch):
    use_the_proposed_definition(folder, monkeypatch)
    told = explain(certified, GRANTEE, COHORT, has_subgroups=True)
    assert told.versions == ("cedar-1", "cedar-2")
    # s03, s04 and s39 leave the denominator; of them s04 had met it, and s23 meets it now.
    assert differences(told) == {
        "numerator_count": (13, 15, 2, 0), "denominator_count": (31, 28, 0, -3), "unknown_count": (1, 0, -1, 0),
    }  # fmt: skip
    for one in told.cells:
        if one.data is not None and one.definition is not None:
            assert one.certified is not None
            assert one.certified + one.data + one.definition == one.today


def test_a_subgroup_that_nobody_is_in_any_more_is_zero_and_not_missing(told):
    assert differences(told, "A", None, "sex", "not_reported")["denominator_count"] == (1, 0, -1, 0)
    assert differences(told, "B", "48.0508", "sex", "female")["denominator_count"] == (1, 2, 1, 0)
    assert differences(told, None, None, "credit_status*sex", "credit*male")["denominator_count"] == (14, 13, -1, 0)


def test_the_latest_certification_counts_and_figures_without_subgroups_are_not_taken_for_empty_ones(certified):
    rows_of(certified, "mart.indicator", "1")
    freeze(certified, 2, "subgroup_dimension = 'all' and cip_code is null")
    told = explain(certified, GRANTEE, COHORT, has_subgroups=True)
    assert told.act_number == 2
    assert differences(told)["numerator_count"] == (15, 15, 0, 0)
    assert {one.certified for one in told.cells if one.subgroup_dimension == "sex"} == {None}
    assert {one.data for one in told.cells if one.subgroup_dimension == "sex"} == {None}


def test_each_difference_is_said_with_both_parts(told):
    said = "\n".join(tell_explanation(told))
    assert "3P1 everybody numerator: 13 -> 15, +2 = +2 by data +0 by definition" in said
    assert "+0 = +0 by data" not in said, "what has not changed hides what has"
    assert "the other " in said


def test_where_nothing_was_certified_there_is_nothing_to_explain(certified):
    with pytest.raises(ConfigurationError, match="2021-22: no figures have been certified"):
        explain(certified, GRANTEE, "2021-22")
    with pytest.raises(ConfigurationError, match=f"{COHORT} A: no figures have been certified"):
        explain(certified, GRANTEE, COHORT, "A")


def test_the_command_tells_a_home_and_where_nothing_was_certified_it_is_a_wrong_call(certified, tmp_path):
    claim(tmp_path, is_sample=True)
    certified.execute(f"attach '{tmp_path / FILE_NAME}' as written")
    certified.execute("copy from database memory to written")
    certified.execute("detach written")
    asked = ["--home", str(tmp_path), "definition", "explain", "--grantee", GRANTEE, "--program-year"]
    done = CliRunner().invoke(main, [*asked, COHORT])
    assert done.exit_code == 0, done.output
    assert "FICTIONAL" in done.output
    assert "figures are as certified" in done.output
    assert "sex" not in done.output, "subgroups are told where they are asked for"
    assert CliRunner().invoke(main, [*asked, "2021-22"]).exit_code == WRONG_CALL
