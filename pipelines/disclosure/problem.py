"""The question that disclosure control answers: counts, how they hang together, and which must stay uncertain.

Only the statement and the criterion of safety stand here; who gathers, decides and attacks stands in the other modules.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
class Codes:
    """What is told of withheld numerators while their group is shown: that they lie in a band, or between the bands.

    One entry a numerator: ``lowest <= count[cell] <= highest`` while the cell ``group`` is shown and the code is told.
    """

    cell: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    lowest: Counts
    highest: Counts

    def stand(self, is_withheld: Flags, is_untold: Flags) -> Codes:
        """Return the codes that still tell something where these cells are withheld, and these codes not told."""
        kept = ~is_withheld[self.group] & ~is_untold[self.cell]
        return Codes(self.cell[kept], self.group[kept], self.lowest[kept], self.highest[kept])


def _no_codes() -> Codes:
    none = np.zeros(0, dtype=np.int64)
    return Codes(none, none, none, none)


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
    ``lowest``, ``highest``  what anybody knows of the cell in any case, apart from the relations; 0 and NO_LIMIT
                      where nothing.
    ``block``         what the cell is told by: tables of one dimension, and those that pairs tie to it, hang together.
    ``place``         where it is told of: an institution, or the whole agency.
    ``hides``         pairs (a, b), shape (k, 2): where a is withheld, b is withheld too.
    ``codes``         what is told of numerators that are withheld.
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
    block: npt.NDArray[np.int32]
    place: npt.NDArray[np.int32]
    hides: npt.NDArray[np.int32]
    relations: Relations
    codes: Codes = field(default_factory=_no_codes)


def is_protected(count: Counts, width: Counts, lowest: Counts, highest: Counts) -> Flags:
    """Return where intervals keep cells uncertain: wide enough, and not beginning at the truth.

    An interval from the count upwards would tell the count to whoever guesses that nobody is counted twice: it must
    begin at or below half of the count (at 0 for 0 and 1).
    """
    return (highest - lowest >= width) & (lowest <= count // 2)


def with_codes(problem: Problem, is_withheld: Flags, is_untold: Flags) -> Problem:
    """Return a problem in which codes that stand are bounds of their cells; the others tell nothing any more."""
    codes = problem.codes.stand(is_withheld, is_untold)
    lowest, highest = problem.lowest.copy(), problem.highest.copy()
    np.maximum.at(lowest, codes.cell, codes.lowest)
    np.minimum.at(highest, codes.cell, codes.highest)
    return replace(problem, lowest=lowest, highest=highest, codes=_no_codes())
