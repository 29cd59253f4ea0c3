"""How far a measure has come from where it stood to where an item of the plan is to bring it. Exact; no float."""

from __future__ import annotations

from fractions import Fraction

from pipelines.scorecard.people.expected import VERDICTS, Amount
from pipelines.scorecard.share import UNKNOWN, Share, percent

REACHED, NOT_MOVED = "reached", "not moved"
Now = Share | int | str | None


def amount_of(now: Now) -> Amount | None:
    """Return what was measured as an amount; None where it cannot be told, which is no standstill."""
    if isinstance(now, Share):
        return now.fraction
    if isinstance(now, int):
        return now
    return now if now in VERDICTS else None


def progress(start: Amount, goal: Amount, now: Now) -> str:
    """Return how far it has come in words: reached, so much of the way, not moved, fallen back, or cannot tell."""
    amount = amount_of(now)
    if amount is None or isinstance(amount, str) != isinstance(goal, str):
        return UNKNOWN
    at, from_, to = (_number(one) for one in (amount, start, goal))
    if (at >= to) if to >= from_ else (at <= to):
        return REACHED
    unit = " points" if isinstance(goal, Fraction) else ""
    gained = (at - from_) if to > from_ else (from_ - at)
    if not gained:
        return NOT_MOVED
    if gained < 0:
        return f"fallen back by {_distance(-gained, goal)}{unit}"
    return f"{_distance(gained, goal)} of {_distance(abs(to - from_), goal)}{unit}"


def amount_words(amount: Amount) -> str:
    """Return an amount in words: a share as percent, a count or level as a number, a verdict as it is."""
    return percent(amount) if isinstance(amount, Fraction) else str(amount).replace("_", " ")


def _number(amount: Amount) -> Fraction:
    return Fraction(VERDICTS.index(amount)) if isinstance(amount, str) else Fraction(amount)


def _distance(by: Fraction, goal: Amount) -> str:
    return percent(by).removesuffix("%") if isinstance(goal, Fraction) else str(by)
