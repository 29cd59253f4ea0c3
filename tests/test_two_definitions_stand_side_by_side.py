"""Can an agency see what another definition would do to its figures before it is in force, and which key does what?"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from core_rows import add, complete, earn, small_warehouse

from pipelines import grantee as grantees
from pipelines.cli import main
from pipelines.configuration import ConfigurationError
from pipelines.home import claim
from pipelines.models import all_models
from pipelines.night import SYSTEM_FAILED, WRONG_CALL
from pipelines.side_by_side.beside import DEFINED
from pipelines.side_by_side.compare import compare
from pipelines.side_by_side.comparison import Comparison, Effect
from pipelines.side_by_side.figures import figures_under
from pipelines.side_by_side.rows import as_json
from pipelines.side_by_side.words import tell_comparison
from pipelines.warehouse import FILE_NAME

YEAR = "2022-23"
PLAN = """
[[definition]]
version = "plan"
is_proposed = true
effective_from = "2030-31"
evidence = "a plan that nobody has approved"
concentrator_credits = "15"
credits_window = "reporting_year"
counting_courses = "program"
semester_credits_per_quarter_credit = "1"
clock_hours_per_semester_credit = "30"
cohort_lag_1p1 = 1
cohort_lag_2p1 = 1
cohort_lag_3p1 = 0
"""
EARLY = PLAN.replace('"plan"', '"early"').replace("cohort_lag_3p1 = 0", "cohort_lag_3p1 = 5")


@pytest.fixture(scope="module", autouse=True)
def _planning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let Oregon have a plan, in a copy of its folder."""
    own = tmp_path_factory.mktemp("grantees")
    for path in grantees.FOLDER.iterdir():
        target = own / path.name
        target.mkdir(parents=True)
        for file in path.glob("*"):
            (target / file.name).symlink_to(file)
    text = (grantees.FOLDER / "oregon" / "grantee.toml").read_text(encoding="utf-8")
    (own / "oregon" / "grantee.toml").unlink()
    (own / "oregon" / "grantee.toml").write_text(text + PLAN + EARLY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(grantees, "FOLDER", own)
        yield


@pytest.fixture(scope="module")
def college(_planning: None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Five students: s1 with 12 credits, s2 with 15 of two years, s3 with 18 quarter credits, s4 with 15, s5 with 3."""
    connection = small_warehouse()
    for number in range(2, 6):
        for year in ("2021-22", YEAR):
            add(connection, "student", student_id=f"s{number}", program_year=year)
    earn(connection, 12)
    earn(connection, 8, student_id="s2", program_year="2021-22")
    earn(connection, 7, student_id="s2")
    earn(connection, 18, student_id="s3", credit_unit="quarter_credit")
    earn(connection, 15, student_id="s4")
    earn(connection, 3, student_id="s5")
    for number in (1, 2, 4):
        complete(connection, date(2023, 5, 30), student_id=f"s{number}")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def told(college: duckdb.DuckDBPyConnection) -> Comparison:
    return compare(college, "oregon", YEAR, ("oregon-house-1", "plan"), has_subgroups=True)


def effects(effects: tuple[Effect, ...], measure: str) -> dict[str, tuple[int | None, int | None, int | None]]:
    """Return the effects on everybody: key to denominator change, and who leaves and enters."""
    return {
        one.change.key if one.change else "together": (
            one.denominator, one.moved and one.moved.left, one.moved and one.moved.entered
        )
        for one in effects if one.measure == measure and one.institution_id is None
    }  # fmt: skip


def hold_the_sums(told: Comparison) -> None:
    """Hold that the effects of the keys and of all together are the whole, in every measure and place."""
    for whole in told.whole:
        parts = [p for p in told.parts if (p.measure, p.institution_id) == (whole.measure, whole.institution_id)]
        if whole.denominator is None:
            assert all(part.denominator is None for part in parts)
            continue
        assert sum(part.denominator or 0 for part in parts) == whole.denominator
        if whole.numerator is not None:
            assert sum(part.numerator or 0 for part in parts) == whole.numerator
            assert sum(part.unknown or 0 for part in parts) == whole.unknown


def test_both_versions_are_counted_from_the_same_records(told: Comparison) -> None:
    before, after = (
        {f.measure: f.denominator for f in side if f.institution_id is None and f.measure not in ("1P1", "2P1")}
        for side in (told.before, told.after)
    )
    assert before == {"participant": 5, "concentrator": 4, "completer": 3, "3P1": 4}
    assert after == {"participant": 5, "concentrator": 2, "completer": 1, "3P1": 2}


def test_every_key_that_differs_is_named_as_in_the_folder_with_both_answers(told: Comparison) -> None:
    assert [change.words for change in told.changes] == [
        "concentrator_credits: 12 -> 15",
        "credits_window: cumulative -> reporting_year",
        "semester_credits_per_quarter_credit: 2/3 -> 1/1",
    ]


def test_each_key_is_changed_by_itself_and_the_rest_is_what_they_do_only_together(told: Comparison) -> None:
    assert effects(told.parts, "concentrator") == {
        "concentrator_credits": (-2, 2, 0),  # s1 has 12 and s3 18 * 2/3 = 12; s2 has 8 + 7
        "credits_window": (-1, 1, 0),  # s2 earned 7 in the year
        "semester_credits_per_quarter_credit": (0, 0, 0),  # s3 has 18 instead of 12
        "together": (1, None, None),  # where 15 are asked for, s3 stays because of its 18
    }


def test_the_parts_sum_to_the_whole_in_every_measure_and_place(told: Comparison) -> None:
    hold_the_sums(told)


def test_who_leaves_and_enters_makes_the_difference(told: Comparison) -> None:
    for one in (one for one in told.whole if one.denominator is not None):
        assert one.moved is not None
        assert one.moved.entered - one.moved.left == one.denominator


def test_what_one_version_cannot_tell_is_no_change_to_nobody(college: duckdb.DuckDBPyConnection) -> None:
    told = compare(
        college, "oregon", YEAR, ("oregon-house-1", "early"), has_subgroups=True
    )  # its 3P1 looks at a year of no records
    lines = list(tell_comparison(told))
    assert next(line for line in lines if line.startswith("  3P1")).split()[-3:] == ["cannot", "be", "computed"]
    assert not any(line.startswith(("  3P1: ", "    -4")) for line in lines)
    assert {one.denominator for one in (*told.whole, *told.parts) if one.measure == "3P1"} == {None}
    assert not any(cell.measure == "3P1" for cell in told.cells)
    hold_the_sums(told)


def test_a_college_that_sent_nothing_has_no_count_rather_than_0(college: duckdb.DuckDBPyConnection) -> None:
    told = compare(college, "oregon", "2023-24", ("oregon-house-1", "plan"))
    counts = {f.measure: (f.status, f.denominator) for f in told.before if f.institution_id is None}
    assert counts["participant"] == counts["completer"] == ("not_computable", None)
    assert any(line.split() == ["participant", *["cannot", "be", "computed"] * 2] for line in tell_comparison(told))


def test_subgroups_that_differ_are_listed_and_those_that_agree_are_not(told: Comparison) -> None:
    women = [c for c in told.cells if (c.subgroup_dimension, c.subgroup_code) == ("sex", "female")]
    assert {(c.measure, c.denominator_before, c.denominator_after) for c in women if c.institution_id is None
            and c.cip_code is None} == {("concentrator", 4, 2), ("completer", 3, 1), ("3P1", 4, 2)}  # fmt: skip
    program = [c for c in told.cells if (c.subgroup_dimension, c.cip_code) == ("all", "48.0508")]
    assert ("3P1", None, 4, 2) in {(c.measure, c.institution_id, c.denominator_before, c.denominator_after)
                                   for c in program}  # fmt: skip


def test_the_home_is_left_as_it_was(college: duckdb.DuckDBPyConnection) -> None:
    query = "select table_catalog, table_schema, table_name from information_schema.tables order by all"
    before = college.execute(query).fetchall()
    figures = figures_under(college, "oregon", YEAR, "plan")
    assert {row["definition_version"] for row in figures.indicators} == {"plan"}
    assert college.execute(query).fetchall() == before
    used = college.execute("select distinct definition_version from reference.definition where grantee_id = 'oregon'")
    assert used.fetchall() == [("oregon-house-1",)]


def test_an_unknown_version_or_year_is_refused_with_those_that_there_are(college: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ConfigurationError, match="has version 'plam'; there are oregon-house-1, plan"):
        figures_under(college, "oregon", YEAR, "plam")
    with pytest.raises(ConfigurationError, match="knows 2021-22, 2022-23, 2023-24"):
        figures_under(college, "oregon", "2031-32", "plan")


@pytest.fixture(scope="module")
def home(college: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home of invented records that holds the college."""
    folder = tmp_path_factory.mktemp("home")
    claim(folder, is_sample=True)
    college.execute(f"attach '{folder / FILE_NAME}' as written")
    college.execute("copy from database memory to written")
    college.execute("detach written")
    return folder


def cte(home: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--home", str(home), "definition", *arguments])
    return done.exit_code, done.output


PLACE = ("--grantee", "oregon", "--program-year", YEAR)


def test_the_command_lists_versions_and_says_which_are_only_proposed(home: Path) -> None:
    code, told = cte(home, "list", "--grantee", "oregon")
    assert code == 0
    assert "oregon-house-1  from 2019-20" in told
    assert "plan  proposed, never in force by itself" in told


def test_both_versions_are_told_with_what_each_key_does(told: Comparison) -> None:
    said = "\n".join(tell_comparison(told))
    for line in ("credits_window: cumulative -> reporting_year",
                 "concentrator: -2\n    -2 by concentrator_credits: 12 -> 15 (2 leave, 0 enter)",
                 "    +1 only together", "Institution A",
                 "concentrator all sex female: 4 -> 2"):  # fmt: skip
        assert line in said


def test_what_the_command_writes_is_restricted_and_fictional_in_every_row_and_leaves_the_home_as_it_was(
    home: Path, tmp_path: Path
) -> None:
    before, out = (home / FILE_NAME).read_bytes(), tmp_path / "plan.csv"
    code, said = cte(home, "compare", *PLACE, "--with", "plan", "--format", "csv", "--out", str(out))
    assert (code, out.stat().st_mode & 0o777) == (0, 0o600), said
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all("FICTIONAL, not data of Oregon" in row["note"] and "Restricted" in row["note"] for row in rows)
    whole = [r for r in rows if (r["kind"], r["measure"], r["institution_id"]) == ("figure", "concentrator", "")]
    assert [(row["denominator_before"], row["denominator_after"]) for row in whole] == [("4", "2")]
    assert (home / FILE_NAME).read_bytes() == before


def test_json_holds_the_same_rows_and_the_keys(told: Comparison) -> None:
    content = json.loads(as_json(told, ["a note"]))
    assert content["versions"] == ["oregon-house-1", "plan"]
    assert [key["key"] for key in content["keys"]][:1] == ["concentrator_credits"]
    assert {row["kind"] for row in content["rows"]} == {"figure", "effect", "cell"}
    assert content["notes"] == ["a note"]


def test_a_home_that_a_night_holds_is_the_systems_matter_and_is_told(home: Path) -> None:
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(home / FILE_NAME)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        code, told = cte(home, "compare", *PLACE, "--with", "plan")
        assert holder.stdin is not None
        holder.stdin.close()
    assert code == SYSTEM_FAILED
    assert "another program has it open for writing" in told


def test_a_home_without_a_night_and_a_wrong_version_are_wrong_calls(home: Path, tmp_path: Path) -> None:
    code, told = cte(tmp_path, "compare", *PLACE, "--with", "plan")
    assert (code, "no night has run in this home yet" in told) == (WRONG_CALL, True)
    code, told = cte(home, "compare", *PLACE, "--with", "plam")
    assert (code, "there are oregon-house-1, plan" in told) == (WRONG_CALL, True)


def test_every_model_names_what_it_reads_of_the_definitions_or_it_would_not_be_built_anew() -> None:
    for model in all_models():
        if not DEFINED.isdisjoint(model.inputs):
            assert "definition.*" not in model.sql, f"{model.origin}: name the columns of reference.definition"
            assert "* from reference." not in " ".join(model.sql.split()), f"{model.origin}: name the columns"
