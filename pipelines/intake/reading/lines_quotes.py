"""Lines whose quotes leave a doubt, read one by one: values over several lines, stray quotes, quotes never closed.

Decisions, each held by a test:

* A quote opens a quoted value only as the first character of a value. Elsewhere it is data (``5" pipe``), and the line
  is a row if its number of fields is right.
* A quoted value ends at a quote followed by a delimiter or a line end. Other quotes within it are data as well
  (``"see ?q="veteran"&p=1"``, seen in IPEDS HD2022), if the line by itself then has the right number of fields.
* A quoted value may run over at most ``MAX_LINES_PER_ROW`` lines; the row must then have the right number of fields and
  no quote that is data, so that a quote never closed cannot end at another stray one.
* Where each line of such a row would be a row by itself, two stray quotes are likelier than one value with line ends:
  the rows are kept and the opening line goes to quarantine. From three columns on; with fewer, text looks like rows.
* A quote that is never closed costs its own line, and no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_classify import CONTROL, ENCODING, REASONS, Marks

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
    offset, line_end = int(lines.start[first]), int(lines.end[first])
    text = lines.data[offset:line_end]
    if not (own[1:] and (text.startswith(own[1:]) or own in text)):
        plain = tuple(text.split(own[:1]))
        return Scan(plain, fault="" if len(plain) == width else "line_field_count")
    return _scan_quoted(lines, first, last, own, width)


def _scan_quoted(lines: Lines, first: int, last: int, own: bytes, width: int) -> Scan:
    offset, line_end = int(lines.start[first]), int(lines.end[first])
    text = lines.data[offset : int(lines.end[min(first + MAX_LINES_PER_ROW, last) - 1])]
    line, at, end = first, 0, line_end - offset
    values: list[bytes] = []
    has_stray_quote = False
    while len(values) < width:
        is_quoted = text[at : at + 1] == own[1:]
        value, at = _quoted(text, at, own[1:]) if is_quoted else _plain(text, at, end, own[:1])
        values.append(value)
        has_stray_quote |= not is_quoted and own[1:] in value
        if at > end:
            line = int(np.searchsorted(lines.start, at + offset, "right")) - 1
            end = int(lines.end[line]) - offset
        if at == end:
            return _judged(tuple(values), line - first + 1, width, has_stray_quote=has_stray_quote)
        if text[at] != own[0]:
            return Scan((), fault="line_quote_balanced")
        at += 1
    return Scan((), line - first + 1, "line_field_count")


def _judged(values: tuple[bytes, ...], line_count: int, width: int, *, has_stray_quote: bool) -> Scan:
    """A row over several lines must be strictly quoted: a quote never closed could end at another stray one."""
    if has_stray_quote and line_count > 1:
        return Scan((), line_count, "line_quote_balanced")
    return Scan(values, line_count, "" if len(values) == width else "line_field_count")


def _plain(data: bytes, at: int, end: int, delimiter: bytes) -> tuple[bytes, int]:
    stop = data.find(delimiter, at, end)
    stop = end if stop < 0 else stop
    return data[at:stop], stop


def _quoted(text: bytes, at: int, quote: bytes) -> tuple[bytes, int]:
    """Return the value that is quoted at ``at`` and where it ends; at itself where no quote closes it."""
    close = text.find(quote, at + 1)
    while close >= 0 and text[close + 1 : close + 2] == quote:
        close = text.find(quote, close + 2)
    return (b"", at) if close < 0 else (text[at + 1 : close].replace(quote * 2, quote), close + 1)


def resolve(lines: Lines, last: int, at: int, marks: Marks, own: bytes, wanted: NDArray[np.int32]) -> Scan:
    """Read the doubtful line ``at``: a row, or a fault, which takes several lines only if their row is bad.

    ``wanted`` is how many delimiters each line should have.
    """
    width = int(wanted[at]) + 1
    scan = scan_row(lines, at, last, own, width)
    if scan.fault and scan.line_count == 1:
        scan = _read_loosely(lines, at, own, width) or scan
    if scan.line_count > 1 and (scan.fault or _are_rows(marks, at, scan.line_count, wanted)):
        return Scan((), fault="line_quote_balanced")
    spoiled = marks.kind[at : at + scan.line_count]
    reasons = [REASONS[kind] for kind in (ENCODING, CONTROL) if (spoiled == kind).any()]
    return Scan((), scan.line_count, reasons[0]) if reasons else scan


def _read_loosely(lines: Lines, line: int, own: bytes, width: int) -> Scan | None:
    """Read one line with bare quotes inside quoted values; None unless the number of fields is then right."""
    text, at = lines.data[int(lines.start[line]) : int(lines.end[line])] + own[:1], 0
    values: list[bytes] = []
    while at < len(text):
        is_quoted = text[at : at + 1] == own[1:]
        stop = text.find(own[::-1] if is_quoted else own[:1], at + is_quoted)
        if stop < 0:
            return None
        values.append(text[at + is_quoted : stop].replace(own[1:] * 2, own[1:]) if is_quoted else text[at:stop])
        at = stop + 1 + is_quoted
    return Scan(tuple(values)) if len(values) == width else None


def _are_rows(marks: Marks, at: int, line_count: int, wanted: NDArray[np.int32]) -> bool:
    """Return whether the lines of a row look like rows themselves; of three or more the first and last may be cut."""
    inner = slice(at + 1, at + line_count - 1) if line_count > 2 else slice(at, at + line_count)  # noqa: PLR2004
    has_all = bool((marks.delimiters[inner] == wanted[inner]).all())
    is_clean = line_count <= 2 or not marks.is_doubtful[inner].any()  # noqa: PLR2004
    return int(wanted[at]) + 1 >= _FEWEST_COLUMNS_TO_KNOW_A_ROW and has_all and is_clean
