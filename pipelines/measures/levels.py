"""The 90 % test of Perkins V section 123: does a rate reach nine tenths of the State determined level of performance.

Exact arithmetic only: in floats 36 of 100 misses nine tenths of 40.0 %, which it meets. No level stands here; they are
the grantee's.
"""

from __future__ import annotations

import math
from fractions import Fraction

REQUIRED_SHARE = Fraction(9, 10)  # "at least 90 percent of the State determined level of performance", section 123


def parse_level(level_percent: str) -> Fraction:
    """Return a level such as ``61.53`` (percent) as an exact share. Raises ValueError outside 0 to 100."""
    level = Fraction(level_percent) / 100
    if not 0 <= level <= 1:
        msg = f"level {level_percent!r} is no percentage; write for example 61.53"
        raise ValueError(msg)
    return level


def meets_level(numerator: int, denominator: int, level_percent: str) -> bool | None:
    """Return whether the rate is at least 90 % of the level; None without a denominator, which neither meets nor fails.

    Nothing is rounded first.
    """
    level = parse_level(level_percent)
    if denominator == 0:
        return None
    return numerator >= REQUIRED_SHARE * level * denominator


def required_count(denominator: int, level_percent: str) -> int:
    """Return the smallest numerator that reaches 90 % of the level."""
    return math.ceil(REQUIRED_SHARE * parse_level(level_percent) * denominator)
