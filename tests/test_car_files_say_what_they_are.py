"""Can somebody who gets the worksheet alone tell what it is, and does a night that counts the same leave its bytes?"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from core_rows import add, complete, rows_of
from openpyxl import load_workbook
from worksheet_example import GRANTEE, LAST_YEAR, RUN, STARTED, YEAR, colleges, later_file, worksheet

from pipelines.car.compare import Before, differences
from pipelines.car.document import Certification, Document, document_of
from pipelines.car.sheets import HEADERS, SHEETS, csv_bytes, workbook_bytes
from pipelines.car.words import MEASURE, read_me
from pipelines.car.worksheet import MEASURES, Count, Line, Worksheet, read_worksheet
from pipelines.car.write import write_worksheets

PAIRS = [(GRANTEE, YEAR), (GRANTEE, "2031-32"), ("nobody", YEAR)]
NOTICE = "restricted: unprotected counts, for Oregon Higher Education Coordinating Commission only | FICTIONAL"
NEXT_RUN = "20250116T020000000Z-0002"


@pytest.fixture(scope="module")
def built() -> duckdb.DuckDBPyConnection:
    connection = colleges()
    worksheet(connection)
    return connection


@pytest.fixture
def document(built: duckdb.DuckDBPyConnection) -> Document:
    return document_of(built, worksheet_of(built), RUN, STARTED, is_sample=True)


def worksheet_of(connection: duckdb.DuckDBPyConnection) -> Worksheet:
    found = read_worksheet(connection, GRANTEE, YEAR)
    assert found is not None
    return found


def _sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def test_every_sheet_and_every_row_says_that_it_is_restricted_and_invented(document: Document) -> None:
    sheets = _sheets(workbook_bytes(document))
    assert tuple(sheets) == SHEETS
    assert all(str(rows[0][0]).startswith(NOTICE) for rows in sheets.values())
    rows = list(csv.DictReader(io.StringIO(csv_bytes(document).decode("utf-8-sig"))))
    assert all(row["notice"].startswith(NOTICE) for row in rows)
    assert len(rows) == len(document.worksheet.lines) * len(MEASURES)
    assert tuple(rows[0]) == HEADERS


def test_a_printed_page_of_any_sheet_still_says_that_it_is_restricted_and_loses_no_column(document: Document) -> None:
    for sheet in load_workbook(io.BytesIO(workbook_bytes(document))).worksheets:
        assert str(sheet.print_title_rows).startswith("$1:"), sheet.title
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.oddFooter.right.text == "Page &P of &N", sheet.title


def test_a_real_home_does_not_say_fictional(built: duckdb.DuckDBPyConnection) -> None:
    real = document_of(built, worksheet_of(built), RUN, STARTED, is_sample=False)
    assert "FICTIONAL" not in real.notice
    assert real.notice.startswith("restricted: unprotected counts")


def test_workbook_and_csv_say_the_same_numbers_and_words(document: Document) -> None:
    sheets = _sheets(workbook_bytes(document))
    by_label = {str(row[0]): row[1:] for row in sheets["Students"][3:]}
    assert by_label["All students"] == [3, 2]
    assert by_label["Another sex, as the college holds it (not on the form)"] == [1, 0]
    headers = [str(name) for name in sheets["Indicators"][2]]
    total = dict(zip(headers, next(row for row in sheets["Indicators"] if row[0] == "All students"), strict=True))
    assert (total["3P1 numerator"], total["3P1 denominator"], total["3P1 outcome unknown"]) == (1, 2, 0)
    assert total["1P1 numerator"] == "not computable"
    rows = csv.DictReader(io.StringIO(csv_bytes(document).decode("utf-8-sig")))
    told = {(row["line_code"], row["measure"]): (row["person_count"], row["status"]) for row in rows}
    assert told["another_sex", "participant"] == ("1", "computed")
    assert told["total", "1p1_numerator"] == ("", "not_computable")


def test_every_check_stands_there_with_its_result(document: Document) -> None:
    rows = _sheets(workbook_bytes(document))["Line checks"][3:]
    assert rows[0][:5] == ["Gender", "CTE participants", "passed", "sum 3", 3]
    assert {row[2] for row in rows} == {"passed", "not checked: no number yet"}
    assert {str(row[1]) for row in rows} <= set(MEASURE.values())


def test_where_no_year_before_was_frozen_the_sheet_says_so(document: Document) -> None:
    rows = _sheets(workbook_bytes(document))["Compared with last year"]
    assert "nothing to compare with" in str(rows[3][0])


def test_each_difference_stands_there_with_its_parts_and_why_where_it_cannot_be_told(document: Document) -> None:
    now = document.worksheet
    was = replace(now, definition_version="old", lines=tuple(_less_one_participant(line) for line in now.lines))
    before = Before(5, was, None, None)
    told = replace(document, before=before, differences=differences(now, before))
    rows = {(row[0], row[1]): row[2:] for row in _sheets(workbook_bytes(told))["Compared with last year"][3:]}
    note = "definition changed from old to oregon-house-1; effect not separated"
    assert rows["All students", "CTE participants"] == [2, None, None, 1, 3, 1, note]
    assert rows["All students", "1P1 numerator"][-2:] == ["cannot be told", "no number last year"]


def _less_one_participant(line: Line) -> Line:
    fewer = max((line.count("participant").persons or 0) - 1, 0)
    return replace(line, counts={**line.counts, "participant": Count(fewer)})


def test_the_first_sheet_says_what_the_numbers_rest_on(document: Document) -> None:
    text = "\n".join(line for line, _ in read_me(document))
    for said in (
        "The lines add up by the rules of the form; 18 checks wait for numbers.",
        "confirm them against the current form",
        "Not certified: these are the numbers of today",
        "1P1 Postsecondary Retention and Placement: cohort of 2022-23",
        "2022-23 | 2022-23 all.csv | accepted",
        "Definition: oregon-house-1",
        "Run: 20250115T020000000Z-0001 of 2025-01-15",
        "Eligible agency:",
    ):
        assert said in text, said


def test_ids_that_mean_nothing_elsewhere_are_told_where_people_may_count_twice() -> None:
    connection = colleges(student_id_kind="local")
    connection.execute("update core.student set student_id_kind = 'local' where student_id = 's1'")
    worksheet(connection)
    told = document_of(connection, worksheet_of(connection), RUN, STARTED, is_sample=True)
    text = "\n".join(line for line, _ in read_me(told))
    assert "CTE participants: duplication not resolvable for 2 persons" in text


def test_a_college_that_sent_nothing_is_named_because_it_looks_like_one_that_has_nobody() -> None:
    connection = colleges()
    connection.execute(f"delete from core.enrollment where institution_id = 'B' and program_year = '{YEAR}'")
    worksheet(connection)
    told = document_of(connection, worksheet_of(connection), RUN, STARTED, is_sample=True)
    text = "\n".join(line for line, _ in read_me(told))
    for name in ("CTE participants", "CTE concentrators"):
        assert f"{name}: IN NO NUMBER, because what would tell their students did not come: B." in text


def test_a_college_without_outcomes_is_named_because_its_students_are_all_unknown() -> None:
    connection = colleges()
    complete(connection, program_year=LAST_YEAR, institution_id="B")
    add(connection, "placement", program_year=YEAR, reference_quarter="2023Q4", placement_status="employment")
    worksheet(connection)
    told = document_of(connection, worksheet_of(connection), RUN, STARTED, is_sample=True)
    text = "\n".join(line for line, _ in read_me(told))
    assert "1P1: no outcomes came, so that all their students count as unknown: B." in text
    assert "1P1: IN NO NUMBER" not in text


def test_a_frozen_worksheet_says_who_certified_it_and_that_it_stays(document: Document) -> None:
    frozen = replace(document, certification=Certification(9, 8, "Bo Lee", "=Correct", "2025-01-20T12:00:00.000000Z"))
    sheets = _sheets(workbook_bytes(frozen))
    text = "\n".join(str(row[0]) for row in sheets["Read me"])
    assert "Certified by act 8, frozen by act 9: Bo Lee" in text
    assert "These numbers stay as they are" in text
    assert "as frozen by act 9" in str(sheets["Students"][1][0])


def test_the_same_document_gives_the_same_bytes(document: Document) -> None:
    assert workbook_bytes(document) == workbook_bytes(document)
    assert csv_bytes(document) == csv_bytes(document)


def test_a_night_that_counts_the_same_leaves_the_files_as_they_are(tmp_path: Path) -> None:
    connection = colleges()
    worksheet(connection)
    assert write_worksheets(connection, tmp_path, RUN, PAIRS) == 2
    before = _written(tmp_path)
    assert set(before) == {f"worksheets/{GRANTEE}/{YEAR}/car.{ending}" for ending in ("csv", "xlsx")}
    _run_again(connection)
    assert write_worksheets(connection, tmp_path, NEXT_RUN, PAIRS) == 0
    (tmp_path / "worksheets" / GRANTEE / YEAR / "car.csv").unlink()
    assert write_worksheets(connection, tmp_path, NEXT_RUN, PAIRS) == 1
    assert _written(tmp_path) == before, "a file that was lost comes back as it was"
    assert connection.execute("select run_id, failed_check_count from quality.worksheet").fetchall() == [(RUN, 0)]
    later_file(connection, YEAR)
    rows_of(connection, "mart.worksheet_line", "count(*)")
    assert write_worksheets(connection, tmp_path, NEXT_RUN, PAIRS) == 2
    runs = connection.execute("select run_id from quality.worksheet order by 1").fetchall()
    assert runs == [(RUN,), (NEXT_RUN,)]


def test_nobody_but_the_owner_may_read_them(built: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_worksheets(built, tmp_path, RUN, [(GRANTEE, LAST_YEAR)])
    for path in (tmp_path / "worksheets").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_home_whose_night_broke_off_before_the_figures_has_no_worksheet(tmp_path: Path) -> None:
    assert write_worksheets(colleges(), tmp_path, RUN, PAIRS) == 0
    assert not (tmp_path / "worksheets").exists()


def test_the_name_of_a_file_that_somebody_made_a_formula_runs_nowhere(built: duckdb.DuckDBPyConnection) -> None:
    hostile = document_of(built, worksheet_of(built), RUN, STARTED, is_sample=True)
    name = '=HYPERLINK("http://a","b").csv'
    files = tuple(replace(file, file_name=name) for file in hostile.files)
    labels = tuple(replace(line, label="=1+1") for line in hostile.worksheet.lines)
    wrong = replace(hostile, files=files, worksheet=replace(hostile.worksheet, lines=labels))
    book = load_workbook(io.BytesIO(workbook_bytes(wrong)))
    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    rows = csv.DictReader(io.StringIO(csv_bytes(wrong).decode("utf-8-sig")))
    assert {row["line_label"] for row in rows} == {"'=1+1"}


def _written(home: Path) -> dict[str, bytes]:
    files = (path for path in (home / "worksheets").rglob("*") if path.is_file())
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in files}


def _run_again(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "insert into quality.run (run_id, started_at, kind, exit_code, is_sample) values (?, ?, 'nightly', 0, true)",
        [NEXT_RUN, datetime(2025, 1, 16, 2)],  # noqa: DTZ001 - UTC without a zone, as the run's book has it
    )
