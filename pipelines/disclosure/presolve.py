"""What plain arithmetic tells of hidden counts before any solver is asked, and which of them still hang together.

Every step is exact integer reasoning: a bound that stands here holds in every world that agrees with what is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags_array
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.problem import NO_LIMIT, Counts, Flags, Relations

ROUNDS = 40  # bounds may creep by one a round; what is left undone costs time, never safety
MUCH = 2**20  # stands for no limit, with twice the largest count: wide enough, and products stay within 64 bits
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Remainder:
    """What is left to solve: bounds of each cell, and the facts that the bounds alone do not say.

    ``lowest``, ``highest`` (n) hold for every cell; where they meet, it is known. ``relations`` are over all cells,
    with those that are known moved to the bounds of the facts. ``component`` (n) numbers cells that hang together;
    -1 where a cell is known.
    """

    lowest: Counts
    highest: Counts
    relations: Relations
    component: Numbers


def check_truth(relations: Relations, counts: Counts, lowest: Counts, highest: Counts) -> None:
    """Raise ValueError where the true counts contradict what is said: then nothing could be proven."""
    if not relations.hold(counts) or bool(np.any((counts < lowest) | (counts > highest))):
        msg = "the true counts contradict the facts; state only facts that hold"
        raise ValueError(msg)


def remainder(relations: Relations, known: Flags, counts: Counts, lowest: Counts, highest: Counts) -> Remainder:
    """Return what is left after known cells are filled in and bounds are drawn as tight as single facts allow.

    Raises ValueError where the true counts contradict what is said: then nothing could be proven.
    """
    check_truth(relations, counts, lowest, highest)
    much = MUCH + 2 * int(counts.max(initial=0))
    low, high = np.maximum(lowest, 0), np.minimum(highest, much)
    low, high = np.where(known, counts, low), np.where(known, counts, high)
    said = _reduced(relations)
    for _ in range(ROUNDS):
        tighter_low, tighter_high = _tightened(said, low, high)
        if np.array_equal(tighter_low, low) and np.array_equal(tighter_high, high):
            break
        low, high = tighter_low, tighter_high
        said = _kept(said, ~_is_implied(said, low, high))
    said = _kept(said, ~_is_implied(said, low, high))
    said = _filled_in(said, low, high)
    return Remainder(low, high, said, _components(said.matrix, low < high))


def _reduced(relations: Relations) -> Relations:
    """Return the facts without empty ones and zeros, in 64 bits."""
    matrix = csr_matrix(relations.matrix, dtype=np.int64, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return _kept(Relations(matrix, relations.lowest, relations.highest), np.diff(matrix.indptr) > 0)


def _kept(said: Relations, is_kept: Flags) -> Relations:
    return said if is_kept.all() else Relations(said.matrix[is_kept], said.lowest[is_kept], said.highest[is_kept])


def _reach(matrix: csr_matrix, low: Counts, high: Counts) -> tuple[Numbers, Numbers]:
    """Return the least and the greatest value that each fact's sum can take within the bounds."""
    plus, minus = matrix.maximum(0), matrix.minimum(0)
    return plus @ low + minus @ high, plus @ high + minus @ low


def _is_implied(said: Relations, low: Counts, high: Counts) -> Flags:
    least, most = _reach(said.matrix, low, high)
    return (least >= said.lowest) & (most <= said.highest)


def _tightened(said: Relations, low: Counts, high: Counts) -> tuple[Counts, Counts]:
    """Return the bounds after each fact was solved once for each of its cells, the others at their extremes."""
    matrix = said.matrix
    least, most = _reach(matrix, low, high)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    cell, factor = matrix.indices, matrix.data
    is_plus = factor > 0
    own_least = np.where(is_plus, factor * low[cell], factor * high[cell])
    own_most = np.where(is_plus, factor * high[cell], factor * low[cell])
    # factor * x lies between the fact's bounds less what the other cells give at most and at least
    under = np.where(said.lowest[row] <= -NO_LIMIT, own_least, said.lowest[row] - (most[row] - own_most))
    over = np.where(said.highest[row] >= NO_LIMIT, own_most, said.highest[row] - (least[row] - own_least))
    size = np.abs(factor)
    at_least = np.where(is_plus, -((-under) // size), -(over // size))
    at_most = np.where(is_plus, over // size, (-under) // size)
    new_low, new_high = low.copy(), high.copy()
    np.maximum.at(new_low, cell, at_least)
    np.minimum.at(new_high, cell, at_most)
    return new_low, new_high


def _filled_in(said: Relations, low: Counts, high: Counts) -> Relations:
    """Return the facts about cells that are not known, with the others' part moved to the bounds."""
    is_free = low < high
    known_part = said.matrix @ np.where(is_free, 0, low)
    matrix = csr_matrix(said.matrix @ diags_array(is_free.astype(np.int64), dtype=np.int64))
    matrix.eliminate_zeros()
    lowest = np.where(said.lowest <= -NO_LIMIT, -NO_LIMIT, said.lowest - known_part)
    highest = np.where(said.highest >= NO_LIMIT, NO_LIMIT, said.highest - known_part)
    return _kept(Relations(matrix, lowest, highest), np.diff(matrix.indptr) > 0)


def _components(matrix: csr_matrix, is_free: Flags) -> Numbers:
    """Return a number for each group of cells that facts connect; -1 for those that are known."""
    _, label = connected_components(_star(matrix), directed=False)
    return np.where(is_free, label[: matrix.shape[1]], -1).astype(np.int64)


def _star(matrix: csr_matrix) -> csr_matrix:
    """Return a graph of cells and facts (cells first) with an edge where a fact speaks of a cell."""
    cells, facts = matrix.shape[1], matrix.shape[0]
    row = np.repeat(np.arange(facts), np.diff(matrix.indptr))
    ones = np.ones(len(row), dtype=np.int8)
    return csr_matrix((ones, (matrix.indices, cells + row)), shape=(cells + facts, cells + facts))
