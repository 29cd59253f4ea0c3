"""Delimited lines to rows: clean ones through the fast reader, doubtful ones one by one, in the order of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_classify import RECORD, TAKEN, Marks, bytes_of
from pipelines.intake.reading.lines_quotes import Scan, resolve, scan_row

_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Doubts:
    """What became of the doubtful lines. Of a row: where it starts, its values in one text, the lines it takes."""

    starts: list[int]
    texts: list[bytes]
    line_counts: list[int]
    faults: dict[int, Scan]


def resolve_doubts(lines: Lines, body: slice, marks: Marks, own: bytes, wanted: NDArray[np.int32]) -> Doubts:
    """Read the doubtful lines in order and mark the lines that they took, so that nobody reads them twice.

    ``wanted`` is how many delimiters each line should have, -1 where its kind of record is unknown.
    """
    doubts = Doubts([], [], [], {})
    separator, done = _separator(own), body.start
    for at in (np.flatnonzero(marks.is_doubtful[body]) + body.start).tolist():
        if at < done or marks.kind[at] == RECORD:
            continue
        scan = resolve(lines, body.stop, at, marks, own, wanted)
        done = at + scan.line_count
        marks.kind[at:done] = TAKEN
        if scan.fault:
            doubts.faults[at] = scan
        else:
            doubts.starts.append(at)
            doubts.texts.append(separator.join(scan.values))
            doubts.line_counts.append(scan.line_count)
    return doubts


def _separator(own: bytes) -> bytes:
    """Return a byte that no value holds: control characters are quarantined, the delimiter itself excepted."""
    return next(c for c in (b"\x1f", b"\x1e", b"\x1d") if c not in own)


def read_rows(
    lines: Lines,
    clean: NDArray[np.int64],
    doubtful: Sequence[int],
    marks: Marks,
    doubts: Doubts,
    own: bytes,
    width: int,
) -> pl.DataFrame:
    """Return rows of one width in their order: columns 0, 1, ..., then line_number and line_count.

    ``clean`` are the lines for the fast reader, ``doubtful`` the places in ``doubts`` of those read one by one.
    """
    frame = _placed(_read_clean(lines, clean, marks, own, width), clean, np.ones(len(clean), np.int64))
    if not doubtful:
        return frame
    slow = _split([doubts.texts[i] for i in doubtful], _separator(own), width)
    starts = np.array([doubts.starts[i] for i in doubtful], np.int64)
    counts = np.array([doubts.line_counts[i] for i in doubtful], np.int64)
    return pl.concat([frame, _placed(slow, starts, counts)]).sort("line_number")


def _placed(frame: pl.DataFrame, at: NDArray[np.int64], counts: NDArray[np.int64]) -> pl.DataFrame:
    return frame.with_columns(_aligned(frame, "line_number", at + 1), _aligned(frame, "line_count", counts))


def _aligned(frame: pl.DataFrame, name: str, values: NDArray[np.int64]) -> pl.Series:
    """Cut a column as the frame is cut in memory: columns that are cut differently cost a copy of all of them later."""
    cuts = np.cumsum(frame.to_series(0).chunk_lengths())[:-1]
    return pl.concat([pl.Series(name, part) for part in np.split(values, cuts)], rechunk=False)


def _read_clean(lines: Lines, clean: NDArray[np.int64], marks: Marks, own: bytes, width: int) -> pl.DataFrame:
    names = [str(i) for i in range(width)]
    if not len(clean):
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    has_quote = bool(marks.has_quote[clean].any())
    frame = pl.read_csv(
        text_of(lines, clean),
        has_header=False,
        separator=chr(own[0]),
        quote_char=chr(own[1]) if has_quote else None,
        schema=dict.fromkeys(names, pl.String()),
        empty_string_is_null=False,
        raise_if_empty=False,
    )
    if frame.height == len(clean):
        return frame
    # Never seen; but a reader that loses a line must not lose it for us.
    scans = (scan_row(lines, at, at + 1, own, width) for at in clean.tolist())
    return _split([_separator(own).join(s.values) for s in scans], _separator(own), width)


def text_of(lines: Lines, chosen: NDArray[np.int64]) -> bytes:
    r"""Return the chosen lines for the fast reader, which knows no lone ``\r``."""
    text = bytes_of(lines, chosen)
    if lines.has_lone_return:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _UTF8_MARK + text if text.startswith(_UTF8_MARK) else text  # the fast reader drops one mark at the start


def _split(texts: list[bytes], separator: bytes, width: int) -> pl.DataFrame:
    """Split in one go: one text per row costs far less memory than one Python object per value."""
    joined = pl.Series([t.decode() for t in texts], dtype=pl.String)
    if width == 1:
        return joined.to_frame("0")
    parts = joined.str.split_exact(separator.decode(), width - 1).struct.unnest()
    return parts.rename(dict(zip(parts.columns, map(str, range(width)), strict=True)))
