"""Rates: exact shares, the interval around them, and the bounds that unknown outcomes leave.

Counts in, fractions out; floats only where a number is for display. Gaps between groups and suppression are not here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class Bounds:
    """The smallest and largest rate that the unknown outcomes leave possible."""

    lower: Fraction
    upper: Fraction


def rate(numerator: int, denominator: int) -> Fraction | None:
    """Return numerator / denominator, exactly; None without a denominator, because that is no rate of zero.

    Raises ValueError for counts that are no part of a whole.
    """
    if not 0 <= numerator <= denominator:
        msg = f"{numerator} of {denominator} is no share; counts must hold 0 <= numerator <= denominator"
        raise ValueError(msg)
    return Fraction(numerator, denominator) if denominator else None


def known_rate(numerator: int, denominator: int, unknown: int) -> Fraction | None:
    """Return the rate among those whose outcome is known; None where nobody's is."""
    return rate(numerator, denominator - unknown)


def bounds(numerator: int, denominator: int, unknown: int) -> Bounds | None:
    """Return the rate if no unknown outcome, and if every unknown outcome, were met; None without a denominator."""
    lower, upper = rate(numerator, denominator), rate(numerator + unknown, denominator)
    return None if lower is None or upper is None else Bounds(lower, upper)


def wilson_interval(numerator: int, denominator: int, z: float = Z_95) -> tuple[float, float] | None:
    """Return the Wilson score interval of a rate, for display; None without a denominator.

    Not the Wald interval: at 0 of 12 that has no width. Administrative records are all there are; the interval speaks
    of the process behind them (Wilson 1927; E. B. Wilson, JASA 22).
    """
    share = rate(numerator, denominator)
    if share is None:
        return None
    p, n = float(share), denominator
    center = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At the ends the limit is exact; the subtraction of floats is not.
    return (center - half if numerator else 0.0), (center + half if numerator < n else 1.0)
