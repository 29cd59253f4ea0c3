"""The one way into the readers: a file and its layouts in, batches of rows and an account of every line out.

Which reader is used is said by the layouts; what a value means is decided in ``conform``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.intake.reading.lines import Field, FileRefused, TextFormat, count_lines, read_text
from pipelines.layouts import FileLayout

# Takes the layout of a kind of record and the next of its rows, never none: a String column a column of the layout
# (null where an optional one is absent), then ``line_number`` and ``line_count`` (Int64).
Sink = Callable[[FileLayout, pl.DataFrame], None]
__all__ = ["FileReading", "FileRefused", "Sink", "count_physical_lines", "read_file"]


@dataclass(frozen=True)
class FileReading:
    """What became of every line of a file. The rows themselves have gone to the sink, in the order of the file.

    ``quarantined`` has the columns of ``lines_format.QUARANTINE_SCHEMA``. ``header`` are the names found, in their
    order; ``unexpected_columns`` those that no layout knows. ``encoding`` is the one that the file was read in.
    ``remarks`` are sentences for the sender about a file that was read all the same.
    """

    physical_line_count: int
    header_line_count: int
    loaded_line_count: int
    loaded_row_count: int
    quarantined: pl.DataFrame
    encoding: str
    header: tuple[str, ...] = ()
    unexpected_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    has_byte_order_mark: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def quarantined_line_count(self) -> int:
        """Physical lines that no row could be made of."""
        return int(self.quarantined["line_count"].sum())


def read_file(
    path: Path,
    layouts: Sequence[FileLayout],
    sink: Sink,
    sheet: str = "",  # noqa: ARG001 - workbooks are to come
) -> FileReading:
    """Read a file, or a sheet of a workbook, as its layouts say: one, or one for each kind of record in it.

    Raises FileRefused where nothing can be trusted, with a rule id and the fix; the sink may have had rows before.
    """
    layout = layouts[0]
    reading = read_text(path, _text_format(layout))
    if reading.rows.height:
        sink(layout, reading.rows)
    return FileReading(
        physical_line_count=reading.physical_line_count,
        header_line_count=reading.header_line_count,
        loaded_line_count=reading.loaded_line_count,
        loaded_row_count=reading.rows.height,
        quarantined=reading.quarantined,
        encoding=layout.encoding,
        header=reading.header,
        unexpected_columns=reading.unexpected_columns,
        missing_columns=reading.missing_columns,
        has_byte_order_mark=reading.has_byte_order_mark,
    )


def count_physical_lines(
    path: Path,
    layouts: Sequence[FileLayout] = (),  # noqa: ARG001 - sheets are to come
    sheet: str = "",  # noqa: ARG001
) -> int:
    """Return how many lines a file has that nobody could read, in the unit of its kind; at least 1 for any bytes."""
    return count_lines(path)


def _text_format(layout: FileLayout) -> TextFormat:
    """Return what the line reader needs to know of a layout."""
    return TextFormat(
        kind="fixed_width" if layout.kind == "fixed_width" else "delimited",
        fields=tuple(Field(c.name, c.start, c.width, c.is_optional) for c in layout.columns),
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        quote=layout.quote,
        has_header=layout.has_header,
        title_lines=layout.title_lines,
        trailer_lines=layout.trailer_lines,
    )
