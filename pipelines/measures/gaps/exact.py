"""Whole numbers of students, exactly: how many more successes close a gap, and what unknowns leave possible.

Integer arithmetic decides. Arrays are int64 as in ``statistics``; products of two counts fit up to a thousand million.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.measures.gaps.statistics import Counts, Flags, Shares, divide


def ceil_divide(over: Counts, under: Counts) -> Counts:
    """Return the ceiling of over / under, exactly; 0 where under is 0. ``under`` is never negative."""
    return np.where(under > 0, -(-over // np.where(under > 0, under, 1)), 0)


def students_needed(met: Counts, count: Counts, all_met: Counts, all_count: Counts) -> Counts:
    """Return the smallest number of further successes in the group after which its rate is not below that of all.

    The total moves with the group: (met + k) / count >= (all_met + k) / all_count. 0 where there is no shortfall.
    """
    return np.maximum(ceil_divide(all_met * count - met * all_count, all_count - count), 0)


@dataclass(frozen=True)
class Members:
    """How many persons met the measure, did not, and are unknown; arrays of one shape."""

    met: Counts
    not_met: Counts
    unknown: Counts

    @property
    def count(self) -> Counts:
        """All of them."""
        return self.met + self.not_met + self.unknown

    @property
    def mirrored(self) -> Members:
        """Return the same persons with success and failure exchanged."""
        return Members(self.not_met, self.met, self.unknown)


@dataclass(frozen=True)
class Limits:
    """The smallest and largest statutory gap possible, and whether each is above, below or at 0 (its exact sign)."""

    lowest: Shares
    highest: Shares
    lowest_sign: Counts
    highest_sign: Counts


def limits(group: Members, maybe: Members, everybody: Members) -> Limits:
    """Return the exact limits over all outcomes of the unknown and all memberships of those who may be in the group.

    ``maybe`` are in ``everybody`` and not in ``group``. Success and failure exchanged, the largest gap is the smallest.
    """
    highest, highest_sign = _highest(group, maybe, everybody)
    lowest, lowest_sign = _highest(group.mirrored, maybe.mirrored, everybody.mirrored)
    return Limits(0.0 - lowest, highest, -lowest_sign, highest_sign)


def _highest(group: Members, maybe: Members, everybody: Members) -> tuple[Shares, Counts]:
    """Return the largest gap and its sign.

    Unknown outcomes in the group are met, those of others not. Who met and may be a member is one; who did not is none.
    A person of unknown outcome and membership is a member who met, or an outsider who did not: j of them are, and the
    gap (m + j) / (n + j) - (a + j) / N is concave in j, largest where (n + j)^2 = N (n - m).
    """
    met = group.met + group.unknown + maybe.met
    count = group.count + maybe.met
    all_met, total = everybody.met + group.unknown, everybody.count
    turn = np.floor(np.sqrt((total * (count - met)).astype(np.float64))).astype(np.int64) - count
    # The root is rounded: the whole numbers on either side of it and one more are tried.
    tried = [np.clip(turn + step, 0, maybe.unknown) for step in (-1, 0, 1, 2)]
    over = np.stack([(met + j) * total - (all_met + j) * (count + j) for j in tried])
    gaps = np.stack([divide(o, (count + j) * total) for o, j in zip(over, tried, strict=True)])
    best = np.argmax(np.where(np.isnan(gaps), -np.inf, gaps), axis=0)[None]
    chosen = np.take_along_axis(gaps, best, axis=0)[0]
    return chosen, np.sign(np.take_along_axis(over, best, axis=0)[0])


def wide_limits(group: Members, maybe: Members, everybody: Members, maybe_everybody: Members) -> Limits:
    """Return limits that are never too narrow, for groups that overlap or whose reference may grow.

    A person of two programs may stand in and outside of the group with different outcomes, so that group and reference
    are bounded each by itself and the two worst are taken together, which need not be possible at once.
    """
    n, total = group.count, everybody.count
    most = np.minimum(group.met + group.unknown + maybe.met + maybe.unknown, n)
    grown = n + maybe.not_met + maybe.unknown
    all_most = np.minimum(everybody.met + everybody.unknown + maybe_everybody.met + maybe_everybody.unknown, total)
    all_grown = total + maybe_everybody.not_met + maybe_everybody.unknown
    high, low = most * all_grown - everybody.met * n, group.met * total - all_most * grown
    return Limits(divide(low, grown * total), divide(high, n * all_grown), np.sign(low), np.sign(high))


def choose(is_first: Flags, first: Limits, second: Limits) -> Limits:
    """Return the first limits where the flag says so, else the second."""
    return Limits(
        np.where(is_first, first.lowest, second.lowest),
        np.where(is_first, first.highest, second.highest),
        np.where(is_first, first.lowest_sign, second.lowest_sign),
        np.where(is_first, first.highest_sign, second.highest_sign),
    )
