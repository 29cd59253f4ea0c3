"""Finds columns in a file without delimiters: places that are blank in every line, and where digits meet letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.layout_draft.sample import SampleTable

_MOSTLY = 0.95
_NEARLY = 0.98
_ANSWERS = "YNUXZRD "
_DATE, _DATE_WIDTH = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])"), 8
_NARROWEST = 10  # characters: shorter lines are one column, not many


def fixed_width(lines: Sequence[str]) -> SampleTable | None:
    """Return the columns of lines of one length, or None where the lines are not of one length."""
    lengths = sorted(map(len, lines))
    width = lengths[len(lengths) // 2] if lengths else 0
    body = [line for line in lines if len(line) == width]
    if width < _NARROWEST or len(body) < _MOSTLY * len(lines):
        return None
    starts = _starts(body, width)
    ends = [*starts[1:], width]
    columns = tuple(
        (f"column_{number}", tuple(line[start:end] for line in body))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )
    guessed = "columns: their borders are guessed from blanks, dates, and where digits meet letters"
    remark = f"{guessed}; compare with the documentation and give them names"
    widths = tuple(end - start for start, end in zip(starts, ends, strict=True))
    return SampleTable("", columns, {}, (remark,), tuple(s + 1 for s in starts), widths)


def _starts(body: Sequence[str], width: int) -> list[int]:
    """Return where columns begin, counted from 0."""
    seen = [Counter(line[at] for line in body) for at in range(width)]
    classes = [_class_of(characters) for characters in seen]
    starts = {0}
    for at in range(1, width):
        before, here = classes[at - 1], classes[at]
        is_flag = _is_flag(seen[at - 1]) or _is_flag(seen[at])
        if (before == " " and here != " ") or {before, here} == {"9", "A"} or (is_flag and here == before == "A"):
            starts.add(at)
    ends = sorted({*starts, width})
    for start, end in pairwise(ends):
        if classes[start] == "9":
            starts.update(_dates_in(body, start, end))
    return sorted(starts)


def _class_of(characters: Counter[str]) -> str:
    """Return 9 where nearly all are digits, A where nearly all are letters, a blank where all are blank, else X."""
    shown = {c: n for c, n in characters.items() if c != " "}
    if not shown:
        return " "
    digits = sum(n for c, n in shown.items() if c.isdigit()) / sum(shown.values())
    letters = sum(n for c, n in shown.items() if c.isalpha()) / sum(shown.values())
    return "9" if digits >= _NEARLY else "A" if letters >= _NEARLY else "X"


def _is_flag(characters: Counter[str]) -> bool:
    """Return whether a place holds answers such as Y and N, each a column of its own."""
    answers = sum(n for c, n in characters.items() if c in _ANSWERS)
    return {"Y", "N"} <= set(characters) and answers >= _NEARLY * characters.total()


def _dates_in(body: Sequence[str], start: int, end: int) -> Iterator[int]:
    """Yield where dates of the form YYYYMMDD begin and end within a run of digits."""
    at = start
    while at + _DATE_WIDTH <= end:
        parts = [part for line in body if (part := line[at : at + _DATE_WIDTH]).strip("0 9")]
        if parts and sum(_DATE.fullmatch(part) is not None for part in parts) >= _MOSTLY * len(parts):
            yield from (at, at + _DATE_WIDTH) if at + _DATE_WIDTH < end else (at,)
            at += _DATE_WIDTH
        else:
            at += 1
