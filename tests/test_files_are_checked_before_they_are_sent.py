"""Does ``cte check`` say at once what the night would say, of files that have not been sent, and leave no trace?"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import fastexcel
import pytest

from pipelines.check.files import check_files
from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee_ids
from pipelines.intake.cells import cell_of, letters

SAMPLE = Path(__file__).parents[1] / "sample_data"
YEAR = "2023-24"
PROGRAMS = SAMPLE / "oregon" / YEAR / f"program_{YEAR}.csv"
# Rules that look for leavers among the students of earlier years, or into what the models make of all files.
NEED_MORE = {
    "placement_student_known",
    "credential_student_known",
    "program_enrollment_concentrator_status_agrees",
    "program_enrollment_participant_completed_course",
    "program_enrollment_others_completed_no_course",
    "placement_quarter_is_over",
}


def checked(*paths: Path, grantee_id: str = "oregon", year: str | None = YEAR, form: str = "csv") -> tuple[int, str]:
    """Return the exit code and what was said."""
    said: list[str] = []
    code = check_files(paths, grantee_id, year, form, said.append)
    return code, "\n".join(said)


@cache
def all_of(grantee_id: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and what is said as JSON of all files of a grantee's year."""
    code, said = checked(*sorted((SAMPLE / grantee_id / YEAR).iterdir()), grantee_id=grantee_id, form="json")
    return code, json.loads(said)


def planted(grantee_id: str) -> set[tuple[str, str, str]]:
    """Return what the answer key says of a grantee's year: file, line, rule."""
    with (SAMPLE / "faults.csv").open(encoding="utf-8") as answer_key:
        return {
            (row["file_name"], row["line_number"], row["rule_id"])
            for row in csv.DictReader(answer_key)
            if (row["grantee_id"], row["program_year"]) == (grantee_id, YEAR)
        }


@pytest.mark.slow
@pytest.mark.parametrize("grantee_id", grantee_ids())
def test_all_planted_faults_are_told_in_one_go_with_line_reason_fix_and_gate_and_no_person(grantee_id: str) -> None:
    """One test a grantee, because each process would check the files anew."""
    code, told = all_of(grantee_id)
    _hold_to_the_answer_key(grantee_id, told)
    faults = told["faults"]
    assert [f for f in faults if not f["why"] or not f["fix"] or not f["message"]] == []
    personal = [f["value"] for f in faults if f["column"] in ("birth_date", "student_id")]
    assert set(personal) <= {"(masked)", ""}
    _hold_that_gates_are_explained(code, told)


def _hold_to_the_answer_key(grantee_id: str, told: dict[str, Any]) -> None:
    found = {
        (f["file"], str(f["line"] or ""), f["rule_id"])
        for f in told["faults"]
        if not f["rule_id"].startswith("drift_")  # what a fault does to a whole file is told besides
    }
    lacking = {fault for fault in planted(grantee_id) if fault[2] in NEED_MORE}
    assert found == planted(grantee_id) - lacking
    assert {rule_id for _, _, rule_id in lacking} <= set(told["not_checked"])


def _hold_that_gates_are_explained(code: int, told: dict[str, Any]) -> None:
    assert all(
        rule["failed"] and rule["population"] and rule["threshold"] and rule["because"] for rule in told["rules"]
    )
    closing = {rule["rule_id"] for rule in told["rules"] if rule["closes_gate"]}
    assert code == (1 if closing else 0)
    assert told["would_close_gate"] is bool(closing)
    assert {f["rule_id"] for f in told["faults"] if f["closes_gate"]} == closing
    assert {rule["rule_id"] for rule in told["rules"]} <= {f["rule_id"] for f in told["faults"]}


def test_a_fault_in_a_workbook_is_told_by_its_cell_which_is_the_column_of_that_name() -> None:
    in_sheets = [f for f in all_of("delaware")[1]["faults"] if f["cell"] and f["column_in_file"]]
    assert in_sheets
    for fault in in_sheets:
        book, sheet = fault["file"].split("!")
        cells = fastexcel.read_excel(SAMPLE / "delaware" / YEAR / book).load_sheet(sheet, header_row=None)
        letter = fault["cell"].split("!")[1].removesuffix(str(fault["line"]))
        column = next(n for n in range(cells.width) if letters(n + 1) == letter)
        assert fault["column_in_file"] in [str(v).strip() for v in cells.to_arrow().column(column).to_pylist()[:5]]


@pytest.mark.parametrize(
    ("place", "position", "line", "cell"),
    [
        ("Book.xlsx!Students", 3, 14, "Students!C14"),
        ("a.zip/Book.xls!2023 Fall", 27, 5, "'2023 Fall'!AA5"),
        ("Book.xlsx!O'Neil", 702, 1, "'O''Neil'!ZZ1"),
        ("Book.xlsx!Students", None, 14, "Students!14"),
        ("students!1.csv", 3, 14, ""),
    ],
)
def test_cells_are_named_as_a_workbook_names_them(place: str, position: int | None, line: int, cell: str) -> None:
    assert cell_of(place, position, line) == cell


def test_text_says_place_column_reason_fix_and_the_threshold_that_decides() -> None:
    _, said = checked(PROGRAMS, form="text")
    assert "program_2023-24.csv: line 11: CIP = '20.0301' [cip_code]: warning: " in said
    assert "\n    why: " in said
    assert "\n    fix: " in said
    assert "1 of " in said
    assert "(it is over the threshold, but the rule is not critical)" in said or "within the threshold" in said
    assert said.endswith("no gate would close")


def test_an_empty_file_would_close_a_gate_and_both_words_and_exit_code_say_so(tmp_path: Path) -> None:
    empty = tmp_path / f"program_{YEAR}.csv"
    empty.touch()
    code, said = checked(empty, form="text")
    assert code == 1
    assert "the file is empty (0 bytes); send it again" in said
    assert "[file_not_empty]" in said
    assert said.endswith("a gate would close: repair what is critical before you submit")


def test_what_no_given_file_says_is_named_as_not_checked_rather_than_passed() -> None:
    said = "not checked, because no file given says it: 3 rules need course, institution, program_enrollment"
    assert said in checked(PROGRAMS, form="text")[1]
    named = json.loads(checked(PROGRAMS, form="json")[1])["not_checked"]
    assert sorted(named) == ["program_has_courses", "program_has_students", "program_institution_known"]


@pytest.mark.parametrize("kind", ["zip", "gzip"])
def test_a_packed_file_has_the_same_faults_at_the_same_lines_as_the_file_itself(kind: str, tmp_path: Path) -> None:
    packed = tmp_path / ("sent.zip" if kind == "zip" else f"{PROGRAMS.name}.gz")
    if kind == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(PROGRAMS, PROGRAMS.name)
    else:
        packed.write_bytes(gzip.compress(PROGRAMS.read_bytes()))
    place = f"sent.zip/{PROGRAMS.name}" if kind == "zip" else packed.name
    plain = list(csv.DictReader(io.StringIO(checked(PROGRAMS)[1])))
    found = list(csv.DictReader(io.StringIO(checked(packed)[1])))
    assert plain
    assert found == [{**row, "file": place} for row in plain]


def test_a_value_that_a_spreadsheet_would_take_for_a_formula_is_defused_in_csv_alone(tmp_path: Path) -> None:
    header, first, *rest = PROGRAMS.read_text(encoding="utf-8").splitlines()
    at = header.split(",").index("AWARD")
    fields = first.split(",")
    fields[at] = "=1+1"
    path = tmp_path / PROGRAMS.name
    path.write_text("\n".join([header, ",".join(fields), *rest]) + "\n", encoding="utf-8")
    rows = csv.DictReader(io.StringIO(checked(path)[1]))
    assert "'=1+1" in {row["value"] for row in rows}
    assert "=1+1" in {f["value"] for f in json.loads(checked(path, form="json")[1])["faults"]}


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
    programs.write_bytes(PROGRAMS.read_bytes())
    checked(programs)
    assert list(tmp_path.iterdir()) == [programs]
