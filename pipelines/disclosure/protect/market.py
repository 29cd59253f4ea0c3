"""What bids act on: what is withheld so far, what each cell asks for moving, and the worlds that were bought."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from pipelines.disclosure.problem import Counts, Flags, Problem
from pipelines.disclosure.protect.deviation import Deviations, Numbers
from pipelines.disclosure.protect.groups import Places
from pipelines.disclosure.protect.hiding import closed, hidden_by
from pipelines.disclosure.protect.part import Part


@dataclass
class Market:
    """What is withheld and untold so far, how far each cell has moved in worlds seen, and the worlds bought."""

    problem: Problem
    space: Deviations
    withheld: Flags
    until: float
    is_untold: Flags = field(init=False)
    fallen: Counts = field(init=False)
    risen: Counts = field(init=False)
    worlds: list[tuple[Places, Counts]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with nothing seen."""
        cells = self.withheld.size
        self.is_untold = np.zeros(cells, dtype=bool)
        self.fallen, self.risen = np.zeros(cells, dtype=np.int64), np.zeros(cells, dtype=np.int64)
        self.presses = np.zeros(cells, dtype=np.int64)
        self.random = np.random.default_rng(7)
        self.by_cell: csc_matrix = self.space.matrix.tocsc()
        self.hidden = hidden_by(self.problem)
        self.may_bid = self.problem.is_sensitive & (self.problem.width > 0) & ~self.problem.is_known
        self._look()

    def open(self) -> Places:
        """Return the targets that are not proven safe."""
        far, wide = self.fallen >= self.space.down, self.fallen + self.risen >= self.space.width
        return np.flatnonzero(self.may_bid & ~(far & wide))

    def is_late(self) -> bool:
        """Return whether the time is over."""
        return time.process_time() > self.until

    def buy(self, part: Part, steps: Counts) -> None:
        """Keep a world, and withhold what moves in it."""
        moved, steps = part.cell[steps != 0], steps[steps != 0]
        self._keep(moved, steps)
        is_beyond = (steps < self.told_lowest[moved]) | (steps > self.told_highest[moved])
        self.is_untold[moved[is_beyond]] = True
        withheld = self.withheld.copy()
        withheld[moved] = True
        self.withheld = closed(self.problem, withheld)
        self._look()

    def _look(self) -> None:
        """Say how far each cell moves for nothing, how far for a price, and what it asks."""
        problem, count = self.problem, self.problem.count
        self.is_unknown = ~problem.is_known & (self.withheld | ~problem.is_published)
        codes = problem.codes.stand(self.withheld, self.is_untold)
        self.far_lowest, self.far_highest = self.space.lowest, self.space.highest
        self.told_lowest, self.told_highest = self.far_lowest.copy(), self.far_highest.copy()
        np.maximum.at(self.told_lowest, codes.cell, codes.lowest - count[codes.cell])
        np.minimum.at(self.told_highest, codes.cell, codes.highest - count[codes.cell])
        self.lowest = np.where(self.is_unknown, self.told_lowest, 0)
        self.highest = np.where(self.is_unknown, self.told_highest, 0)
        # What a code tells, or its absence, binds a withheld cell, unless the code is withheld: for a price as well.
        is_coded = np.zeros_like(self.withheld)
        is_coded[codes.cell] = True
        price = np.sqrt(problem.weight + self.hidden @ (problem.weight * ~self.withheld))
        is_for_sale = ~problem.is_known & (~self.is_unknown | is_coded)
        self.price: Numbers = np.where(is_for_sale, price, 0.0)

    def know(self, worlds: csr_matrix) -> None:
        """Take over worlds (worlds x cells) found before, of which only unknown cells move."""
        for number in range(worlds.shape[0]):
            row = worlds[number]
            if self.is_unknown[row.indices].all():
                self._keep(row.indices.astype(np.int64), row.data)

    def proof(self) -> csr_matrix:
        """Return all worlds (worlds x cells)."""
        starts = np.cumsum([0, *(moved.size for moved, _ in self.worlds)])
        none = np.zeros(0, dtype=np.int64)
        cells, steps = (np.concatenate([none, *(world[k] for world in self.worlds)]) for k in (0, 1))
        return csr_matrix((steps, cells, starts), shape=(len(self.worlds), self.withheld.size), dtype=np.int64)

    def _keep(self, moved: Places, steps: Counts) -> None:
        self.worlds.append((moved, steps))
        self.fallen[moved], self.risen[moved] = (
            np.maximum(self.fallen[moved], -steps), np.maximum(self.risen[moved], steps)
        )  # fmt: skip
