"""Whether a file can be trusted as a whole: its name, its program year, how much of it could be read.

Each doubt is a rule id and a message with the fix. Doubts about bytes, encoding and header are raised by ``lines``;
doubts about single records are for the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from pipelines.intake.inbox import Found, is_program_year
from pipelines.intake.reading.lines import Field, Reading, TextFormat
from pipelines.intake.source import Supplier
from pipelines.layouts import ColumnLayout, FileLayout

# House default after Florida's WDIS, which rejects a file with more than a fifth of its records in error. Of very short
# files single lines may be lost as long as one is left: a list of five colleges is not refused for one bad line.
MOST_QUARANTINED = Fraction(1, 5)
MOST_QUARANTINED_LINES = 2


@dataclass(frozen=True)
class Doubt:
    """Why a file is not taken in. ``reason_code`` is a rule id; the message names what is wrong and the fix."""

    reason_code: str
    message: str


def text_format(layout: FileLayout) -> TextFormat:
    """Return what the line reader needs to know of a layout."""
    return TextFormat(
        kind="fixed_width" if layout.kind == "fixed_width" else "delimited",
        fields=tuple(Field(c.name, c.start, c.width, c.is_optional) for c in layout.columns),
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        quote=layout.quote,
        has_header=layout.has_header,
        title_lines=layout.title_lines,
        trailer_lines=layout.trailer_lines,
    )


def no_layout(supplier: Supplier, found: Found) -> Doubt:
    """Return the doubt about a file whose name no layout in force knows."""
    expected = [f.file_name for f in supplier.layouts if f.is_effective(found.program_year)]
    names = ", ".join(name.replace("{program_year}", found.program_year) for name in expected) or "none at all"
    return Doubt(
        "file_layout_known",
        f"no layout of {supplier.id} in {found.program_year} is for a file of this name; expected are {names}. "
        "Rename the file, or register its layout",
    )


def repeat(program_year: str, file_name: str) -> Doubt:
    """Return the doubt about a file whose bytes were taken in before, under the name given."""
    return Doubt(
        "file_not_repeated",
        f"the same bytes as {program_year}/{file_name}, which was taken in before; send the file that was meant",
    )


def doubt_about_name(layout: FileLayout, found: Found) -> Doubt | None:
    """Return the doubt about a file whose name says another program year than its folder."""
    pattern = re.escape(layout.file_name).replace(r"\{program_year\}", r"(?P<year>[\w-]+)", 1)
    match = re.fullmatch(re.sub(r"\\\{\w+\\\}", r"[\\w-]+", pattern), found.file_name, re.IGNORECASE)
    year = match.groupdict().get("year", "") if match else ""
    if not is_program_year(year) or year == found.program_year:
        return None
    return Doubt("file_program_year_matches", f"the name says {year}; {_move(year, found)}")


def doubt_about_rows(layout: FileLayout, found: Found, reading: Reading) -> Doubt | None:
    """Return the doubt about a file of which too little could be read, or that is about another program year."""
    return _mostly_unreadable(reading) or _another_year(layout, found, reading)


def year_text(column: ColumnLayout, program_year: str) -> str:
    """Return a program year as the column of a file says it."""
    start = program_year[:4]
    return {"start_year": start, "end_year": str(int(start) + 1)}.get(column.format, program_year)


def _mostly_unreadable(reading: Reading) -> Doubt | None:
    bad = reading.quarantined_line_count
    lines = reading.loaded_line_count + bad
    is_tolerable = bad <= MOST_QUARANTINED * lines or (bad <= MOST_QUARANTINED_LINES and reading.rows.height)
    if is_tolerable:
        return None
    counts = reading.quarantined.group_by("reason_code").len().sort(["len", "reason_code"], descending=[True, False])
    reasons = ", ".join(f"{code} ({count})" for code, count in counts.iter_rows())
    first = reading.quarantined["line_number"][0]
    return Doubt(
        "file_mostly_readable",
        f"{bad} of {lines} lines cannot be read, the first is line {first}: {reasons}. More than "
        f"{float(MOST_QUARANTINED):.0%} is too much to count the rest; export the file anew",
    )


def _another_year(layout: FileLayout, found: Found, reading: Reading) -> Doubt | None:
    column = layout.column_to("program_year")
    if column is None or not reading.rows.height:
        return None
    sent = reading.rows[column.name].str.strip_chars()
    other = sent.filter((sent != "") & (sent != year_text(column, found.program_year)))
    if 2 * len(other) <= reading.rows.height:
        return None
    said = str(other.mode().sort()[0])
    year = _program_year(column, said)
    shown = said if year else "something else"  # which may be a person's value
    return Doubt(
        "file_program_year_matches",
        f"{len(other)} of {reading.rows.height} rows say {shown} in column {column.name}; "
        f"{_move(year or 'its year', found)}",
    )


def _program_year(column: ColumnLayout, text: str) -> str | None:
    """Return the program year that a text in a year column says; None where it says none."""
    start = {"start_year": 0, "end_year": -1}.get(column.format)
    if start is None:
        return text if is_program_year(text) else None
    if not re.fullmatch(r"[12]\d{3}", text):
        return None
    first = int(text) + start
    return f"{first}-{(first + 1) % 100:02}"


def _move(year: str, found: Found) -> str:
    return f"the folder is {found.program_year}: move the file to the folder of {year}, or correct the year"
