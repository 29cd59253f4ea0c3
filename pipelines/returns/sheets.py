"""How a return package is written: the same findings as a workbook and as CSV. Nothing is decided here.

Texts stay texts: no cell is a formula or a link. The same package gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from pipelines.returns.package import HEADERS, Package, Row
from pipelines.returns.words import about_others, read_me
from pipelines.spreadsheet_text import plain, starts_formula, visible

MOST_ROWS = 1_048_576  # of a sheet
MANY_ROWS = 20_000  # from here on a workbook is put together on the disk, not in memory
WIDTHS = (22, 8, 16, 22, 24, 12, 14, 40, 44, 44, 30, 44)
TITLE_LINES = 2
_SUMMARY = ("Rule", "What is wrong", "Severity", "Open", "New", "Still open", "Came back", "Fixed")
_SUMMARY_WIDTHS = (44, 70, 12, 8, 8, 11, 11, 8)
# With the sheet protected only the explanations can be written; there is no password, it keeps from slips only.
_ALLOWED = {
    "autofilter": True, "sort": True, "format_cells": True, "format_columns": True, "format_rows": True,
    "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip
Write = Callable[[int, int, str | int, Any], None]


def csv_bytes(package: Package) -> bytes:
    """Return the findings as CSV in UTF-8 with a byte order mark: two title lines, the headers, a line a finding."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([title] for title in map(plain, package.titles))
    writer.writerow(HEADERS)
    writer.writerows([plain(cell) if isinstance(cell, str) else cell for cell in row.cells] for row in package.rows)
    return text.getvalue().encode("utf-8-sig")


def workbook_bytes(package: Package, scratch: Path) -> bytes:
    """Return the workbook: how to use it, counts by rule, findings. ``scratch`` is a private folder for its parts."""
    made = io.BytesIO()
    made_on = datetime.combine(package.returned_on, time())
    is_large = len(package.rows) > MANY_ROWS
    memory = {"constant_memory": True, "tmpdir": str(scratch)} if is_large else {"in_memory": True}
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, **memory}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": made_on, "author": "", "title": "Return package"})
        styles = _styles(book)
        _fill_read_me(book, styles, package)
        _fill_summary(book, styles, package)
        for number, rows in enumerate(_split(package.rows), start=1):
            _fill_findings(book, styles, package, "Findings" if number == 1 else f"Findings {number}", rows)
    return made.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    top = {"valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "restricted": book.add_format({"bold": True, "font_color": "#8A1C1C"}),
        "about": book.add_format({"font_color": "#444444"}),
        "header": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EDEDE8", **top}),
        "cell": book.add_format({"text_wrap": True, **top}),
        # A text that looks like a formula stays one when somebody goes into its cell and out again.
        "held": book.add_format({"text_wrap": True, "quote_prefix": True, **top}),
        "answer": book.add_format(
            {"text_wrap": True, "locked": False, "bg_color": "#FFF8DC", "border": 1, "border_color": "#C8BE8C", **top}
        ),
    }


def _writer(sheet: Any, styles: dict[str, Any]) -> Write:
    def write(row: int, place: int, cell: str | int, style: Any) -> None:
        if isinstance(cell, int):
            sheet.write_number(row, place, cell, style)
        elif style is styles["answer"] or cell:
            held = style is styles["cell"] and starts_formula(cell)
            sheet.write_string(row, place, visible(cell), styles["held"] if held else style)

    return write


def _head(sheet: Any, write: Write, styles: dict[str, Any], package: Package) -> None:
    for number, (title, style) in enumerate(zip(package.titles, ("restricted", "about"), strict=True)):
        write(number, 0, title, styles[style])
    sheet.repeat_rows(0, TITLE_LINES)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _fill_read_me(book: Any, styles: dict[str, Any], package: Package) -> None:
    sheet = book.add_worksheet("Read me")
    write = _writer(sheet, styles)
    sheet.set_column(0, 0, 110)
    write(0, 0, package.titles[0], styles["restricted"])
    for number, (text, is_title) in enumerate(read_me(package), start=1):
        write(number, 0, text, styles["title" if is_title else "cell"])


def _fill_summary(book: Any, styles: dict[str, Any], package: Package) -> None:
    sheet = book.add_worksheet("Summary")
    write = _writer(sheet, styles)
    _head(sheet, write, styles, package)
    for place, (name, width) in enumerate(zip(_SUMMARY, _SUMMARY_WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        write(TITLE_LINES, place, name, styles["header"])
    sheet.freeze_panes(TITLE_LINES + 1, 0)
    line = TITLE_LINES + 1
    for cells in (*_by_rule(package.rows), *about_others(package)):
        for place, cell in enumerate(cells):
            write(line, place, cell, styles["cell"])
        line += 1


def _by_rule(rows: Sequence[Row]) -> Iterator[tuple[str | int, ...]]:
    """Yield a line of the summary for each rule that has a finding."""
    for rule_id, group in groupby(sorted(rows, key=lambda row: row.rule_id), key=lambda row: row.rule_id):
        found = list(group)
        changes = [sum(row.change == word for row in found) for word in ("new", "still_open", "came_back", "fixed")]
        yield rule_id, found[0].wrong, found[0].severity, sum(changes[:3]), *changes


def _split(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield as many rows at a time as a sheet takes; once where there are none."""
    left, size = iter(rows), MOST_ROWS - TITLE_LINES - 1
    yield list(islice(left, size))
    while more := list(islice(left, size)):
        yield more


def _fill_findings(book: Any, styles: dict[str, Any], package: Package, name: str, rows: Sequence[Row]) -> None:
    sheet = book.add_worksheet(name)
    write = _writer(sheet, styles)
    _head(sheet, write, styles, package)
    for place, (header, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        write(TITLE_LINES, place, header, styles["header"])
    answer = HEADERS.index("Explanation")
    for line, row in enumerate(rows, start=TITLE_LINES + 1):
        for place, cell in enumerate(row.cells):
            write(line, place, cell, styles["answer" if place == answer else "cell"])
    sheet.freeze_panes(TITLE_LINES + 1, 2)
    sheet.autofilter(TITLE_LINES, 0, TITLE_LINES + max(len(rows), 1), len(HEADERS) - 1)
    sheet.protect("", _ALLOWED)
    if name == "Findings":
        sheet.activate()
