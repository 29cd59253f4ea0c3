"""Where a fault stands in the sender's own words: the column as the file calls it, and the cell of a sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from pipelines.grantee import Grantee
from pipelines.intake.place import sheet_in

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LETTERS = 26


@dataclass(frozen=True)
class Columns:
    """The columns of the files that were read: by file, table of ours and column of ours, their name and place."""

    places: Mapping[tuple[str, str, str], tuple[str, int]]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, owner: Grantee) -> Columns:
        """Return the columns that intake has measured; the year, which intake only compares, by the layouts."""
        rows = connection.execute(
            "select submission_id, table_name, our_column, column_name, position from quality.submission_column "
            "where table_name is not null order by position desc"
        ).fetchall()
        names = {(f.table, c.name): c.to for f in owner.layouts for c in f.columns if c.to}
        return cls({
            (submission, table, ours): (theirs, position)
            for submission, table, our_column, theirs, position in rows
            if (ours := our_column or names.get((table, theirs), ""))
        })  # fmt: skip

    def place(self, submission_id: str, table: str, ours: str) -> tuple[str, int | None]:
        """Return what a column of ours is called in a file and its place from 1; nothing where the file has it not."""
        return self.places.get((submission_id, table.removeprefix("core."), ours), ("", None))


def cell_of(place: str, position: int | None, line: int | None) -> str:
    """Return the cell of a sheet as a workbook writes it, ``Students!C14``; the row where no column is known.

    Empty for a file that is no sheet.
    """
    sheet = sheet_in(place)
    if not sheet or line is None:
        return ""
    name = sheet if _PLAIN.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'"
    return f"{name}!{letters(position) if position else ''}{line}"


def letters(position: int) -> str:
    """Return the name of a column by its place from 1: A, ..., Z, AA, ..."""
    name = ""
    while position > 0:
        position, rest = divmod(position - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name
