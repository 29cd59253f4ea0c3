"""What each physical line is, judged on bytes and for many lines at once.

Nothing is parsed here: a line is clean when the fast reader can split it and nobody could read it otherwise; the few
whose quotes leave a doubt are marked for ``lines_quotes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.reading.lines_bytes import CARRIAGE_RETURN, LINE_FEED, Lines

CLEAN, BLANK, TAKEN, FIELD_COUNT, WIDTH, ENCODING, CONTROL, RECORD = range(8)
REASONS = {
    FIELD_COUNT: "line_field_count",
    WIDTH: "line_width",
    ENCODING: "line_encoding",
    CONTROL: "line_control_characters",
    RECORD: "line_record_known",
}
_UTF8_MARK = b"\xef\xbb\xbf"
_TAB = 9
_BLANK = _FIRST_PRINTABLE = 32
_FIRST_BEYOND_ASCII = 128
MARK_BYTES = 1 << 21  # marked together: the masks of so many bytes stay in the processor's cache
READ_BYTES = 1 << 24  # read together: the fast reader needs some to be fast, and memory grows with it

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Marks:
    """One entry per physical line: its kind, its delimiters outside quotes, whether its quotes leave a doubt.

    Where they do, all delimiters are counted.
    """

    kind: NDArray[np.uint8]
    delimiters: NDArray[np.int32]
    is_doubtful: Mask
    has_quote: Mask
    has_other_than_ascii: Mask

    @classmethod
    def of(cls, count: int) -> Marks:
        """Return the marks of so many clean lines."""
        masks = [np.zeros(count, np.bool_) for _ in range(3)]
        return cls(np.zeros(count, np.uint8), np.zeros(count, np.int32), *masks)


def runs(lines: Lines, first: int, last: int, size: int) -> Iterator[slice]:
    """Cut the lines from ``first`` up to ``last`` into runs of about ``size`` bytes."""
    while first < last:
        stop = int(np.searchsorted(lines.start, int(lines.start[first]) + size))
        stop = min(max(stop, first + 1), last)
        yield slice(first, stop)
        first = stop


def per_line(mask: Mask, start: NDArray[np.int64]) -> NDArray[np.int32]:
    """Count the set bytes of each line. Sums in bytes are ten times faster and right up to 255."""
    small: NDArray[np.int32] = np.add.reduceat(mask.view(np.uint8), start, dtype=np.uint8).astype(np.int32)
    if int(small.sum()) == np.count_nonzero(mask):
        return small
    exact: NDArray[np.int32] = np.add.reduceat(mask.view(np.uint8), start, dtype=np.int32)
    return exact


def mark_text(lines: Lines, run: slice, marks: Marks, own: bytes = b"") -> tuple[Bytes, NDArray[np.int64]]:
    """Mark bad encoding and control characters; return the bytes of the run and where its lines start in them.

    A line that begins with a byte order mark is where two files were joined: what it is nobody can say.

    Tab is text, and so are control characters that the format uses as delimiter or quote (``own``).
    """
    offset, stop = int(lines.start[run.start]), lines.stop(run.stop - 1)
    text = lines.data[offset:stop]
    view = np.frombuffer(text, np.uint8)
    start = lines.start[run] - offset
    low = view < _FIRST_PRINTABLE
    line_end_bytes = len(view) - int((lines.end[run] - lines.start[run]).sum())
    if np.count_nonzero(low) > line_end_bytes:
        bad = low & ~np.isin(view, [_TAB, LINE_FEED, CARRIAGE_RETURN, *own])
        marks.kind[run][per_line(bad, start) > 0] = CONTROL
    if not text.isascii():
        if _UTF8_MARK in text:
            _mark_joints(lines, text, run, marks)
        marks.has_other_than_ascii[run] = per_line(view >= _FIRST_BEYOND_ASCII, start) > 0
        _mark_encoding(lines, text, run, marks)
    return view, start


def _mark_joints(lines: Lines, text: bytes, run: slice, marks: Marks) -> None:
    starts = lines.start[run] - int(lines.start[run.start])
    begins = [text.startswith(_UTF8_MARK, at) for at in starts[marks.kind[run] == CLEAN].tolist()]
    marks.kind[np.flatnonzero(marks.kind[run] == CLEAN)[begins] + run.start] = CONTROL


def _mark_encoding(lines: Lines, text: bytes, run: slice, marks: Marks) -> None:
    try:
        text.decode()
    except UnicodeDecodeError:
        for line in np.flatnonzero(marks.has_other_than_ascii[run]) + run.start:
            try:
                lines.data[int(lines.start[line]) : int(lines.end[line])].decode()
            except UnicodeDecodeError:
                marks.kind[line] = ENCODING


def mark_blank(lines: Lines, run: slice, marks: Marks) -> None:
    """Mark bad encoding, control characters and lines without any visible character."""
    view, start = mark_text(lines, run, marks)
    is_blank = (per_line(view > _BLANK, start) == 0) & (marks.kind[run] == CLEAN)
    marks.kind[run][is_blank] = BLANK


def mark_fields(lines: Lines, run: slice, marks: Marks, own: bytes) -> None:
    """Mark bad encoding, control characters and doubtful quotes, and count the delimiters of each line."""
    view, start = mark_text(lines, run, marks, own)
    marks.delimiters[run] = per_line(view == own[0], start)
    if own[1:] and (is_quote := view == own[1]).any():
        marks.has_quote[run] = per_line(is_quote, start) > 0
        _mark_quotes(lines, np.flatnonzero(marks.has_quote[run]) + run.start, marks, own)


def _mark_quotes(lines: Lines, chosen: NDArray[np.int64], marks: Marks, own: bytes) -> None:
    """Mark which lines do not follow RFC 4180 by themselves; count the delimiters outside quotes of those that do.

    Within a line the quotes open and close in turn, a doubled one being a close and an open side by side. So each
    opening one stands behind a delimiter, quote or line start, each closing one before a delimiter, quote or line end.
    """
    view = np.frombuffer(bytes_of(lines, chosen), np.uint8)
    stop = lines.start[np.minimum(chosen + 1, len(lines) - 1)]
    stop[-1] = lines.stop(int(chosen[-1]))
    size = stop - lines.start[chosen]
    start = np.cumsum(size) - size
    is_quote, is_delimiter = view == own[1], view == own[0]
    is_odd = per_line(is_quote, start) % 2 == 1
    is_inside = _running_parity(is_quote)  # from each opening quote up to its closing one
    if is_odd.any():
        is_inside ^= np.repeat((np.cumsum(is_odd) - is_odd) % 2 == 1, size)
    is_border = is_quote | is_delimiter | (view == LINE_FEED) | (view == CARRIAGE_RETURN)
    is_wrong = np.zeros(len(view), np.bool_)
    is_wrong[1:] = is_quote[1:] & is_inside[1:] & ~is_border[:-1]
    is_wrong[:-1] |= is_quote[:-1] & ~is_inside[:-1] & ~is_border[1:]
    is_doubtful = is_odd | (per_line(is_wrong, start) > 0)
    marks.is_doubtful[chosen] = is_doubtful
    outside = per_line(is_delimiter & ~is_inside, start)
    marks.delimiters[chosen[~is_doubtful]] = outside[~is_doubtful]


def _running_parity(mask: Mask) -> Mask:
    """Return for each byte whether an odd number of bytes is set up to it, eight bytes of packed bits at a time."""
    packed = np.packbits(mask, bitorder="little")
    words = np.zeros(-(-len(packed) // 8), "<u8")
    words.view(np.uint8)[: len(packed)] = packed
    for shift in (1, 2, 4, 8, 16, 32):
        words ^= words << np.uint64(shift)
    last = words >> np.uint64(63)
    words ^= np.uint64(0) - (np.bitwise_xor.accumulate(last) ^ last)  # all bits turn where the words before are odd
    parity = np.unpackbits(words.view(np.uint8), count=len(mask), bitorder="little")
    return parity.view(np.bool_)


def bytes_of(lines: Lines, chosen: NDArray[np.int64]) -> bytes:
    """Return the chosen lines, one behind the other, with their line ends."""
    gaps = np.flatnonzero(np.diff(chosen) > 1)
    firsts, lasts = chosen[np.append(0, gaps + 1)], chosen[np.append(gaps, len(chosen) - 1)]
    offset = int(lines.start[chosen[0]])
    text = lines.data[offset : lines.stop(int(chosen[-1]))]
    if not len(gaps):
        return text
    view, neighbors = memoryview(text), zip(firsts.tolist(), lasts.tolist(), strict=True)
    return b"".join(view[int(lines.start[a]) - offset : lines.stop(b) - offset] for a, b in neighbors)


def mark_counts(lines: Lines, run: slice, marks: Marks, wanted: NDArray[np.int32]) -> None:
    """Mark blank lines and those whose delimiters are not the ``wanted`` number, which is given for each line."""
    kind, found = marks.kind[run], marks.delimiters[run]
    is_off = (found != wanted[run]) & (kind == CLEAN)
    kind[is_off] = FIELD_COUNT
    kind[lines.end[run] == lines.start[run]] = BLANK
    candidates = np.flatnonzero(is_off & (found == 0))
    if len(candidates):
        view = np.frombuffer(lines.data[int(lines.start[run.start]) : lines.stop(run.stop - 1)], np.uint8)
        visible = per_line(view > _BLANK, lines.start[run] - lines.start[run.start])
        kind[candidates[visible[candidates] == 0]] = BLANK
