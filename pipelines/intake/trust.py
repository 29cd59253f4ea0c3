"""Whether a file can be trusted as a whole: its name, its program year, how much of it could be read.

Each doubt is a rule id and a message with the fix. Doubts about bytes, encoding and header are raised by ``lines``;
doubts about single records are for the rules.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from pipelines.intake.inbox import Found, is_program_year
from pipelines.intake.place import name_in, sheet_in
from pipelines.intake.reading.read import FileReading
from pipelines.intake.source import Supplier
from pipelines.layouts import ColumnLayout, FileLayout

# Of very short files single lines may be lost as long as one is left: a list of five colleges is not refused for one
# bad line. What share of longer ones may be lost is said by their layout.
MOST_QUARANTINED_LINES = 2


@dataclass(frozen=True)
class Doubt:
    """Why a file is not taken in. ``reason_code`` is a rule id; the message names what is wrong and the fix."""

    reason_code: str
    message: str


@dataclass
class YearsSaid:
    """What the rows of a file say of their program year, counted while they are read."""

    counts: Counter[str] = field(default_factory=Counter)
    row_count: int = 0
    column: ColumnLayout | None = None

    def note(self, layout: FileLayout, rows: pl.DataFrame) -> None:
        """Count what the next rows say."""
        column = layout.column_to("program_year")
        if column is None:
            return
        self.column = column
        said = rows[column.name].str.strip_chars().value_counts(name="row_count")
        self.row_count += rows.height
        self.counts.update({str(text): int(count) for text, count in said.iter_rows() if text})


def no_layout(supplier: Supplier, found: Found) -> Doubt:
    """Return the doubt about a file whose name, or a sheet whose name, no layout in force knows."""
    in_force = [f for f in supplier.layouts if f.is_effective(found.program_year)]
    sheets = sorted({f.sheet for f in in_force if f.sheet and f.matches(name_in(found.file_name))})
    if sheet_in(found.file_name) and sheets:
        return Doubt(
            "file_sheet_known",
            f"no layout of {supplier.id} is for a sheet of this name; expected are {', '.join(sheets)}. Rename the "
            "sheet, or name it in `ignored_sheets` of the layout if it holds no records",
        )
    expected = list(dict.fromkeys(f.file_name for f in in_force))
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


def unreadable(fault: Exception) -> Doubt:
    """Return the doubt about a file that could not be opened, or not to its end."""
    words = (
        str(fault)
        if not isinstance(fault, OSError)
        else (
            "the file cannot be opened (permission denied); let the account of the night read it"
            if isinstance(fault, PermissionError)
            else "the file was gone when it was to be read; send it again"
        )
    )
    return Doubt("file_readable", words)


def doubt_about_name(layout: FileLayout, found: Found) -> Doubt | None:
    """Return the doubt about a file whose name says another program year than its folder."""
    year = layout.name_parts(name_in(found.file_name)).get("program_year", "")
    if not is_program_year(year) or year == found.program_year:
        return None
    return Doubt("file_program_year_matches", f"the name says {year}; {_move(year, found)}")


def doubt_about_rows(layout: FileLayout, found: Found, reading: FileReading, years: YearsSaid) -> Doubt | None:
    """Return the doubt about a file of which too little could be read, or that is about another program year."""
    return _mostly_unreadable(layout, reading) or _another_year(found, years)


def year_text(column: ColumnLayout, program_year: str) -> str:
    """Return a program year as the column of a file says it."""
    start = program_year[:4]
    return {"start_year": start, "end_year": str(int(start) + 1)}.get(column.format, program_year)


def _mostly_unreadable(layout: FileLayout, reading: FileReading) -> Doubt | None:
    bad = reading.quarantined_line_count
    lines = reading.loaded_line_count + bad
    is_tolerable = bad <= layout.most_bad * lines or (bad <= MOST_QUARANTINED_LINES and reading.loaded_row_count)
    if is_tolerable:
        return None
    counts = reading.quarantined.group_by("reason_code").len().sort(["len", "reason_code"], descending=[True, False])
    reasons = ", ".join(f"{code} ({count})" for code, count in counts.iter_rows())
    first = reading.quarantined["line_number"][0]
    return Doubt(
        "file_mostly_readable",
        f"{bad} of {lines} lines cannot be read, the first is line {first}: {reasons}. More than "
        f"{float(layout.most_bad):.0%} is too much to count the rest; export the file anew",
    )


def _another_year(found: Found, years: YearsSaid) -> Doubt | None:
    column = years.column
    if column is None or not years.row_count:
        return None
    others = years.counts.copy()
    others.pop(year_text(column, found.program_year), None)
    other_count = others.total()
    if 2 * other_count <= years.row_count:
        return None
    said = min(others, key=lambda text: (-others[text], text))
    year = _program_year(column, said)
    shown = said if year else "something else"  # which may be a person's value
    return Doubt(
        "file_program_year_matches",
        f"{other_count} of {years.row_count} rows say {shown} in column {column.name}; "
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
