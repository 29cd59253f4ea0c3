"""How a worksheet is written: as a workbook for people and as one tidy CSV for programs. Nothing is decided here.

Texts stay texts: no cell is a formula or a link. The same document gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from pipelines.car.compare import Difference
from pipelines.car.document import Document
from pipelines.car.words import MEASURE, OUTCOME, read_me, shown
from pipelines.car.worksheet import MEASURES, STUDENTS, Line
from pipelines.spreadsheet_text import plain, starts_formula, visible

HEADERS = (
    "notice", "grantee_id", "program_year", "form_version", "definition_version", "counted_on", "run_id", "act_number",
    "section", "line_code", "line_label", "is_on_form", "measure", "person_count", "status",
)  # fmt: skip
SHEETS = ("Read me", "Students", "Indicators", "Line checks", "Compared with last year")
_HEAD_LINES = 2
_WIDTH_OF_LABEL, _WIDTH_OF_COUNT, _WIDTH_OF_TEXT = 58, 15, 46
Cell = str | int
Rows = Iterable[Sequence[Cell]]


def csv_bytes(document: Document) -> bytes:
    """Return the worksheet as CSV in UTF-8 with a byte order mark: a row a line and measure, ``HEADERS`` first."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADERS)
    for row in _tidy(document):
        writer.writerow([plain(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def workbook_bytes(document: Document) -> bytes:
    """Return the workbook: five sheets, each headed by the notice."""
    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(made, options) as book:
        made_at = datetime.combine(document.made_on, time())
        book.set_properties({"created": made_at, "author": "", "title": "Consolidated Annual Report worksheet"})
        styles = _styles(book)
        _read_me_sheet(book, styles, document)
        _table(book, styles, document, SHEETS[1], _line_headers(STUDENTS), _line_rows(document, STUDENTS))
        others = tuple(measure for measure in MEASURES if measure not in STUDENTS)
        _table(book, styles, document, SHEETS[2], _line_headers(others), _line_rows(document, others))
        _table(book, styles, document, SHEETS[3], _CHECK_HEADERS, _check_rows(document))
        _table(book, styles, document, SHEETS[4], _COMPARED_HEADERS, _compared_rows(document))
    return made.getvalue()


def _tidy(document: Document) -> Iterator[Sequence[Cell]]:
    worksheet, act = document.worksheet, document.certification
    about: tuple[Cell, ...] = (
        document.notice, worksheet.grantee_id, worksheet.program_year, worksheet.form_version,
        worksheet.definition_version, document.made_on.isoformat(), document.run_id, act.act_number if act else "",
    )  # fmt: skip
    for line in worksheet.lines:
        for measure in MEASURES:
            count = line.count(measure)
            number = "" if count.persons is None else count.persons
            on_form = "true" if line.is_on_form else "false"
            yield (*about, line.section, line.code, line.label, on_form, measure, number, count.status)


def _label(line: Line) -> str:
    return line.label if line.is_on_form else f"{line.label} (not on the form)"


def _line_headers(measures: Sequence[str]) -> tuple[str, ...]:
    return ("Line", *(MEASURE[measure] for measure in measures))


def _line_rows(document: Document, measures: Sequence[str]) -> Iterator[Sequence[Cell]]:
    """Yield the lines, those of a section below its title."""
    section = ""
    for line in document.worksheet.lines:
        if line.section != section:
            section = line.section
            yield (line.section_title,)
        yield (_label(line), *(shown(line.count(measure)) for measure in measures))


_CHECK_HEADERS = ("Section", "Measure", "Result", "Lines", "Grand total", "Rule")


def _check_rows(document: Document) -> Iterator[Sequence[Cell]]:
    for check in document.checks:
        total = "" if check.total is None else check.total
        yield check.section_title, MEASURE[check.measure], OUTCOME[check.outcome], check.found, total, check.says


_COMPARED_HEADERS = (
    "Line", "Measure", "Certified last year", "Records changed since", "Definition changed", "Students of this year",
    "This year", "Difference", "Note",
)  # fmt: skip


def _compared_rows(document: Document) -> Iterator[Sequence[Cell]]:
    before, now = document.before, document.worksheet
    if before is None:
        yield ("No worksheet of the year before was certified and frozen here, so there is nothing to compare with.",)
        return
    versions = before.certified.definition_version, now.definition_version
    for one in document.differences:
        parts = ("" if part is None else part for part in (one.data, one.definition, one.students))
        total = "cannot be told" if one.total is None else one.total
        yield (
            _label(one.line), MEASURE[one.measure], shown(one.certified), *parts, shown(one.now), total,
            _note(one, *versions),
        )  # fmt: skip


def _note(one: Difference, before: str, now: str) -> str:
    """Return why a difference cannot be told, or what could not be told apart: an empty part is within the next one."""
    if one.total is None:
        return "no number last year" if one.certified.persons is None else "no number this year"
    if one.data is not None and one.definition is not None:
        return ""
    changed = f"definition changed from {before} to {now}; " if before != now else "last year's definition is gone; "
    return changed + ("effect not separated" if one.definition is None else "effect of the records not separated")


def _styles(book: Any) -> dict[str, Any]:
    top = {"valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "restricted": book.add_format({"bold": True, "font_color": "#8A1C1C"}),
        "about": book.add_format({"font_color": "#444444"}),
        "header": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EDEDE8", **top}),
        "section": book.add_format({"bold": True, "top": 1, **top}),
        "number": book.add_format({"num_format": "#,##0", **top}),
        "cell": book.add_format({"text_wrap": True, **top}),
        "held": book.add_format({"text_wrap": True, "quote_prefix": True, **top}),
    }


def _read_me_sheet(book: Any, styles: dict[str, Any], document: Document) -> None:
    sheet = book.add_worksheet(SHEETS[0])
    sheet.set_column(0, 0, 120)
    _for_print(sheet, 0)
    sheet.write_string(0, 0, visible(document.notice), styles["restricted"])
    for number, (text, is_title) in enumerate(read_me(document), start=1):
        _write(sheet, number, 0, text, styles, "title" if is_title else "cell")


def _table(
    book: Any, styles: dict[str, Any], document: Document, name: str, headers: Sequence[str], rows: Rows
) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, visible(document.notice), styles["restricted"])
    sheet.write_string(1, 0, visible(document.about), styles["about"])
    for place, header in enumerate(headers):
        is_text = header in ("Measure", "Rule", "Note", "Result")
        width = _WIDTH_OF_LABEL if not place else _WIDTH_OF_TEXT if is_text else _WIDTH_OF_COUNT
        sheet.set_column(place, place, width)
        sheet.write_string(_HEAD_LINES, place, header, styles["header"])
    last = _HEAD_LINES + 1
    for number, row in enumerate(rows, start=_HEAD_LINES + 1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, styles, "section" if len(row) == 1 else "cell")
        last = number
    if "Measure" in headers:  # a line each: nothing but lines of one kind can be filtered
        sheet.autofilter(_HEAD_LINES, 0, last, len(headers) - 1)
    sheet.freeze_panes(_HEAD_LINES + 1, 1)
    _for_print(sheet, _HEAD_LINES)


def _for_print(sheet: Any, last_head: int) -> None:
    """Let a sheet be as wide as one page; what stands down to row ``last_head`` heads each, the notice among it."""
    sheet.repeat_rows(0, last_head)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


def _write(sheet: Any, row: int, place: int, cell: Cell, styles: dict[str, Any], style: str) -> None:
    if isinstance(cell, int):
        sheet.write_number(row, place, cell, styles["number"])
    elif cell:
        # A text that looks like a formula stays one when somebody goes into its cell and out again.
        held = style == "cell" and starts_formula(cell)
        sheet.write_string(row, place, visible(cell), styles["held" if held else style])
