"""The 80 percent rule: when a group's share counts as fallen behind another share of its own."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

BELOW = Fraction(4, 5)


def rule_of_lines(smallest: int, tried: int, found: int, left_out: int, small: int, what: str) -> str:
    """Return by what rule lines are shown, and how many groups it leaves out."""
    return (
        f"Rule of the lines: every group with an index below 0.80 (the 80 percent rule; no test of chance), more than "
        f"{smallest} students of the group and more than {smallest} persons of known membership beside it, lowest "
        f"first. Of {tried} {what} of that size {found} are below; {left_out} of these do not fit here. {small} are "
        f"too small. Where institutions report CTE students alone, the comparison is not with the whole college."
    )


def two_places(index: Fraction) -> Decimal:
    """Return an index as it is shown."""
    return (Decimal(index.numerator) / Decimal(index.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
