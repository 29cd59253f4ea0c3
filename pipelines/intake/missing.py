"""Which files of a submitted program year have not come: layouts that are required and have no file."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.grantee import Grantee
from pipelines.intake.place import name_in, sheet_in
from pipelines.intake.submission import find
from pipelines.layouts import FileLayout
from pipelines.schema import core_table


@dataclass(frozen=True)
class MissingFile:
    """A required kind of file that a grantee has not sent for a program year. ``file_name`` is the name expected."""

    grantee_id: str
    program_year: str
    table_name: str
    file_name: str


def missing_files(connection: duckdb.DuckDBPyConnection, grantee: Grantee, program_year: str) -> list[MissingFile]:
    """Return what is missing of a program year of which at least one file has come; a file refused has come."""
    arrived = find(connection, "grantee_id = ? and program_year = ?", [grantee.id, program_year])
    required = [
        f
        for f in grantee.layouts
        if f.is_effective(program_year) and not f.is_optional and not core_table(f.table).info["optional"]
    ]
    return [
        MissingFile(grantee.id, program_year, f.table, f.file_name.replace("{program_year}", program_year))
        for f in required
        if arrived and not any(_is_of(f, s.file_name) for s in arrived)
    ]


def _is_of(layout: FileLayout, place: str) -> bool:
    return layout.matches(name_in(place)) and sheet_in(place) in ("", layout.sheet)
