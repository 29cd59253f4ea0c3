"""What may be said of one count or one rate: a number, or words in its place; never both, and never a zero for words.

Only published values come in. Nothing is worked out here that a reader could not work out from the page itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pipelines.measures.rates import bounds, wilson_interval
from pipelines.scorecard.share import percent

SHOWN, AT_MOST, AT_LEAST, WITHHELD, NOBODY = "shown", "at_most", "at_least", "withheld", "nobody"
BETWEEN = "between"  # of rows of records alone; no rate of persons has it
APART, UNTOLD = "apart", "untold"  # no line of all others; nothing of the kind was published
NOT_MEASURED = ("pending", "not_computable", "no_denominator")
CODED = (AT_MOST, AT_LEAST, BETWEEN)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        WITHHELD: "withheld",
        "pending": "not yet complete",
        "not_computable": "cannot be computed",
        "no_denominator": "nobody to count",
        NOBODY: "nobody in this group",
        APART: "not put together",
        UNTOLD: "not told",
    }
)
_BAND = re.compile(r"(at_most|at_least)_([0-9]+)(?:[._]([0-9]+))?_percent")
_BETWEEN = re.compile(r"between_([0-9]+)_and_([0-9]+)_percent")
RATE_DIGITS = 1  # decimals of a percentage, where the file does not say


@dataclass(frozen=True)
class Count:
    """A count of persons or rows; ``words`` stand in its place where ``number`` is None."""

    number: int | None
    words: str = ""
    status: str = SHOWN

    @property
    def is_withheld(self) -> bool:
        """Whether somebody decided not to show it, as opposed to there being nothing to show."""
        return self.status == WITHHELD


@dataclass(frozen=True)
class Rate:
    """A rate: ``words`` is what a reader reads (``43.2%``, ``20% or less``, ``withheld``).

    ``at`` is where it lies between 0 and 1 (for ``at_most`` and ``at_least`` the limit), None where nothing may be
    drawn; ``size`` is its denominator, which may be told where the rate is not.
    """

    status: str
    words: str
    at: float | None
    size: Count
    numerator: int | None = None
    interval: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether it is a number."""
        return self.status == SHOWN


def no_count(status: str = NOBODY) -> Count:
    """Return what is told where there is no row: that nobody is in the group, or why that cannot be said."""
    return Count(None, WORDS[status], status)


def no_rate(status: str = NOBODY) -> Rate:
    """Return the same of a rate."""
    return Rate(status, WORDS[status], None, no_count(status))


def status_of(code: str | None) -> str:
    """Return the kind of a suppression code: ``at_most_10_percent`` is ``at_most``; ``shown`` without a code."""
    if code is None:
        return SHOWN
    band = _BAND.fullmatch(code)
    return band[1] if band else BETWEEN if _BETWEEN.fullmatch(code) else code


def code_words(code: str) -> str:
    """Return a suppression code in words; one that this page does not know stands as it is, never as a number."""
    if between := _BETWEEN.fullmatch(code):
        return f"{between[1]}% to {between[2]}%"
    band = _BAND.fullmatch(code)
    if band is None:
        return WORDS.get(code, code.replace("_", " "))
    limit = f"{band[2]}.{band[3]}" if band[3] else band[2]
    return f"{limit}% or {'less' if band[1] == AT_MOST else 'more'}"


def count_of(row: Mapping[str, Any], column: str = "student_count") -> Count:
    """Return the count of a row, or the words of its code."""
    code = row["suppression_code"]
    return Count(row[column]) if code is None else Count(None, code_words(code), status_of(code))


def rate_of(row: Mapping[str, Any], size: Count | None = None, *, digits: int = RATE_DIGITS) -> Rate:
    """Return the rate of a row of ``publish.indicator``, or of one like it.

    Args:
        row: numerator, denominator, rate and code.
        size: the denominator as ``publish.student_count`` tells it, for where the row itself has none.
        digits: decimals of a percentage, as the policy has them.
    """
    code = row["suppression_code"]
    if code is not None:
        return Rate(status_of(code), code_words(code), _limit(code), size or no_count(UNTOLD))
    met, of = row["numerator_count"], row["denominator_count"]
    return Rate(SHOWN, f"{_times_100(row['rate']):.{digits}f}%", float(row["rate"]), Count(of), met, interval(met, of))


def interval(numerator: int, denominator: int) -> str:
    """Return the Wilson interval of two shown counts, such as ``41.0% to 48.2%``; empty without a denominator."""
    found = wilson_interval(numerator, denominator)
    return "" if found is None else f"{found[0]:.1%} to {found[1]:.1%}"


def highest(rate: Rate, unknown: Count) -> str:
    """Return the rate if every unknown outcome were a success; empty where any part of it is not shown."""
    if rate.numerator is None or rate.size.number is None or unknown.number is None:
        return ""
    if rate.numerator + unknown.number > rate.size.number:
        return ""  # rounded counts need not add up
    found = bounds(rate.numerator, rate.size.number, unknown.number)
    return "" if found is None else percent(found.upper)


def _limit(code: str) -> float | None:
    band = _BAND.fullmatch(code)
    return None if band is None else float(f"{band[2]}.{band[3] or 0}") / 100


def _times_100(rate: Any) -> Decimal:
    return Decimal(str(rate)) * 100
