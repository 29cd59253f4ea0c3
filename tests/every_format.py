"""A college whose files come in every form, and two deliveries of them: the second corrects, changes and completes.

For tests of what a night does to all of them at once. Each person's identifier stands in one place only, so that one
that is found where none may be says where it comes from.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import xlsxwriter

GRANTEE = "mixed"
YEAR = "2023-24"
DATABASE, KEY = "CTE_SOURCE_MIXED", "CTE_KEY_MIXED"
_FACTS = Path(__file__).parent / "grantees" / "oregon" / "grantee.toml"
_STUDENT = """columns = [
  { name = "COLLEGE", to = "institution_id" },
  { name = "TERM", to = "term_code", codes = { FA = "fall", WI = "winter" } },
  { name = "STUDENT", to = "student_id" },
  { name = "BORN", to = "birth_date", format = "MM/DD/YYYY" },
  { name = "SEX", to = "sex", codes = { M = "male", F = "female" } },
]
constants = { race_question_standard = "1997_two_question" }
"""
_INSTITUTION = """columns = [
  { name = "COLLEGE", to = "institution_id" },
  { name = "NAME", to = "institution_name" },
]
"""
_ENROLLMENT = """columns = [
  { name = "COLLEGE", to = "institution_id" },
  { name = "TERM", to = "term_code", codes = { FA = "fall", WI = "winter" } },
  { name = "STUDENT", to = "student_id" },
  { name = "COURSE", to = "course_id" },
  { name = "TRIED", to = "credits_attempted" },
]
constants = { credit_unit = "quarter_credit" }
"""
_COURSE = """columns = [
  { name = "COLLEGE", to = "institution_id" },
  { name = "TERM", to = "term_code", codes = { FA = "fall", WI = "winter" } },
  { name = "COURSE", to = "course_id" },
  { name = "TITLE", to = "course_title" },
  { name = "CREDIT", to = "credit_status", codes = { C = "credit" } },
]
"""
_FIXED = """columns = [
  { name = "COLLEGE", to = "institution_id", width = 2 },
  { name = "TERM", to = "term_code", width = 2, codes = { FA = "fall", WI = "winter" } },
  { name = "STUDENT", to = "student_id", width = 9 },
  { name = "COURSE", to = "course_id", width = 4 },
  { name = "TRIED", to = "credits_attempted", width = 3, implied_decimals = 1 },
]
constants = { credit_unit = "quarter_credit" }
"""
_CREDENTIAL = """columns = [
  { name = "COLLEGE", to = "institution_id" },
  { name = "STUDENT", to = "student_id" },
  { name = "PROGRAM", to = "program_id" },
  { name = "KIND", to = "credential_type", codes = { D = "degree" } },
  { name = "DAY", to = "award_date", format = "YYYY-MM-DD" },
]
query = \"\"\"select college as "COLLEGE", student as "STUDENT", program as "PROGRAM", 'D' as "KIND", day as "DAY"
from award where year = :program_year order by student\"\"\"
"""


def _kind_of_record(columns: str, code: str) -> str:
    return f'has_header = false\nrecord = "{code}"\nrecord_column = "REC"\n' + columns.replace(
        "columns = [", 'columns = [ { name = "REC" },'
    )


_FILES = (
    ("institution", "institution", "institution_{program_year}.csv", "delimited", _INSTITUTION),
    ("student", "student", "student_{program_year}_{part}.csv", "delimited", _STUDENT),
    ("offer", "course", "offer_{program_year}_{vintage}.csv", "delimited",
     'vintages = { "4wk" = "fourth_week", audit = "audited" }\n' + _COURSE),
    ("changed", "enrollment", "changed_{program_year}_{number}.csv", "delimited",
     'transactions = { column = "ACT" }\n' + _ENROLLMENT.replace("columns = [", 'columns = [ { name = "ACT" },')),
    ("record_student", "student", "records_{program_year}.txt", "delimited", _kind_of_record(_STUDENT, "ST")),
    ("record_enrollment", "enrollment", "records_{program_year}.txt", "delimited",
     _kind_of_record(_ENROLLMENT, "EN")),
    ("fixed", "enrollment", "fixed_{program_year}.dat", "fixed_width", "has_header = false\n" + _FIXED),
    ("json", "enrollment", "rows_{program_year}.jsonl", "json_lines", _ENROLLMENT),
    ("parquet", "enrollment", "rows_{program_year}.parquet", "parquet", _ENROLLMENT),
    ("book_student", "student", "book_{program_year}.xlsx", "workbook", 'sheet = "Students"\n' + _STUDENT),
    ("book_course", "course", "book_{program_year}.xlsx", "workbook", 'sheet = "Courses"\n' + _COURSE),
    ("book_enrollment", "enrollment", "book_{program_year}.xlsx", "workbook", 'sheet = "Enrolled"\n' + _ENROLLMENT),
    ("award", "credential", "award_{program_year}.db", "database", _CREDENTIAL),
)  # fmt: skip


def write_grantee(root: Path) -> Path:
    """Write the grantee and return the folder of grantees, for ``CTE_GRANTEES``."""
    folder = root / "own" / GRANTEE
    folder.mkdir(parents=True)
    facts = _FACTS.read_text(encoding="utf-8").replace('id = "oregon"', f'id = "{GRANTEE}"')
    asked = "source = { years = 30 }\n"  # so that the year of the files is among those asked for, whatever the day
    (folder / "grantee.toml").write_text(asked + facts, encoding="utf-8")
    blocks = (
        f'[[file]]\nis_optional = true\nname = "{name}"\ntable = "{table}"\nfile_name = "{pattern}"\n'
        f'kind = "{kind}"\n{more}'
        for name, table, pattern, kind, more in _FILES
    )
    (folder / "layout.toml").write_text('id = "mixed"\nversion = "1"\n' + "\n".join(blocks), encoding="utf-8")
    return folder.parent


def environment(root: Path, grantees: Path) -> dict[str, str]:
    """Return what a process needs to know: the folder of grantees, the key, and the database below ``root``."""
    return {"CTE_GRANTEES": str(grantees), DATABASE: f"sqlite:///{root / 'source.db'}", KEY: "k" * 32}


def write_database(root: Path, people: Sequence[str], year: str = YEAR) -> None:
    """Write the source database, anew."""
    (root / "source.db").unlink(missing_ok=True)
    with sqlite3.connect(root / "source.db") as connection:
        connection.execute("create table award (college text, year text, student text, program text, day text)")
        rows = [("C1", year, person, "P1", "2024-05-01") for person in people]
        connection.executemany("insert into award values (?, ?, ?, ?, ?)", rows)
    connection.close()


def put(root: Path, files: dict[str, bytes]) -> None:
    """Lay files into the inbox."""
    folder = root / "inbox" / GRANTEE / YEAR
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def people() -> Iterator[str]:
    """Yield identifiers that could be Social Security numbers, without end but for the group's 9,999."""
    return (f"8121{number // 10_000 + 2}{number % 10_000:04}" for number in itertools.count(1))


def hyphens(person: str) -> str:
    """Return an identifier as people write it."""
    return f"{person[:3]}-{person[3:5]}-{person[5:]}"


def student(person: str, born: str = "02/29/1996", term: str = "FA", sex: str = "F") -> str:
    """One line of a student file."""
    return f"C1,{term},{person},{born},{sex}"


def enrolled(person: str, course: str = "W001", tried: str = "3") -> str:
    """One line of an enrollment file."""
    return f"C1,FA,{person},{course},{tried}"


STUDENT_HEADER, ENROLLMENT_HEADER = "COLLEGE,TERM,STUDENT,BORN,SEX", "COLLEGE,TERM,STUDENT,COURSE,TRIED"
COURSE_HEADER = "COLLEGE,TERM,COURSE,TITLE,CREDIT"


def lines(*text: str) -> bytes:
    """A text file of these lines."""
    return "".join(f"{line}\n" for line in text).encode()


def students(people: Sequence[str], *others: str) -> bytes:
    """A student file of these people, with other lines behind them."""
    return lines(STUDENT_HEADER, *(student(person) for person in people), *others)


def courses(*numbers: int, title: str = "Welding") -> bytes:
    """A course file."""
    return lines(COURSE_HEADER, *(f"C1,FA,W{number:03},{title},C" for number in numbers))


def changes(*acts: tuple[str, str, str]) -> bytes:
    """An update file of (act, person, credits tried)."""
    return lines(f"ACT,{ENROLLMENT_HEADER}", *(f"{act},{enrolled(person, tried=n)}" for act, person, n in acts))


def records(people: Sequence[str]) -> bytes:
    """A file of two kinds of record."""
    return lines(*(f"ST,{student(p)}" for p in people), *(f"EN,{enrolled(p)}" for p in people))


def fixed(people: Sequence[str]) -> bytes:
    """A file of fixed width."""
    return lines(*(f"C1FA{person}W001 30" for person in people))


def json_lines(people: Sequence[str], **more: object) -> bytes:
    """A file of JSON lines; ``more`` are keys that no layout knows."""
    names = ENROLLMENT_HEADER.split(",")
    return lines(*(json.dumps(dict(zip(names, enrolled(p).split(","), strict=True)) | more) for p in people))


def parquet(people: Sequence[str], **more: str) -> bytes:
    """A Parquet file; ``more`` are columns that no layout knows."""
    rows = [enrolled(person).split(",") for person in people]
    file = io.BytesIO()
    frame = pl.DataFrame(rows, schema=ENROLLMENT_HEADER.split(","), orient="row")
    frame.with_columns(**{name: pl.lit(value) for name, value in more.items()}).write_parquet(file)
    return file.getvalue()


def workbook(sheets: dict[str, bytes]) -> bytes:
    """A workbook with the cells of a delimited text on each sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC)})
        for name, content in sheets.items():
            sheet = book.add_worksheet(name)
            for at, line in enumerate(content.decode().splitlines()):
                sheet.write_row(at, 0, line.split(","))
    return file.getvalue()


def packed(**files: bytes) -> bytes:
    """A zip archive; ``__`` stands for the point of a name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", ".").replace("_y_", f"_{YEAR}_")), content)
    return file.getvalue()


def gzipped(content: bytes) -> bytes:
    """A gzip file that does not say when it was packed."""
    return gzip.compress(content, mtime=0)


def first_delivery(some: Sequence[str]) -> dict[str, bytes]:
    """Return the files of the first night; ``some`` are at least forty people."""
    return {
        f"student_{YEAR}_FA.csv": students(some[:6], "C1,FA,odd", student("123456789")),
        f"student_{YEAR}_packed.csv.gz": gzipped(students(some[6:9])),
        f"offer_{YEAR}_4wk.csv": courses(1, 2),
        f"changed_{YEAR}_1.csv": changes(*(("A", person, "3") for person in some[:4])),
        f"records_{YEAR}.txt": records(some[9:12]),
        f"fixed_{YEAR}.dat": fixed(some[4:8]),
        f"rows_{YEAR}.jsonl": json_lines(some[9:12]) + b"{broken\n",
        f"rows_{YEAR}.parquet": parquet(some[12:15]),
        f"book_{YEAR}.xlsx": workbook(
            {
                "Students": students(some[15:18]), "Courses": courses(7, 8), "Enrolled": lines(
                    ENROLLMENT_HEADER, *(enrolled(p, "W007") for p in some[15:18])),
            }
        ),
        "all.zip": packed(student_y_zip__csv=students(some[20:23]), offer_y_zip__csv=courses(9)),
        f"nobody_knows_{YEAR}.csv": students(some[30:32]),
        f"student_{YEAR}_repeat.csv": students(some[:6], "C1,FA,odd", student("123456789")),
    }  # fmt: skip


def second_delivery(some: Sequence[str]) -> dict[str, bytes]:
    """Return the files of the second night: corrections, later vintages, changes, and an archive sent anew."""
    return {
        f"student_{YEAR}_FA.csv": students(some[:5], student(some[23], sex="Q")),
        f"offer_{YEAR}_audit.csv": courses(1, 2, 3, title="Audited"),
        f"changed_{YEAR}_2.csv": changes(("C", some[0], "4"), ("D", some[1], "3"), ("D", some[29], "3")),
        f"records_{YEAR}.txt": records(some[9:14]),
        f"book_{YEAR}.xlsx": workbook(
            {"Students": students(some[15:19]), "Courses": courses(7), "Enrolled": lines(ENROLLMENT_HEADER)}
        ),
        "all.zip": packed(student_y_zip__csv=students(some[20:22]), offer_y_zip__csv=courses(9, 10)),
    }
