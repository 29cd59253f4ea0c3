"""Bytes to physical lines: recognise what is no text, bring the encoding to UTF-8, find where lines begin and end.

Knows nothing of fields, headers or quotes. Bytes that are invalid in the declared encoding stay invalid in the UTF-8
made here, so that the lines they are on are found later, one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.reading.lines_format import FileRefused

LINE_FEED, CARRIAGE_RETURN = 10, 13
_BLOCK = 1 << 24  # bytes looked at together: large enough for numpy, small enough that the masks do not matter
_SAMPLE = 1 << 14
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NUL_SHARE = 0.3  # western text in UTF-16 has a NUL in nearly every second byte, and on one side only
_BINARY = {
    b"PK\x03\x04": "an Excel workbook or a zip archive; unpack it, or save the sheet as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file; save the sheet as CSV (UTF-8)",
    b"%PDF": "a PDF; export the records as CSV (UTF-8) instead",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"BZh": "a bzip2 archive; unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"PAR1": "a Parquet file; register a Parquet layout, or export it as CSV (UTF-8)",
    b"SQLite format 3": "an SQLite database; export the table as CSV (UTF-8)",
    b"\x89PNG": "a picture; export the records as CSV (UTF-8) instead",
}


@dataclass(frozen=True)
class Lines:
    """The physical lines of a text: ``start`` and ``end`` index ``data``; ``end`` is where the line end begins."""

    data: bytes
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    has_lone_return: bool
    is_terminated: bool

    def __len__(self) -> int:
        return len(self.start)

    def stop(self, line: int) -> int:
        """Return where the next line starts."""
        return int(self.start[line + 1]) if line + 1 < len(self) else len(self.data)

    def text(self, line: int) -> str:
        """Return one line without its end; bytes that are no text become U+FFFD."""
        return self.data[int(self.start[line]) : int(self.end[line])].decode(errors="replace")


def split_lines(data: bytes) -> Lines:
    r"""Find the physical lines: each ends with ``\n``, ``\r\n`` or a lone ``\r``; the last one may have no end."""
    view = np.frombuffer(data, np.uint8)
    has_return = b"\r" in data
    found = [_breaks(view, at, has_return=has_return) for at in range(0, len(data), _BLOCK)]
    breaks = np.concatenate([*found, np.empty(0, np.int64)])
    is_terminated = bool(len(breaks)) and int(breaks[-1]) == len(data) - 1
    rest = [] if is_terminated or not data else [len(data)]
    end = np.concatenate([breaks, np.array(rest, np.int64)])
    start = np.concatenate([np.zeros(1, np.int64), breaks + 1])[: len(end)]
    has_lone_return = has_return and bool((view[breaks] == CARRIAGE_RETURN).any())
    if has_return and len(breaks):
        is_pair = (view[breaks] == LINE_FEED) & (view[np.maximum(breaks - 1, 0)] == CARRIAGE_RETURN) & (breaks > 0)
        end[: len(breaks)] -= is_pair
    return Lines(data, start, end, has_lone_return, is_terminated)


def _breaks(view: NDArray[np.uint8], at: int, *, has_return: bool) -> NDArray[np.int64]:
    block = view[at : at + _BLOCK]
    is_break = block == LINE_FEED
    if has_return:
        following = view[at + 1 : at + 1 + len(block)]
        is_lone = block == CARRIAGE_RETURN
        is_lone[: len(following)] &= following != LINE_FEED
        is_break |= is_lone
    return np.flatnonzero(is_break) + at


def looks_like_utf16(data: bytes) -> bool:
    """Return whether the bytes open with a UTF-16 mark or have the NUL bytes of western text in UTF-16."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    many = _NUL_SHARE * len(sample)
    return data.startswith(_UTF16_MARKS) or (even + odd > many and min(even, odd) * 10 < max(even, odd))


def as_utf8(data: bytes, codec: str) -> tuple[bytes, bool]:
    """Bring a file to UTF-8 without a byte order mark; say whether it had one.

    Raises FileRefused where the whole file is empty, no text, or plainly in another encoding than declared.
    """
    _refuse_empty(data)
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            msg = f"this is no text file but {what}"
            raise FileRefused(reason_code="file_is_text", message=msg)
    if looks_like_utf16(data) != (codec == "utf-16"):
        raise wrong_encoding(codec, likely_encoding(data), "line 1 shows it")
    if codec == "utf-16":
        text, has_mark = from_utf16(data)
    else:
        has_mark = data.startswith(_UTF8_MARK)
        text = data[len(_UTF8_MARK) :] if has_mark else data
    _refuse_empty(text)
    if codec in {"utf-8", "utf-16"}:
        return text, has_mark
    if not text.isascii() and _is_utf8(text):
        raise wrong_encoding(codec, "utf-8", "all its accented characters are UTF-8 and would be garbled")
    return _from_one_byte(text, codec), has_mark


def _refuse_empty(data: bytes) -> None:
    if data[:_SAMPLE].strip() or data.strip():
        return
    found = "only blank lines" if data else "0 bytes"
    msg = f"the file is empty ({found}); send it again, or a header alone where there is nothing to report"
    raise FileRefused(reason_code="file_not_empty", message=msg)


def wrong_encoding(declared: str, likely: str, evidence: str) -> FileRefused:
    """Return the refusal of a file whose encoding is not the declared one."""
    fix = f"save it as {declared}, or declare encoding = {likely!r} in the layout"
    return FileRefused(
        "file_encoding_as_declared", f"the file is not {declared} but probably {likely}: {evidence}; {fix}"
    )


def likely_encoding(data: bytes) -> str:
    """Guess the encoding of a text that is not in the declared one."""
    if looks_like_utf16(data):
        return "utf-16"
    return "utf-8" if _is_utf8(data) else "cp1252"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def from_utf16(data: bytes) -> tuple[bytes, bool]:
    """Bring UTF-16 to UTF-8 without a byte order mark; say whether it had one."""
    has_mark = data.startswith(_UTF16_MARKS)
    is_big = data.startswith(_UTF16_MARKS[1]) if has_mark else data[:_SAMPLE:2].count(0) > data[1:_SAMPLE:2].count(0)
    whole = len(data) // 2 * 2
    text = data[2 * has_mark : whole].decode("utf-16-be" if is_big else "utf-16-le", "surrogatepass")
    # Half characters stay invalid in the UTF-8, and so does the odd byte of a truncated file.
    encoded = text.encode("utf-8", "surrogatepass") + b"\xff" * (len(data) - whole)
    return encoded, has_mark


def _from_one_byte(data: bytes, codec: str) -> bytes:
    if data.isascii():
        return data
    blocks = (data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK))
    return b"".join(b.decode(codec, "surrogateescape").encode("utf-8", "surrogateescape") for b in blocks)
