"""Does ``cte check`` say at once what the night would say, of files that have not been sent, and leave no trace?"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from pipelines.check.files import check_files
from pipelines.configuration import ConfigurationError

SAMPLE = Path(__file__).parents[1] / "sample_data"
YEAR = "2023-24"
NEEDS_MORE = {"placement_student_known"}  # looks for leavers among the students of earlier years


def checked(*paths: Path, grantee_id: str = "oregon", year: str | None = YEAR, form: str = "csv") -> tuple[int, str]:
    """Return the exit code and what was said."""
    said: list[str] = []
    code = check_files(paths, grantee_id, year, form, said.append)
    return code, "\n".join(said)


@pytest.fixture(scope="module")
def oregon() -> tuple[int, list[dict[str, str]]]:
    """What is said of all of Oregon's files of a year."""
    code, said = checked(*sorted((SAMPLE / "oregon" / YEAR).glob("*.csv")))
    return code, list(csv.DictReader(io.StringIO(said)))


def test_all_planted_faults_are_told_in_one_go_at_their_lines(oregon: tuple[int, list[dict[str, str]]]) -> None:
    with (SAMPLE / "faults.csv").open() as answer_key:
        planted = {
            (row["file_name"], row["line_number"], row["rule_id"])
            for row in csv.DictReader(answer_key)
            if (row["grantee_id"], row["program_year"]) == ("oregon", YEAR) and row["rule_id"] not in NEEDS_MORE
        }
    assert {(row["file"], row["line"], row["rule_id"]) for row in oregon[1]} == planted


def test_each_fault_comes_with_its_fix_and_no_birth_date_or_identifier_is_shown(
    oregon: tuple[int, list[dict[str, str]]],
) -> None:
    assert [row for row in oregon[1] if not row["fix"]] == []
    personal = [row["value"] for row in oregon[1] if row["column"] in ("birth_date", "student_id")]
    assert personal
    assert set(personal) <= {"(masked)", ""}


def test_faults_within_the_thresholds_close_no_gate_and_the_exit_code_says_so(
    oregon: tuple[int, list[dict[str, str]]],
) -> None:
    assert {row["severity"] for row in oregon[1]} == {"critical", "warning"}
    assert oregon[0] == 0


def test_an_empty_file_would_close_a_gate_and_both_words_and_exit_code_say_so(tmp_path: Path) -> None:
    empty = tmp_path / f"program_{YEAR}.csv"
    empty.touch()
    code, said = checked(empty, form="text")
    assert code == 1
    assert "the file is empty (0 bytes); send it again" in said
    assert said.endswith("a gate would close: repair what is critical before you submit")


def test_what_no_given_file_says_is_named_as_not_checked_rather_than_passed() -> None:
    programs = SAMPLE / "oregon" / YEAR / f"program_{YEAR}.csv"
    assert "not checked, because no file given says it: 1 rule needs institution" in checked(programs, form="text")[1]
    assert json.loads(checked(programs, form="json")[1])["not_checked"] == ["program_institution_known"]


def test_a_line_that_cannot_be_read_is_told_by_place_and_rule_without_our_inner_column() -> None:
    _, said = checked(SAMPLE / "oregon" / YEAR / f"enrollment_{YEAR}_fall.csv", form="text")
    assert "line 88: critical: Each line has as many fields as its header [line_field_count]" in said


def test_files_that_name_no_program_year_are_a_wrong_call_that_names_the_option(tmp_path: Path) -> None:
    nameless = tmp_path / "program.csv"
    nameless.touch()
    with pytest.raises(ConfigurationError, match="add --program-year 2023-24"):
        checked(nameless, year=None)


def test_checking_writes_nothing_beside_the_files_or_into_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CTE_HOME", str(tmp_path / "home"))
    programs = tmp_path / f"program_{YEAR}.csv"
    programs.write_bytes((SAMPLE / "oregon" / YEAR / programs.name).read_bytes())
    checked(programs)
    assert list(tmp_path.iterdir()) == [programs]
