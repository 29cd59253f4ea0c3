"""Worlds: whole sets of integer counts that agree with everything said, found by solvers and checked exactly.

A solver's floats are suggestions. What counts as a world was rounded and then held to every fact in integers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from pipelines.disclosure.presolve import Remainder
from pipelines.disclosure.problem import NO_LIMIT, Counts, Flags

Indices = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
BATCH = 4_000  # cells in one call of the solver: its own cost is shared, and it stays quick
SOLVED = 0
NODES = 20_000  # of branch and bound: work, not time, so that small questions have one answer


@dataclass(frozen=True)
class Found:
    """A world (n), and for each cell asked the value that the solver calls best; nan where it does not know."""

    world: Counts
    value: Floats


class Worlds:
    """The worlds that agree with a remainder; the truth is one of them.

    ``is_alone`` (n) marks cells that no fact links to another.
    """

    def __init__(self, left: Remainder, counts: Counts) -> None:
        self._low, self._high, self._counts = left.lowest, left.highest, counts
        self._component = left.component
        matrix = left.relations.matrix
        self._matrix = csr_matrix(matrix)
        self._row_low, self._row_high = left.relations.lowest, left.relations.highest
        first_cell = matrix.indices[matrix.indptr[:-1]] if matrix.shape[0] else np.zeros(0, dtype=np.int64)
        self._row_component = left.component[first_cell]
        is_linked = np.zeros(len(counts), dtype=bool)
        is_linked[matrix.indices] = True
        self.is_alone: Flags = ~is_linked

    def search(self, cells: Indices, weight: Floats, deadline: float) -> Found:
        """Return a world with least weighted sum of some cells, each component for itself; 'value' per cell."""
        world, value = self._counts.copy(), np.full(len(cells), np.nan)
        wanted = np.unique(self._component[cells])
        size = np.bincount(np.searchsorted(wanted, self._component[self._cells_of(wanted)]), minlength=len(wanted))
        batch = np.cumsum(size) // BATCH
        for number in np.unique(batch):
            if time.monotonic() >= deadline:
                break
            mine = np.isin(self._component[cells], wanted[batch == number])
            columns = self._cells_of(wanted[batch == number])
            point = self._solve(columns, wanted[batch == number], cells[mine], weight[mine], deadline, is_whole=False)
            if point is not None:
                value[mine] = point[np.searchsorted(columns, cells[mine])]
                self._take(world, columns, point)
        return Found(world, value)

    def branch(self, cell: int, side: float, deadline: float) -> Found:
        """Return a world with the least (side 1) or greatest (side -1) count of one cell, by branch and bound."""
        component = self._component[[cell]]
        columns = self._cells_of(component)
        world, value = self._counts.copy(), np.array([np.nan])
        point = self._solve(columns, component, np.array([cell]), np.array([side]), deadline, is_whole=True)
        if point is not None:
            value[0] = point[np.searchsorted(columns, cell)]
            self._take(world, columns, point)
        return Found(world, value)

    def _cells_of(self, components: Indices) -> Indices:
        return np.flatnonzero(np.isin(self._component, components))

    def _solve(
        self, columns: Indices, components: Indices, cells: Indices, weight: Floats, deadline: float, *, is_whole: bool
    ) -> Floats | None:
        """Return the best point over some columns; None where the solver found none or no proof that it is best."""
        rows = np.flatnonzero(np.isin(self._row_component, components))
        matrix = self._matrix[rows][:, columns]
        goal = np.zeros(len(columns))
        np.add.at(goal, np.searchsorted(columns, cells), weight)
        limits = self._row_low[rows], self._row_high[rows]
        return self._call(columns, matrix, *limits, goal, deadline, is_whole=is_whole)

    def _call(
        self, columns: Indices, matrix: csr_matrix, under: Counts, over: Counts, goal: Floats, deadline: float, *,
        is_whole: bool,
    ) -> Floats | None:  # fmt: skip
        result = milp(
            goal,
            integrality=np.full(len(columns), int(is_whole)),
            bounds=Bounds(self._low[columns].astype(float), self._high[columns].astype(float)),
            constraints=LinearConstraint(
                matrix.astype(float),
                np.where(under <= -NO_LIMIT, -np.inf, under.astype(float)),
                np.where(over >= NO_LIMIT, np.inf, over.astype(float)),
            ),
            options={"time_limit": max(deadline - time.monotonic(), 0.01), "mip_rel_gap": 0.0, "node_limit": NODES},
        )
        return result.x if result.status == SOLVED else None

    def _take(self, world: Counts, columns: Indices, point: Floats) -> None:
        """Put a solver's point into a world, where rounding it hurts no bound and no fact of its component."""
        rounded = np.rint(point).astype(np.int64)
        tried = self._counts.copy()
        tried[columns] = rounded
        bad = [self._component[columns[(rounded < self._low[columns]) | (rounded > self._high[columns])]]]
        said = self._matrix @ tried
        bad.append(self._row_component[(said < self._row_low) | (said > self._row_high)])
        is_good = ~np.isin(self._component[columns], np.concatenate(bad))
        world[columns[is_good]] = rounded[is_good]
