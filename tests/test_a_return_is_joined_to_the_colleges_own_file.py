"""Does each problem stand behind its own record? One line off, and a college repairs somebody else's birth date."""

from __future__ import annotations

import csv
import hashlib
import io
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from intake_example import COURSE_HEADER, YEAR, Example
from openpyxl import Workbook, load_workbook

from pipelines.cli import main
from pipelines.returns.annotate_text import annotated

HEADER = ("Finding", "Line", "Cell", "Column", "Value as sent", "Severity", "Status since last return",
          "What is wrong", "Why it matters", "How to repair", "Rule", "Explanation")  # fmt: skip
AGE, CODE = ("Expected: a plausible age", "Correct the date; or leave it out"), ("Expected: a known code", "Map it")
CUT = ("Expected: 4 fields", "Close the quotes")
FILE = (
    "Students of C1\n\nID,NAME,BORN,REMARK\n"
    '1,"Núñez, Ana",1899-01-01,"moved\nto ""Salem"", OR"\n2,Bo,2001-02-03,\n\n3,Cy,5" pipe,x\n4,broken\nEND 3\n'
)
TOLD = {4: AGE, 8: CODE, 9: CUT}
# What stands behind which line: the first record ends on line 5, a record in order says nothing, line 9 is none.
BEHIND = {3: ("cte_problem", "cte_repair"), 5: AGE, 6: ("", ""), 8: CODE, 9: CUT}
PROBLEM = (2, "", "TITLE", "new", "=cmd|' /C calc'!A0", "@SUM(1)")


def return_of(content: bytes, *problems: tuple[object, ...], folder: Path, table: str = "student") -> Path:
    """A return about a file: each problem is line, cell, column, status, what is wrong, how to repair."""
    path = folder / f"2023-24_{table}_C1_0123456789ab.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as text:
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerows([["restricted"], [f"SHA-256: {hashlib.sha256(content).hexdigest()} | Program year"], HEADER])
        for line, cell, column, status, wrong, fix in problems:
            writer.writerow(["f", line, cell, column, "", "critical", status, wrong, "", fix, "rule", ""])
    return path


def annotate(file: Path, *more: Path | str) -> Result:
    return CliRunner().invoke(main, ["annotate", str(file), *map(str, more)])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_every_byte_stays_and_each_problem_stands_behind_its_record(
    line_end: str, encoding: str, delimiter: str
) -> None:
    text = FILE.replace(",", delimiter).replace("\n", line_end)
    written = annotated(text.encode(encoding), TOLD, {"Born", "REMARK"})
    assert written is not None
    after, before = written.decode(encoding).split(line_end), text.split(line_end)
    assert len(after) == len(before)
    behind = {}
    for number, (line, sent) in enumerate(zip(after, before, strict=True), start=1):
        assert line.startswith(sent)
        if line != sent:
            behind[number] = tuple(next(csv.reader([line.removeprefix(sent)], delimiter=delimiter)))
    assert behind == {number: ("", *said) for number, said in BEHIND.items()}


def test_the_annotated_file_is_read_as_the_file_itself_and_shows_nobody_else_its_people(tmp_path: Path) -> None:
    """A college repairs the copy and sends that: what helped to repair must not come back as a fault."""
    example = Example(tmp_path)
    content = f"{COURSE_HEADER}\nC1,{YEAR},FA,W001,Welding,P1,C\nC1,{YEAR},FA,W002,,P1,C\n".encode()
    name = f"course_{YEAR}_FA.csv"
    sent = example.put(name, content)
    example.night()
    read = example.rows("select * exclude (submission_id) from core.course order by line_number")
    done = annotate(sent, return_of(content, PROBLEM, folder=tmp_path), "--out", str(tmp_path / "copy.csv"))
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE((tmp_path / "copy.csv").stat().st_mode) == 0o600
    copy = (tmp_path / "copy.csv").read_text()
    assert "TITLE: =cmd|" in copy
    assert ",'@SUM(1)\n" in copy
    sent.write_bytes(copy.encode())
    example.night()
    assert example.rows("select * exclude (submission_id) from core.course order by line_number") == read
    assert example.rows("select message from quality.submission where status = 'read'") == [(None,)]


def test_the_return_of_another_file_is_refused_with_both_hashes_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("TITLE\nx\n")
    said = return_of(b"another", PROBLEM, folder=tmp_path)
    done = annotate(file, said)
    assert done.exit_code == 2
    for content in (file.read_bytes(), b"another"):
        assert hashlib.sha256(content).hexdigest()[:12] in done.output
    assert {path.name for path in tmp_path.iterdir()} == {file.name, said.name}


def test_a_copy_that_is_there_already_is_never_overwritten(tmp_path: Path) -> None:
    """It may hold an afternoon of repairs."""
    file = tmp_path / "mine.csv"
    file.write_text("TITLE\nx\n")
    said = return_of(file.read_bytes(), PROBLEM, folder=tmp_path)
    assert annotate(file, said).exit_code == 0
    copy = tmp_path / "mine_annotated.csv"
    copy.write_text("repaired")
    assert annotate(file, said).exit_code == 2
    assert copy.read_text() == "repaired"


@pytest.mark.parametrize("content", [b"0001Ana 1899\n0002Bo  2001\n", b'{"TITLEX": 1}\n{"TITLEX": 2}\n'])
def test_what_cannot_carry_columns_gets_a_list_beside_it_that_says_it_cannot_be_sent(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "mine.txt"
    file.write_bytes(content)
    done = annotate(file, return_of(content, PROBLEM, folder=tmp_path))
    assert done.exit_code == 0, done.output
    assert "cannot be sent in its place" in done.output
    listed = tmp_path / "mine_problems.csv"
    assert stat.S_IMODE(listed.stat().st_mode) == 0o600
    (row,) = csv.DictReader(io.StringIO(listed.read_text(encoding="utf-8-sig"), newline=""))
    assert (row["line"], row["record"]) == ("2", content.decode().splitlines()[1])


def test_a_workbook_keeps_its_formats_and_the_right_sheet_is_annotated(tmp_path: Path) -> None:
    file, book = tmp_path / "mine.xlsx", Workbook()
    book.active.append(["TITLE"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Courses")
    for row in (["Courses of C1"], ["ID", "TITLE", "HOURS"], [1, "Welding", 3.5], [2, None, "=1+1"]):
        sheet.append(row)
    sheet["C3"].number_format = "0.00"
    book.save(file)
    problem = (4, "Courses!B4", "TITLE", "still open", "=1+1", "Write the title")
    fixed = ("", "", "HOURS", "fixed", "gone", "gone")
    done = annotate(file, return_of(file.read_bytes(), problem, fixed, folder=tmp_path))
    assert done.exit_code == 0, done.output
    assert "formulas" in done.output
    copy = load_workbook(tmp_path / "mine_annotated.xlsx")
    assert [[cell.value for cell in row] for row in copy["Courses"].iter_rows()] == [
        ["Courses of C1", None, None, None, None],
        ["ID", "TITLE", "HOURS", "cte_problem", "cte_repair"],
        [1, "Welding", 3.5, None, None],
        [2, None, "=1+1", "TITLE: =1+1", "Write the title"],
    ]
    assert copy["Courses"]["C3"].number_format == "0.00"
    assert copy["Courses"]["D4"].data_type == "s"
    assert [cell.value for cell in copy.worksheets[0][1]] == ["TITLE"]
    assert stat.S_IMODE((tmp_path / "mine_annotated.xlsx").stat().st_mode) == 0o600


def test_the_returns_of_all_sheets_of_a_workbook_are_joined_to_one_copy(tmp_path: Path) -> None:
    """With a copy for each sheet the college would repair six files, and could send only one of them."""
    file, book = tmp_path / "mine.xlsx", Workbook()
    book.active.append(["TITLE"])  # type: ignore[union-attr]
    book.active.append(["x"])  # type: ignore[union-attr]
    book.create_sheet("Courses").append(["HOURS"])
    book["Courses"].append([3])
    book.save(file)
    content = file.read_bytes()
    students = return_of(content, (2, "Sheet!A2", "TITLE", "new", "A", "B"), folder=tmp_path)
    courses = return_of(content, (2, "Courses!A2", "HOURS", "new", "C", "D"), folder=tmp_path, table="course")
    other = return_of(b"another", PROBLEM, folder=tmp_path, table="program")
    refused = annotate(file, students, courses, other)
    assert (refused.exit_code, other.name in refused.output) == (2, True)
    done = annotate(file, students, courses)
    assert done.exit_code == 0, done.output
    assert "under the name mine.xlsx" in done.output
    copy = load_workbook(tmp_path / "mine_annotated.xlsx")
    assert [[sheet.cell(2, column).value for column in (1, 2, 3)] for sheet in copy] == [
        ["x", "TITLE: A", "B"],
        [3, "HOURS: C", "D"],
    ]


def test_a_forged_return_neither_turns_a_line_of_the_terminal_nor_runs_in_the_copy(tmp_path: Path) -> None:
    evil = "\u202egnp.exe\x1b[31m"
    sent = tmp_path / "student.csv"
    sent.write_text("ID,SEX\n1,F\n")
    problems = (("", "", "SEX", "new", evil, evil), (2, "", "=1+1", "new", evil * 1500, "=1+1"),
                ("9" * 30, "", "SEX", "new", "far", "=1+1"), (2, "", "SEX", "new", "known", ""))  # fmt: skip
    done = annotate(sent, return_of(sent.read_bytes(), *problems, folder=tmp_path))
    assert done.exit_code == 0, done.output
    assert "\\u{202E}gnp.exe" in done.output
    copy = (tmp_path / "student_annotated.csv").read_text(encoding="utf-8")
    assert not {"\u202e", "\x1b"} & {*done.output, *copy}
    assert [cell[:2] for cell in next(csv.reader(copy.splitlines()[1:]))[2:]] == ["'=", "'="]


def test_what_is_no_return_is_refused_with_what_one_looks_like(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("TITLE\nx\n")
    for name in ("mine.csv", "mine.xlsx"):
        (tmp_path / name).write_text("TITLE\nx\n")
        done = annotate(file, tmp_path / name)
        assert (done.exit_code, "this is no return" in done.output) == (2, True), done.output
