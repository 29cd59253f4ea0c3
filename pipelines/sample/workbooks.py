"""Workbooks: texts to the bytes of an .xlsx, the same bytes on every platform.

A date is written as a date, a number as a number, all else as text, identifiers above all. Every text that is none of
its column's kind stays a text, as when somebody typed it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import Date, Numeric

from pipelines.layouts import FileLayout
from pipelines.schema import core_table

_MADE = datetime(2024, 7, 1, tzinfo=UTC).replace(tzinfo=None)  # as if: the day must not be in the bytes
_FIRST_DATE = date(1900, 3, 1)  # before it Excel counts a day that never was
_NUMBER = re.compile(r"-?\d{1,10}(\.\d{1,2})?")
_READ_ME = ("This workbook was made by a program.", "No person in it is real.")


@dataclass(frozen=True)
class SheetTexts:
    """The texts of one sheet, row by row, under the layout's column names."""

    layout: FileLayout
    texts: pl.DataFrame


def workbook(sheets: Sequence[SheetTexts], title: str) -> bytes:
    """Return a workbook of those sheets, and one that holds no records where the layout ignores any."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "mm/dd/yyyy"}) as book:
        book.set_properties({"created": _MADE, "author": "", "title": title})
        for name in (n for n in sheets[0].layout.ignored_sheets if n != "*"):
            note = book.add_worksheet(name)
            for number, line in enumerate((title, *_READ_ME)):
                note.write_string(number, 0, line)
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.layout.sheet), sheet, title)
    return _stored(made.getvalue())


def _fill(target: Any, sheet: SheetTexts, title: str) -> None:
    layout = sheet.layout
    for number in range(layout.title_lines):
        target.write_string(number, 0, title if number == 0 else layout.sheet)
    if layout.has_header:
        for place, column in enumerate(layout.columns):
            target.write_string(layout.title_lines, place, column.name)
    above = layout.title_lines + layout.has_header
    for place, column in enumerate(layout.columns):
        ours = core_table(layout.table).columns[column.to] if column.to else None
        for number, text in enumerate(sheet.texts[column.name]):
            _write(target, above + number, place, text, None if ours is None else ours.type)


def _write(target: Any, row: int, place: int, text: str | None, type_: Any) -> None:
    if not text:
        return
    day = _date(text) if isinstance(type_, Date) else None
    if day:
        target.write_datetime(row, place, day)
    elif isinstance(type_, Numeric) and _NUMBER.fullmatch(text):
        target.write_number(row, place, float(text))
    else:
        target.write_string(row, place, text)


def _date(text: str) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day, no moment
    except ValueError:
        return None
    return day if day.date() >= _FIRST_DATE else None


def _stored(packed: bytes) -> bytes:
    """Return the same archive without compression: versions of zlib pack the same content differently."""
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as given, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as target:
        for name in given.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.create_system = 0o600 << 16, 3
            target.writestr(info, given.read(name))
    return plain.getvalue()
