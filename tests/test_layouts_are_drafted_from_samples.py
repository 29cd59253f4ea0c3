"""Does ``cte layout new`` draft what is sure, ask about the rest, and never write a value of a person?"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.cli_layout import layout as command
from pipelines.code_sets import code_set
from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, grantee, grantee_ids
from pipelines.intake.preview import preview
from pipelines.layout_check.check import problems_of
from pipelines.layout_draft.draft import draft
from pipelines.layout_draft.words import words
from pipelines.layout_files import file_layouts, layouts_of
from pipelines.layouts import FileLayout
from pipelines.schema import core_table, core_tables

SAMPLE = Path(__file__).parents[1] / "sample_data"
YEAR = "2023-24"
COURSES = [["C1", "2023-24", "FA", f"W{n:03}", f"Course number {n}", "CN"[n % 2]] for n in range(40)]
HEADER = ["COLLEGE", "REPORT_YEAR", "TERM", "COURSE", "TITLE", "CREDIT"]


def drafted(path: Path, folder: Path) -> tuple[FileLayout, ...]:
    """Return the layouts that a draft of a file says, as a night would read them."""
    folder.mkdir(exist_ok=True)
    (folder / "layout.toml").write_text(draft(path, "example"), encoding="utf-8")
    file_layouts.cache_clear()
    return file_layouts(folder)


def delimited(path: Path, rows: list[list[str]], delimiter: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def mapping(layout: FileLayout) -> dict[str, str]:
    return {c.name: c.to for c in layout.columns if c.to}


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, FileLayout, str]]:
    """One sample file of each bundled layout of text with a header: the file, the layout in force, the draft."""
    found: dict[tuple[str, str], tuple[Path, FileLayout, str]] = {}
    for grantee_id in grantee_ids():
        for path in sorted((SAMPLE / grantee_id / YEAR).glob("*")):
            written = layouts_of(grantee(grantee_id).folder, path.name, YEAR)
            if len(written) != 1 or written[0].kind not in ("delimited", "fixed_width") or path.stat().st_size == 0:
                continue
            if b"\0" not in path.read_bytes() and path.read_bytes()[:2] != b"PK":
                found.setdefault((grantee_id, written[0].name), (path, written[0], draft(path)))
    return list(found.values())


def test_what_a_draft_is_sure_of_is_what_people_wrote_into_the_layout_in_force(
    drafts: list[tuple[Path, FileLayout, str]], tmp_path: Path
) -> None:
    """The oracle is the bundled layouts: no sure mapping, code or table may be another than theirs."""
    sure = 0
    for number, (path, written, text) in enumerate(drafts):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "layout.toml").write_text(text, encoding="utf-8")
        (guessed,) = file_layouts(folder)
        if written.kind == "fixed_width":
            continue
        assert guessed.table == written.table or "please decide: table:" in text, path.name
        in_force = {c.name: c for c in written.columns}
        for column in guessed.columns:
            if column.to:
                assert column.to == in_force[column.name].to, path.name
                assert {*column.codes.items()} <= {*in_force[column.name].codes.items()}, (path.name, column.name)
                sure += 1
    assert sure > len(drafts)


def test_no_identifier_and_no_birth_date_of_a_sample_file_is_in_its_draft(
    drafts: list[tuple[Path, FileLayout, str]],
) -> None:
    for path, _, text in drafts:
        values = {v for v in re.split(r"[\s,|\"]+", path.read_bytes().decode("latin-1")) if len(v) > 7}
        personal = {v for v in values if sum(c.isdigit() for c in v) > 7 and len(set(v)) > 1}
        assert [v for v in personal if v in text] == [], path.name


def test_a_delimited_file_gets_its_delimiter_header_table_columns_codes_and_placeholders(tmp_path: Path) -> None:
    path = delimited(tmp_path / "course_2023-24_fall.txt", [HEADER, *COURSES], "|")
    (found,) = drafted(path, tmp_path / "own")
    assert (found.kind, found.delimiter, found.has_header, found.table) == ("delimited", "|", True, "course")
    assert found.file_name == "course_{program_year}_{term_code}.txt"
    assert mapping(found) == {
        "COLLEGE": "institution_id", "REPORT_YEAR": "program_year", "TERM": "term_code", "COURSE": "course_id",
        "TITLE": "course_title", "CREDIT": "credit_status",
    }  # fmt: skip
    assert found.column_to("credit_status").codes == {"C": "credit", "N": "noncredit"}  # type: ignore[union-attr]
    assert [p.text for p in problems_of(tmp_path / "own") if p.is_wrong] == []


def test_title_lines_and_a_trailer_with_the_number_of_records_are_recognized(tmp_path: Path) -> None:
    rows = [["Courses of the year"], HEADER, *COURSES, ["TRAILER", "40"]]
    (found,) = drafted(delimited(tmp_path / "course_2023-24.csv", rows), tmp_path / "own")
    assert found.title_lines == 1
    said = re.fullmatch(found.trailer_record, "TRAILER,40")
    assert said is not None
    assert said["rows"] == "40"


def test_each_kind_of_record_gets_a_block_and_header_and_trailer_records_get_none(tmp_path: Path) -> None:
    students = [["S", f"81212{n:04}", "F"] for n in range(1, 30)]
    courses = [["E", f"81212{n:04}", "W001", "3.0", "3.0"] for n in range(1, 30)]
    rows = [["H", "2023-24", "x", "y", "z", "1"][:2], *students, *courses, ["T", "58"]]
    path = delimited(tmp_path / "all_2023-24.txt", rows, "|")
    found = drafted(path, tmp_path / "own")
    assert [(f.record, len(f.columns), f.record_column) for f in found] == [
        ("S", 3, "record_code"),
        ("E", 5, "record_code"),
    ]
    assert found[0].header_record.startswith("^H")
    assert "(?P<rows>" in found[0].trailer_record


def test_fixed_width_columns_are_cut_at_blanks_dates_and_between_digits_and_letters(tmp_path: Path) -> None:
    lines = [
        f"A{n % 9}  81212{n + 1:04}200{n % 9}0{n % 9 + 1}15{'YN'[n % 2]}{'NY'[n % 3 == 0]}Welding   " for n in range(60)
    ]
    path = tmp_path / "ROSTER_2023-24.dat"
    path.write_text("\n".join(lines), encoding="utf-8")
    (found,) = drafted(path, tmp_path / "own")
    assert found.kind == "fixed_width"
    places = [(c.start, c.width) for c in found.columns]
    assert (14, 8) in places
    assert (22, 1) in places
    assert (23, 1) in places
    assert sum(width for _, width in places) == len(lines[0])


def test_a_workbook_gets_a_block_for_each_sheet_with_a_table_and_ignores_the_others(tmp_path: Path) -> None:
    path = tmp_path / "Courses_2023-24.xlsx"
    with xlsxwriter.Workbook(path) as book:
        readme, sheet = book.add_worksheet("Read me"), book.add_worksheet("Courses")
        readme.write(0, 0, "ask the registrar")
        sheet.write(0, 0, "Courses of the year")
        for at, row in enumerate([HEADER, *COURSES], start=1):
            sheet.write_row(at, 0, row)
    (found,) = drafted(path, tmp_path / "own")
    assert (found.kind, found.sheet, found.ignored_sheets) == ("workbook", "Courses", ("Read me",))
    assert found.title_lines == 1
    assert mapping(found)["TITLE"] == "course_title"


@pytest.mark.parametrize("kind", ["parquet", "json_lines"])
def test_files_that_name_their_columns_themselves_are_drafted_by_these_names(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"course_2023-24.{kind}"
    frame = pl.DataFrame(COURSES, schema=HEADER, orient="row")
    if kind == "parquet":
        frame.with_columns(made_on=date(2024, 1, 2)).write_parquet(path)
    else:
        path.write_text("\n".join(json.dumps(row) for row in frame.iter_rows(named=True)), encoding="utf-8")
    (found,) = drafted(path, tmp_path / "own")
    assert found.kind == kind
    assert mapping(found)["COURSE"] == "course_id"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_the_encoding_is_found_and_a_guess_among_old_ones_is_asked_about(
    encoding: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "course_2023-24.csv"
    rows = [[*row[:4], "Café", row[5]] for row in COURSES]
    path.write_bytes("\n".join(",".join(row) for row in [HEADER, *rows]).encode(encoding))
    (found,) = drafted(path, tmp_path / "own")
    assert found.encoding == said
    assert ("please decide: encoding" in draft(path)) is (said == "cp1252")


def test_a_record_is_never_taken_for_a_header_because_the_names_in_it_would_be_written_down(tmp_path: Path) -> None:
    people = [["QUILLFEATHER", "OTTOLINE", "WELDING"], ["BRAMBLEWOOD", "THADDEUS", "NURSING"]]
    text = draft(delimited(tmp_path / "people_2023-24.csv", people))
    assert "has_header = false" in text
    assert not any(word in text for row in people for word in row)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([*sorted(words().personal), "NM1", "C2", "KEY", "WHO", "GENDER", "RACE"]),
             min_size=2, max_size=5, unique=True),
    st.integers(0, 2**32),
    st.booleans(),
)  # fmt: skip
def test_no_value_of_a_person_is_in_a_draft_whatever_its_column_is_called(
    tmp_path: Path, names: list[str], seed: int, has_header: bool
) -> None:
    draw = random.Random(seed)
    made = [
        lambda: f"812-12-{draw.randrange(1, 9999):04}",
        lambda: "".join(draw.choices("BCDFGHJKLMNPQRSTVWXZ", k=7)),
        lambda: f"{draw.randrange(1950, 2009)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
        lambda: f"q{draw.randrange(10**6)}@example.org",
    ]
    people = [[made[(at + seed) % 4]() for at in range(len(names))] for _ in range(draw.randrange(1, 25))]
    path = delimited(tmp_path / "people.csv", [names, *people] if has_header else people)
    text = draft(path)
    assert not [value for row in people for value in row if value in text]


def test_an_unmapped_column_that_may_name_a_person_is_hashed_until_somebody_says_otherwise(tmp_path: Path) -> None:
    rows = [[*row, f"Name{n}", f"81212{n:04}"] for n, row in enumerate(COURSES, start=1)]
    path = delimited(tmp_path / "course_2023-24.csv", [[*HEADER, "LAST_NAME", "KEY2"], *rows])
    (found,) = drafted(path, tmp_path / "own")
    assert {c.name: c.pii for c in found.columns if c.pii} == {"LAST_NAME": "identifier", "KEY2": "identifier"}


def test_an_archive_or_what_is_no_table_is_refused_in_words_and_finished_work_is_never_overwritten(
    tmp_path: Path,
) -> None:
    for content, words_ in ((b"PK\x03\x04zip", "unpack"), (b"\0\1\2", "neither text"), (b"", "no columns")):
        path = tmp_path / "some.bin"
        path.write_bytes(content)
        with pytest.raises(ConfigurationError, match=words_):
            draft(path)
    path, out = delimited(tmp_path / "course_2023-24.csv", [HEADER, *COURSES]), tmp_path / "layout.toml"
    done = CliRunner().invoke(command, ["new", str(path), "--out", str(out), "--grantee", "example"])
    assert done.exit_code == 0
    assert "open questions" in done.output
    before = out.read_bytes()
    again = CliRunner().invoke(command, ["new", str(path), "--out", str(out)])
    assert isinstance(again.exception, ConfigurationError)
    assert out.read_bytes() == before


def test_the_vocabulary_speaks_of_columns_tables_and_codes_that_exist() -> None:
    known = words()
    columns = {c.name for table in core_tables() for c in table.columns}
    assert set(known.columns) <= columns
    for table, block in known.of.items():
        assert set(block) <= set(core_table(table).columns.keys())
    assert set(known.tables) <= {t.name for t in core_tables()}
    for name, block in known.codes.items():
        assert set(block) <= set(code_set(name)), name


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_what_a_draft_maps_is_conformed_by_a_night_row_for_row(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "grantees" / "drafted"
    shutil.copytree(FOLDER / "_template", own)
    text = (own / "grantee.toml").read_text(encoding="utf-8").replace('id = "example"', 'id = "drafted"')
    (own / "grantee.toml").write_text(text, encoding="utf-8")
    path, frame = tmp_path / f"course_2023-24.{kind}", pl.DataFrame(COURSES, schema=HEADER, orient="row")
    if kind == "csv":
        frame.write_csv(path)
    elif kind == "jsonl":
        frame.write_ndjson(path)
    elif kind == "parquet":
        frame.write_parquet(path)
    else:
        frame.write_excel(path, worksheet="Courses")
    (own / "layout.toml").write_text(draft(path, "drafted"), encoding="utf-8")
    monkeypatch.setenv("CTE_GRANTEES", str(own.parent))
    with preview("drafted", YEAR, [path]) as warehouse:
        rows = warehouse.execute(
            "select institution_id, program_year, term_code, course_id, course_title, credit_status, "
            "unreadable_columns from core.course order by course_id"
        ).fetchall()
    words_of = {"FA": "fall", "C": "credit", "N": "noncredit"}
    assert rows == [(c, y, words_of[t], i, title, words_of[k], "") for c, y, t, i, title, k in COURSES]
