"""Does anything that a night, a check or a draft writes or says hold an identifier or a birth date in clear?

The archive apart, and birth dates in ``raw``, ``core``, ``history`` and the year of a student made of them, which are
declared to hold them. Names of files and sheets are told as they are: an identifier in one of those is a matter
between the college and us.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import duckdb
import every_format as college
import pytest
from click.testing import CliRunner
from conftest import ROOT
from every_format import YEAR, lines
from search_for_people import Planted, in_files, in_tables, is_database

from pipelines.cli import main

pytestmark = pytest.mark.slow
BORN = "03/11/1937"
BIRTH_DATES = (BORN, "1937-03-11", "19370311", "11.03.1937")
NAME = "Quackenbusch"
_PLAIN_ROWS = 30  # so that the file is not refused for the bad ones
HOLD_BIRTH_DATES = ("raw.", "core.", "history.", "mart.student_year")
# What is no column of persons may have nine digits by right. The warehouse keeps it; nothing that is read may tell it,
# but for the restricted scorecard, which names colleges of no list by their codes.
KEPT = {"the code of a college", "the code of a course", "a course taken", "a title"}


def _student(planted: Planted, place: str) -> str:
    return college.student(planted.hyphenated(place), BORN)


def _text_files(planted: Planted) -> dict[str, bytes]:
    head, one = college.STUDENT_HEADER, _student
    slipped = f"C1,{planted.hyphenated('a slipped row')},FA,F,{BORN}"
    in_code = f"C1,FA,{planted.plant('a good row')},{BORN},{planted.plant('a column of codes')}"
    of_nobody = planted.plant("the code of a college")
    return {
        f"institution_{YEAR}.csv": lines("COLLEGE,NAME", "C1,The College"),
        f"offer_{YEAR}_4wk.csv": lines(
            college.COURSE_HEADER, f"C1,FA,{planted.plant('the code of a course')},Welding,C",
            f"C1,FA,W900,Of {planted.hyphenated('a title')},{planted.plant('the credit of a course')}"),
        f"{YEAR}_student_C1_0123456789ab.csv": lines(
            f"Return of {NAME}", planted.plant("a title line of a return"), "Finding,Explanation",
            f"{planted.plant('a finding')},She is {planted.hyphenated('an explanation')} and born {BORN}"),
        f"student_{YEAR}_FA.csv": lines(
            head, one(planted, "a row"), slipped, in_code,
            college.student(planted.plant("a row without hyphens"), BORN),
            f"{planted.hyphenated('a line too short')},{NAME}", f'C1,FA,"{planted.plant("an open quote")},{BORN},F',
            f"{one(planted, 'a line too long')},{NAME},{BORN}", f"{one(planted, 'a control character')}\x07",
            college.student(planted.hyphenated("a bad day"), f"{BORN}x"),
            college.student(f"{planted.plant('an identifier too long')}77", BORN),
            f"{of_nobody},FA,{planted.plant('of a college of no list')},{BORN},Q",
            f"{of_nobody},{planted.plant('a term')},{planted.plant('the same')},{BORN},Q",
            *(one(planted, f"a plain row {number}") for number in range(_PLAIN_ROWS)),
        ),
        f"student_{YEAR}_glued.csv": lines(f"{head},{one(planted, 'glued to the header')}", one(planted, "below it")),
        f"student_{YEAR}_headless.csv": lines(one(planted, "where the header should be"), one(planted, "refused")),
        f"student_{YEAR}_coded.csv": lines(head, one(planted, "refused for its encoding")).decode().encode("utf-16"),
        f"student_{YEAR}_bytes.csv": lines(head, one(planted, "beside bad bytes"))
        + f"C1,{NAME} \xff\n".encode("latin-1"),
        f"nobody_knows_{YEAR}.csv": lines(head, one(planted, "a file that nobody knows")),
        f"records_{YEAR}.txt": lines(
            f"ST,{one(planted, 'a record')}", f"EN,{college.enrolled(planted.plant('a record of enrollment'))}",
            f"EN,C1,FA,{planted.plant('beside a course')},{planted.plant('a course taken')},{planted.plant('credits')}",
            f"ZZ,{planted.plant('a record of no kind')},{NAME}", f"{planted.plant('the code of a record')},C1,{BORN}",
        ),
        f"fixed_{YEAR}.dat": college.fixed([planted.plant("fixed width")]) + lines(
            f"C1FA{planted.plant('fixed width too short')}", f"C1{planted.plant('fixed width slipped')}FAW001 30"),
        f"changed_{YEAR}_1.csv": college.changes(
            ("A", planted.plant("added"), "3"), ("A", planted.plant("changed"), "3"),
            ("A", planted.plant("deleted"), "3"),
            ("X", planted.plant("an unknown act"), "3"), (planted.plant("in place of an act"), "812", "3")),
        f"changed_{YEAR}_2.csv": college.changes(
            ("C", planted.plant("changed"), "4"), ("D", planted.plant("deleted"), "3"),
            ("D", planted.plant("deleted but never there"), "3")),
    }  # fmt: skip


def _packed_files(planted: Planted) -> dict[str, bytes]:
    head, one = college.STUDENT_HEADER, _student
    escaping = BytesIO()
    with zipfile.ZipFile(escaping, "w") as archive:
        archive.writestr("../../out.csv", one(planted, "an archive that was refused"))
    enrolled = [planted.plant("a sheet of enrollment"), planted.plant("another of enrollment")]
    return {
        "all.zip": college.packed(
            student_y_zip__csv=lines(head, one(planted, "a member")),
            other__csv=lines(one(planted, "an unknown member")),
        ),
        "escaping.zip": escaping.getvalue(),
        f"student_{YEAR}_packed.csv.gz": gzip.compress(lines(head, one(planted, "gzip")), mtime=0),
        f"book_{YEAR}.xlsx": college.workbook({
            "Students": lines(head, one(planted, "a sheet"), f"{one(planted, 'beyond the header')},{NAME}"),
            "Enrolled": lines(college.ENROLLMENT_HEADER, *map(college.enrolled, enrolled)),
            "Courses": lines(f"{college.hyphens(enrolled[0])},{NAME}", college.COURSE_HEADER),
            "Pivot": lines(f"{planted.plant('an unknown sheet')},{BORN}"),
        }),
        f"rows_{YEAR}.jsonl": college.json_lines(
            [planted.plant("JSON")], NAME=f"{NAME} {planted.plant('an unknown key')}")
        + lines(
            json.dumps({planted.hyphenated("a key itself"): BORN}), f'{{"STUDENT": "{planted.plant("broken JSON")}"',
            json.dumps({"STUDENT": {"SSN": planted.plant("JSON in JSON")}, "COLLEGE": "C1"}),
            json.dumps({"STUDENT": int(planted.plant("a JSON number")), "COLLEGE": "C1", "TERM": "FA"}),
        ),
        f"rows_{YEAR}.parquet": college.parquet(
            [planted.plant("Parquet")], NAME=planted.hyphenated("an unknown column"),
            **{planted.plant("a column itself"): "x"}),
    }  # fmt: skip


@dataclass(frozen=True)
class Story:
    """A night that was killed, one that ended, and calls on the same files, all below one folder."""

    root: Path
    planted: Planted
    said: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def written(self) -> list[Path]:
        """Every file that was written, but for the archive."""
        places = (self.home, self.root / "temporary", self.root / "user")
        files = [path for place in places for path in place.rglob("*") if path.is_file()]
        return [path for path in files if self.home / "archive" not in path.parents]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        own = {"CTE_HOME": self.home, "DAGSTER_HOME": self.home / "dagster", "TMPDIR": self.root / "temporary",
               "HOME": self.root / "user"}  # fmt: skip
        plain = {k: v for k, v in os.environ.items() if not k.startswith("CTE_")}
        known = college.environment(self.root, self.root / "own")
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *arguments], text=True, cwd=ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**plain, **known, **{k: str(v) for k, v in own.items()}},
        )  # fmt: skip

    def cte(self, name: str, *arguments: str, exit_code: int) -> None:
        with self.start(*arguments) as child:
            self.said[name] = child.communicate(timeout=600)[0]
        assert child.returncode == exit_code, self.said[name]

    def killed_night(self) -> None:
        """Kill a night once it has taken in a few files."""
        with self.start("run", "--inbox", str(self.root / "inbox")) as child:
            while len(list(self.home.glob("archive/*/*"))) < 9 and child.poll() is None:
                time.sleep(0.02)
            child.kill()
            self.said["a killed night"] = child.communicate(timeout=60)[0]
        assert child.returncode < 0, self.said["a killed night"]


def _sent(story: Story) -> list[str]:
    return [str(path) for path in sorted((story.root / "inbox" / college.GRANTEE / YEAR).iterdir())]


def _call_here(story: Story) -> None:
    """Call the other commands in this process, which has loaded all that they need."""
    faulty = next(file for file in _sent(story) if file.endswith(f"student_{YEAR}_FA.csv"))
    check = ("--grantee", college.GRANTEE, "--format")
    calls = {"a check as JSON": ("check", *_sent(story), *check, "json"), "the status": ("status",),
             "a check as CSV": ("check", faulty, *check, "csv")}  # fmt: skip
    drafted = [file for file in _sent(story) if Path(file).name.startswith(("student", "rows", "book", "fixed"))]
    calls |= {f"a draft from {Path(file).name}": ("layout", "new", file) for file in drafted}
    for name, arguments in calls.items():
        done = CliRunner().invoke(main, ["--home", str(story.home), *arguments])
        assert done.exit_code in (0, 1, 2), (name, done.output)
        story.said[name] = done.output


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    told = Story(tmp_path_factory.mktemp("bytes"), Planted(words=(*BIRTH_DATES, NAME)))
    for folder in ("home/dagster", "temporary", "user"):
        (told.root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", told.home / "dagster")
    college.write_grantee(told.root)
    college.write_database(told.root, [told.planted.plant("a row of a database")])
    college.put(told.root, _packed_files(told.planted) | _text_files(told.planted))
    told.killed_night()
    corrected = lines(college.STUDENT_HEADER, _student(told.planted, "a row"), _student(told.planted, "a correction"))
    college.put(told.root, {f"student_{YEAR}_zip.csv": corrected, "all.zip": college.packed(
        student_y_zip__csv=lines(college.STUDENT_HEADER, _student(told.planted, "a member sent again")))})  # fmt: skip
    told.cte("a night", "run", "--inbox", str(told.root / "inbox"), exit_code=1)
    told.cte("a check", "check", *_sent(told), "--grantee", college.GRANTEE, exit_code=1)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in college.environment(told.root, told.root / "own").items():
            patched.setenv(name, value)
        _call_here(told)
    return told


def test_the_archive_holds_every_one_of_them_so_the_search_can_see(story: Story) -> None:
    found = in_files(story.planted, (path for path in (story.home / "archive").rglob("*") if path.is_file()))
    assert {*story.planted.identifiers.values(), BORN, NAME} <= set().union(*found.values())


def test_the_search_sees_what_a_database_packs(tmp_path: Path) -> None:
    planted = Planted()
    people = [planted.plant(f"row {number}") for number in range(5000)]
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute("create table packed as select unnest(?) as person", [people])
    assert in_tables(planted, tmp_path / "x.duckdb") == {"main.packed": set(planted.identifiers.values())}


@pytest.mark.parametrize(
    "written", ["812-12-0001", "812 12 0001", "x812120001y", "1000-21-218", "{\"a\": 812120001}"],
    ids=["hyphens", "blanks", "within", "backwards", "number"],
)  # fmt: skip
def test_the_search_knows_each_way_of_writing(written: str) -> None:
    planted = Planted()
    planted.plant("here")
    assert planted.found_in(written.encode()) == planted.found_in(written.encode("utf-16")) == {"here"}


def test_no_file_that_was_written_holds_anybody(story: Story) -> None:
    assert len(story.written) > 20
    found = in_files(story.planted, story.written)
    for path in found:
        if path.startswith(str(story.home / "warehouse.duckdb")):
            found[path] -= {*BIRTH_DATES, *KEPT}
        if path.startswith(str(story.home / "scorecards")):
            found[path] -= {"the code of a college"}
    assert {path: what for path, what in found.items() if what} == {}


def test_the_desk_and_the_returns_had_something_to_hide(story: Story) -> None:
    """A search that finds nothing in empty rooms would prove nothing."""
    pages = {path: path.read_text("utf-8") for path in (story.home / "reports").rglob("*.html")}
    rows = "".join(text for path, text in pages.items() if "rows" in path.relative_to(story.home).parts)
    for rule in ("student_sex_readable", "student_birth_date_readable", "enrollment_course_known"):
        assert any(path.name == f"{rule}-1.html" for path in pages), rule
    assert "(masked)" in rows
    assert "No institution of the grantee&#39;s list" in rows
    told = {path.parent.name: "" for path in (story.home / "returns").rglob("*.csv")}
    for path in (story.home / "returns").rglob("*.csv"):
        told[path.parent.name] += path.read_text("utf-8-sig")
    assert set(told) == {"C1", "agency"}
    assert all("(not shown: personal)" in text and "(masked)" in text for text in told.values())
    assert len(list((story.home / "returns").rglob("*.xlsx"))) >= len(told)


def test_no_value_of_a_table_holds_anybody(story: Story) -> None:
    databases = [path for path in story.written if is_database(path)]
    assert {path.name for path in databases} == {"warehouse.duckdb", "cte.duckdb"}
    for path in databases:
        found = in_tables(story.planted, path)
        for table in found:
            if path.name == "warehouse.duckdb":
                found[table] -= {*KEPT, *(BIRTH_DATES if table.startswith(HOLD_BIRTH_DATES) else ())}
        assert {table: what for table, what in found.items() if what} == {}, path.name


def test_nothing_that_was_said_tells_of_anybody(story: Story) -> None:
    assert all(story.said[name] for name in story.said if name != "a killed night")
    found = {name: story.planted.found_in(text.encode()) for name, text in story.said.items()}
    assert {name: what for name, what in found.items() if what} == {}


def test_a_killed_night_left_nothing_for_others_to_find(story: Story) -> None:
    assert list((story.home / "tmp").iterdir()) == []
    assert [path for path in story.written if path.name.endswith(".part")] == []
