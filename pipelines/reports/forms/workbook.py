"""A scorecard as a workbook: a cover, then a sheet a section, each table with what its numbers are of.

For everybody, screen readers included: real tables with titles, no merged cells, no meaning in color alone. Texts stay
texts: no cell is a formula, links lead to sheets alone. The same form gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from pipelines.reports.forms.form import Form
from pipelines.reports.forms.workbook_cells import cells_of, headers_of, styles_of, widths_of, write
from pipelines.scorecard.section import Section, Table
from pipelines.spreadsheet_text import visible

COVER, NONE = "Cover", "None."
NAME_LENGTH = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_HEAD = 2  # lines that stay in sight and stand on every printed page: notice and title


def workbook_bytes(form: Form) -> bytes:
    """Return the workbook of a scorecard."""
    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(made, options) as book:
        made_at = datetime.combine(form.made_on, time())
        book.set_properties(
            {"created": made_at, "author": "", "title": visible(form.title), "comments": form.notice,
             "status": form.fictional}
        )  # fmt: skip
        styles = styles_of(book)
        names = sheet_names(form.sections)
        _cover(book, styles, form, names)
        for section, name in zip(form.sections, names, strict=True):
            _sheet(book, styles, form, section, name)
    return made.getvalue()


def sheet_names(sections: Sequence[Section]) -> tuple[str, ...]:
    """Return a name for each section's sheet: at most 31 characters, unique whatever the case."""
    taken = {COVER.lower(), "history"}
    found = []
    for section in sections:
        bare = _NOT_IN_NAMES.sub(" ", visible(section.title)).strip()[:NAME_LENGTH].strip() or section.id
        name, number = bare, 2
        while name.lower() in taken:
            name = f"{bare[: NAME_LENGTH - len(str(number)) - 1]} {number}"
            number += 1
        taken.add(name.lower())
        found.append(name)
    return tuple(found)


def _head(sheet: Any, styles: dict[str, Any], form: Form, title: str) -> None:
    notice = f"{form.notice}; {form.fictional}" if form.fictional else form.notice
    sheet.write_string(0, 0, visible(notice), styles["notice"])
    sheet.write_string(1, 0, visible(title), styles["title"])
    sheet.set_landscape()
    sheet.set_paper(1)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


def _cover(book: Any, styles: dict[str, Any], form: Form, names: Sequence[str]) -> None:
    sheet = book.add_worksheet(COVER)
    _head(sheet, styles, form, form.title)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    row = _pairs(sheet, styles, form.about, _HEAD + 1)
    sheet.write_string(row + 1, 0, "Contents", styles["heading"])
    row += 2
    for section, name in zip(form.sections, names, strict=True):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", styles["link"], visible(name))
        titles = "; ".join(table.title for table in section.tables)
        write(sheet, row, 1, titles or "; ".join(section.says), "text", styles)
        row += 1
    if form.run:
        sheet.write_string(row + 1, 0, "Run", styles["heading"])
        _pairs(sheet, styles, form.run, row + 2)


def _pairs(sheet: Any, styles: dict[str, Any], pairs: Sequence[tuple[str, str]], row: int) -> int:
    for label, text in pairs:
        write(sheet, row, 0, label, "label", styles)
        write(sheet, row, 1, text, "text", styles)
        row += 1
    return row


def _sheet(book: Any, styles: dict[str, Any], form: Form, section: Section, name: str) -> None:
    sheet = book.add_worksheet(name)
    _head(sheet, styles, form, section.title)
    sheet.repeat_rows(0, _HEAD - 1)
    sheet.freeze_panes(_HEAD, 1)
    for place, width in enumerate(widths_of(section)):
        sheet.set_column(place, place, width)
    row = _HEAD
    for sentence in section.says if section.says or section.tables else (NONE,):
        write(sheet, row, 0, sentence, "line", styles)
        row += 1
    for table in section.tables:
        row = _table(sheet, styles, table, row + 1)


def _table(sheet: Any, styles: dict[str, Any], table: Table, row: int) -> int:
    """Write a table from a row on and return the row after it."""
    write(sheet, row, 0, table.title, "heading", styles)
    for line in about(table):
        row += 1
        write(sheet, row, 0, line, "line", styles)
    headers = headers_of(table)
    first = row + 1
    rows = [cells_of(table.columns, cells) for cells in table.rows] or [[NONE, *[None] * (len(headers) - 1)]]
    sheet.add_table(
        first, 0, first + len(rows), len(headers) - 1,
        {
            "name": f"t_{table.id}", "style": None, "autofilter": False,
            "columns": [{"header": header, "header_format": styles["header"]} for header in headers],
            "title": visible(table.title), "description": visible(" ".join(about(table))),
        },
    )  # fmt: skip
    for number, cells in enumerate(rows, start=first + 1):
        for place, (cell, style) in enumerate(zip(cells, _styles(table), strict=True)):
            write(sheet, number, place, cell, style, styles)
    return first + len(rows) + 1


def _styles(table: Table) -> Iterator[str]:
    """Yield the style of each column of a sheet."""
    for column in table.columns:
        if column.kind == "share":
            yield from ("percent", "count", "count")
        else:
            yield column.kind


def about(table: Table) -> tuple[str, ...]:
    """Return the lines below a table's title: what its numbers are of, whence and of when, its note, its query."""
    lines = [f"Numbers are of: {table.population}", f"Source: {table.source}", f"As of: {table.as_of}"]
    lines += [f"Note: {table.note}"] if table.note else []
    lines += [f"Query: sql/queries/{table.query}.sql"] if table.query else []
    return tuple(lines)
