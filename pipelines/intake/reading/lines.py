"""Text files to rows, every physical line accounted for: the way into the line reader.

physical lines = header lines + lines loaded + lines quarantined, for every file; where that fails, reading stops.
What belongs here is the order of the steps; the steps are in the other ``lines_`` modules, the values' meaning
in ``conform``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.intake.reading import lines_delimited, lines_fixed
from pipelines.intake.reading.lines_bytes import (
    Lines,
    as_utf8,
    from_utf16,
    likely_encoding,
    looks_like_utf16,
    split_lines,
    wrong_encoding,
)
from pipelines.intake.reading.lines_classify import (
    BLANK,
    CONTROL,
    ENCODING,
    FIELD_COUNT,
    MARK_BYTES,
    READ_BYTES,
    REASONS,
    Marks,
    mark_counts,
    mark_fields,
    runs,
)
from pipelines.intake.reading.lines_format import Field, FileRefused, Reading, TextFormat
from pipelines.intake.reading.lines_header import Body, Columns, find_body, match_header, match_places, read_header
from pipelines.intake.reading.lines_mask import mask, quarantine
from pipelines.intake.reading.lines_quotes import Scan

__all__ = ["Field", "FileRefused", "Reading", "TextFormat", "count_lines", "mask", "read_text"]

# Fewer undecodable lines than this are quarantined one by one even if no other line could tell the encoding.
_FEWEST_BAD_LINES = 20
_LEAST_BAD_SHARE = 0.01
_CUT_SHORT = {"line_field_count", "line_quote_balanced", "line_width"}


def count_lines(data: bytes | Path) -> int:
    r"""Return the number of physical lines of a file, readable or not: ends are ``\n``, ``\r\n`` or a lone ``\r``."""
    content = data if isinstance(data, bytes) else data.read_bytes()
    return len(split_lines(from_utf16(content)[0] if looks_like_utf16(content) else content))


def read_text(data: bytes | Path, text_format: TextFormat) -> Reading:
    """Read a file as its layout says. Raises FileRefused where no line can be trusted, with the fix in the message."""
    content = data if isinstance(data, bytes) else data.read_bytes()
    text, has_mark = as_utf8(content, text_format.codec)
    lines = split_lines(text)
    own = (text_format.delimiter + text_format.quote).encode()
    marks = Marks.of(len(lines))
    for run in runs(lines, 0, len(lines), MARK_BYTES):
        if text_format.kind == "delimited":
            mark_fields(lines, run, marks, own)
        else:
            lines_fixed.mark_blank(lines, run, marks)
    _refuse_unreadable(content, lines, marks, text_format.codec)
    read = _read_delimited if text_format.kind == "delimited" else _read_fixed
    return replace(read(lines, marks, text_format, own), has_byte_order_mark=has_mark)


def _refuse_unreadable(content: bytes, lines: Lines, marks: Marks, codec: str) -> None:
    """Refuse the file where the lines say that it is binary, or that its encoding is another one.

    A few bad bytes cost their lines only. But where most lines are bad, or many are and no accented character is
    right, the encoding is wrong, and quarantining just the people with accents in their names would bias all that is
    counted later.
    """
    count = len(lines)
    control, bad = int((marks.kind == CONTROL).sum()), int((marks.kind == ENCODING).sum())
    binary = control + bad
    if 2 * binary > count and b"\0" in lines.data:  # no text has NUL, in whichever encoding
        msg = f"this is no text file: {binary} of {count} lines hold control characters; export it as CSV (UTF-8)"
        raise FileRefused(reason_code="file_is_text", message=msg)
    none_right = bad == int(marks.has_other_than_ascii.sum())
    if 2 * bad > count or (none_right and bad >= max(_FEWEST_BAD_LINES, _LEAST_BAD_SHARE * count)):
        first = int(np.argmax(marks.kind == ENCODING)) + 1
        evidence = f"{bad} of {count} lines cannot be read, the first is line {first}"
        raise wrong_encoding(codec, likely_encoding(content), evidence)


def _read_delimited(lines: Lines, marks: Marks, text_format: TextFormat, own: bytes) -> Reading:
    body, columns = _columns(lines, text_format, own)
    width = len(columns.names)
    for run in runs(lines, body.first, body.last, MARK_BYTES):
        mark_counts(lines, run, marks, width - 1)
    doubts = lines_delimited.resolve_doubts(lines, body.first, body.last, marks, own, width)
    read_runs = runs(lines, body.first, body.last, READ_BYTES)
    frames = [lines_delimited.read_rows(lines, run, marks, doubts, own, width) for run in read_runs]
    return _reading(lines, marks, text_format, body, columns, frames, doubts.faults)


def _columns(lines: Lines, text_format: TextFormat, own: bytes) -> tuple[Body, Columns]:
    body = find_body(lines, text_format)
    if not text_format.has_header:
        return body, match_places(lines, body, text_format.fields, text_format.delimiter)
    if body.header_line is None:
        return body, match_header((), text_format.fields, len(lines) - 1)
    header, line_count = read_header(lines, body.header_line, own)
    first = body.header_line + line_count
    return replace(body, first=first, last=max(first, body.last)), match_header(
        header, text_format.fields, body.header_line
    )


def _read_fixed(lines: Lines, marks: Marks, text_format: TextFormat, _own: bytes) -> Reading:
    body = find_body(lines, text_format)
    header = () if body.header_line is None else (lines.text(body.header_line),)
    columns = Columns(tuple(f.name for f in text_format.fields), header)
    read_runs = runs(lines, body.first, body.last, READ_BYTES)
    frames = [lines_fixed.read_rows(lines, run, marks, text_format.fields) for run in read_runs]
    return _reading(lines, marks, text_format, body, columns, frames, {})


def _reading(
    lines: Lines,
    marks: Marks,
    text_format: TextFormat,
    body: Body,
    columns: Columns,
    frames: list[pl.DataFrame],
    faults: dict[int, Scan],
) -> Reading:
    """Put rows, quarantine and counts together and hold the line law."""
    inside = marks.kind[body.first : body.last]
    at = np.union1d(np.flatnonzero(inside >= FIELD_COUNT) + body.first, np.array(list(faults), np.int64)).astype(
        np.int64
    )
    kinds = marks.kind[at].tolist()
    reasons = [faults[i].fault if i in faults else REASONS[k] for i, k in zip(at.tolist(), kinds, strict=True)]
    if reasons and at[-1] == len(lines) - 1 and not lines.is_terminated and reasons[-1] in _CUT_SHORT:
        reasons[-1] = "file_complete"
    counts = np.array([faults[i].line_count if i in faults else 1 for i in at.tolist()], np.int64)
    header_count = len(lines) - len(inside) + int((inside == BLANK).sum())
    reading = Reading(
        rows=_named(frames, columns, text_format),
        quarantined=quarantine(lines, at, reasons, counts),
        physical_line_count=len(lines),
        header_line_count=header_count,
        header=columns.header,
        trailer=body.trailer,
        unexpected_columns=columns.unexpected,
        missing_columns=columns.missing,
    )
    accounted = header_count + reading.loaded_line_count + reading.quarantined_line_count
    if accounted != len(lines):
        msg = f"the reader lost count: {len(lines)} physical lines, {accounted} accounted for; report this as a bug"
        raise RuntimeError(msg)
    return reading


def _named(frames: list[pl.DataFrame], columns: Columns, text_format: TextFormat) -> pl.DataFrame:
    place = {name: str(i) for i, name in enumerate(columns.names)}
    declared = [
        (pl.col(place[f.name]) if f.name in place else pl.lit(None, pl.String)).alias(f.name)
        for f in text_format.fields
    ]
    extra = [pl.col(place[name]).alias(name) for name in columns.unexpected]
    schema = dict.fromkeys(place.values(), pl.String()) | {"line_number": pl.Int64(), "line_count": pl.Int64()}
    rows = pl.concat(frames, rechunk=False) if frames else pl.DataFrame(schema=schema)
    return rows.select(*declared, *extra, "line_number", "line_count")
