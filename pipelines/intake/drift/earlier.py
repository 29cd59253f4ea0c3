"""Which accepted files a new one is compared with: an earlier version of it, and the same file of another year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from pipelines.intake.drift import books
from pipelines.intake.drift.profile import Profile
from pipelines.intake.place import name_in
from pipelines.intake.source import Supplier
from pipelines.intake.submission import Submission
from pipelines.layouts import FileLayout


@dataclass(frozen=True)
class Earlier:
    """An accepted file and its columns, by layout and name."""

    submission_id: str
    program_year: str
    file_name: str
    profiles: Mapping[tuple[str, str], Profile] = field(default_factory=dict)

    def columns_of(self, layout: FileLayout) -> dict[str, Profile]:
        """Return the columns of one kind of record by name."""
        return {name: p for (layout_name, name), p in self.profiles.items() if layout_name == layout.name}

    def row_count(self, layout: FileLayout) -> int | None:
        """Return how many rows of one kind of record the file had; None where it had none."""
        return next((p.row_count for p in self.columns_of(layout).values()), None)


@dataclass(frozen=True)
class Before:
    """What a file is compared with: ``last`` is the nearest accepted file, ``other_year`` the nearest of another year.

    Both are None where no such file has been accepted yet. ``is_first`` where the grantee has no accepted file at all.
    """

    last: Earlier | None = None
    other_year: Earlier | None = None
    is_first: bool = True


def before(
    connection: duckdb.DuckDBPyConnection, supplier: Supplier, submission: Submission, layout: FileLayout
) -> Before:
    """Find what a file is compared with: of the same grantee and layout, with the same words in its name.

    The program year and the vintage may be others. An accepted version of the same year comes before one of another
    year, an earlier year before a later one.
    """
    accepted = connection.execute(
        "select submission_id, program_year, file_name, received_at, table_name from quality.submission "
        "where status = 'accepted' and grantee_id = ?",
        [submission.grantee_id],
    ).fetchall()
    words = _words(supplier, layout, submission.file_name) if accepted else None
    rows = sorted((row for row in accepted if row[4] == submission.table_name), key=lambda row: (row[3], row[0]))
    alike = [
        Earlier(*row[:3])
        for row in reversed(rows)
        if row[0] != submission.submission_id and _words(supplier, layout, row[2]) == words
    ]
    same = [e for e in alike if e.program_year == submission.program_year]
    others = sorted((e for e in alike if e not in same), key=lambda e: _distance(e.program_year, submission))
    other = _measured(connection, others[0]) if others else None
    last = _measured(connection, same[0]) if same else None
    return Before(last or other, other, is_first=not accepted)


def layout_then(supplier: Supplier, layout: FileLayout, earlier: Earlier | None) -> FileLayout | None:
    """Return the layout of the same name that was in force in the year of an earlier file; None where none was."""
    if earlier is None:
        return None
    named = (one for one in supplier.layouts if one.name == layout.name and one.record == layout.record)
    return next((one for one in named if one.is_effective(earlier.program_year)), None)


def _words(supplier: Supplier, layout: FileLayout, file_name: str) -> dict[str, str] | None:
    """Return the words of a file's name that tell it from others of its year; None for a file of another kind.

    A layout may have changed its file name over the years; what it is called has stayed.
    """
    name = name_in(file_name)
    for known in (layout, *(one for one in supplier.layouts if one.name == layout.name)):
        if known.matches(name):
            words = known.name_parts(name)
            return {k: v.casefold() for k, v in words.items() if k not in ("program_year", "vintage")}
    return None


def _distance(program_year: str, submission: Submission) -> tuple[bool, int]:
    years = int(submission.program_year[:4]) - int(program_year[:4])
    return years < 0, abs(years)


def _measured(connection: duckdb.DuckDBPyConnection, earlier: Earlier) -> Earlier | None:
    """Return an earlier file with its columns; None where they were never measured."""
    profiles = books.read(connection, earlier.submission_id)
    return Earlier(earlier.submission_id, earlier.program_year, earlier.file_name, profiles) if profiles else None
