"""A problem as deviations from the truth: how far each count may move in a world that agrees with what is known.

The truth is the point 0 of this space, and every other point is another world. Known cells do not move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import NO_LIMIT, Counts, Flags, Problem

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Deviations:
    """Facts (m x n) on deviations of n cells: ``fact_lowest <= matrix @ deviations <= fact_highest``, 0 among them.

    ``lowest``, ``highest``  how far a cell may move where nobody knows it; ``lowest <= 0 <= highest``.
    ``down``, ``width``      what protects a target: a world ``down`` below the truth, two worlds ``width`` apart.
    ``is_equality``          facts that leave no room.
    """

    matrix: csr_matrix
    fact_lowest: Counts
    fact_highest: Counts
    lowest: Counts
    highest: Counts
    down: Counts
    width: Counts

    @property
    def is_equality(self) -> Flags:
        """Return which facts are equalities."""
        result: Flags = self.fact_lowest == self.fact_highest
        return result


def deviations(problem: Problem) -> Deviations:
    """Return the space of worlds around the truth of a problem, boxed to what protection can ever need.

    A box only takes worlds away from the attacker, so what is safe in it is safe. Twice the widest interval asked for
    leaves room for the exchanges between cells that tables need.

    Raises ValueError where the truth contradicts a relation or a bound: attackers may assume only what is true.
    """
    relations, count = problem.relations, problem.count
    said = relations.matrix @ count
    untrue = np.flatnonzero((said < relations.lowest) | (said > relations.highest))
    outside = np.flatnonzero((problem.lowest > count) | (problem.highest < count))
    if untrue.size or outside.size:
        msg = f"relations {untrue[:5].tolist()} or bounds of cells {outside[:5].tolist()} are not true of the counts"
        raise ValueError(msg)
    down = count - count // 2
    box = 2 * int(max(problem.width.max(initial=1), down[problem.is_sensitive].max(initial=1)))
    return Deviations(
        relations.matrix.tocsr(),
        np.maximum(relations.lowest - said, -8 * box),
        np.minimum(relations.highest - said, 8 * box),
        np.maximum(np.maximum(problem.lowest, 0) - count, -box),
        np.minimum(np.minimum(problem.highest, NO_LIMIT) - count, box),
        down,
        problem.width,
    )
