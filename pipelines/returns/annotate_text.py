"""Delimited text with two columns more: every byte of the college's own file stays, and lines keep their numbers.

The reader of the night says where records begin and end, so that both agree. Nothing is guessed: where the line that
names the columns cannot be found, there is no annotated copy.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.configuration import ConfigurationError
from pipelines.intake.reading.account import FileReading
from pipelines.intake.reading.lines import stream_text
from pipelines.intake.reading.lines_bytes import Lines, split_lines
from pipelines.intake.reading.lines_encoding import from_utf16, looks_like_utf16, refuse_other_kinds
from pipelines.intake.reading.lines_format import DETECT, Field, FileRefused, TextFormat
from pipelines.intake.reading.lines_header import PROBLEM_COLUMN, REPAIR_COLUMN, read_header
from pipelines.spreadsheet_text import plain

_DELIMITERS = ",\t;|^~"
_QUOTE = '"'
_MOST_LINES_ABOVE = 30
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

Told = Mapping[int, tuple[str, str]]  # line to what is wrong and how to repair it


@dataclass(frozen=True)
class Header:
    """The line that names the columns, from 0, how many lines it takes, and what stands between the names."""

    line: int
    line_count: int
    names: tuple[str, ...]
    delimiter: str


def annotated(content: bytes, told: Told, columns: Collection[str]) -> bytes | None:
    """Return a file with what is wrong and how to repair it behind each record; None where it has no columns to find.

    ``columns`` are those that the return names; at least one of them must stand in the header.
    """
    text, encoding = _as_utf8(content)
    try:
        refuse_other_kinds(text)
        lines = split_lines(text)
        header = find_header(lines, columns)
        records, codec = _records(text, header) if header else ({}, "")
    except (FileRefused, ConfigurationError):  # no text, or two columns of one name: the night would refuse it, too
        return None
    if header is None:
        return None
    endings = _endings(told, records, range(header.line + header.line_count + 1, len(lines) + 1))
    endings[header.line + header.line_count] = (PROBLEM_COLUMN, REPAIR_COLUMN)
    written = _written(lines, endings, header.delimiter, codec)
    if encoding:
        return _back(written, encoding)
    return content[: len(content) - len(text)] + written


def find_header(lines: Lines, columns: Collection[str]) -> Header | None:
    """Return the header: of the first lines, cut at each likely delimiter, the one that names most of ``columns``."""
    wanted = {name.strip().casefold() for name in columns if name.strip()}
    best, most = None, 0
    for number in range(min(len(lines), _MOST_LINES_ABOVE)):
        for delimiter in _DELIMITERS:
            try:
                names, count = read_header(lines, number, (delimiter + _QUOTE).encode())
            except FileRefused:
                continue
            known = len(wanted & {name.strip().casefold() for name in names})
            if known > most:
                best, most = Header(number, count, names, delimiter), known
    return best


def _endings(told: Told, records: Mapping[int, int], body: range) -> dict[int, tuple[str, str]]:
    """Return what is to stand behind which line: behind each record, and behind lines that are none and have problems.

    Titles, trailers and blank lines stay as they are.
    """
    endings = {end: told.get(start, ("", "")) for start, end in records.items()}
    inside = {line for start, end in records.items() if end > start for line in range(start, end + 1)}
    return endings | {line: said for line, said in told.items() if line in body and line not in inside}


def _records(text: bytes, header: Header) -> tuple[dict[int, int], str]:
    """Return the last line of each record by its first one, both from 1, and the encoding to write in."""
    ends: dict[int, int] = {}

    def take(_: int, rows: pl.DataFrame) -> None:
        starts, counts = rows["line_number"], rows["line_count"]
        ends.update(zip(starts.to_list(), (starts + counts - 1).to_list(), strict=True))

    fields = tuple(Field(name.strip(), is_optional=True) for name in header.names if name.strip())
    text_format = TextFormat(
        "delimited", fields, DETECT, delimiter=header.delimiter, quote=_QUOTE, title_lines=header.line
    )
    reading: FileReading = stream_text(text, [text_format], take)
    return ends, "ascii" if text.isascii() else reading.encoding  # ASCII is right whatever the layout declares


def _written(lines: Lines, endings: Told, delimiter: str, codec: str) -> bytes:
    """Return the lines with their endings: two fields behind each that has some, nothing behind the others."""
    out, data = io.BytesIO(), lines.data
    at = 0
    for line in sorted(endings):
        end = int(lines.end[line - 1])
        out.write(data[at:end])
        out.write(_fields(endings[line], delimiter).encode(codec, "replace"))
        at = end
    out.write(data[at : len(data)])
    return out.getvalue()


def _fields(said: Sequence[str], delimiter: str) -> str:
    """Return fields with the delimiter in front; quoted where commas ask for it, else without the delimiter."""
    texts = [plain(text) if text else "" for text in said]
    if delimiter not in ",;":  # files of other delimiters may know no quotes
        texts = [text.replace(delimiter, " ").replace(_QUOTE, "'") for text in texts]
    written = io.StringIO()
    writer: Any = csv.writer(written, delimiter=delimiter, quotechar=_QUOTE, lineterminator="")
    writer.writerow(["", *texts])
    return written.getvalue()


def _as_utf8(content: bytes) -> tuple[bytes, str]:
    """Return the text without a mark, and the encoding to bring it back to; empty where its bytes stay as they are.

    UTF-16 that would not come back as it was, is given as it is: no header will be found in it.
    """
    if not looks_like_utf16(content):
        return content.removeprefix(b"\xef\xbb\xbf"), ""
    encoding = _MARKS.get(content[:2], "")
    text, _ = from_utf16(content)
    return (text, encoding) if encoding and _back(text, encoding) == content else (content, "")


def _back(text: bytes, encoding: str) -> bytes:
    mark = next(mark for mark, name in _MARKS.items() if name == encoding)
    return mark + text.decode("utf-8", "surrogatepass").encode(encoding, "surrogatepass")


def record_texts(content: bytes, wanted: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield the text of each line wanted, by its number; none of what is no text. Other bytes become U+FFFD."""
    text, _ = from_utf16(content) if looks_like_utf16(content) else (content, False)
    try:
        refuse_other_kinds(text)
    except FileRefused:
        return
    lines = split_lines(text)
    yield from ((line, lines.text(line - 1)) for line in sorted(wanted) if 0 < line <= len(lines))
