"""Can a value that somebody planted in a record run in the spreadsheet of whoever opens a return?"""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines.desk.directory import Institution
from pipelines.returns.package import HEADERS, File, Package, Row
from pipelines.returns.sheets import csv_bytes, workbook_bytes
from pipelines.spreadsheet_text import as_sent, plain, visible

HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\uff1d1+1",
    "a;=1+1", 'a;"=1+1', "'=1+1", '"=1+1', "x\u202egnp.exe", "\u2066=1+1", "https://example.org",
    "mailto:a@example.org", "internal:Sheet1!A1", "\\u{41}", "{=1+1}", "<script>alert(1)</script>", "\x00\x1b[31m",
    "_x003D_1+1", "=HYPERLINK(\"http://a\",\"b\")",
)  # fmt: skip
STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
TEXTS = (
    st.text(max_size=60)
    | st.sampled_from(HOSTILE)
    | st.builds(str.__add__, st.sampled_from(STARTS), st.text(max_size=9))
)


def _package(value: str, **more: Any) -> Package:
    row = {
        "finding_id": "0" * 20, "change": "new", "line": 2, "cell": value, "column": value, "value": value,
        "severity": "warning", "wrong": "wrong", "why": "why", "fix": "fix", "rule_id": "rule", "explanation": value,
    }  # fmt: skip
    file = File("s1" * 8, "oregon", "2023-24", more.get("file_name", "a.csv"), "ab" * 32, "student", "a.csv")
    to = Institution("oregon", "ADA", more.get("name", "Ada College"), "ADA")
    return Package(file, to, "An agency", True, 1, date(2024, 8, 1), (Row(**row),), (), "", 0)


def _of_csv(package: Package) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(package).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("program", [",", ";", "\t"])
@pytest.mark.parametrize("value", HOSTILE)
def test_no_cell_of_the_csv_begins_a_formula_whatever_a_program_takes_for_the_end_of_a_cell(
    value: str, program: str
) -> None:
    text = csv_bytes(_package(value, name=value, file_name=value)).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=program) for cell in row]
    assert [cell for cell in cells if cell.strip(' "').startswith(STARTS)] == []


@given(TEXTS)
@example("'=")
@example("''")
@example("\\u{5C}u{202E}")
def test_a_value_can_be_read_back_from_its_cell_as_it_was_sent(value: str) -> None:
    assert as_sent(plain(value)) == value
    assert not plain(value).startswith(STARTS)
    assert "\n" not in plain(value), "one finding is one line, also for whoever counts lines"


@given(TEXTS)
def test_the_csv_of_a_return_is_read_back_cell_by_cell(value: str) -> None:
    header, row = _of_csv(_package(value))[2:]
    assert tuple(header) == HEADERS
    assert len(row) == len(HEADERS)
    assert {as_sent(row[HEADERS.index(name)]) for name in ("Cell", "Column", "Value as sent", "Explanation")} == {value}


@pytest.mark.parametrize("value", HOSTILE)
def test_in_the_workbook_every_value_is_a_text_and_none_a_formula_or_a_link(value: str, tmp_path: Path) -> None:
    made = workbook_bytes(_package(value, name=value, file_name=value), tmp_path)
    book = load_workbook(io.BytesIO(made))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    found = [book["Findings"].cell(4, HEADERS.index(name) + 1) for name in ("Cell", "Value as sent", "Explanation")]
    assert {cell.value for cell in found} == {visible(value)}


def test_a_text_that_looks_like_a_formula_stays_one_when_somebody_edits_its_cell(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(workbook_bytes(_package("=1+1"), tmp_path)))
    assert book["Findings"].cell(4, HEADERS.index("Value as sent") + 1).quotePrefix


def test_only_explanations_can_be_written_into_a_workbook(tmp_path: Path) -> None:
    sheet = load_workbook(io.BytesIO(workbook_bytes(_package("x"), tmp_path)))["Findings"]
    assert sheet.protection.sheet
    unlocked = [cell.column for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    assert unlocked == [HEADERS.index("Explanation") + 1]


def test_more_findings_than_a_sheet_takes_go_on_in_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.returns.sheets.MOST_ROWS", 5)
    package = _package("x")
    many = Package(**{**package.__dict__, "rows": package.rows * 5})
    book = load_workbook(io.BytesIO(workbook_bytes(many, tmp_path)))
    assert [sheet.max_row for sheet in book if sheet.title.startswith("Findings")] == [5, 5, 4]
    assert list(tmp_path.iterdir()) == [], "nothing of a person's record is left where it was put together"
