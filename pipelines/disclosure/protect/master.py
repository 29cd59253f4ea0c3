"""The cheapest choice that satisfies the cuts found so far; what cuts do not join is chosen apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.cut import SLIGHT, Cut
from pipelines.disclosure.protect.deviation import Numbers
from pipelines.disclosure.protect.groups import Places

FEW = 11  # cells: all 2,048 choices are compared faster than HiGHS starts (3 ms)
NODES = 1_000  # of branch and bound for one part; by work and not by time, so that every run chooses the same


@dataclass(frozen=True)
class Chosen:
    """Cells that the cuts of one part ask for, what is lost with them, and whether nothing cheaper would do."""

    cell: Places
    loss: int
    is_cheapest: bool


@dataclass
class Master:
    """Cuts, and the choices of parts that have been solved; grows as cuts are found.

    ``weight``  loss by cell; ``hidden``  what each cell withholds with it (rows hide columns).
    """

    weight: Counts
    hidden: csr_matrix
    cuts: list[Cut] = field(default_factory=list)
    solved: dict[bytes, Chosen] = field(default_factory=dict)

    def cheapest(self) -> list[Chosen]:
        """Return the cheapest choice of every part, in the order of their first cuts."""
        return [self._of_part(part) for part in self._parts()]

    def _parts(self) -> list[Places]:
        """Return the numbers of the cuts of each part."""
        if not self.cuts:
            return []
        cuts = np.repeat(np.arange(len(self.cuts)), [c.cell.size for c in self.cuts])
        cells = np.unique(np.concatenate([c.cell for c in self.cuts]), return_inverse=True)[1]
        nodes = len(self.cuts) + int(cells.max(initial=-1)) + 1
        ends = (np.ones(cuts.size, dtype=np.int8), (cuts, cells + len(self.cuts)))
        label = connected_components(coo_matrix(ends, shape=(nodes, nodes)), directed=False)[1][: len(self.cuts)]
        order = np.argsort(label, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)

    def _of_part(self, part: Places) -> Chosen:
        key = part.tobytes()
        if key not in self.solved:
            self.solved[key] = self._solve([self.cuts[k] for k in part])
        return self.solved[key]

    def _solve(self, cuts: list[Cut]) -> Chosen:
        """Return the cheapest choice for cuts that hang together."""
        cell = np.unique(np.concatenate([c.cell for c in cuts]))
        share, need = np.zeros((len(cuts), cell.size)), np.array([c.need for c in cuts])
        for number, one in enumerate(cuts):
            share[number, np.searchsorted(cell, one.cell)] = one.share
        inside = self.hidden[cell]
        loss = self.weight[cell] + inside @ self.weight
        inside = inside[:, cell].tocoo()
        loss -= np.bincount(inside.row, self.weight[cell[inside.col]], minlength=cell.size).astype(np.int64)
        pairs = np.column_stack([inside.row, inside.col])
        if cell.size <= FEW:
            taken, is_cheapest = _compared(share, need, loss, pairs), True
        else:
            taken, is_cheapest = _branched(share, need, loss, pairs)
        return Chosen(cell[taken], int(loss[taken].sum()), is_cheapest)


@cache
def _choices(cells: int) -> npt.NDArray[np.float64]:
    """Return all choices among few cells, (2**cells, cells) ones and zeros."""
    return ((np.arange(2**cells)[:, None] >> np.arange(cells)) & 1).astype(np.float64)


def _compared(share: Numbers, need: Numbers, loss: Counts, pairs: Places) -> Flags:
    """Return the cheapest choice by comparing all."""
    choices = _choices(loss.size)
    is_enough = np.all(choices @ share.T >= need - SLIGHT, axis=1)
    for first, second in pairs:
        is_enough &= choices[:, first] <= choices[:, second]
    cost = np.where(is_enough, choices @ loss, np.inf)
    best: Flags = choices[int(np.argmin(cost))] > 0
    return best


def _branched(share: Numbers, need: Numbers, loss: Counts, pairs: Places) -> tuple[Flags, bool]:
    """Return the cheapest choice by branch and bound; where it ends early, the best found or else everything."""
    matrix, least = csr_matrix(share), need - SLIGHT
    if len(pairs):
        rows, ones = np.arange(len(pairs)), np.ones(len(pairs))
        order = csr_matrix((ones, (rows, pairs[:, 1])), shape=(len(pairs), loss.size))
        order -= csr_matrix((ones, (rows, pairs[:, 0])), shape=order.shape)
        matrix, least = csr_matrix(np.vstack([share, order.toarray()])), np.concatenate([least, np.zeros(len(pairs))])
    found = milp(
        loss,
        constraints=LinearConstraint(matrix, least, np.inf),
        bounds=Bounds(0, 1),
        integrality=np.ones(loss.size),
        options={"node_limit": NODES, "mip_rel_gap": 0},
    )
    if found.x is None:
        return np.ones(loss.size, dtype=bool), False
    return np.rint(found.x) > 0, found.status == 0
