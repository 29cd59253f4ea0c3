"""Statistics of gaps, on whole arrays: the statutory gap, its interval, its test, and what a group can show at all.

Counts are int64 arrays, of one shape: ``met`` of ``count`` persons in the group, ``all_met`` of ``all_count`` in all
concentrators, the group among them. Results are float64 shares, NaN where not computable. Administrative records are
all there are; intervals and tests speak of the process behind them. Sums up to ten million persons stay exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.measures.rates import Z_95

Z_POWER = 0.8416212335729143  # one-sided 80 % of the normal distribution
Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def divide(over: npt.NDArray[Any], under: npt.NDArray[Any]) -> Shares:
    """Return over / under, NaN where under is 0."""
    result = np.full(np.broadcast(over, under).shape, np.nan)
    np.divide(over, under, out=result, where=np.asarray(under) != 0)
    return result


def statutory_gap(met: Counts, count: Counts, all_met: Counts, all_count: Counts) -> Shares:
    """Return rate of the group - rate of all concentrators, the group included (Perkins V, 113(b)(3)(C)(ii)(II))."""
    return divide(met * all_count - all_met * count, count * all_count)


def has_others(met: Counts, count: Counts, all_met: Counts, all_count: Counts) -> Flags:
    """Return where those outside the group can be told.

    They cannot where persons stand in several groups, such as programs, with different outcomes.
    """
    others, others_met = all_count - count, all_met - met
    return (count > 0) & (others > 0) & (others_met >= 0) & (others_met <= others)


def wilson(met: Counts, count: Counts, z: float = Z_95) -> tuple[Shares, Shares]:
    """Return the limits of the Wilson score interval, exact at the ends (see ``rates.wilson_interval``)."""
    share, n = divide(met, count), np.where(count > 0, count, 1).astype(np.float64)
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    lower, upper = np.where(met == 0, 0.0, center - half), np.where(met == count, 1.0, center + half)
    return np.where(count > 0, lower, np.nan), np.where(count > 0, upper, np.nan)


def newcombe(met: Counts, count: Counts, others_met: Counts, others: Counts) -> tuple[Shares, Shares]:
    """Return the 95 % hybrid score interval of the difference of two rates.

    R. G. Newcombe, Statistics in Medicine 17 (1998), method 10, without continuity correction.
    """
    ours, theirs = divide(met, count), divide(others_met, others)
    (low, high), (their_low, their_high) = wilson(met, count), wilson(others_met, others)
    down = np.sqrt((ours - low) ** 2 + (their_high - theirs) ** 2)
    up = np.sqrt((high - ours) ** 2 + (theirs - their_low) ** 2)
    return ours - theirs - down, ours - theirs + up


def gap_interval(met: Counts, count: Counts, all_met: Counts, all_count: Counts) -> tuple[Shares, Shares]:
    """Return the 95 % interval of the statutory gap: that against all others, times the share of the others."""
    told = has_others(met, count, all_met, all_count)
    others = np.where(told, all_count - count, 1)
    low, high = newcombe(met, count, np.where(told, all_met - met, 0), others)
    share = divide(others, all_count)
    return np.where(told, share * low, np.nan), np.where(told, share * high, np.nan)


def p_value(met: Counts, count: Counts, all_met: Counts, all_count: Counts) -> Shares:
    """Return the two-sided p of the pooled two-proportion z test of the group against all others; NaN without others.

    NaN too where everybody or nobody met the measure: there is no variance to compare with.
    """
    told = has_others(met, count, all_met, all_count) & (all_met > 0) & (all_met < all_count)
    z = z_statistic(met, count, all_met, all_count)
    p = np.fromiter(map(math.erfc, (np.abs(z) / math.sqrt(2)).tolist()), np.float64, len(z))
    return np.where(told, p, np.nan)


def z_statistic(met: Counts, count: Counts, all_met: Counts, all_count: Counts) -> Shares:
    """Return the pooled z of the group against all others, which is that of the statutory gap too; NaN without one."""
    pooled = divide(all_met, all_count)
    # The gap and its standard error shrink alike: z of p_group - p_others is gap / sqrt(P (1 - P) (1 - w) / n).
    variance = pooled * (1 - pooled) * divide(all_count - count, all_count * count)
    gap = statutory_gap(met, count, all_met, all_count)
    return divide(gap, np.sqrt(np.where(variance > 0, variance, 0.0)))


def detectable_gap(
    count: Counts, all_met: Counts, all_count: Counts, *, z: float = Z_95, z_power: float = Z_POWER
) -> Shares:
    """Return the smallest statutory gap that a test at 5 % (two-sided) would find with a power of 80 %.

    (z + z_power) sqrt(P (1 - P) (1 - n/N) / n), the variance taken at the rate P of all concentrators; 1 where no gap
    could be found. NaN where P is 0 or 1 and where the group is everybody.
    """
    pooled = divide(all_met, all_count)
    variance = pooled * (1 - pooled) * divide(all_count - count, all_count * count)
    smallest = (z + z_power) * np.sqrt(np.where(variance > 0, variance, np.nan))
    return np.minimum(smallest, 1.0)


def q_values(p: Shares, family: Counts) -> Shares:
    """Return Benjamini-Hochberg q values within each family; NaN where p is, which belongs to no family."""
    result = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.lexsort((-p[tested], family[tested]))]  # largest p first within a family
    if not len(order):
        return result
    starts = np.unique(family[order], return_index=True)[1]
    for members in np.split(order, starts[1:]):
        raw = p[members] * (len(members) / np.arange(len(members), 0, -1))  # rounded so, q is never below p
        result[members] = np.minimum.accumulate(np.minimum(raw, 1.0))
    return result


def shrunken_shortfall(met: Counts, count: Counts, all_met: Counts, all_count: Counts, family: Counts) -> Shares:
    """Return how many students a group falls short by, after empirical Bayes shrinkage; for ordering alone.

    Beta-binomial: rates of a family scatter around those of all concentrators with one precision m, estimated by the
    method of moments; the gap shrinks by n / (n + m) towards none. Never to be shown.
    """
    pooled, gap = divide(all_met, all_count), statutory_gap(met, count, all_met, all_count)
    spread = pooled * (1 - pooled)
    usable = (spread > 0) & (count > 0)
    noise = divide(all_count - count, all_count * count)
    excess = np.where(usable, count * (divide(gap**2, spread) - noise), 0.0)
    weight = np.where(usable, count * (1 - noise), 0.0)
    families, place = np.unique(family, return_inverse=True)
    sums = [np.bincount(place, weights=values, minlength=len(families)) for values in (excess, weight)]
    overlap = np.clip(divide(*sums), 1e-6, 1 - 1e-6)  # intra-class correlation 1 / (1 + m); never nothing at all
    precision = (1 / np.where(np.isnan(overlap), 0.5, overlap) - 1)[place]
    return -gap * count * count / (count + precision)
