"""Worlds found so far. A world stays a proof as long as no cell that moves in it is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.deviation import Deviations
from pipelines.disclosure.protect.groups import Places


@dataclass
class Witnesses:
    """Whole worlds (worlds x cells, deviations from the truth) that agree with all facts in play; grows."""

    worlds: csr_matrix

    def add(self, worlds: csr_matrix) -> None:
        """Remember worlds, leaving out the truth itself."""
        more = worlds[np.diff(worlds.indptr) > 0]
        if more.shape[0]:
            self.worlds = vstack([self.worlds, more], format="csr")

    def intervals(self, unknown: Flags, target: Places) -> tuple[Counts, Counts]:
        """Return how far below and above the truth targets are in worlds in which only unknown cells move."""
        moved = np.diff(self.worlds.indptr)
        world = np.repeat(np.arange(moved.size), moved)
        shown = np.bincount(world, ~unknown[self.worlds.indices], minlength=moved.size)
        lowest, highest = np.zeros(unknown.size, dtype=np.int64), np.zeros(unknown.size, dtype=np.int64)
        entry = (shown == 0)[world]
        np.minimum.at(lowest, self.worlds.indices[entry], self.worlds.data[entry])
        np.maximum.at(highest, self.worlds.indices[entry], self.worlds.data[entry])
        return lowest[target], highest[target]

    def are_safe(self, space: Deviations, unknown: Flags, target: Places) -> Flags:
        """Return which targets are proven protected."""
        lowest, highest = self.intervals(unknown, target)
        result: Flags = (-lowest >= space.down[target]) & (highest - lowest >= space.width[target])
        return result


def still_true(space: Deviations, facts: Flags, seen: Witnesses) -> Witnesses:
    """Return the witnesses that agree with more facts as well."""
    said = space.matrix[facts] @ seen.worlds.T
    low, high = space.fact_lowest[facts], space.fact_highest[facts]
    entries = said.tocoo()
    is_false = (entries.data < low[entries.row]) | (entries.data > high[entries.row])
    wrong = np.bincount(entries.col[is_false], minlength=seen.worlds.shape[0])
    return Witnesses(seen.worlds[wrong == 0])


def nothing_seen(cells: int) -> Witnesses:
    """Return no witnesses."""
    return Witnesses(csr_matrix((0, cells), dtype=np.int64))
