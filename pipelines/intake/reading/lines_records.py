"""Which kind of record each line is: one for most files, several where a code in each line tells.

Knows codes only; what the fields of a kind of record are is in its format.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.configuration import ConfigurationError
from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_classify import CLEAN, FIELD_COUNT, READ_BYTES, RECORD, Marks, runs
from pipelines.intake.reading.lines_fixed import texts
from pipelines.intake.reading.lines_format import TextFormat
from pipelines.intake.reading.lines_quotes import scan_row

UNKNOWN = -1
Kinds = NDArray[np.int16]


def kinds_of(lines: Lines, body: slice, marks: Marks, formats: Sequence[TextFormat]) -> Kinds:
    """Return the place in ``formats`` of each line's kind of record, UNKNOWN where no format has its code."""
    if not formats[0].record:
        return np.broadcast_to(np.int16(0), len(lines))
    kinds = np.full(len(lines), UNKNOWN, np.int16)
    code = _code(formats)
    places = {text_format.record: place for place, text_format in enumerate(formats)}
    for run in runs(lines, body.start, body.stop, READ_BYTES):
        at = np.flatnonzero(marks.kind[run] == CLEAN) + run.start
        found = texts(lines, at).select(code.replace_strict(places, default=UNKNOWN, return_dtype=pl.Int16))
        kinds[at] = found.to_series().to_numpy()
    return kinds


def tell_doubtful(
    lines: Lines, body: slice, marks: Marks, kinds: Kinds, formats: Sequence[TextFormat], widths: Sequence[int]
) -> None:
    """Tell the kind of records whose quotes leave a doubt: their code may stand lines below, or within a value."""
    if not formats[0].record:
        return
    place = _place(formats)
    for at in (np.flatnonzero(marks.is_doubtful[body]) + body.start).tolist():
        for number, (text_format, width) in enumerate(zip(formats, widths, strict=True)):
            scan = scan_row(lines, at, body.stop, text_format.own, width)
            if not scan.fault and scan.values[place].strip() == text_format.record.encode():
                kinds[at] = number
                break


def mark_unknown(body: slice, marks: Marks, kinds: Kinds) -> None:
    """Mark the lines whose code no format has: better known than a number of fields that fits nothing."""
    kind = marks.kind[body]
    kind[(kinds[body] == UNKNOWN) & ((kind == CLEAN) | (kind == FIELD_COUNT))] = RECORD


def _code(formats: Sequence[TextFormat]) -> pl.Expr:
    """Return the code of a record, without quotes and blanks around it."""
    first = formats[0]
    if first.kind == "fixed_width":
        return pl.col("text").str.slice(first.record_start - 1, first.record_width).str.strip_chars()
    delimiter, quote = (f"\\x{ord(c):02x}" if c else "" for c in (first.delimiter, first.quote))
    quoted = f"{quote}(?:[^{quote}]|{quote}{quote})*{quote}|" if quote else ""
    field = f"(?:{quoted}[^{delimiter}]*)"
    code = pl.col("text").str.extract(f"^(?:{field}{delimiter}){{{_place(formats)}}}({field})", 1)
    return code.fill_null("").str.strip_chars(f" \t{first.quote}")


def _place(formats: Sequence[TextFormat]) -> int:
    """Return at which place the column of the code stands, from 0. Raises ConfigurationError where they differ."""
    places = {
        next((i for i, f in enumerate(text_format.fields) if f.name == text_format.record_column), UNKNOWN)
        for text_format in formats
    }
    if len(places) == 1 and UNKNOWN not in places:
        return places.pop()
    codes = ", ".join(text_format.record for text_format in formats)
    msg = f"record_column: it must be a column at the same place in the layouts of records {codes}; correct it there"
    raise ConfigurationError(msg)
