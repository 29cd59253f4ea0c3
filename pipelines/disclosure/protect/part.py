"""Facts cut to some cells, the others held at the truth: where one linear program looks for a world.

A world that moves only these cells is a world, so what it proves safe is safe.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_matrix, csr_matrix, hstack

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.deviation import Deviations, Numbers
from pipelines.disclosure.protect.groups import Places

NODES = 20  # of branch and bound for one world: by work and not by time, so that runs agree
GAP = 0.2  # any whole world that moves most of the targets will do


@dataclass(frozen=True)
class Part:
    """The facts over ``cell`` (k), as deviations from the truth, which is 0."""

    cell: Places
    matrix: csr_matrix
    lowest: Counts
    highest: Counts

    @property
    def equalities(self) -> csc_matrix:
        """Return the facts that leave no room, by cells."""
        return self.matrix[self.lowest == self.highest].tocsc()


@dataclass(frozen=True)
class Moves:
    """How far each cell of a part may move for nothing, and how far for its price; the goal is a gain a step."""

    gain: Numbers
    lowest: Counts
    highest: Counts
    price: Numbers
    far_lowest: Counts
    far_highest: Counts


def part_of(space: Deviations, by_cell: csc_matrix, cell: Places) -> Part:
    """Return the facts on some cells; ``by_cell`` is the matrix of the space by columns."""
    columns = by_cell[:, cell]
    fact = np.unique(columns.indices)
    return Part(cell, csr_matrix(columns.tocsr()[fact]), space.fact_lowest[fact], space.fact_highest[fact])


def best_world(part: Part, moves: Moves, branched: int) -> Places | None:
    """Return the steps (k) of the world that gains most for its price; None where only the truth is found.

    Programs of more than ``branched`` columns that end between whole numbers are given up.
    """
    paid = np.flatnonzero(moves.price > 0)
    rise = np.maximum(moves.far_highest - moves.highest, 0)[paid]
    fall = np.maximum(moves.lowest - moves.far_lowest, 0)[paid]
    columns = part.matrix[:, paid]
    matrix = hstack([part.matrix, columns, -columns], format="csr")
    cost = np.concatenate([-moves.gain, moves.price[paid] - moves.gain[paid], moves.price[paid] + moves.gain[paid]])
    bounds = Bounds(
        np.concatenate([moves.lowest, np.zeros(2 * paid.size)]), np.concatenate([moves.highest, rise, fall])
    )
    binds = _may_bind(part, moves)
    facts = LinearConstraint(matrix[binds], part.lowest[binds], part.highest[binds])
    for is_whole in (False, True)[: 2 if cost.size <= branched else 1]:
        found = milp(
            cost, constraints=facts, bounds=bounds,
            integrality=np.full(cost.size, int(is_whole)), options={"node_limit": NODES, "mip_rel_gap": GAP},
        )  # fmt: skip
        if found.x is None:
            return None
        near, up, down = np.split(np.rint(found.x).astype(np.int64), [part.cell.size, part.cell.size + paid.size])
        near[paid] += up - down
        if _holds(part, near):
            return near if near.any() else None
    return None


def apart(equalities: csc_matrix, wanted: Places) -> Flags:
    """Return which of some columns to press together, the first first: no two stand in one equality."""
    is_used, chosen = np.zeros(equalities.shape[0], dtype=bool), np.zeros(wanted.size, dtype=bool)
    for number, column in enumerate(wanted):
        facts = equalities.indices[equalities.indptr[column] : equalities.indptr[column + 1]]
        if not is_used[facts].any():
            is_used[facts] = chosen[number] = True
    return chosen


def _may_bind(part: Part, moves: Moves) -> Flags:
    """Return the facts that moves could break; slack ones are most of them, and solvers take their time for each."""
    paid = moves.price > 0
    rise = np.where(paid, np.maximum(moves.highest, moves.far_highest), moves.highest)
    fall = np.where(paid, np.minimum(moves.lowest, moves.far_lowest), moves.lowest)
    up, down = part.matrix.maximum(0), part.matrix.minimum(0)
    binds: Flags = (up @ rise + down @ fall > part.highest) | (up @ fall + down @ rise < part.lowest)
    return binds


def _holds(part: Part, steps: Places) -> bool:
    said = part.matrix @ steps
    return bool(np.all(said >= part.lowest) and np.all(said <= part.highest))
