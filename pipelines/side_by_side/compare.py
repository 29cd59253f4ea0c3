"""Two versions of a grantee's definitions on the same records: what each says, and what each differing key does alone.

The effects of the keys, each changed by itself from the first version, and of all together add up to the whole. How
it is told stands in ``words``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from pipelines.grantee import grantee
from pipelines.side_by_side.beside import Beside, beside, build_anew
from pipelines.side_by_side.cells import differing_cells
from pipelines.side_by_side.comparison import Comparison, Effect, Figure
from pipelines.side_by_side.figures import Figures, figures_built
from pipelines.side_by_side.people import (
    COUNTED,
    INDICATORS,
    MEASURES,
    Counted,
    Moved,
    Place,
    gather,
    moved,
    told_counts,
)
from pipelines.side_by_side.versions import Change, changes, keep, load_kept, load_version

_SIDES = ("before", "after")


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
        for name, version in zip(_SIDES, versions, strict=True):
            load_version(room, program_year, version)
            keep(room, name)
        differing = changes(room, *_SIDES, program_year)
        sides: list[_Side] = []
        alone: list[tuple[Change, dict[Place, Counted], dict[Place, Moved]]] = []
        # The single keys stand between the two versions, because least has to be built anew in this order.
        load_kept(room, _SIDES[0])
        sides.append(_count(room, _SIDES[0], program_year, has_subgroups=has_subgroups))
        if len(differing) > 1:
            alone = [(change, *_count_alone(room, change, program_year)) for change in differing]
        load_kept(room, _SIDES[1])
        sides.append(_count(room, _SIDES[1], program_year, has_subgroups=has_subgroups))
        moves = moved(room, *_SIDES)
    if len(differing) == 1:  # the only key does all by itself
        alone = [(differing[0], sides[1][0], moves)]
    places = _places(sides)
    before, after = (_figures(places, *side) for side in sides)
    whole = _effects(None, (before, after), sides[0][0], sides[1][0], moves)
    parts = [e for change, new, by in alone for e in _effects(change, (before, after), sides[0][0], new, by)]
    parts += _together(whole, parts)
    cells = tuple(differing_cells(*(figures for _, figures, _ in sides))) if has_subgroups else ()
    return Comparison(grantee_id, program_year, versions, differing, before, after, tuple(whole), tuple(parts), cells)


_Side = tuple[dict[Place, Counted], Figures, frozenset[Place]]


def _count(room: Beside, name: str, program_year: str, *, has_subgroups: bool) -> _Side:
    """Return persons and figures under the definition loaded, and keep who the persons are by a name."""
    figures = figures_built(room, program_year, has_subgroups=has_subgroups)
    build_anew(room, COUNTED, program_year)
    return gather(room, name, program_year), figures, told_counts(room, program_year)


def _count_alone(room: Beside, change: Change, program_year: str) -> tuple[dict[Place, Counted], dict[Place, Moved]]:
    """Return persons, and who enters and leaves, where one key alone is changed in the first version."""
    load_kept(room, _SIDES[0], change, _SIDES[1])
    build_anew(room, COUNTED, program_year)
    return gather(room, "alone", program_year), moved(room, _SIDES[0], "alone")


def _places(sides: Sequence[_Side]) -> list[Place]:
    """Return every measure and place that either version has, everybody first."""
    told = {(row["indicator_code"], row["institution_id"] or "") for _, one, _ in sides for row in _everybody(one)}
    institutions = {place for _, place in told.union(*(counted for counted, _, _ in sides))} | {""}
    return [(measure, place) for place in sorted(institutions) for measure in MEASURES]


def _everybody(figures: Figures) -> Iterator[dict[str, Any]]:
    return (row for row in figures.indicators if row["subgroup_dimension"] == "all" and row["cip_code"] is None)


def _figures(
    places: Sequence[Place], counted: dict[Place, Counted], figures: Figures, are_told: frozenset[Place]
) -> tuple[Figure, ...]:
    """Return the figures as the night tells them, with their status; null where it is no number."""
    told = {(row["indicator_code"], row["institution_id"] or ""): row for row in _everybody(figures)}
    return tuple(
        _indicator(measure, place, told.get((measure, place)))
        if measure in INDICATORS
        else _count_of(measure, place, counted.get((measure, place)), is_told=(measure, place) in are_told)
        for measure, place in places
    )


def _count_of(measure: str, place: str, counted: Counted | None, *, is_told: bool) -> Figure:
    if counted is None and not is_told:
        return Figure(measure, place or None, "not_computable", None)
    return Figure(measure, place or None, "computed", (counted or Counted()).denominator)


def _indicator(measure: str, place: str, row: dict[str, Any] | None) -> Figure:
    if row is None:
        return Figure(measure, place or None, "not_computable", None)
    counts = (row["denominator_count"], row["numerator_count"], row["unknown_count"])
    return Figure(measure, place or None, row["status"], *counts)


def _effects(
    change: Change | None,
    sides: tuple[Sequence[Figure], Sequence[Figure]],
    old: dict[Place, Counted],
    new: dict[Place, Counted],
    moves: dict[Place, Moved],
) -> list[Effect]:
    """Return what changes from one count of persons to another at each place; numerators where both have numbers."""
    found = []
    for one, other in zip(*sides, strict=True):
        place = (one.measure, one.institution_id or "")
        a, b = old.get(place, Counted()), new.get(place, Counted())
        is_told = one.numerator is not None and other.numerator is not None
        numerator, unknown = (b.numerator - a.numerator, b.unknown - a.unknown) if is_told else (None, None)
        move = moves.get(place, Moved())
        if one.denominator is None or other.denominator is None:
            found.append(Effect(change, one.measure, one.institution_id, None, None, None, None))
            continue
        if not is_told:
            move = replace(move, numerator_entered=0, numerator_left=0)
        gone = b.denominator - a.denominator
        found.append(Effect(change, one.measure, one.institution_id, gone, numerator, unknown, move))
    return found


def _together(whole: Sequence[Effect], alone: Sequence[Effect]) -> Iterator[Effect]:
    """Yield what is left of the whole without the effects of the single keys: what they do only together."""
    sums: dict[Place, list[Effect]] = {}
    for effect in alone:
        sums.setdefault((effect.measure, effect.institution_id or ""), []).append(effect)
    for one in whole:
        parts = sums.get((one.measure, one.institution_id or ""), [])
        yield replace(
            one,
            denominator=_rest(one.denominator, [part.denominator for part in parts]),
            numerator=_rest(one.numerator, [part.numerator for part in parts]),
            unknown=_rest(one.unknown, [part.unknown for part in parts]),
            moved=None,
        )


def _rest(whole: int | None, parts: Sequence[int | None]) -> int | None:
    return None if whole is None else whole - sum(part or 0 for part in parts)
