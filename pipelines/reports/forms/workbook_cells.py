"""Cells of a scorecard's workbook: a share takes three columns, a word stays a word, a text never becomes a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import Share
from pipelines.spreadsheet_text import starts_formula, visible

Shown = str | int | float | Decimal | date | None
_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "count": "#,##0",
        "percent": "0.0%",
        "points": "+#,##0.0##;-#,##0.0##;0.0",
        "money": '"$"#,##0.##',
        "number": "#,##0.###",
        "date": "yyyy-mm-dd",
    }
)
_WIDTHS: Mapping[str, int] = MappingProxyType({"text": 30})
_OF_LINES = ("line", "heading", "label")
_FIRST_YEAR = 1900  # a spreadsheet counts its days from there and shows an earlier day as another one
_LONGEST, _CUT = 32_767, " (cut here: the whole text stands on the page and in the JSON)"
_WIDTH_OF_FIRST, _WIDTH_OF_NUMBER = 42, 14


def styles_of(book: Any) -> dict[str, Any]:
    """Return the formats of a workbook by name."""
    top = {"valign": "top"}
    found = {kind: book.add_format({"num_format": shown, "align": "right", **top}) for kind, shown in _FORMATS.items()}
    return found | {
        "notice": book.add_format({"bold": True, "font_color": "#8A1C1C"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "heading": book.add_format({"bold": True, "font_size": 12}),
        "label": book.add_format({"bold": True, **top}),
        "line": book.add_format({"font_color": "#444444"}),
        "link": book.add_format({"font_color": "#0B4F8A", "underline": 1, **top}),
        "header": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EDEDE8", **top}),
        "text": book.add_format({"text_wrap": True, **top}),
        # A text that looks like a formula stays one when somebody goes into its cell and out again.
        "held": book.add_format({"text_wrap": True, "quote_prefix": True, **top}),
    }


def headers_of(table: Table) -> tuple[str, ...]:
    """Return the headers of a table's columns on a sheet, each unique, as real tables need them."""
    found: list[str] = []
    for column in table.columns:
        title = f"{column.title} ({column.note})" if column.note else column.title
        parts = (f"{title}, %", f"{title}: numerator", f"{title}: denominator") if column.kind == "share" else (title,)
        for part in parts:
            taken = {name.lower() for name in found}
            header, number = visible(part), 2
            while header.lower() in taken:
                header, number = f"{visible(part)} {number}", number + 1
            found.append(header)
    return tuple(found)


def cells_of(columns: Sequence[Column], row: Sequence[Cell]) -> list[Shown]:
    """Return a row as the sheet has it; a share that cannot be told is its word, with the counts that are known."""
    found: list[Shown] = []
    for column, cell in zip(columns, row, strict=True):
        if isinstance(cell, Share):
            fraction = cell.fraction
            told = cell.percent if fraction is None else fraction.numerator / fraction.denominator
            found += [told, cell.numerator, cell.denominator]
        elif column.kind == "share":
            found += [cell, None, None]
        else:
            found.append(cell)
    return found


def widths_of(section: Section) -> list[int]:
    """Return the width of each column of a section's sheet, wide enough for each of its tables."""
    found: list[int] = [_WIDTH_OF_FIRST]
    for table in section.tables:
        kinds = [kind for c in table.columns for kind in (("number",) * 3 if c.kind == "share" else (c.kind,))]
        found += [_WIDTH_OF_NUMBER] * (len(kinds) - len(found))
        for place, kind in enumerate(kinds):
            found[place] = max(found[place], _WIDTHS.get(kind, _WIDTH_OF_NUMBER))
    return found


def _fitting(text: str) -> str:
    """Return a text that a cell can hold; a longer one would be left out without a word."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT


def write(sheet: Any, row: int, place: int, cell: Shown, style: str, styles: Mapping[str, Any]) -> None:
    """Write one cell in the style of that name; nothing where nothing belongs, and a word as a word."""
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        own = "held" if starts_formula(cell) else style if style in _OF_LINES else "text"
        sheet.write_string(row, place, _fitting(visible(cell)), styles[own])
    elif isinstance(cell, date) and cell.year < _FIRST_YEAR:
        sheet.write_string(row, place, cell.isoformat(), styles["text"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, datetime.combine(cell, time()), styles[style])
    else:
        sheet.write_number(row, place, float(cell) if isinstance(cell, Decimal) else cell, styles[style])
