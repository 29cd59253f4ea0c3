"""What IPEDS shows of a grantee's institutions: completers by award level, race and sex, and who is in the list at all.

Public figures on all completers, CTE and not. Counts at different award levels are never added up: whoever completes
two levels in a year stands at both. How a page arranges them stands in ``reports``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.code_sets import code_set
from pipelines.grantee import Grantee, Institution
from pipelines.reference_tables import COMPLETERS, DIRECTORY, RACES, SEXES

# By length of the program; the file numbers them otherwise.
SUB_BACCALAUREATE = ("11", "12", "02", "03")
# House default, measured on the directory of 2021 and 2022: public institutions (control 1) with INSTCAT 3 or 4 are the
# community and State colleges of the five grantees. 6 are institutions without degrees, such as Florida's technical
# colleges. SECTOR and ICLEVEL mislead: they call all 28 Florida colleges 4-year institutions.
PUBLIC = 1
PROPOSED, WITHOUT_DEGREES = (3, 4), 6
GROUPS = {"total": "all completers", **SEXES, **RACES}


@dataclass(frozen=True)
class SourceFile:
    """A file that figures come from, as published."""

    file_name: str
    sha256: str
    program_year: str
    table_name: str


@dataclass(frozen=True)
class Level:
    """An award level, and how many completers of each group of ``GROUPS`` the institutions in the list had there.

    A count is None where one of the published counts that it sums could not be read.
    """

    code: str
    label: str
    is_sub_baccalaureate: bool
    counts: dict[str, int | None]


@dataclass(frozen=True)
class InstitutionLine:
    """Completers of one institution by award level, in the order of the year's levels; None where it has no row."""

    institution: Institution
    counts: tuple[int | None, ...]


@dataclass(frozen=True)
class CompletersYear:
    """One Completers file: what it says of the institutions in the list, and which of them it does not know."""

    program_year: str
    file: SourceFile
    levels: tuple[Level, ...]
    institutions: tuple[InstitutionLine, ...]
    missing: tuple[Institution, ...]


@dataclass(frozen=True)
class Place:
    """An institution as the IPEDS directory has it."""

    unitid: str
    name: str
    control: int | None
    instcat: int | None


@dataclass(frozen=True)
class Proposal:
    """What the INSTCAT of one directory proposes as the grantee's list, and how the list differs."""

    program_year: str
    file: SourceFile
    proposed_count: int
    without_degrees_count: int
    not_in_list: tuple[Place, ...]
    without_degrees_not_in_list: tuple[Place, ...]
    not_proposed: tuple[Place, ...]
    missing: tuple[Institution, ...]


@dataclass(frozen=True)
class Contradiction:
    """An open finding in a published row of an institution in the list."""

    rule_id: str
    unitid: str
    file_name: str
    line_number: int


@dataclass(frozen=True)
class IpedsView:
    """All that IPEDS shows of a grantee's institutions, latest year first."""

    owner: Grantee
    years: tuple[CompletersYear, ...]
    proposals: tuple[Proposal, ...]
    contradictions: tuple[Contradiction, ...]


def ipeds_view(connection: duckdb.DuckDBPyConnection, owner: Grantee) -> IpedsView | None:
    """Return what the reference tables hold on a grantee's institutions; None where they hold no file at all."""
    files = _files(connection)
    if not files:
        return None
    years = [_completers(connection, owner, f) for f in files if f.table_name == COMPLETERS.fullname]
    proposals = [_proposal(connection, owner, f) for f in files if f.table_name == DIRECTORY.fullname]
    return IpedsView(owner, tuple(years), tuple(proposals), _contradictions(connection, owner))


def has_ipeds(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the reference tables hold an IPEDS file, so that there is something to show."""
    return bool(_files(connection))


def _files(connection: duckdb.DuckDBPyConnection) -> list[SourceFile]:
    rows = connection.execute(
        "select file_name, sha256, program_year, table_name from quality.submission where grantee_id is null "
        "and status in ('read', 'accepted') and table_name in ($1, $2) order by program_year desc, table_name",
        [COMPLETERS.fullname, DIRECTORY.fullname],
    )
    return [SourceFile(*row) for row in rows.fetchall()]


def _completers(connection: duckdb.DuckDBPyConnection, owner: Grantee, file: SourceFile) -> CompletersYear:
    sums = ", ".join(f"case when count(*) = count({g}_count) then cast(sum({g}_count) as bigint) end" for g in GROUPS)
    mine = f"from {COMPLETERS.fullname} where program_year = $1 and list_contains($2, unitid)"
    parameters = [file.program_year, _unitids(owner)]
    by_level = connection.execute(f"select ipeds_award_level, {sums} {mine} group by 1", parameters).fetchall()
    cells = connection.execute(
        f"select unitid, ipeds_award_level, cast(sum(total_count) as bigint) {mine} group by 1, 2", parameters
    ).fetchall()
    levels = sorted((_level(row) for row in by_level if row[0] is not None), key=_place_of)
    found = {(unitid, level): count for unitid, level, count in cells}
    known = {unitid for unitid, _, _ in cells}
    lines = [
        InstitutionLine(i, tuple(found.get((i.unitid, level.code)) for level in levels))
        for i in _by_name(owner)
        if i.unitid in known
    ]
    missing = tuple(i for i in _by_name(owner) if i.unitid not in known)
    return CompletersYear(file.program_year, file, tuple(levels), tuple(lines), missing)


def _level(row: Sequence[Any]) -> Level:
    code, *counts = row
    label = code_set("ipeds_award_level")[code].label
    return Level(code, label, code in SUB_BACCALAUREATE, dict(zip(GROUPS, counts, strict=True)))


def _place_of(level: Level) -> int:
    above = [code for code in code_set("ipeds_award_level") if code not in SUB_BACCALAUREATE]
    return [*SUB_BACCALAUREATE, *above].index(level.code)


def _proposal(connection: duckdb.DuckDBPyConnection, owner: Grantee, file: SourceFile) -> Proposal:
    rows = connection.execute(
        f"select unitid, institution_name, control, instcat from {DIRECTORY.fullname} where program_year = $1 "
        "and (state = $2 or list_contains($3, unitid)) order by institution_name, unitid",
        [file.program_year, owner.state, _unitids(owner)],
    ).fetchall()
    places, listed = [Place(*row) for row in rows], set(_unitids(owner))
    proposed = proposed_unitids(connection, owner.state, file.program_year, PROPOSED)
    without = proposed_unitids(connection, owner.state, file.program_year, (WITHOUT_DEGREES,))
    present = {place.unitid for place in places}
    return Proposal(
        program_year=file.program_year,
        file=file,
        proposed_count=len(proposed),
        without_degrees_count=len(without),
        not_in_list=tuple(p for p in places if p.unitid in proposed - listed),
        without_degrees_not_in_list=tuple(p for p in places if p.unitid in without - listed),
        not_proposed=tuple(p for p in places if p.unitid in listed - proposed),
        missing=tuple(i for i in _by_name(owner) if i.unitid not in present),
    )


def proposed_unitids(
    connection: duckdb.DuckDBPyConnection, state: str, program_year: str, categories: Sequence[int]
) -> set[str]:
    """Return the public institutions of a state that one directory puts into these INSTCAT categories."""
    rows = connection.execute(
        f"select unitid from {DIRECTORY.fullname} where program_year = $1 and state = $2 and control = $3 "
        "and list_contains($4, instcat)",
        [program_year, state, PUBLIC, list(categories)],
    )
    return {unitid for (unitid,) in rows.fetchall()}


def _contradictions(connection: duckdb.DuckDBPyConnection, owner: Grantee) -> tuple[Contradiction, ...]:
    rows = connection.execute(
        "select f.rule_id, t.unitid, f.file_name, f.line_number from quality.finding as f "
        f"inner join {COMPLETERS.fullname} as t using (submission_id, line_number) "
        "where f.state = 'open' and f.table_name = $1 and list_contains($2, t.unitid) order by all",
        [COMPLETERS.fullname, _unitids(owner)],
    )
    return tuple(Contradiction(*row) for row in rows.fetchall())


def _unitids(owner: Grantee) -> list[str]:
    return [i.unitid for i in owner.institutions]


def _by_name(owner: Grantee) -> list[Institution]:
    return sorted(owner.institutions, key=lambda i: (i.name, i.unitid))
