"""Cuts: what must be withheld in addition, said as inequalities on the choice.

Fischetti and Salazar (Management Science 47, 2001): where an attacker's linear program cannot move a target far enough,
its duals name the cells that stand in the way, and by how much each would give way. Every choice that protects
satisfies ``sum(share[j] * is_withheld[j]) >= need``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import Flags
from pipelines.disclosure.protect.deviation import Deviations, Numbers
from pipelines.disclosure.protect.groups import Places

SLIGHT = 1e-6  # below the rounding of duals (six digits) times the counts that matter here


@dataclass(frozen=True)
class Cut:
    """``sum(share * is_withheld[cell]) >= need``, for the sake of a target."""

    target: int
    cell: Places
    share: Numbers
    need: float

    @property
    def is_possible(self) -> bool:
        """Return whether withholding every cell of the cut would be enough."""
        return bool(self.share.sum() >= self.need - SLIGHT)


@dataclass(frozen=True)
class Freedom:
    """Bounds on moves of targets (rows) for every choice: ``steps <= base + gain @ is_withheld``."""

    base: Numbers
    gain: csr_matrix

    def row(self, number: int) -> tuple[float, Places, Numbers]:
        """Return base, candidate cells and gains of one row."""
        part = slice(self.gain.indptr[number], self.gain.indptr[number + 1])
        return float(self.base[number]), self.gain.indices[part].astype(np.int64), self.gain.data[part]


def freedom(space: Deviations, target: Places, sign: Numbers, duals: csr_matrix, choice: Choice) -> Freedom:
    """Return what duals say of every choice, by weak duality: true whatever the duals are."""
    jobs, cells = target.size, space.lowest.size
    goal = csr_matrix((sign, (np.arange(jobs), target)), shape=(jobs, cells))
    cost = (goal - duals @ space.matrix).tocoo()
    value = np.maximum(cost.data * space.lowest[cost.col], cost.data * space.highest[cost.col])
    value[np.abs(cost.data) < SLIGHT] = 0
    fixed, open_ = choice.is_fixed[cost.col], choice.is_candidate[cost.col]
    base: Numbers = np.bincount(cost.row[fixed], value[fixed], minlength=jobs).astype(np.float64)
    facts = duals.tocoo()
    room = np.maximum(facts.data * space.fact_lowest[facts.col], facts.data * space.fact_highest[facts.col])
    base += np.bincount(facts.row, room, minlength=jobs)
    gain = csr_matrix((value[open_], (cost.row[open_], cost.col[open_])), shape=(jobs, cells))
    gain.eliminate_zeros()
    return Freedom(base, gain)


@dataclass(frozen=True)
class Choice:
    """Which cells may be withheld in addition, and which are unknown to the attacker in any case."""

    is_candidate: Flags
    is_fixed: Flags


def cut(target: int, need: float, *sides: tuple[float, Places, Numbers]) -> Cut:
    """Return the cut that the moves of a target, taken together, reach what is needed."""
    left = need - sum(base for base, _, _ in sides)
    cell, where = np.unique(np.concatenate([cells for _, cells, _ in sides]), return_inverse=True)
    summed = np.bincount(where, np.concatenate([gains for _, _, gains in sides]), minlength=cell.size)
    share: Numbers = np.minimum(
        summed.astype(np.float64), left
    )  # more than what is left is no help; so fractions of a cell do not look enough
    return Cut(target, cell[share > SLIGHT], share[share > SLIGHT], left)
