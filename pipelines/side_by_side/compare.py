"""Two versions of a grantee's definitions on the same records: what each says, and what each differing key does alone.

The effects of the keys, each changed by itself from the first version, and of all together add up to the whole. How
it is told stands in ``words``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from pipelines.grantee import grantee
from pipelines.side_by_side.beside import Beside, beside, build_anew
from pipelines.side_by_side.cells import Cell, differing_cells
from pipelines.side_by_side.figures import TABLES, Figures, figures_built
from pipelines.side_by_side.people import (
    COUNTED,
    INDICATORS,
    MEASURES,
    Counted,
    Moved,
    Place,
    counted_of,
    gather,
    moved,
)
from pipelines.side_by_side.versions import Change, changes, keep, load_kept, load_version

_SIDES = ("before", "after")


@dataclass(frozen=True)
class Figure:
    """A measure at a place under one version. ``numerator`` and ``unknown`` are None where the status is no number.

    ``institution_id`` is None for everybody. Counts (participant, concentrator, completer) have a denominator only.
    """

    measure: str
    institution_id: str | None
    status: str
    denominator: int | None
    numerator: int | None = None
    unknown: int | None = None


@dataclass(frozen=True)
class Effect:
    """What changes at a place: by one key alone (``change``), or by all that no key does alone (``change`` is None).

    ``moved`` is None for the latter, because persons cannot be told apart there. ``numerator`` and ``unknown`` are
    None where one of the two versions has no number.
    """

    change: Change | None
    measure: str
    institution_id: str | None
    denominator: int
    numerator: int | None
    unknown: int | None
    moved: Moved | None


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side: figures in the same order, the whole difference, and its parts.

    ``cells`` are those of subgroups and programs that differ, where they were asked for.
    """

    grantee_id: str
    program_year: str
    versions: tuple[str, str]
    changes: tuple[Change, ...]
    before: tuple[Figure, ...]
    after: tuple[Figure, ...]
    whole: tuple[Effect, ...]
    parts: tuple[Effect, ...]
    cells: tuple[Cell, ...] = ()


def compare(
    connection: duckdb.DuckDBPyConnection,
    grantee_id: str,
    program_year: str,
    versions: tuple[str, str],
    *,
    has_subgroups: bool = False,
) -> Comparison:
    """Return a grantee's reporting year under two versions. ``connection`` uses the warehouse, which is only read.

    Raises ConfigurationError for a version or program year that there is not.
    """
    for version in versions:
        grantee(grantee_id).definition_of_version(version)  # a misspelled one is told before anything is computed
    with beside(connection, grantee_id) as room:
        counted, built = [], []
        for name, version in zip(_SIDES, versions, strict=True):
            load_version(room, program_year, version)
            keep(room, name)
            build_anew(room, (*COUNTED, *TABLES), program_year)
            counted.append(gather(room, name, program_year))
            built.append(figures_built(room, program_year))
        differing = changes(room, *_SIDES, program_year)
        before, after = (_figures(_places(counted, built), *side) for side in zip(counted, built, strict=True))
        whole = _effects(None, before, after, counted[0], counted[1], moved(room, *_SIDES))
        if len(differing) == 1:  # the only key does all by itself
            alone = [replace(effect, change=differing[0]) for effect in whole]
        else:
            alone = [e for one in differing for e in _alone(room, one, before, after, program_year)]
    parts = (*alone, *_together(whole, alone))
    cells = tuple(differing_cells(*built)) if has_subgroups else ()
    return Comparison(grantee_id, program_year, versions, differing, before, after, tuple(whole), parts, cells)


def _places(counted: Sequence[dict[Place, Counted]], built: Sequence[Figures]) -> list[Place]:
    """Return every measure and place that either version has, everybody first."""
    told = {(row["indicator_code"], row["institution_id"] or "") for one in built for row in _everybody(one)}
    institutions = {place for _, place in told.union(*counted)} | {""}
    return [(measure, place) for place in sorted(institutions) for measure in MEASURES]


def _everybody(figures: Figures) -> Iterator[dict[str, Any]]:
    return (row for row in figures.indicators if row["subgroup_dimension"] == "all" and row["cip_code"] is None)


def _figures(places: Sequence[Place], counted: dict[Place, Counted], figures: Figures) -> tuple[Figure, ...]:
    """Return the figures as the night tells them: those of indicators with their status, null where it is no number."""
    told = {(row["indicator_code"], row["institution_id"] or ""): row for row in _everybody(figures)}
    return tuple(
        _indicator(measure, place, told.get((measure, place)))
        if measure in INDICATORS
        else Figure(measure, place or None, "computed", counted.get((measure, place), Counted()).denominator)
        for measure, place in places
    )


def _indicator(measure: str, place: str, row: dict[str, Any] | None) -> Figure:
    if row is None:
        return Figure(measure, place or None, "not_computable", None)
    counts = (row["denominator_count"], row["numerator_count"], row["unknown_count"])
    return Figure(measure, place or None, row["status"], *counts)


def _effects(
    change: Change | None,
    before: Sequence[Figure],
    after: Sequence[Figure],
    old: dict[Place, Counted],
    new: dict[Place, Counted],
    moves: dict[Place, Moved],
) -> list[Effect]:
    """Return what changes from one count of persons to another at each place; numerators where both have numbers."""
    found = []
    for one, other in zip(before, after, strict=True):
        place = (one.measure, one.institution_id or "")
        a, b = old.get(place, Counted()), new.get(place, Counted())
        is_told = one.numerator is not None and other.numerator is not None
        numerator, unknown = (b.numerator - a.numerator, b.unknown - a.unknown) if is_told else (None, None)
        move = moves.get(place, Moved())
        if not is_told:
            move = replace(move, numerator_entered=0, numerator_left=0)
        gone = b.denominator - a.denominator
        found.append(Effect(change, one.measure, one.institution_id, gone, numerator, unknown, move))
    return found


def _alone(
    room: Beside, change: Change, before: Sequence[Figure], after: Sequence[Figure], program_year: str
) -> list[Effect]:
    """Return what one key does by itself, from the first version on."""
    load_kept(room, _SIDES[0], change, _SIDES[1])
    build_anew(room, COUNTED, program_year)
    new = gather(room, "alone", program_year)
    return _effects(change, before, after, counted_of(room, _SIDES[0]), new, moved(room, _SIDES[0], "alone"))


def _together(whole: Sequence[Effect], alone: Sequence[Effect]) -> Iterator[Effect]:
    """Yield what is left of the whole without the effects of the single keys: what they do only together."""
    sums: dict[Place, list[Effect]] = {}
    for effect in alone:
        sums.setdefault((effect.measure, effect.institution_id or ""), []).append(effect)
    for one in whole:
        parts = sums.get((one.measure, one.institution_id or ""), [])
        yield replace(
            one,
            denominator=one.denominator - sum(part.denominator for part in parts),
            numerator=_rest(one.numerator, [part.numerator for part in parts]),
            unknown=_rest(one.unknown, [part.unknown for part in parts]),
            moved=None,
        )


def _rest(whole: int | None, parts: Sequence[int | None]) -> int | None:
    return None if whole is None else whole - sum(part or 0 for part in parts)
