"""A worksheet of the same records under another version of the grantee's definitions, to tell data from definition."""

from __future__ import annotations

import duckdb

from pipelines.car.compare import Before
from pipelines.car.worksheet import TABLE, Worksheet, last_frozen, read_certified, read_worksheet
from pipelines.grantee import grantee
from pipelines.measures.definitions import program_year_plus
from pipelines.side_by_side.beside import beside, build_anew
from pipelines.side_by_side.versions import load_version


def year_before(connection: duckdb.DuckDBPyConnection, now: Worksheet) -> Before | None:
    """Return what is known of the year before a worksheet; None where none of it was certified and frozen."""
    year = program_year_plus(now.program_year, -1)
    act_number = last_frozen(connection, now.grantee_id, year)
    certified = read_certified(connection, act_number) if act_number is not None else None
    if act_number is None or certified is None:
        return None
    today = read_worksheet(connection, now.grantee_id, year)
    same = _under(connection, today, certified.definition_version)
    return Before(act_number, certified, same, _under(connection, today, now.definition_version, same))


def _under(
    connection: duckdb.DuckDBPyConnection, today: Worksheet | None, version: str, known: Worksheet | None = None
) -> Worksheet | None:
    """Return a worksheet of today's records under a version; None where nobody can tell any more what it said."""
    for one in (today, known):
        if one is not None and one.definition_version == version:
            return one
    if today is None or version not in {one.version for one in grantee(today.grantee_id).definitions}:
        return None
    with beside(connection, today.grantee_id) as room:
        load_version(room, today.program_year, version)
        build_anew(room, [TABLE], today.program_year)
        return read_worksheet(room.connection, today.grantee_id, today.program_year)
