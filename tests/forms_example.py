"""The forms of one internal and one shareable scorecard, and how tests read the tables of a page and of a sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, warehouse
from shareable_example import published_file

from pipelines.reports.page import told
from pipelines.scorecard.build import build_scorecard
from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import Share
from pipelines.shareable.build import shareables
from pipelines.shareable.card import Shareable
from pipelines.shareable.published import opened

NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?")


def internal_card() -> Scorecard:
    return build_scorecard(warehouse(), GRANTEE, YEAR, RUN, WORDS)


def shareable_card(folder: Path) -> Shareable:
    with opened(published_file(folder / "published" / "cte.duckdb")) as file:
        return next(iter(shareables(file)))


def tables_of(sections: tuple[Section, ...]) -> dict[str, Table]:
    return {table.id: table for section in sections for table in section.tables}


def shown_numbers(table: Table) -> list[set[str]]:
    """Return, row by row, every number of a section's table in the words of a page."""
    return [
        {n for c, cell in zip(table.columns, row, strict=True) for n in _numbers(c, cell)} for row in table.rows
    ]  # fmt: skip


def _numbers(column: Column, cell: Cell) -> Iterator[str]:
    if isinstance(cell, Share):
        yield from NUMBER.findall(cell.percent)
        yield from (f"{n:,}" for n in (cell.numerator, cell.denominator) if n is not None)
    elif cell is not None:
        yield from NUMBER.findall(told(cell, column.kind))


class _Tables(HTMLParser):
    """Reads the tables of a page by the id of their captions: rows of bodies as texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.is_body = self.is_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.rows = []
        elif tag == "caption":
            self.tables[dict(attrs).get("id") or ""] = self.rows
        elif tag == "tbody":
            self.is_body = True
        elif tag == "tr" and self.is_body:
            self.rows.append([])
        elif tag in ("td", "th") and self.is_body:
            self.rows[-1].append("")
            self.is_cell = True
        elif self.is_cell:
            self.rows[-1][-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag == "tbody":
            self.is_body = False
        elif tag in ("td", "th"):
            self.is_cell = False

    def handle_data(self, data: str) -> None:
        if self.is_cell:
            self.rows[-1][-1] += data


def page_tables(page: str) -> dict[str, list[list[str]]]:
    return _Tables(page).tables


def page_numbers(rows: list[list[str]]) -> list[set[str]]:
    return [{n for cell in row for n in NUMBER.findall(cell)} for row in rows]


def sheet_tables(content: bytes) -> dict[str, list[list[Any]]]:
    """Return the real tables of a workbook by name: rows without the header."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = {}
    for sheet in book.worksheets:
        for name, place in sheet.tables.items():
            found[name] = [[cell.value for cell in row] for row in sheet[place]][1:]
    return found


def as_on_a_sheet(table: Table) -> list[list[Any]]:
    """Return the rows that a table must have on its sheet, worked out apart from the code that writes it."""
    return [
        [one for c, cell in zip(table.columns, row, strict=True) for one in _sheet_cells(c, cell)] for row in table.rows
    ]  # fmt: skip


def _sheet_cells(column: Column, cell: Cell) -> list[Any]:
    if isinstance(cell, Share):
        whole = cell.denominator
        rate = cell.percent if not whole or cell.numerator is None else cell.numerator / whole
        return [rate, cell.numerator, whole]
    value: Any = cell or None if isinstance(cell, str) else cell
    if isinstance(cell, Decimal):
        value = float(cell)
    elif isinstance(cell, date):
        value = datetime.combine(cell, time())
    return [value, None, None] if column.kind == "share" else [value]


def not_given(table: Table, answer: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the numbers of persons, rows and the like in a table that the answer of its query does not give.

    The two counts of a share stand in one row of the answer; where nobody is counted, it may have no row at all.
    """
    rows = [{value for value in row.values() if isinstance(value, int)} for row in answer]
    given = set().union(*rows)
    found = []
    for row in table.rows:
        for column, cell in zip(table.columns, row, strict=True):
            if isinstance(cell, Share) and cell.fraction is not None:
                pair = {cell.numerator, cell.denominator} - ({0} if cell.numerator == 0 else set())
                found += [] if any(pair <= one for one in rows) else [f"{table.id}, {row[0]}, {column.key}: {pair}"]
            elif isinstance(cell, int) and column.kind == "count" and cell not in given | {0}:
                found.append(f"{table.id}, {row[0]}, {column.key}: {cell}")
    return found
