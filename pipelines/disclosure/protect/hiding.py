"""What withholding one cell withholds with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import Flags, Problem


def closed(problem: Problem, withheld: Flags) -> Flags:
    """Return the cells that are withheld where these are: published ones that they hide, unless known for good."""
    first, second = problem.hides[:, 0], problem.hides[:, 1]
    may = problem.is_published & ~problem.is_known
    result = withheld & may
    while True:
        more = result.copy()
        more[second[result[first]]] = True
        more &= may
        if np.array_equal(more, result):
            return result
        result = more


def hidden_by(problem: Problem) -> csr_matrix:
    """Return which cells (columns) each cell (rows) hides, directly or through others; ones and zeros."""
    pairs, cells = problem.hides, problem.count.size
    step = csr_matrix((np.ones(len(pairs), dtype=np.int32), (pairs[:, 0], pairs[:, 1])), shape=(cells, cells))
    result = step
    while True:
        more = _ones(result + result @ step)
        if more.nnz == result.nnz:
            return _ones(result)
        result = more


def _ones(matrix: csr_matrix) -> csr_matrix:
    """Return the matrix with one in the place of every number that is not zero."""
    result = matrix.tocsr()
    result.sum_duplicates()
    data: npt.NDArray[np.int32] = np.ones(result.nnz, dtype=np.int32)
    return csr_matrix((data, result.indices, result.indptr), shape=result.shape)
