"""Encodings: recognise what is no text, tell or find the encoding, bring the bytes to UTF-8.

Bytes that are invalid in the declared encoding stay invalid in the UTF-8 made here, so that the lines they are on are
found later, one by one.
"""

from __future__ import annotations

import codecs
import io
import re

from pipelines.intake.reading.lines_format import FileRefused
from pipelines.intake.reading.lines_source import Data, behind, blocks

_SAMPLE = 1 << 14
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
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


def looks_like_utf16(data: Data) -> bool:
    """Return whether the bytes open with a UTF-16 mark or have the NUL bytes of western text in UTF-16."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    many = _NUL_SHARE * len(sample)
    return sample.startswith(_UTF16_MARKS) or (even + odd > many and min(even, odd) * 10 < max(even, odd))


def refuse_other_kinds(data: Data) -> None:
    """Raise FileRefused where a file is empty or opens as files that are no text do."""
    _refuse_empty(data)
    for magic, what in _BINARY.items():
        if data[: len(magic)] == magic:
            msg = f"this is no text file but {what}"
            raise FileRefused(reason_code="file_is_text", message=msg)


def as_utf8(data: Data, codec: str) -> tuple[Data, bool]:
    """Bring a file to UTF-8 without a byte order mark; say whether it had one. Only UTF-8 is not copied.

    Raises FileRefused where no line has a character, or the file is plainly in another encoding than declared.
    """
    if looks_like_utf16(data) != (codec == "utf-16"):
        raise wrong_encoding(codec, likely_encoding(data), "line 1 shows it")
    text: Data
    if codec == "utf-16":
        text, has_mark = from_utf16(data[:])
    else:
        has_mark = data[: len(_UTF8_MARK)] == _UTF8_MARK
        text = behind(data, len(_UTF8_MARK) * has_mark)
    _refuse_empty(text)
    if codec in {"utf-8", "utf-16"}:
        return text, has_mark
    if all(block.isascii() for block in blocks(text)):
        return text, has_mark
    if _is_utf8(text):
        raise wrong_encoding(codec, "utf-8", "all its accented characters are UTF-8 and would be garbled")
    return from_one_byte(text, codec), has_mark


def _refuse_empty(data: Data) -> None:
    if any(block.strip() for block in blocks(data)):
        return
    found = "only blank lines" if len(data) else "0 bytes"
    msg = f"the file is empty ({found}); send it again, or a header alone where there is nothing to report"
    raise FileRefused(reason_code="file_not_empty", message=msg)


def wrong_encoding(declared: str, likely: str, evidence: str) -> FileRefused:
    """Return the refusal of a file whose encoding is not the declared one."""
    fix = f"save it as {declared}, or declare encoding = {likely!r} in the layout"
    return FileRefused(
        "file_encoding_as_declared", f"the file is not {declared} but probably {likely}: {evidence}; {fix}"
    )


def likely_encoding(data: Data) -> str:
    """Guess the encoding of a text that is not in the declared one."""
    if looks_like_utf16(data):
        return "utf-16"
    return "utf-8" if _is_utf8(data) else likely_one_byte(data)


def likely_one_byte(data: Data) -> str:
    """Return cp1252, which most exports are in, or latin-1 where a byte stands that cp1252 does not know."""
    return "latin-1" if any(_NOT_CP1252.search(block) for block in blocks(data)) else "cp1252"


def _is_utf8(data: Data) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks(data):
            decoder.decode(block)
        decoder.decode(b"", final=True)
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


def from_one_byte(data: Data, codec: str) -> bytes:
    """Bring cp1252 or latin-1 to UTF-8; a byte that cp1252 does not know stays as it is and costs its line."""
    text = io.BytesIO()
    for block in blocks(data):
        text.write(
            block if block.isascii() else block.decode(codec, "surrogateescape").encode("utf-8", "surrogateescape")
        )
    return text.getvalue()
