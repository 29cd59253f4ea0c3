"""Sheets of workbooks to rows, every row up to the last one used accounted for.

A line is a row of the sheet, with its number there. What a row is comes from the same words of the layout as in text
(titles, header, control records, trailers); how cells become text is the matter of ``workbook_load``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import polars as pl

from pipelines.intake.reading import workbook_cells
from pipelines.intake.reading.account import FileReading, Sink
from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_control import refuse_other_counts
from pipelines.intake.reading.lines_format import QUARANTINE_SCHEMA, Field, FileRefused, TextFormat
from pipelines.intake.reading.lines_header import Body, Columns, find_body, match_header, match_places
from pipelines.intake.reading.lines_mask import tell_names
from pipelines.intake.reading.workbook_cells import Cells, Part
from pipelines.intake.reading.workbook_process import Sheet, load_workbook
from pipelines.layouts import FileLayout

_WIDTHS_LOOKED_AT = 1000
_REMARKS = {
    "errors": "some cells hold errors such as #N/A, which were read as that text; correct them",
    "formulas": "the sheet has formulas; what Excel computed last was read, so save it after the last change",
    "long_numbers": "some numbers have more than 15 digits, of which Excel keeps the first 15; format them as text",
    "merged": "the sheet has merged cells; the value counts for the first of them, the others are empty",
}


def sheets_of(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets of a workbook, hidden ones included. Raises FileRefused with the fix."""
    return tuple(sheet.name for sheet in load_workbook(path))


def count_sheet_rows(path: Path, sheet: str) -> int:
    """Return the number of the last row used in a sheet; 1 where the workbook or the sheet cannot be read."""
    try:
        return int(_sheet(load_workbook(path), sheet).cells.num_rows)
    except FileRefused:
        return 1


def read_sheet(path: Path, sheet: str, layouts: Sequence[FileLayout], sink: Sink) -> FileReading:
    """Read a sheet as its layouts say: one, or one for each kind of record in it.

    The sink takes rows as in ``read.read_file``. An empty ``sheet`` stands for the only one. Raises FileRefused where
    nothing can be trusted, with a rule id and the fix; the sink may have had rows before.
    """
    found = _sheet(load_workbook(path), sheet)
    cells = Cells(found.cells)
    if cells.is_empty:
        msg = "the sheet is empty; send it again, or a header alone where there is nothing to report"
        raise FileRefused(reason_code="file_not_empty", message=msg)
    text_format = _text_format(layouts)
    body = find_body(cast("Lines", cells), text_format)  # a sheet has a length and texts of its rows, which is enough
    account = _Account(layouts, _columns(cells, body, text_format), sink)
    formats = {column.name: column.format for layout in layouts for column in layout.columns}
    for part in cells.parts(account.columns, body.first, body.last, formats):
        account.take(part)
    refuse_other_counts(list(body.controls), account.loaded, account.bad)
    return account.reading(len(cells), body.trailer, tuple(_REMARKS[word] for word in found.remarks))


@dataclass
class _Account:
    """Hands the rows to the sink and keeps count of them, by record and, under the empty one, of all."""

    layouts: Sequence[FileLayout]
    columns: Columns
    sink: Sink
    loaded: dict[str, int] = field(default_factory=lambda: {"": 0})
    bad: dict[str, int] = field(default_factory=lambda: {"": 0})
    quarantined: list[pl.DataFrame] = field(default_factory=list)

    def take(self, part: Part) -> None:
        """Take the next rows, and those of them that none can be made of."""
        rows = part.rows
        if self.layouts[0].record:
            unknown = rows.filter(~self._code().is_in([layout.record for layout in self.layouts]))
            self._put_aside(workbook_cells.quarantined(unknown, "line_record_known"))
        self._put_aside(part.quarantined)
        for layout in self.layouts:
            own = rows.filter(self._code() == layout.record) if layout.record else rows
            if own.height:
                self.sink(layout, own.select(*self._selected(layout), "line_number", "line_count"))
                self.loaded[""] += own.height
                self.loaded[layout.record] = self.loaded.get(layout.record, 0) + own.height * bool(layout.record)

    def reading(self, row_count: int, trailer: tuple[str, ...], remarks: tuple[str, ...]) -> FileReading:
        """Return the account of a sheet of so many rows; what is neither loaded nor bad is header."""
        loaded, bad = self.loaded[""], self.bad[""]
        return FileReading(
            physical_line_count=row_count,
            header_line_count=row_count - loaded - bad,
            loaded_line_count=loaded,
            loaded_row_count=loaded,
            quarantined=pl.concat([QUARANTINE_SCHEMA.to_frame(), *self.quarantined]).sort("line_number"),
            encoding="utf-8",
            header=self.columns.header,
            unexpected_columns=self.columns.unexpected,
            missing_columns=self.columns.missing,
            remarks=remarks,
            trailer=trailer,
        )

    def _put_aside(self, lines: pl.DataFrame) -> None:
        self.quarantined.append(lines)
        self.bad[""] += lines.height

    def _code(self) -> pl.Expr:
        return pl.col(self.layouts[0].record_column).str.strip_chars()

    def _selected(self, layout: FileLayout) -> Iterator[pl.Expr]:
        present = set(self.columns.names)
        for column in layout.columns:
            yield pl.col(column.name) if column.name in present else pl.lit(None, pl.String).alias(column.name)
        yield from (pl.col(name) for name in self.columns.unexpected)


def _sheet(sheets: tuple[Sheet, ...], name: str) -> Sheet:
    """Return the sheet of a name. Raises FileRefused where there is none."""
    found = [sheet for sheet in sheets if sheet.name == name] or (list(sheets) if not name and len(sheets) == 1 else [])
    if not found:
        names = ", ".join(tell_names([sheet.name for sheet in sheets])) or "none"
        msg = f"the workbook has no such sheet as the layout names; there are {names}: rename it, or correct `sheet`"
        raise FileRefused(reason_code="file_sheet_known", message=msg)
    return found[0]


def _text_format(layouts: Sequence[FileLayout]) -> TextFormat:
    """Return what finds the data in a sheet; a column that only some kinds of record have may be absent."""
    first = layouts[0]
    code = {first.record_column} if first.record else set()
    required = code | set.intersection(*({c.name for c in la.columns if not c.is_optional} for la in layouts))
    names = dict.fromkeys([*(c.name for layout in layouts for c in layout.columns), *code])
    return TextFormat(
        kind="delimited",
        fields=tuple(Field(name, is_optional=name not in required) for name in names),
        delimiter=first.delimiter,
        quote=first.quote,
        has_header=first.has_header,
        title_lines=first.title_lines,
        trailer_lines=first.trailer_lines,
        header_record=first.header_record,
        trailer_record=first.trailer_record,
    )


def _columns(cells: Cells, body: Body, text_format: TextFormat) -> Columns:
    """Match the columns of a sheet; those that are wholly empty are none."""
    if text_format.has_header:
        line = len(cells) - 1 if body.header_line is None else body.header_line
        return match_header(cells.header(body), text_format.fields, line)
    first, last = body.first, min(body.last, body.first + _WIDTHS_LOOKED_AT)
    columns = match_places((cells.width for _ in range(first, last)), text_format.fields)
    if cells.width >= len(columns.names):
        return columns
    lacking = ", ".join(columns.names[cells.width :])
    msg = f"row {body.first + 1}: the sheet has {cells.width} columns and the layout more: {lacking}; add them"
    raise FileRefused(reason_code="file_header_matches_layout", message=msg)
