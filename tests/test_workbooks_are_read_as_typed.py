"""Is each cell of a workbook read as a person typed it, each row accounted for, and no workbook able to do harm?"""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.members import members
from pipelines.intake.reading import workbook_load, workbook_process
from pipelines.intake.reading.account import FileReading
from pipelines.intake.reading.lines_format import FileRefused
from pipelines.intake.reading.workbook import count_sheet_rows, read_sheet, sheets_of
from pipelines.layouts import ColumnLayout, FileLayout

DATE, MOMENT, TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm"
BORN = dt.datetime(2001, 2, 3)  # noqa: DTZ001 - a workbook knows no time zones


def layout(*columns: str, **keys: Any) -> FileLayout:
    made = tuple(ColumnLayout(c.rstrip("?"), is_optional=c.endswith("?")) for c in columns)
    base: dict[str, Any] = {"columns": made, "kind": "workbook", "layout_id": "x", "layout_version": "1"}
    return FileLayout(name="x", table="enrollment", file_name="book.xlsx", **{**base, **keys})


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    """Write sheets of rows; (value, number format) is a formatted cell, a text with = a formula, None an empty one."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    if isinstance(value, tuple):
                        sheet.write(row, column, value[0], made.add_format({"num_format": value[1]}))
                    elif value is not None:
                        sheet.write(row, column, value)
    return path


def old_book(path: Path, rows: list[list[Any]]) -> Path:
    made = xlwt.Workbook()
    sheet = made.add_sheet("S")
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, tuple):
                sheet.write(row, column, value[0], xlwt.easyxf(num_format_str=value[1]))
            elif value is not None:
                sheet.write(row, column, value)
    made.save(str(path))
    return path


def read(path: Path, *layouts: FileLayout, sheet: str = "") -> tuple[FileReading, pl.DataFrame]:
    batches: list[pl.DataFrame] = []
    reading = read_sheet(path, sheet, layouts, lambda _, rows: batches.append(rows))
    assert all(b.height for b in batches)
    return reading, pl.concat(batches) if batches else pl.DataFrame()


def column(path: Path) -> list[str | None]:
    return list(read(path, layout("v"))[1]["v"])


TYPED: list[tuple[str, Any, str]] = [
    ("whole-number", 5, "5"),
    ("whole-number-stored-as-fraction", 5.0, "5"),
    ("fraction", 1.5, "1.5"),
    ("fraction-without-exact-double", 34578921.52, "34578921.52"),
    ("sum-of-fractions", 0.1 + 0.2, "0.3"),
    ("small-fraction", 1e-7, "0.0000001"),
    ("minus-zero", -0.0, "0"),
    ("negative", -12.25, "-12.25"),
    ("identifier-as-number", 812120001, "812120001"),
    ("identifier-as-text", "012345678", "012345678"),
    ("long-identifier-as-text", "123456789012345678", "123456789012345678"),
    ("long-fraction-as-text", "34578921.520000003", "34578921.520000003"),
    ("code-as-text", "01.0101", "01.0101"),
    ("true", True, "TRUE"),
    ("true-as-text", "true", "true"),
    ("blanks-around", "  x ", "  x "),
    ("day", (BORN, DATE), "2001-02-03"),
    ("day-in-american-format", (BORN, "m/d/yy"), "2001-02-03"),
    ("moment", (BORN.replace(hour=13, minute=30), MOMENT), "2001-02-03 13:30:00"),
    ("time-without-day", (0.5625, TIME), "13:30:00"),
    ("day-as-text", "2001-02-03 00:00:00", "2001-02-03 00:00:00"),
    ("day-as-serial", 36925, "36925"),
    ("share", (0.5, "0%"), "0.5"),
    ("number-shown-with-zeros", (7, "000000000"), "7"),
    ("formula-like-text", "=1+1", "=1+1"),
    ("injection", '=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
    ("at-sign", "@SUM(1)", "@SUM(1)"),
    ("quote-and-comma", 'a","b', 'a","b'),
    ("line-end-within", "a\nb", "a\nb"),
    ("right-to-left-mark", "a\u200fb", "a\u200fb"),
    ("homoglyph", "\u0410", "\u0410"),
    ("beyond-the-basic-plane", "\U0001f393", "\U0001f393"),
]  # fmt: skip


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> list[str | None]:
    rows = [["v"], *([value] for _, value, _ in TYPED)]
    return column(book(tmp_path_factory.mktemp("typed") / "book.xlsx", S=rows))


@pytest.mark.parametrize(("place", "name"), [pytest.param(i, t[0], id=t[0]) for i, t in enumerate(TYPED)])
def test_a_cell_is_read_as_it_was_typed(typed: list[str | None], place: int, name: str) -> None:
    assert typed[place] == TYPED[place][2]


def test_an_old_workbook_is_read_the_same(tmp_path: Path) -> None:
    values = [5, 1.5, 34578921.52, "007", True, "true", (BORN.date(), "YYYY-MM-DD"), (BORN, "M/D/YY"), "2001-02-03"]
    assert column(old_book(tmp_path / "book.xls", [["v"], *([v] for v in values)])) == [
        "5", "1.5", "34578921.52", "007", "TRUE", "true", "2001-02-03", "2001-02-03", "2001-02-03",
    ]  # fmt: skip


def test_a_date_is_told_as_the_layout_says_that_dates_are_written_and_text_stays_what_it_is(tmp_path: Path) -> None:
    born = ColumnLayout("born", format="MM/DD/YYYY"), ColumnLayout("left", format="YYYYMMDD")
    path = book(tmp_path / "book.xlsx", S=[["born", "left"], [(BORN, DATE), (BORN, DATE)], ["2001-02-03", "20010203"]])
    _, rows = read(path, layout(columns=born))
    assert rows.select("born", "left").rows() == [("02/03/2001", "20010203"), ("2001-02-03", "20010203")]


def test_errors_formulas_and_merged_cells_are_read_and_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as made:
        sheet = made.add_worksheet("S")
        sheet.write_row(0, 0, ["v", "w"])
        for row, (formula, value) in enumerate([("=1+1", 2), ("=NA()", "#N/A"), ("=1/0", "#DIV/0!"), ("=A9", "#REF!")]):
            sheet.write_formula(row + 1, 0, formula, None, value)
        sheet.merge_range(5, 0, 6, 1, "together")
        sheet.write(7, 1, 123456789012345678)
    reading, rows = read(tmp_path / "book.xlsx", layout("v", "w"))
    assert list(rows["v"]) == ["2", "#N/A", "#DIV/0!", "#REF!", "together", ""]
    assert list(rows["w"])[-1] == "123456789012346000"
    assert list(rows["line_number"]) == [2, 3, 4, 5, 6, 8]
    told = " ".join(reading.remarks)
    assert [word in told for word in ("#N/A", "formulas", "merged", "15 digits")] == [True] * 4


def test_every_row_is_header_loaded_or_quarantined_with_its_number_in_the_sheet(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Report of the year"], [], ["ID", " Term ", "extra"], [1, "Fall", "x"], [], ["a\x01", "Fall"], [2, None],
        ["Total", 3], [], ["printed by nobody"],
    ]  # fmt: skip
    path = book(tmp_path / "book.xlsx", S=rows)
    wanted = layout("id", "term", "gone?", title_lines=1, trailer_lines=1, trailer_record=r"Total,(?P<rows>\d+)")
    reading, found = read(path, wanted)
    assert found.rows() == [("1", "Fall", None, "x", 4, 1), ("2", "", None, "", 7, 1)]
    assert reading.quarantined.rows() == [(6, "line_control_characters", "A?,AAAA,", 1)]
    assert (reading.physical_line_count, reading.header_line_count, reading.loaded_line_count) == (10, 7, 2)
    assert (reading.unexpected_columns, reading.missing_columns) == (("extra",), ("gone",))
    assert count_sheet_rows(path, "S") == 10


def test_a_control_count_that_does_not_fit_refuses_the_sheet(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", S=[["id"], [1], ["Total", 2]])
    with pytest.raises(FileRefused, match="counts 2 rows, the file has 1") as refused:
        read(path, layout("id", trailer_record=r"Total,(?P<rows>\d+)"))
    assert refused.value.reason_code == "file_trailer_matches"


def test_rows_of_several_kinds_go_to_the_layout_of_their_record(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", S=[["kind", "id", "term"], ["S", 1], ["E", 1, "Fall"], ["Q", 1], ["S", 2]])
    one = layout("kind", "id", record="S", record_column="kind")
    other = layout("kind", "id", "term", record="E", record_column="kind")
    taken: list[tuple[str, list[int]]] = []
    reading = read_sheet(path, "", [one, other], lambda la, rows: taken.append((la.record, list(rows["line_number"]))))
    assert taken == [("S", [2, 5]), ("E", [3])]
    assert reading.quarantined.select("line_number", "reason_code").rows() == [(4, "line_record_known")]


def test_columns_and_rows_that_are_empty_around_the_table_are_not_read_as_data(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[], [None, None, "id", None, "term"], [None, None, 1, None, "Fall"], [None, "  "]]
    reading, found = read(book(tmp_path / "book.xlsx", S=rows), layout("id", "term"))
    assert found.rows() == [("1", "Fall", 3, 1)]
    assert (reading.header, reading.unexpected_columns, reading.physical_line_count) == (("id", "term"), (), 4)


def test_a_sheet_without_header_is_read_by_place(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", S=[[1, "Fall"], [2, "Spring"]])
    assert read(path, layout("id", "term", has_header=False))[1].rows() == [("1", "Fall", 1, 1), ("2", "Spring", 2, 1)]
    with pytest.raises(FileRefused, match="has 2 columns and the layout more: year"):
        read(path, layout("id", "term", "year", has_header=False))


def test_sheets_are_submissions_of_their_own_hidden_ones_too(tmp_path: Path) -> None:
    path = tmp_path / "Book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("Clock hours").write(0, 0, "id")
        hidden = made.add_worksheet("Credits")
        hidden.write_column(0, 0, ["id", "1"])
        hidden.hide()
    (tmp_path / "in").mkdir()
    found = members(path, "Book.xlsx", tmp_path / "in", lambda _: True)
    assert [(m.place, m.name, m.sheet) for m in found] == [
        ("Book.xlsx!Clock hours", "Book.xlsx", "Clock hours"),
        ("Book.xlsx!Credits", "Book.xlsx", "Credits"),
    ]
    assert read(found[1].path, layout("id"), sheet="Credits")[1].height == 1


def test_a_workbook_in_a_zip_is_opened_and_one_that_nobody_expects_is_left_whole(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", S=[["id"]])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "b.xlsx")
    for folder in ("in", "out", "whole"):
        (tmp_path / folder).mkdir()
    expected = members(tmp_path / "a.zip", "a.zip", tmp_path / "in", lambda name: name == "b.xlsx")
    assert [m.place for m in expected] == ["a.zip/b.xlsx!S"]
    assert [m.place for m in members(tmp_path / "a.zip", "a.zip", tmp_path / "out", lambda _: False)] == [
        "a.zip/b.xlsx"
    ]
    assert [m.place for m in members(path, "b.xlsx", tmp_path / "whole", lambda _: False)] == ["b.xlsx"]


def _shared(path: Path, old: bytes, new: bytes) -> Path:
    """Replace bytes within the parts of a workbook."""
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            after.writestr(info.filename, before.read(info).replace(old, new))
    path.write_bytes(packed.getvalue())
    return path


def _small(path: Path) -> Path:
    return book(path, S=[["v"], ["812120001"]])


def _far_away(path: Path) -> Path:
    made = book(path, S=[["v"], ["812120001"]])
    return _shared(made, b'r="A2"', b'r="XFD1048576"')


def _bomb(path: Path) -> Path:
    with zipfile.ZipFile(_small(path), "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/image1.png", bytes(24 << 20))
    return path


def _locked(path: Path) -> Path:
    stream = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream + bytes(500))
    return path


def _written(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


LAUGHS = b"<!DOCTYPE x [" + b"".join(
    f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">'.encode() for i in range(12)
) + b"]>"  # fmt: skip
HOSTILE: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "nothing": (_written(b""), "file_not_empty", "empty"),
    "text": (_written(b"v\n1\n"), "file_is_text", "no workbook"),
    "web-page": (_written(b"<html><table><tr><td>v"), "file_is_text", "no workbook"),
    "picture": (_written(b"\x89PNG" + bytes(99)), "file_is_text", "no workbook"),
    "old-word-file": (_written(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999)), "file_is_text", "no workbook"),
    "only-the-beginning": (_written(b"PK\x03\x04" + bytes(50)), "file_is_text", "no workbook"),
    "password": (_locked, "file_is_text", "password"),
    "empty-sheet": (lambda p: book(p, S=[]), "file_not_empty", "sheet is empty"),
    "blank-sheet": (lambda p: book(p, S=[["  "], [" "]]), "file_not_empty", "sheet is empty"),
    "other-header": (lambda p: book(p, S=[["w"], [1]]), "file_header_matches_layout", "'v' is missing"),
    "header-twice": (lambda p: book(p, S=[["v", "V"], [1, 2]]), "file_header_matches_layout", "twice"),
    "title-alone": (lambda p: book(p, S=[["812120001"]]), "file_header_matches_layout", "'v' is missing"),
    "several-sheets": (lambda p: book(p, S=[["v"]], T=[["v"]]), "file_sheet_known", "S, T"),
    "bomb": (_bomb, "file_archive_safe", "200 times"),
    "cell-at-the-end-of-the-world": (_far_away, "file_is_text", "far out of its table"),
    "broken-xml": (lambda p: _shared(_small(p), b"<sheetData>", b"<sheetData><"), "file_is_text", "damaged"),
    "sheet-cut-short": (lambda p: _shared(_small(p), b"</sheetData>", b""), "file_is_text", "damaged"),
    "no-such-shared-text": (lambda p: _shared(_small(p), b"<v>1</v>", b"<v>99</v>"), "file_is_text", "damaged"),
    "laughing-entities": (
        lambda p: _shared(_shared(_small(p), b"<sst ", LAUGHS + b"<sst "), b"<t>v</t>", b"<t>&l11;</t>"),
        "file_is_text",
        "damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(HOSTILE))
def test_a_workbook_that_cannot_be_read_is_refused_with_a_fix_and_without_a_value(tmp_path: Path, case: str) -> None:
    make, reason, said = HOSTILE[case]
    path = make(tmp_path / "book.xlsx")
    with pytest.raises(FileRefused, match=said) as refused:
        read(path, layout("v"))
    assert refused.value.reason_code == reason
    assert "812120001" not in str(refused.value)
    assert count_sheet_rows(path, "S") >= (case != "empty-sheet")


def test_entities_that_nobody_uses_are_not_expanded(tmp_path: Path) -> None:
    path = _shared(_small(tmp_path / "book.xlsx"), b"<sst ", LAUGHS + b"<sst ")
    assert column(path) == ["812120001"]


def test_one_wrong_byte_in_an_old_workbook_ends_its_own_process_and_not_the_night(tmp_path: Path) -> None:
    content = old_book(tmp_path / "book.xls", [["v"], *([i] for i in range(20))]).read_bytes()
    outcomes = set()
    for at in (30, 48, 68, 76, 600):
        wrong = bytearray(content)
        wrong[at] ^= 0xFF
        (tmp_path / "wrong.xls").write_bytes(wrong)
        try:
            outcomes.add(read(tmp_path / "wrong.xls", layout("v"))[1].height)
        except FileRefused as refusal:
            outcomes.add(refusal.reason_code)
    assert "file_is_text" in outcomes


def test_a_workbook_that_takes_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_process, "SECONDS_AT_LEAST", 0.01)
    with pytest.raises(FileRefused, match="cannot be loaded within"):
        sheets_of(book(tmp_path / "slow.xlsx", S=[["slow"]]))


def test_a_full_disk_is_no_fault_of_the_workbook(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", S=[["v"], ["x" * 2000]])
    script = f"""
import resource, sys
from pathlib import Path
from pipelines.intake.reading.workbook import sheets_of
resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
try:
    sheets_of(Path({str(path)!r}))
except OSError:
    sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == 7


def test_a_workbook_is_loaded_once_for_all_its_sheets_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[Path] = []
    run = workbook_process._run
    monkeypatch.setattr(workbook_process, "_run", lambda path, *rest: (loads.append(path), run(path, *rest))[1])
    monkeypatch.setattr(workbook_process.tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    path = book(tmp_path / "book.xlsx", A=[["v"], ["once"]], B=[["v"], ["for all"]])
    (tmp_path / "copy.xlsx").write_bytes(path.read_bytes())
    assert sheets_of(path) == ("A", "B")
    assert [
        column_of
        for sheet in ("A", "B")
        for column_of in read(tmp_path / "copy.xlsx", layout("v"), sheet=sheet)[1]["v"]
    ] == ["once", "for all"]
    assert loads == [path]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_process_that_loads_says_nothing_whatever_it_finds(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", S=[["v"], ["812120001"], [True], [(BORN, DATE)]])
    for content in (path.read_bytes(), path.read_bytes()[:-400]):
        path.write_bytes(content)
        with (tmp_path / "out").open("wb") as out:
            done = subprocess.run(
                [sys.executable, "-P", workbook_load.__file__, str(path), str(out.fileno()), str(4 << 30), "60"],
                check=False, capture_output=True, pass_fds=[out.fileno()],
            )  # fmt: skip
        assert b"812120001" not in done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("round")


CELL = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.decimals(-(10**6), 10**6, places=4, allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=20),
)


def _as_text(value: object) -> str:
    text = "" if value is None else f"{value:f}" if not isinstance(value, int | str) else str(value)
    is_number = not isinstance(value, str) and "." in text
    text = text.rstrip("0").rstrip(".") if is_number else text
    return "0" if text == "-0" and not isinstance(value, str) else text


ROWS = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=30)


@settings(max_examples=4, deadline=None)  # each starts a process, so that it has many sheets instead
@given(sheets=st.lists(ROWS, min_size=1, max_size=15))
def test_what_is_written_to_a_sheet_is_what_is_read(folder: Path, sheets: list[list[tuple[Any, ...]]]) -> None:
    written = {f"S{n}": [["a", "b", "c"], *(list(row) for row in rows)] for n, rows in enumerate(sheets)}
    path = book(folder / "book.xlsx", **written)
    for name, rows in written.items():
        reading, found = read(path, layout("a", "b", "c"), sheet=name)
        texts = [tuple(_as_text(value) for value in row) for row in rows[1:]]
        filled = [(*row, at) for at, row in enumerate(texts, start=2) if any(t.strip() for t in row)]
        assert (found.drop("line_count").rows() if found.width else []) == filled
        assert reading.loaded_row_count == len(filled)


class TestContractOfCalamine:
    """What we rely on; an upgrade that changes it is to be noticed here."""

    def test_text_of_numbers_is_the_exact_double_and_dates_have_a_time(self, tmp_path: Path) -> None:
        path = book(tmp_path / "b.xlsx", S=[[5], [34578921.52], [True], [(BORN, DATE)]])
        (texts,) = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_arrow().columns
        assert texts.to_pylist() == ["5", "34578921.520000003", "true", "2001-02-03 00:00:00"]

    @pytest.mark.parametrize(("kind", "cells"), [("boolean", [0, 2]), ("duration", [3])])
    def test_asked_for_another_type_a_text_is_never_taken_for_one(
        self, tmp_path: Path, kind: Any, cells: list[int]
    ) -> None:
        path = book(tmp_path / "b.xlsx", S=[[5], ["5"], [True], [(BORN, DATE)], ["true"], ["2001-02-03 00:00:00"]])
        (found,) = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes=kind).to_arrow().columns
        assert [i for i, is_so in enumerate(found.is_valid().to_pylist()) if is_so] == cells

    def test_rows_are_counted_from_the_top_of_the_sheet_where_none_is_skipped(self, tmp_path: Path) -> None:
        path = book(tmp_path / "b.xlsx", S=[[], [], [None, "x"]])
        sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
        assert (sheet.to_arrow().num_rows, sheet.width) == (3, 1)

    def test_errors_are_told_by_name_and_place(self, tmp_path: Path) -> None:
        with xlsxwriter.Workbook(tmp_path / "b.xlsx") as made:
            made.add_worksheet().write_formula(1, 0, "=NA()", None, "#N/A")
        sheet = fastexcel.read_excel(tmp_path / "b.xlsx").load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
        errors = sheet.to_arrow_with_errors()[1]
        assert errors is not None
        assert [(e.position, "Error(NA)" in e.detail) for e in errors.errors] == [((1, 0), True)]
