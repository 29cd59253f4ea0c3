"""Is it the data or the definition? The figures last certified for a grantee's year beside those of today.

First today's records under the definition of the certified figures, then under the one in force: the first difference
is the data's, the second the definition's, and both add up to the whole. A definition that was changed without a new
version cannot be told from data; nobody else than the grantee's folder knows what a version said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.query import named_rows
from pipelines.side_by_side.figures import Figures, figures_under
from pipelines.side_by_side.versions import version_in_force

COUNTS = ("denominator_count", "numerator_count", "unknown_count")
_CELL = ("indicator_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code")
_CERTIFIED = """
select certified.* from quality.certified_indicator as certified
inner join quality.act as act on certified.act_number = act.act_number
where certified.grantee_id = $grantee and certified.program_year = $year
    and act.kind = 'certify' and act.institution_id is not distinct from $institution
qualify certified.act_number = max(certified.act_number) over ()
"""


@dataclass(frozen=True)
class Explained:
    """One count of one cell as certified and as of today. ``data`` + ``definition`` = today - certified, exactly.

    ``data`` and ``definition`` are None where one of the three figures is no number: pending or not computable.
    """

    indicator_code: str
    institution_id: str | None
    cip_code: str | None
    subgroup_dimension: str
    subgroup_code: str
    count: str
    certified: int | None
    today: int | None
    data: int | None
    definition: int | None


@dataclass(frozen=True)
class Explanation:
    """The cells told, everybody first, with the act and the versions that they rest on."""

    grantee_id: str
    program_year: str
    act_number: int
    versions: tuple[str, str]
    cells: tuple[Explained, ...]


def explain(
    connection: duckdb.DuckDBPyConnection,
    grantee_id: str,
    program_year: str,
    institution_id: str | None = None,
    *,
    has_subgroups: bool = False,
) -> Explanation:
    """Return what has become of the figures last certified, for the agency or for an institution's own certification.

    Everybody of each place is there in any case, cells of subgroups and programs where they differ and are asked for.

    ``connection`` uses the warehouse, which is only read. Raises ConfigurationError where nothing was certified or the
    grantee's folder holds the certified version no more.
    """
    values = {"grantee": grantee_id, "year": program_year, "institution": institution_id}
    rows = named_rows(connection, _CERTIFIED, values)
    if not rows:
        place = " ".join(filter(None, (grantee_id, program_year, institution_id)))
        msg = f"{place}: no figures have been certified, so there is nothing to explain; `cte certify` certifies"
        raise ConfigurationError(msg)
    versions = (str(rows[0]["definition_version"]), version_in_force(grantee_id, program_year))
    then = {_cell(row): row for row in rows}
    sides = {
        version: _side(figures_under(connection, grantee_id, program_year, version, has_subgroups=has_subgroups))
        for version in set(versions)
    }
    same_rules, today = (sides[version] for version in versions)
    cells = [
        _explained(cell, count, *(_count(side, cell, count) for side in (then, same_rules, today)))
        for cell in _in_order({*then, *(cell for cell in today if institution_id in (None, cell[1]))})
        for count in COUNTS
    ]
    told = tuple(one for one in cells if _is_everybody(one) or (has_subgroups and one.certified != one.today))
    return Explanation(grantee_id, program_year, int(rows[0]["act_number"]), versions, told)


def _is_everybody(one: Explained) -> bool:
    return one.subgroup_dimension == "all" and one.cip_code is None


_Cell = tuple[Any, ...]
_Side = dict[_Cell, dict[str, Any]]


def _cell(row: dict[str, Any]) -> _Cell:
    return tuple(row[name] for name in _CELL)


def _in_order(cells: set[_Cell]) -> list[_Cell]:
    return sorted(cells, key=lambda cell: (cell[3] != "all", [part or "" for part in cell]))


def _side(figures: Figures) -> _Side:
    return {_cell(row): row for row in figures.indicators}


def _count(side: _Side, cell: _Cell, count: str) -> int | None:
    """Return a count; 0 for a subgroup that has no row because nobody is in it, where the place has numbers at all."""
    if cell in side:
        return cast("int | None", side[cell][count])
    everybody = side.get((cell[0], cell[1], None, "all", "all"), {}).get(count)
    has_subgroups = any(one[3] != "all" for one in side)
    return 0 if everybody is not None and has_subgroups else None


def _explained(cell: _Cell, count: str, certified: int | None, same_rules: int | None, today: int | None) -> Explained:
    """Return the two parts of a difference, where all three figures are numbers."""
    about = {**dict(zip(_CELL, cell, strict=True)), "count": count, "certified": certified, "today": today}
    if certified is None or same_rules is None or today is None:
        return Explained(**about, data=None, definition=None)
    return Explained(**about, data=same_rules - certified, definition=today - same_rules)
