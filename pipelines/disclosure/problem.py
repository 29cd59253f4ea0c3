"""The question that disclosure control answers: counts, how they hang together, and which must stay uncertain.

Only the statement and the criterion of safety stand here; who gathers, decides and attacks stands in the other modules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NO_LIMIT = 2**40  # stands for no upper bound; far above any count of persons


@dataclass(frozen=True)
class Relations:
    """Linear facts on the counts that everybody may know: ``lowest <= matrix @ counts <= highest``, row by row.

    ``matrix`` (facts x cells) holds integers. An equality has ``lowest == highest``; ``-NO_LIMIT`` and ``NO_LIMIT``
    stand for no bound.
    """

    matrix: csr_matrix
    lowest: Counts
    highest: Counts

    def hold(self, counts: Counts) -> bool:
        """Return whether counts satisfy every fact, in exact integers."""
        said = self.matrix @ counts
        return bool(np.all(said >= self.lowest) and np.all(said <= self.highest))


@dataclass(frozen=True)
class Problem:
    """Cells in one order; every array has one entry a cell (n), counts are persons or rows.

    ``count``         the truth.
    ``width``         how wide the interval of an attacker must at least be; 0 where the cell needs no protection.
    ``is_sensitive``  must stay uncertain: under the threshold, or a true zero or 100 % of a group.
    ``is_published``  may be shown; the others follow from shown ones (a complement) and are never written.
    ``must_hide``     is not written as a number whatever happens: sensitive, or top and bottom coded.
    ``is_known``      the attacker knows it whatever we do: shown by an earlier release, or public elsewhere.
    ``weight``        what is lost when it is withheld, at least 1.
    ``lowest``, ``highest``  what anybody may conclude of the cell where it is withheld (its code, its group), apart
                      from the relations; 0 and NO_LIMIT where nothing.
    ``stage``         order of decisions: totals (0) before their parts (1) before parts of parts (2).
    ``block``         cells of one block hang together closely; blocks of a stage may be decided apart.
    ``hides``         pairs (a, b), shape (k, 2): where a is withheld, b is withheld too.
    """

    count: Counts
    width: Counts
    is_sensitive: Flags
    is_published: Flags
    must_hide: Flags
    is_known: Flags
    weight: Counts
    lowest: Counts
    highest: Counts
    stage: npt.NDArray[np.int8]
    block: npt.NDArray[np.int32]
    hides: npt.NDArray[np.int32]
    relations: Relations


def is_protected(count: Counts, width: Counts, lowest: Counts, highest: Counts) -> Flags:
    """Return where intervals keep cells uncertain: wide enough, and not beginning at the truth.

    An interval from the count upwards would tell the count to whoever guesses that nobody is counted twice: it must
    begin at or below half of the count (at 0 for 0 and 1).
    """
    return (highest - lowest >= width) & (lowest <= count // 2)
