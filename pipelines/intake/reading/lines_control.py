"""Control lines: records at the head and the end of a file that say what is in it, such as how many rows.

A count that does not fit refuses the file: lines were lost or doubled on the way, and nobody knows which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.intake.reading.account import FileReading
from pipelines.intake.reading.lines_bytes import Lines
from pipelines.intake.reading.lines_format import FileRefused

_ROWS = "rows"


@dataclass(frozen=True)
class Control:
    """What a control line says: its place from 1, the record that it counts (empty for all), the count as written."""

    line: int
    record: str
    said: str


def controls_at_top(lines: Lines, first: int, pattern: str) -> tuple[int, list[Control]]:
    """Return where the lines that match end, counted from ``first``, and what they say. Blank lines may be between."""
    found: list[Control] = []
    at = first
    while pattern and at < len(lines):
        match = _match(pattern, lines.text(at))
        if match is None and lines.text(at).strip():
            break
        at += 1
        if match:
            first, found = at, found + _said(match, at)
    return first, found


def controls_at_end(lines: Lines, first: int, last: int, pattern: str) -> tuple[int, list[Control]]:
    """Return where the lines that match begin, up from ``last``, and what they say; ``last`` where none matches."""
    found: list[Control] = []
    at = last
    while pattern and at > first:
        match = _match(pattern, lines.text(at - 1))
        if match is None and lines.text(at - 1).strip():
            break
        at -= 1
        if match:
            last, found = at, _said(match, at + 1) + found
    return last, found


def refuse_missing(is_found: bool, key: str, line: int) -> None:  # noqa: FBT001
    """Raise FileRefused where a control line that the layout declares is not there."""
    if is_found:
        return
    if key == "trailer_record":
        msg = f"line {line} is the last one and no trailer record: the end was cut off; send the file again whole"
        raise FileRefused(reason_code="file_complete", message=msg)
    msg = f"line {line}: the header record is missing; send the file again whole, or correct {key} in the layout"
    raise FileRefused(reason_code="file_header_matches_layout", message=msg)


def refuse_other_counts(
    controls: Iterable[Control],
    loaded: Mapping[str, int],
    bad: Mapping[str, int],
    reading: FileReading | None = None,
) -> None:
    """Raise FileRefused where a control line counts other rows than were found, read and quarantined together.

    Both counts are by record; those of all records together stand under the empty one.
    """
    for control in controls:
        read, aside = loaded.get(control.record, 0), bad.get(control.record, 0)
        digits = re.sub(r"[\s,.]", "", control.said)
        if digits.isdecimal() and int(digits) == read + aside:
            continue
        of = f" of record {control.record}" if control.record else ""
        said = f"counts {int(digits)} rows" if digits.isdecimal() else "holds no count of rows"
        msg = f"line {control.line} {said}{of}, the file has {read + aside} ({read} read, {aside} unreadable)"
        msg += "; rows were lost or doubled on the way: send the file again"
        raise FileRefused(reason_code="file_trailer_matches", message=msg, reading=reading)


def _match(pattern: str, line: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, line) or re.fullmatch(pattern, line.rstrip())


def _said(match: re.Match[str], line: int) -> list[Control]:
    """Return the counts of a control line: group ``rows`` is of all rows, ``rows_A`` of those of record A."""
    said = {name: text for name, text in match.groupdict().items() if text is not None}
    return [
        Control(line, name.removeprefix(_ROWS).removeprefix("_"), text)
        for name, text in said.items()
        if name == _ROWS or name.startswith(f"{_ROWS}_")
    ]
