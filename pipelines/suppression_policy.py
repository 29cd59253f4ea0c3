"""What may be told of counts of persons, and the strictest of the policies that touch a count.

The agency that publishes has a policy; further publishers, and the keepers of records that a count rests on, may have
their own. How a ``grantee.toml`` says them stands in ``suppression_keys``, which counts are withheld in ``disclosure``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Protocol

from pipelines.indicator_definition import Definition

PUBLISHER = "publisher"  # the name of the agency's own policy; a further publisher is publisher:<name>
PLACEMENT = "1P1"  # the indicator that rests on records of others
NEED_OWN = ("wage_record",)  # 20 CFR 603: what may leave of wage records is said by an agreement of its own


@dataclass(frozen=True)
class Policy:
    """What may be told of counts of persons, by one publisher or source, or by several together.

    ``threshold``        the smallest count that may be shown.
    ``width``            how many persons wide what can be concluded of a withheld count must at least be.
    ``bands``            shares, smallest first, at or below which a rate is told as that, and the same from the top.
    ``rate_digits``      decimals of a rate as a share of 1: with 3, 0.615 or 61.5 percent.
    ``count_rounding``   shown counts are multiples of it; 1 shows them as they are.
    ``smallest_change``  a year is released anew only where at least so many persons changed.
    ``approved_by``, ``approved_on``  who confirmed it for releases, and when; empty and None where nobody did.
    ``source``           where it stands.
    ``name``             whose it is: publisher, publisher:<name>, or a code of placement_source.
    """

    threshold: int
    width: int
    bands: tuple[Fraction, ...]
    rate_digits: int
    count_rounding: int
    smallest_change: int
    approved_by: str
    approved_on: date | None
    source: str
    name: str = PUBLISHER

    @property
    def is_confirmed(self) -> bool:
        """Whether the agency, or whoever the policy is of, has said that releases may rest on it."""
        return bool(self.approved_by.strip()) and self.approved_on is not None

    @property
    def least_uncertain(self) -> int:
        """How many persons a band must hold: as many as must stay possible, and every count under the threshold."""
        return max(self.width, self.threshold)

    def band(self, denominator: int) -> Fraction | None:
        """Return the band of a group: the smallest that holds enough of its persons; None where none does."""
        return next((band for band in self.bands if band * denominator >= self.least_uncertain), None)

    def code_of(self, numerator: int, denominator: int) -> str | None:
        """Return ``at_most_<p>_percent`` or ``at_least_<p>_percent`` for a numerator in a band, 0 and all included.

        None where it lies between, and where the group is too small for a band (``band`` tells the two apart).
        """
        band = self.band(denominator)
        if band is None:
            return None
        percent = int(band * 100)
        if numerator <= band * denominator:
            return f"at_most_{percent}_percent"
        return f"at_least_{100 - percent}_percent" if numerator >= (1 - band) * denominator else None

    def limits(self, numerator: int, denominator: int) -> tuple[int, int]:
        """Return between which numerators anybody who knows these rules sees one that is not shown, both inclusive."""
        band = self.band(denominator)
        if band is None:
            return 0, denominator
        low, high = floor(band * denominator), ceil((1 - band) * denominator)
        if numerator <= low:
            return 0, low
        return (high, denominator) if numerator >= high else (low + 1, high - 1)

    def rate(self, numerator: int, denominator: int) -> Decimal:
        """Return a rate as a share of 1 with the policy's digits, halves rounded up. ``denominator`` is above 0."""
        scaled = Fraction(numerator * 10**self.rate_digits, denominator) + Fraction(1, 2)
        return Decimal(floor(scaled)).scaleb(-self.rate_digits)

    def rounded(self, count: int) -> int:
        """Return a count as it is shown: the nearest multiple of ``count_rounding``, halves rounded up."""
        return floor(Fraction(count, self.count_rounding) + Fraction(1, 2)) * self.count_rounding


class HasPolicies(Protocol):
    """What is asked of a grantee here; ``pipelines.grantee.Grantee`` has it."""

    @property
    def suppression(self) -> tuple[Policy, ...]:
        """All its policies, the publisher's first."""

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """All its definitions."""


def policy_of(owner: HasPolicies, indicator_code: str | None, program_year: str | None = None) -> Policy:
    """Return the strictest policy that touches an indicator, or counts of no indicator (None), in a program year.

    Without a year, of all years.
    """
    return strictest(policies_of(owner, indicator_code, program_year))


def policies_of(owner: HasPolicies, indicator_code: str | None, program_year: str | None = None) -> tuple[Policy, ...]:
    """Return the policies that touch an indicator: of all publishers, and of the sources whose records it counts."""
    sources = sources_in_use(owner, program_year) if indicator_code == PLACEMENT else frozenset()
    return tuple(one for one in owner.suppression if one.name.startswith(PUBLISHER) or one.name in sources)


def sources_in_use(owner: HasPolicies, program_year: str | None = None) -> frozenset[str]:
    """Return the sources of placements that count in a program year or counted in one before.

    Before, because years are put together and compared: a definition that drops a source frees none of its records.
    """
    used = [one for one in owner.definitions if not one.is_proposed]
    known = [one for one in used if program_year is None or one.effective_from <= program_year]
    return frozenset(source for one in known for source in one.placement_sources)


def strictest(policies: Iterable[Policy]) -> Policy:
    """Return the policy that allows only what all of them do, whatever their order. Raises ValueError for none.

    Bands are those that all have: a coarser one of either may not exist for a group that the other withholds.
    """
    all_of = sorted(set(policies), key=lambda one: (one.name, repr(one)))
    days = [one.approved_on for one in all_of if one.approved_on is not None]
    is_confirmed = all(one.is_confirmed for one in all_of)
    return Policy(
        threshold=max(one.threshold for one in all_of),
        width=max(one.width for one in all_of),
        bands=tuple(sorted(frozenset.intersection(*(frozenset(one.bands) for one in all_of)))),
        rate_digits=min(one.rate_digits for one in all_of),
        count_rounding=max(one.count_rounding for one in all_of),
        smallest_change=max(one.smallest_change for one in all_of),
        approved_by=_together(one.approved_by for one in all_of) if is_confirmed else "",
        approved_on=max(days) if is_confirmed else None,
        source=_together(one.source for one in all_of),
        name=", ".join(dict.fromkeys(one.name for one in all_of)),
    )


def _together(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))
