"""Can a college repair its data from the package alone? If it has to phone, the package has failed."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Ran, run_cte
from openpyxl import load_workbook

GRANTEE, YEAR, COLLEGE = "udc", "2023-24", "CC"
PEOPLE, CREDITS, PROGRAMS = f"spbpers_{YEAR}.txt", f"sfrstcr_{YEAR}.txt", f"smrprle_{YEAR}.txt"
# What the college's export got wrong, by file, line and column: a code nobody knows, a birth date before 1900, an
# answer left out, a comma in a number, and credits that nobody earns.
WRONG = {
    (PEOPLE, 2, "SPBPERS_SEX"): "Q",
    (PEOPLE, 3, "SPBPERS_BIRTH_DATE"): "1899-01-18",
    (PEOPLE, 3, "DISABILITY_IND"): "maybe",
    (CREDITS, 2, "HOURS_ATTEMPTED"): "3,00",
    (CREDITS, 4, "HOURS_EARNED"): "4000",
}
SAID = "=A new program; its first students enroll next fall (ask 202-555-0142)"
HEARD = "=A new program; its first students enroll next fall (ask (number withheld))"
Table = list[list[str]]
Place = tuple[str, int, str]  # file, line, column


@dataclass(frozen=True)
class Loop:
    """Two nights, and between them what the college did with its package."""

    first: Ran
    second: Ran
    returned: Path  # what the first night gave back
    inbox: Path


def read(text: str) -> Table:
    return list(csv.reader(io.StringIO(text), delimiter="|"))


def write(path: Path, table: Table) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter="|", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    path.write_text(out.getvalue(), encoding="utf-8-sig")


def spoil(inbox: Path) -> dict[str, Table]:
    """Put the faults into the files; return what the college's own system knows, by file."""
    system = {}
    for name in (PEOPLE, CREDITS):
        system[name] = read((inbox / name).read_text(encoding="utf-8-sig"))
        sent = [list(row) for row in system[name]]
        for (file, line, column), text in WRONG.items():
            if file == name:
                sent[line - 1][sent[0].index(column)] = text
        write(inbox / name, sent)
    return system


def repair(inbox: Path, package: Path, system: Mapping[str, Table], scratch: Path) -> set[Place]:
    """Repair one file from its package alone and send it again; return the values that the package asked for.

    The file is told by the hash in the package, the records by `cte annotate`, the values by the college's own system.
    """
    title = package.read_text(encoding="utf-8-sig").splitlines()[1]
    file = next(f for f in inbox.iterdir() if hashlib.sha256(f.read_bytes()).hexdigest() in title)
    if file.name not in system:
        return set()
    copy = scratch / file.name
    done = run_cte("annotate", file, package, "--out", copy, home=scratch / "nowhere")
    assert done.exit_code == 0, done.output
    table, asked = read(copy.read_text(encoding="utf-8-sig")), set()
    problem = table[0].index("cte_problem")
    for line, row in enumerate(table[1:], start=1):
        for column in {said.split(": ")[0] for said in row[problem].split(" / ")} & {*table[0]}:
            place = table[0].index(column)
            row[place] = system[file.name][line][place]
            asked.add((file.name, line + 1, column))
    write(file, table)
    return asked


def explain(package: Path, inbox: Path) -> None:
    """Write into the yellow column of one finding, and send the workbook back."""
    book = load_workbook(package)
    rows = list(book["Findings"].iter_rows(min_row=3))
    place = {str(cell.value): number for number, cell in enumerate(rows[0])}
    chosen = next(row for row in rows[1:] if row[place["Rule"]].value == "program_has_students")
    chosen[place["Explanation"]].value = SAID
    chosen[place["Explanation"]].data_type = "s"
    book.save(inbox / f"{package.stem} (1).xlsx")


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Loop:
    root = tmp_path_factory.mktemp("loop")
    sample = ("sample", "--out", root / "sample", "--students", "60", "--program-years", YEAR, "--clean")
    assert run_cte(*sample, home=root / "home").exit_code == 0
    for other in {path.name for path in (root / "sample").iterdir() if path.is_dir()} - {GRANTEE}:
        shutil.rmtree(root / "sample" / other)
    inbox = root / "sample" / GRANTEE / YEAR
    system = spoil(inbox)
    first = run_cte("run", "--inbox", root / "sample", home=root / "home")
    returned = root / "returned"
    shutil.copytree(root / "home" / "returns" / GRANTEE / COLLEGE, returned)
    asked = [repair(inbox, package, system, root) for package in sorted(returned.glob("*.csv"))]
    assert set().union(*asked) >= set(WRONG)  # two birth dates of one person: both records are asked about
    explain(next(returned.glob(f"{YEAR}_program_{COLLEGE}_*.xlsx")), inbox)
    second = run_cte("run", "--inbox", root / "sample", home=root / "home")
    return Loop(first, second, returned, inbox)


@pytest.fixture
def warehouse(loop: Loop) -> Iterator[Any]:
    with duckdb.connect(str(loop.second.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_all_that_was_wrong_is_fixed_and_nothing_new_came_up(loop: Loop, warehouse: Any) -> None:
    assert loop.first.exit_code in (0, 1), loop.first.output
    assert loop.second.exit_code == 0, loop.second.output
    found = "select distinct file_name, column_name from quality.finding where institution_id = ? and state = ? and "
    at_values = f"{found} table_name in ('core.student', 'core.enrollment')"
    assert warehouse.execute(at_values, [COLLEGE, "open"]).fetchall() == []
    fixed = {(file, column) for file, column in warehouse.execute(at_values, [COLLEGE, "fixed"]).fetchall()}
    ours = {"sex", "birth_date", "disability_status", "credits_attempted", "credits_earned"}
    assert {column for _, column in fixed} >= ours
    (last,) = warehouse.execute("select max(run_id) from quality.run").fetchone()
    new = "select rule_id, file_name from quality.finding where first_seen_run_id = ? and state = 'open'"
    assert warehouse.execute(new, [last]).fetchall() == []


def test_each_file_of_the_loop_was_taken_in_and_lost_no_line(loop: Loop, warehouse: Any) -> None:
    read_again = warehouse.execute(
        "select file_name, physical_line_count - header_line_count - loaded_line_count, message "
        "from quality.submission where supersedes_submission_id is not null or table_name = 'explanation'"
    ).fetchall()
    assert {name.partition("!")[0] for name, _, _ in read_again} == {
        PEOPLE, CREDITS, *(path.name for path in loop.inbox.glob("* (1).xlsx"))
    }  # fmt: skip
    assert [lost for _, lost, _ in read_again] == [0, 0, 0]


def test_the_explanation_stands_on_the_page_of_the_college_and_in_its_next_package(loop: Loop, warehouse: Any) -> None:
    explained = warehouse.execute("select institution_id, explanation from quality.finding_explanation").fetchall()
    assert explained == [(COLLEGE, HEARD)]
    page = loop.second.home / "reports" / "institutions" / GRANTEE / f"{COLLEGE}.html"
    assert HEARD in page.read_text(encoding="utf-8")
    (package,) = (loop.second.home / "returns" / GRANTEE / COLLEGE).glob(f"{YEAR}_program_{COLLEGE}_*.csv")
    rows = list(csv.DictReader(package.read_text(encoding="utf-8-sig").splitlines()[2:]))
    assert {row["Explanation"] for row in rows} == {"", f"'{HEARD}"}
    assert {row["Status since last return"] for row in rows} == {"still open"}


def test_the_next_package_tells_what_was_repaired(loop: Loop) -> None:
    for table in ("student", "enrollment"):
        (package,) = (loop.second.home / "returns" / GRANTEE / COLLEGE).glob(f"{YEAR}_{table}_{COLLEGE}_*.csv")
        rows = list(csv.DictReader(package.read_text(encoding="utf-8-sig").splitlines()[2:]))
        assert {row["Status since last return"] for row in rows} == {"fixed"}


def test_no_identifier_of_a_person_is_anywhere_in_what_went_out(loop: Loop) -> None:
    people = {row[3] for row in read((loop.inbox / PEOPLE).read_text(encoding="utf-8-sig"))[1:]}
    assert people
    for folder in ("reports", "returns", "scorecards", "published"):
        for path in (loop.second.home / folder).rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not [person for person in people if person.encode() in content], path
    for path in loop.returned.glob("*.xlsx"):
        rows = (row for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True))
        told = "|".join(str(cell) for row in rows for cell in row)
        assert not [person for person in people if person in told], path
