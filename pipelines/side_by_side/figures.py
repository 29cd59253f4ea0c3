"""The figures of ``mart.indicator`` and ``mart.student_count`` under any version of a grantee's definitions.

For who asks whether a figure that changed did so by its data or by its definition; nothing is compared here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.query import named_rows
from pipelines.side_by_side.beside import Beside, beside, build_anew
from pipelines.side_by_side.versions import load_version

_EVERYBODY = "subgroup_dimension = 'all' and cip_code is null"
TABLES = ("mart.indicator", "mart.student_count")


@dataclass(frozen=True)
class Figures:
    """Rows of both tables, by the names of their columns; of students none where subgroups are not asked for."""

    indicators: tuple[dict[str, Any], ...]
    student_counts: tuple[dict[str, Any], ...]


def figures_under(
    connection: duckdb.DuckDBPyConnection,
    grantee_id: str,
    program_year: str,
    definition_version: str,
    *,
    has_subgroups: bool = True,
) -> Figures:
    """Return the figures of a grantee's reporting year, from the records in the warehouse and a version's definitions.

    ``connection`` uses the warehouse, for reading or writing; nothing is written into it, and rows not committed are
    not seen. Raises ConfigurationError for a version that the grantee's folder does not hold.
    """
    with beside(connection, grantee_id) as room:
        load_version(room, program_year, definition_version)
        return figures_built(room, program_year, has_subgroups=has_subgroups)


def figures_built(room: Beside, program_year: str, *, has_subgroups: bool) -> Figures:
    """Build the tables under the definition loaded and return their rows of a reporting year.

    Without subgroups only the indicators of everybody: counting students in all cells takes longest.
    """
    build_anew(room, TABLES if has_subgroups else TABLES[:1], program_year)
    if not has_subgroups:
        return Figures(tuple(_rows(room, TABLES[0], program_year, _EVERYBODY)), ())
    return Figures(*(tuple(_rows(room, table, program_year)) for table in TABLES))


def _rows(room: Beside, table: str, program_year: str, where: str = "true") -> list[dict[str, Any]]:
    query = f"select * from {table} where program_year = ? and {where} order by all"
    return named_rows(room.connection, query, [program_year])
