"""Cuts for targets that solvers are not asked about one by one: what plain arithmetic says stands in their way.

A fact blocks a target where the other unknown cells in it have not enough room for the move that protection asks for:
one more of its cells must be withheld. Where no fact does, but no world was found, one more cell nearby must be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from pipelines.disclosure.problem import Flags
from pipelines.disclosure.protect.cut import Cut
from pipelines.disclosure.protect.deviation import Deviations, Numbers
from pipelines.disclosure.protect.groups import Places, spans

RINGS = 4  # facts apart; cells farther away than that do not help a target


@dataclass(frozen=True)
class _Field:
    """Facts by row and by column, the open cells, and how much each fact can give way by its unknown cells."""

    space: Deviations
    facts: csr_matrix
    cells: csc_matrix
    unknown: Flags
    open_: Flags
    most: Numbers
    least: Numbers


def near_cuts(space: Deviations, unknown: Flags, open_: Flags, targets: Places) -> list[Cut]:
    """Return for each target that one more of the open cells in its way must be withheld; none where there is none."""
    if not targets.size or not open_.any():
        return []
    low = np.where(unknown, space.lowest, 0).astype(np.float64)
    high = np.where(unknown, space.highest, 0).astype(np.float64)
    plus, minus = space.matrix.maximum(0), space.matrix.minimum(0)
    field = _Field(space, space.matrix.tocsr(), space.matrix.tocsc(), unknown, open_, plus @ high + minus @ low,
                   plus @ low + minus @ high)  # fmt: skip
    cuts = []
    for target in targets.tolist():
        found = _in_the_way(field, target)
        if found.size:
            cuts.append(Cut(target, found, np.ones(found.size), 1.0))
    return cuts


def _in_the_way(field: _Field, target: int) -> Places:
    """Return the open cells one of which must be withheld: of a fact that blocks, else of the nearest facts."""
    ring, asked = np.array([target], dtype=np.int64), np.array([target], dtype=np.int64)
    nearest = np.zeros(0, dtype=np.int64)
    need = (float(field.space.width[target]), -float(field.space.down[target]))
    for number in range(RINGS):
        fact = np.unique(_entries(field.cells, ring))
        if number <= 1:
            for cell in asked.tolist():
                if (blocked := _blocked(field, cell, need)).size:
                    return blocked
        found = np.unique(_entries(field.facts, fact))
        fresh = np.setdiff1d(found, ring, assume_unique=True)
        asked = fresh[field.unknown[fresh]]
        ring = found
        if not nearest.size:
            tight = fact[field.space.is_equality[fact]]
            siblings = np.unique(_entries(field.facts, tight))
            nearest = siblings[field.open_[siblings]]
            nearest = nearest if nearest.size else ring[field.open_[ring]]
        if nearest.size and number >= 1:
            break
    return nearest


def _blocked(field: _Field, cell: int, need: tuple[float, float]) -> Places:
    """Return the open cells of the first fact that cannot give way to the moves of a cell; none where all can."""
    space = field.space
    for fact in _entries(field.cells, np.array([cell])).tolist():
        part = slice(field.facts.indptr[fact], field.facts.indptr[fact + 1])
        cells, values = field.facts.indices[part], field.facts.data[part]
        factor = float(values[cells == cell][0])
        own = sorted((factor * space.lowest[cell], factor * space.highest[cell]))
        is_unknown = bool(field.unknown[cell])
        most = field.most[fact] - (own[1] if is_unknown else 0)
        least = field.least[fact] - (own[0] if is_unknown else 0)
        moves = [factor * step for step in need]
        if any(m + least > space.fact_highest[fact] or m + most < space.fact_lowest[fact] for m in moves):
            found = cells[field.open_[cells]].astype(np.int64)
            if found.size:
                return np.sort(found)
    return np.zeros(0, dtype=np.int64)


def _entries(matrix: csr_matrix | csc_matrix, lines: Places) -> Places:
    """Return the indices of all entries of some rows, or columns."""
    start = matrix.indptr[lines].astype(np.int64)
    found: Places = matrix.indices[spans(start, matrix.indptr[lines + 1] - start)].astype(np.int64)
    return found
