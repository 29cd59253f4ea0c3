"""What the desk tells of a grantee's measures in a program year: levels, gaps, progress, institutions, match rates.

Counted and judged in ``mart``; here it is read, put in order and cut to what a page can hold. Tables that a run which
broke off has not made are empty here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.subgroups import group_name
from pipelines.measures.gaps.said import CASE, SAID, false_discovery_rate

Place = tuple[str, str]
Row = Mapping[str, Any]
# Rows that a page holds of each kind of gap; the others are asked for by a query.
MOST = {"groups": 300, "pairs": 100, "programs": 100, "institutions": 100}
_PLACE = "grantee_id = $1 and program_year = $2"
_EVERYBODY = "subgroup_dimension = 'all' and subgroup_code = 'all' and cip_code is null"
_PLACES = f"""
    select distinct grantee_id, program_year from mart.indicator
    where {_EVERYBODY} and institution_id is null order by all
"""
_TESTS = f"""
    select * from mart.level_test where {_PLACE} order by indicator_code, eligible_recipient_id nulls first
"""
_RATES = f"""
    select * from mart.indicator where {_PLACE} and {_EVERYBODY} order by indicator_code, institution_id
"""
_KIND = """case
        when institution_id is not null then 'institutions' when cip_code is not null then 'programs'
        when subgroup_dimension like '%*%' then 'pairs' else 'groups' end"""
# A page shows one thing at a time: groups and pairs of the grantee, its programs, and the groups of its institutions.
_SHOWN = """(
        (institution_id is null and cip_code is null)
        or (institution_id is null and subgroup_dimension = 'all')
        or (cip_code is null and subgroup_dimension not like '%*%'))"""
_GAPS = f"""
    with shown as (
        select *, {_KIND} as kind, {CASE} as said from mart.gap where {_PLACE} and status = 'computed' and {_SHOWN}
    ),
    ordered as (
        select
            *, count(*) over (partition by kind) as kind_count,
            row_number() over (
                partition by kind order by list_position({list(SAID)}, said), worklist_rank nulls last, gap,
                indicator_code, subgroup_dimension, subgroup_code, institution_id, cip_code
            ) as place_in_kind
        from shown
    )
    select * from ordered where place_in_kind <= case kind {{most}} end order by kind, place_in_kind
"""
_UNTOLD = f"""
    select status, reason, indicator_code, subgroup_dimension, subgroup_code from mart.gap
    where {_PLACE} and status <> 'computed' and institution_id is null and cip_code is null
        and subgroup_dimension not like '%*%'
    order by all
"""
_FLAGS = f"""
    select indicator_code, institution_id, cip_code, subgroup_dimension, subgroup_code, method from mart.gap_method
    where {_PLACE} and is_flagged and {_SHOWN} order by method
"""
_PROGRESS = f"""
    select * from mart.subgroup_progress where {_PLACE}
    order by subgroup_dimension <> 'all', subgroup_dimension, subgroup_code, indicator_code
"""
_MATCHES = f"""
    select * from mart.placement_match where {_PLACE} and institution_id is null
    qualify max(looked_for_count) over (partition by placement_source) > 0
    order by placement_source, subgroup_dimension <> 'all', subgroup_dimension, subgroup_code
"""
_KEYS = ("indicator_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code")


@dataclass(frozen=True)
class GapTable:
    """The gaps of one kind, as many as a page holds, and how many there are in all.

    What is known to be below comes first, what no test can tell last; among equals the worklist orders.
    """

    kind: str
    rows: tuple[Row, ...]
    count: int

    @property
    def tested(self) -> tuple[Row, ...]:
        """The rows that a test can say something of."""
        return tuple(row for row in self.rows if row["said"] != "untested")

    @property
    def untested(self) -> tuple[Row, ...]:
        """The others: too few persons, or the rest beside a group that is tested itself."""
        return tuple(row for row in self.rows if row["said"] == "untested")

    @property
    def below(self) -> tuple[Row, ...]:
        """The rows that are below 0 by more than chance, also among so many that were tested."""
        return tuple(row for row in self.rows if row["said"] in ("below", "below_surely"))

    @property
    def surviving(self) -> tuple[Row, ...]:
        """Those of them that no unknown outcome or membership can turn."""
        return tuple(row for row in self.rows if row["said"] == "below_surely")


@dataclass(frozen=True)
class Measures:
    """What is known of one grantee and program year. ``untold`` maps (status, reason) to groups and indicators."""

    grantee_id: str
    program_year: str
    tests: tuple[Row, ...]
    rates: tuple[Row, ...]
    gaps: tuple[GapTable, ...]
    untold: tuple[tuple[str, str, tuple[str, ...]], ...]
    flags: Mapping[tuple[Any, ...], tuple[str, ...]]
    progress: tuple[Row, ...]
    matches: tuple[Row, ...]

    @property
    def of_grantee(self) -> tuple[Row, ...]:
        """The results of the 90 % test of the grantee, one an indicator."""
        return tuple(row for row in self.tests if row["eligible_recipient_id"] is None)

    @property
    def of_recipients(self) -> tuple[Row, ...]:
        """The results of the eligible recipients against their local levels."""
        return tuple(row for row in self.tests if row["eligible_recipient_id"] is not None)


def measured(desk: Desk) -> list[Place]:
    """Return the grantees and program years that have indicators, in order."""
    if not desk.has("mart.indicator"):
        return []
    return [(row["grantee_id"], row["program_year"]) for row in desk.rows(_PLACES)]


def measures(desk: Desk, place: Place) -> Measures:
    """Return what there is to tell of a grantee's program year."""
    has_gaps = desk.has("mart.gap")
    flagged = desk.rows(_FLAGS, *place) if has_gaps and desk.has("mart.gap_method") else []
    return Measures(
        *place,
        tests=_rows(desk, "mart.level_test", _TESTS, place),
        rates=tuple(desk.rows(_RATES, *place)),
        gaps=_gaps(desk, place) if has_gaps else (),
        untold=_untold(desk.rows(_UNTOLD, *place)) if has_gaps else (),
        flags=_methods(flagged),
        progress=_rows(desk, "mart.subgroup_progress", _PROGRESS, place),
        matches=_rows(desk, "mart.placement_match", _MATCHES, place),
    )


def key_of(row: Row) -> tuple[Any, ...]:
    """Return the cell of a row within its grantee and program year: what ``Measures.flags`` is looked up by."""
    return tuple(row[name] for name in _KEYS)


def _rows(desk: Desk, table: str, query: str, place: Place) -> tuple[Row, ...]:
    return tuple(desk.rows(query, *place)) if desk.has(table) else ()


def _most() -> str:
    return " ".join(f"when '{kind}' then {most}" for kind, most in MOST.items())


def _gaps(desk: Desk, place: Place) -> tuple[GapTable, ...]:
    return _tables(desk.rows(_GAPS.format(most=_most()), *place, false_discovery_rate(place[0])))


def _tables(rows: Sequence[Row]) -> tuple[GapTable, ...]:
    of_kind: dict[str, list[Row]] = {kind: [] for kind in MOST}
    for row in rows:
        of_kind[row["kind"]].append(row)
    return tuple(GapTable(kind, tuple(own), own[0]["kind_count"]) for kind, own in of_kind.items() if own)


def _methods(rows: Iterable[Row]) -> Mapping[tuple[Any, ...], tuple[str, ...]]:
    found: dict[tuple[Any, ...], tuple[str, ...]] = defaultdict(tuple)
    for row in rows:
        found[key_of(row)] += (row["method"],)
    return found


def _untold(rows: Iterable[Row]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the groups without a gap by status and reason, each with the indicators that it lacks."""
    found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        name = group_name(row["subgroup_dimension"], row["subgroup_code"])
        found[row["status"], row["reason"] or ""][name].append(row["indicator_code"])
    return tuple(
        (status, reason, tuple(f"{name} ({', '.join(codes)})" for name, codes in of_name.items()))
        for (status, reason), of_name in found.items()
    )
