"""Text files to rows, every physical line accounted for: the way into the line reader.

physical lines = header lines + lines loaded + lines quarantined, for every file; where that fails, reading stops.
What belongs here is the order of the steps; the steps are in the other ``lines_`` modules, the values' meaning
in ``conform``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.intake.reading import lines_delimited, lines_fixed
from pipelines.intake.reading.account import FileReading
from pipelines.intake.reading.lines_bytes import split_lines
from pipelines.intake.reading.lines_classify import READ_BYTES, runs
from pipelines.intake.reading.lines_encoding import from_utf16, looks_like_utf16
from pipelines.intake.reading.lines_format import Field, FileRefused, TextFormat
from pipelines.intake.reading.lines_header import Columns
from pipelines.intake.reading.lines_mask import mask
from pipelines.intake.reading.lines_plan import Plan, planned
from pipelines.intake.reading.lines_settle import Loaded, settle
from pipelines.intake.reading.lines_source import Data, FileBytes
from pipelines.intake.reading.lines_text import load

__all__ = ["Emit", "Field", "FileRefused", "TextFormat", "count_lines", "mask", "opened", "stream_text"]

# Takes the place of a format among those given, and the next of its rows, never none: one String column for each
# declared field in the order of the layout (exact text, quotes removed; null where an optional field is absent), then
# the undeclared columns as found, then ``line_number`` (first physical line, from 1) and ``line_count`` (Int64).
Emit = Callable[[int, pl.DataFrame], None]


def count_lines(data: bytes | Path) -> int:
    r"""Return the number of physical lines of a file, readable or not: ends are ``\n``, ``\r\n`` or a lone ``\r``."""
    with opened(data) as content:
        return len(split_lines(from_utf16(content[:])[0] if looks_like_utf16(content) else content))


@contextmanager
def opened(data: bytes | Path) -> Iterator[Data]:
    """Open a file for the time of a reading. Raises FileRefused where it cannot be read or changes meanwhile."""
    if isinstance(data, bytes):
        yield data
    else:
        with FileBytes(data) as content:
            yield content


def stream_text(data: bytes | Path, formats: Sequence[TextFormat], emit: Emit) -> FileReading:
    """Read a file as its format says, or its formats: one for each kind of record. Rows go to ``emit`` as they come.

    Raises FileRefused where no line can be trusted, with the fix in the message. What the header tells is refused
    before any row is given; what shows at the end, such as a control count, may be refused after.
    """
    with opened(data) as content:
        text = load(content, formats[0].codec, formats[0].own)
        plan = planned(text, formats)
        loaded = Loaded()
        for place, rows in _rows(plan):
            if rows.height:
                loaded.add(formats[place].record, rows)
                emit(place, _named(rows, plan.columns[place], formats[place]))
        reading = settle(text, plan, loaded)
    header = plan.columns[0]
    missing = dict.fromkeys(name for columns in plan.columns for name in columns.missing)
    return replace(reading, header=header.header, unexpected_columns=header.unexpected, missing_columns=tuple(missing))


def _rows(plan: Plan) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield the rows of each run of lines, one frame for each kind of record: columns 0, 1, ... and the lines."""
    lines, marks = plan.text.lines, plan.text.marks
    for run in runs(lines, plan.body.first, plan.body.last, READ_BYTES):
        for place, text_format in enumerate(plan.formats):
            clean = plan.clean(run, place)
            if text_format.kind == "fixed_width":
                yield place, lines_fixed.read_rows(lines, clean, marks, text_format.fields)
            else:
                width, doubtful = len(plan.columns[place].names), plan.doubtful(run, place)
                yield (
                    place,
                    lines_delimited.read_rows(lines, clean, doubtful, marks, plan.doubts, text_format.own, width),
                )


def _named(rows: pl.DataFrame, columns: Columns, text_format: TextFormat) -> pl.DataFrame:
    place = {name: str(i) for i, name in enumerate(columns.names)}
    declared = [
        (pl.col(place[f.name]) if f.name in place else pl.lit(None, pl.String)).alias(f.name)
        for f in text_format.fields
    ]
    extra = [pl.col(place[name]).alias(name) for name in columns.unexpected]
    return rows.select(*declared, *extra, "line_number", "line_count")
