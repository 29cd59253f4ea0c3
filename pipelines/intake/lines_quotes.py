"""Lines whose quotes leave a doubt, read one by one: values over several lines, stray quotes, quotes never closed.

Decisions, each held by a test:

* A quote opens a quoted value only as the first character of a value. Elsewhere it is data (``5" pipe``), and the line
  is a row if its number of fields is right.
* A quoted value ends at a quote followed by a delimiter or a line end. Any other text behind it is a fault: no guess.
* A quoted value may run over at most ``MAX_LINES_PER_ROW`` lines; the row must then have the right number of fields.
* Where each line of such a row would be a row by itself, two stray quotes are likelier than one value with line ends:
  the rows are kept and the opening line goes to quarantine. From three columns on; with fewer, text looks like rows.
* A quote that is never closed costs its own line, and no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.lines_bytes import Lines
from pipelines.intake.lines_classify import CONTROL, ENCODING, REASONS, Marks

MAX_LINES_PER_ROW = 100
_FEWEST_COLUMNS_TO_KNOW_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Scan:
    """A row that starts at some line: its values as UTF-8, the lines it takes, and the fault if it is no row."""

    values: tuple[bytes, ...]
    line_count: int = 1
    fault: str = ""


def scan_row(lines: Lines, first: int, last: int, own: bytes, width: int) -> Scan:
    """Read the row that starts at line ``first`` and ends before line ``last``; it should have ``width`` fields.

    ``own`` is the delimiter and, unless quotes are plain characters, the quote.
    """
    line, at, end = first, int(lines.start[first]), int(lines.end[first])
    text = lines.data[at:end]
    if not (own[1:] and (text.startswith(own[1:]) or own in text)):
        plain = tuple(text.split(own[:1]))
        return Scan(plain, fault="" if len(plain) == width else "line_field_count")
    limit = int(lines.end[min(first + MAX_LINES_PER_ROW, last) - 1])
    values: list[bytes] = []
    while len(values) < width:
        value, at = _value(lines.data, at, end, limit, own)
        if value is None:
            return Scan((), fault="line_quote_balanced")
        values.append(value)
        if at > end:
            line = int(np.searchsorted(lines.start, at, "right")) - 1
            end = int(lines.end[line])
        if at == end:
            return Scan(tuple(values), line - first + 1, "" if len(values) == width else "line_field_count")
        if lines.data[at] != own[0]:
            return Scan((), fault="line_quote_balanced")
        at += 1
    return Scan((), line - first + 1, "line_field_count")


def _value(data: bytes, at: int, end: int, limit: int, own: bytes) -> tuple[bytes | None, int]:
    """Return the value at ``at`` and where it ends; None for a quoted one that is not closed before ``limit``."""
    quote = own[1:]
    if not quote or data[at : at + 1] != quote:
        stop = data.find(own[:1], at, end)
        stop = end if stop < 0 else stop
        return data[at:stop], stop
    close = data.find(quote, at + 1, limit)
    while close >= 0 and data[close + 1 : min(close + 2, limit)] == quote:
        close = data.find(quote, close + 2, limit)
    return (None, at) if close < 0 else (data[at + 1 : close].replace(quote * 2, quote), close + 1)


def resolve(lines: Lines, last: int, at: int, marks: Marks, own: bytes, width: int) -> Scan:
    """Read the doubtful line ``at``: a row, or a fault, which takes several lines only if their row is bad."""
    scan = scan_row(lines, at, last, own, width)
    if scan.line_count > 1 and (scan.fault or _are_rows(marks.delimiters[at : at + scan.line_count], width)):
        return Scan((), fault="line_quote_balanced")
    spoiled = marks.kind[at : at + scan.line_count]
    reasons = [REASONS[kind] for kind in (ENCODING, CONTROL) if (spoiled == kind).any()]
    return Scan((), scan.line_count, reasons[0]) if reasons else scan


def _are_rows(delimiters: NDArray[np.int32], width: int) -> bool:
    """Return whether the lines of a row look like rows themselves; the ends of a longer one may be cut."""
    inner = delimiters[1:-1] if len(delimiters) > 2 else delimiters  # noqa: PLR2004
    return width >= _FEWEST_COLUMNS_TO_KNOW_A_ROW and bool((inner == width - 1).all())
