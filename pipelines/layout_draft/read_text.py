"""Reads a text file whose form nobody has said: encoding, delimiter or widths, header, control lines, kinds of record.

A guess that would show a person's values if it were wrong (taking a record for a header) is only made on evidence.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipelines.layout_draft.read_fixed import fixed_width
from pipelines.layout_draft.sample import Sample, SampleTable
from pipelines.layout_draft.words import is_known_word

_DELIMITERS = (",", "|", "\t", ";", "^", "~")
_MOST_LINES = 20_000
_MOST_KINDS = 12
_MOSTLY = 0.9  # of the lines must have the same number of fields
_UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_RECORD_CODE = re.compile(r"[A-Za-z0-9]{1,4}")
Rows = list[list[str]]


def read_text(content: bytes) -> Sample:
    """Return the columns of a text file and how it seems to be written."""
    encoding, remarks = encoding_of(content)
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    lines = [line for line in text.splitlines() if line.strip()][:_MOST_LINES]
    keys: dict[str, Any] = {"kind": "delimited", "encoding": encoding}
    delimiter = _delimiter_of(lines)
    if not delimiter and (found := fixed_width(lines)):
        return Sample({"kind": "fixed_width", "encoding": encoding, "has_header": False}, (found,), remarks)
    quote = '"' if '"' in text else ""
    rows = _split(lines, delimiter or ",", quote)
    keys |= {"delimiter": delimiter or ",", "quote": quote}
    kinds = _kinds_of_record(rows)
    if kinds:
        return Sample({**keys, "has_header": False, **_control(rows, kinds)}, _tables_of(rows, kinds), remarks)
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    first = next((n for n, row in enumerate(rows) if len(row) == width), 0)
    last = len(rows) - next((n for n, row in enumerate(reversed(rows)) if len(row) == width), 0)
    body = rows[first:last]
    keys |= {"title_lines": first} if first else {}
    has_header = bool(body) and is_header(body[0], body[1:])
    keys |= _trailer(rows[last:], len(body) - has_header)
    return Sample({**keys, "has_header": has_header}, (table_of(body, has_header=has_header),), remarks)


def encoding_of(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the encoding that fits the bytes, and what a person should know of the choice."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", ()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as fault:
        if fault.end >= len(content) - 3 and fault.reason == "unexpected end of data":
            return "utf-8", ()  # the sample was cut off in the middle of a character
        name = "latin-1" if _UNDEFINED_IN_CP1252.search(content) else "cp1252"
        return name, (f"encoding: no UTF-8, so probably {name}; look whether names with accents read well",)
    return "utf-8", ()


def is_header(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Return whether a row names columns: distinct words, most of them such as columns have, none found below."""
    names = [cell.strip() for cell in row]
    if not all(re.search("[A-Za-z]", name) for name in names) or len({n.casefold() for n in names}) < len(names):
        return False
    known = sum(is_known_word(name) for name in names)
    below = any(cell.strip() == name for other in body for cell, name in zip(other, names, strict=False))
    return known >= min(2, len(names)) and not below


def table_of(rows: Sequence[Sequence[str]], *, has_header: bool, name: str = "") -> SampleTable:
    """Return the columns of rows of one width; those without a header are named by their place."""
    width = len(rows[0]) if rows else 0
    names = [cell.strip() for cell in rows[0]] if has_header else [f"column_{n}" for n in range(1, width + 1)]
    body = [row for row in rows[1 if has_header else 0 :] if len(row) == width]
    remarks = () if has_header else ("columns: no header was found, so they are named by place; give them names",)
    return SampleTable(name, tuple((n, tuple(row[at] for row in body)) for at, n in enumerate(names)), {}, remarks)


def _delimiter_of(lines: Sequence[str]) -> str:
    """Return the mark that splits nearly all lines alike, or each kind of record alike; empty where none does."""
    best, delimiter = 0.0, ""
    for mark in _DELIMITERS:
        rows = _split(lines[:500], mark, '"')
        inner = rows[1:-1] if len(rows) > 4 else rows  # noqa: PLR2004 - title and trailer may differ from the rest
        width, count = Counter(map(len, inner)).most_common(1)[0] if inner else (0, 0)
        is_even = width > 1 and count >= _MOSTLY * len(inner)
        if (is_even or _kinds_of_record(rows)) and width * count > best:
            best, delimiter = width * count, mark
    return delimiter


def _split(lines: Sequence[str], delimiter: str, quote: str) -> Rows:
    # A quote that is never closed swallows the rest: the sample is then shorter, and nothing worse.
    try:
        if quote:
            return list(csv.reader(lines, delimiter=delimiter, quotechar=quote))
        return list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    except csv.Error:
        return [line.split(delimiter) for line in lines]


def _kinds_of_record(rows: Rows) -> dict[str, int]:
    """Return the code of each kind of record with its number of fields, where the first field tells them apart."""
    widths: dict[str, set[int]] = {}
    for row in rows:
        widths.setdefault(row[0].strip() if row else "", set()).add(len(row))
        if len(widths) > _MOST_KINDS:
            return {}
    is_told = all(len(w) == 1 and _RECORD_CODE.fullmatch(code) for code, w in widths.items())
    counts = {code: min(w) for code, w in widths.items()}
    often = Counter(row[0].strip() for row in rows[1:-1] if row)  # a code that stands once may be a name
    is_told = is_told and all(often[row[0].strip()] > 1 for row in rows[1:-1])
    return counts if is_told and len(set(counts.values())) > 1 and max(counts.values()) > 1 else {}


def _tables_of(rows: Rows, kinds: dict[str, int]) -> tuple[SampleTable, ...]:
    tables = []
    for code in kinds:
        if code in _control_codes(rows, kinds):
            continue
        found = table_of([row for row in rows if row[0].strip() == code], has_header=False, name=code.lower())
        columns = (("record_code", found.columns[0][1]), *found.columns[1:])
        keys = {"record": code, "record_column": "record_code"}
        tables.append(SampleTable(found.name, columns, keys, found.remarks))
    return tuple(tables)


def _control_codes(rows: Rows, kinds: dict[str, int]) -> dict[str, str]:
    """Return the codes of the first and the last line where each stands on one line only and is short."""
    often = Counter(row[0].strip() for row in rows)
    ends = {rows[0][0].strip(): "header_record", rows[-1][0].strip(): "trailer_record"}
    longest = max(kinds.values())
    return {code: key for code, key in ends.items() if often[code] == 1 and kinds[code] < longest}


def _control(rows: Rows, kinds: dict[str, int]) -> dict[str, str]:
    codes = _control_codes(rows, kinds)
    count = len(rows) - len(codes)
    return {key: f"^{re.escape(code)}\\b{_counted(row, count)}" for code, key in codes.items()
            for row in rows if row[0].strip() == code}  # fmt: skip


def _counted(row: Sequence[str], count: int) -> str:
    """Return a pattern for the rest of a control line, with the group ``rows`` where it holds that count."""
    at = next((n for n, cell in enumerate(row) if n and cell.strip().isdigit() and int(cell) == count), None)
    return r".*?\b0*(?P<rows>\d+)\b.*$" if at is not None else ".*$"


def _trailer(rows: Rows, count: int) -> dict[str, Any]:
    """Return how the lines at the end are declared: as a control line where one holds the number of records."""
    if not rows:
        return {}
    token = rows[-1][0].strip()
    is_counted = any(cell.strip().isdigit() and int(cell) == count for cell in rows[-1])
    if len(rows) == 1 and re.fullmatch("[A-Za-z]{1,8}", token) and is_counted:
        return {"trailer_record": rf"^{token}\b[^0-9]*0*(?P<rows>\d+)\b.*$"}
    return {"trailer_lines": len(rows)}
