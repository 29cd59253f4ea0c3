"""Which hidden counts lie close to one: what is uncertain is mostly so because of a few others nearby.

Large releases hang together in one piece. A world that differs from the truth only near a cell is a world all the same,
and is found a hundred times faster than one that differs everywhere.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Indices = npt.NDArray[np.int64]
TRIED = 12  # neighborhoods drawn for one call of a solver: near each other they overlap, and drawing costs too


class Neighborhoods:
    """The cells around cells, by the facts that they share."""

    def __init__(self, matrix: csr_matrix) -> None:
        self._facts, self._cells = csr_matrix(matrix), csr_matrix(matrix.T)

    def around(self, cell: int, size: int) -> Indices:
        """Return the cells nearest to one, itself included: whole rings of facts, the last one cut at ``size``."""
        ball = np.array([cell], dtype=np.int64)
        while len(ball) < size:
            facts = self.facts_of(ball)
            cells = np.unique(_entries(self._facts, facts))
            further = np.setdiff1d(cells, ball, assume_unique=True)
            if not len(further):
                break
            ball = np.concatenate([ball, further[: size - len(ball)]])
        return np.sort(ball)

    def facts_of(self, cells: Indices) -> Indices:
        """Return the facts that speak of any of the cells."""
        found: Indices = np.unique(_entries(self._cells, cells))
        return found

    def apart(self, cells: Indices, size: int, most: int) -> list[Indices]:
        """Return neighborhoods of some of the first cells that share no fact, at most so many cells in all."""
        is_used = np.zeros(self._facts.shape[0], dtype=bool)
        found: list[Indices] = []
        total = 0
        for cell in cells[:TRIED]:
            if is_used[self.facts_of(np.array([cell]))].any():
                continue
            ball = self.around(int(cell), size)
            facts = self.facts_of(ball)
            if is_used[facts].any():
                continue
            is_used[facts] = True
            found.append(ball)
            total += len(ball)
            if total >= most:
                break
        return found


def _entries(matrix: csr_matrix, rows: Indices) -> Indices:
    """Return the columns of all entries of some rows."""
    start, end = matrix.indptr[rows].astype(np.int64), matrix.indptr[rows + 1].astype(np.int64)
    size = end - start
    offset = np.repeat(start - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    found: Indices = matrix.indices[offset + np.arange(size.sum())].astype(np.int64)
    return found
