"""The practice, for comparison: where a row would tell its one hidden cell, the smallest other is hidden as well."""

from __future__ import annotations

import numpy as np

from pipelines.disclosure.problem import Flags, Problem

TOTAL_AND_PARTS = 3  # cells that a partition has at least; two cells are an equality


def row_wise(problem: Problem, withheld: Flags) -> Flags:
    """Return what is withheld and the smallest other cell of each row in which just one is; protects from one row only.

    The row of a cell is the first partition (total and parts, so at least three cells) in which it stands.
    """
    matrix, result = problem.relations.matrix.tocsr(), withheld.copy()
    is_partition = (problem.relations.lowest == problem.relations.highest) & (np.diff(matrix.indptr) >= TOTAL_AND_PARTS)
    seen = np.zeros_like(withheld)
    for fact in np.flatnonzero(is_partition):
        row = matrix.indices[matrix.indptr[fact] : matrix.indptr[fact + 1]]
        hidden, others = row[withheld[row]], row[problem.is_published[row] & ~problem.is_known[row] & ~withheld[row]]
        if hidden.size == 1 and not seen[hidden[0]] and others.size:
            result[others[np.argmin(problem.weight[others])]] = True
        seen[hidden] = True
    return result
