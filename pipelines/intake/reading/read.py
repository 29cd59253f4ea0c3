"""The one way into the readers: a file and its layouts in, batches of rows and an account of every line out.

Which reader is used is said by the layouts; what a value means is decided in ``conform``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.intake.reading.account import FileReading, Sink
from pipelines.intake.reading.lines import FileRefused, count_lines, stream_text
from pipelines.intake.reading.lines_format import DETECT, Field, TextFormat
from pipelines.layouts import FileLayout

__all__ = ["FileReading", "FileRefused", "count_physical_lines", "read_file", "text_format"]


def read_file(path: Path, layouts: Sequence[FileLayout], sink: Sink, sheet: str = "") -> FileReading:
    """Read a file, or a sheet of a workbook, as its layouts say: one, or one for each kind of record in it.

    Raises FileRefused where nothing can be trusted, with a rule id and the fix; the sink may have had rows before.
    """
    kind = layouts[0].kind
    if kind == "workbook":
        from pipelines.intake.reading.workbook import read_sheet

        return read_sheet(path, sheet, layouts, sink)
    if kind == "parquet":
        from pipelines.intake.reading.parquet import read_parquet

        return read_parquet(path, layouts[0], sink)
    if kind in {"json_lines", "database"}:
        from pipelines.intake.reading.json_lines import stream_json

        reading = stream_json(path, text_format(layouts[0]), lambda rows: sink(layouts[0], rows))
    else:
        reading = stream_text(path, [text_format(f) for f in layouts], lambda place, rows: sink(layouts[place], rows))
    return reading if layouts[0].encoding == DETECT else replace(reading, encoding=layouts[0].encoding)


def count_physical_lines(path: Path, layouts: Sequence[FileLayout] = (), sheet: str = "") -> int:
    """Return how many lines a file has that nobody could read, in the unit of its kind; at least 1 for any bytes."""
    if sheet:
        from pipelines.intake.reading.workbook import count_sheet_rows

        return count_sheet_rows(path, sheet)
    if layouts and layouts[0].kind == "parquet":
        from pipelines.intake.reading.parquet import count_records

        return count_records(path)
    return count_lines(path)


def text_format(layout: FileLayout) -> TextFormat:
    """Return what the line reader needs to know of a layout."""
    kinds = {"fixed_width": "fixed_width", "json_lines": "json_lines", "database": "json_lines"}
    return TextFormat(
        kind=kinds.get(layout.kind, "delimited"),  # type: ignore[arg-type]  # the three are the ones that it knows
        fields=tuple(Field(c.name, c.start, c.width, c.is_optional) for c in layout.columns),
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        quote=layout.quote,
        has_header=layout.has_header and not layout.record,
        title_lines=layout.title_lines,
        trailer_lines=layout.trailer_lines,
        header_record=layout.header_record,
        trailer_record=layout.trailer_record,
        record=layout.record,
        record_column=layout.record_column,
        record_start=layout.record_start,
        record_width=layout.record_width,
    )
