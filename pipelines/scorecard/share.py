"""Shares: a part of a whole, kept as two integers until the moment of display. No query and no judgement here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

EMPTY = "n/a"
UNKNOWN = "cannot tell"
ALL_TENTHS = 1000


@dataclass(frozen=True)
class Share:
    """``numerator`` of ``denominator``; both None where it cannot be told, denominator 0 where nobody is meant."""

    numerator: int | None
    denominator: int | None

    @property
    def fraction(self) -> Fraction | None:
        """The exact value; None where there is none, which is not zero and not one."""
        if self.numerator is None or not self.denominator:
            return None
        return Fraction(self.numerator, self.denominator)

    @property
    def percent(self) -> str:
        """The share in words, one decimal, such as ``99.2%``; ``n/a`` for an empty population."""
        if self.numerator is None or self.denominator is None:
            return UNKNOWN
        return _percent(self.numerator, self.denominator) if self.denominator else EMPTY

    def complement(self) -> Share:
        """Return the share of the rest."""
        if self.numerator is None or self.denominator is None:
            return self
        return Share(self.denominator - self.numerator, self.denominator)


def percent(value: Fraction) -> str:
    """Return a fraction as percent with one decimal, half up; what is not all or nothing is never shown as such."""
    return _percent(value.numerator, value.denominator)


def _percent(part: int, whole: int) -> str:
    # Of two integers, because fractions take ten times as long and pages show a hundred thousand of them.
    tenths = (part * 2000 + whole) // (2 * whole)
    if part and not tenths:
        return "< 0.1%"
    if part < whole and tenths == ALL_TENTHS:
        return "> 99.9%"
    return f"{tenths // 10}.{tenths % 10}%"


def at_rank(values: Sequence[Share], rank: Fraction) -> Share | None:
    """Return the nearest-rank quantile of the shares that have a value, the worst (smallest) first; None without any.

    Rank 1/2 is the lower median, 1/10 the worst decile, which is the very worst of fewer than eleven.
    """
    told = [(share.fraction, share) for share in values if share.fraction is not None]
    if not told:
        return None
    told.sort(key=lambda pair: (pair[0], -(pair[1].denominator or 0)))
    place = -(-len(told) * rank.numerator // rank.denominator)
    return told[max(place, 1) - 1][1]
