"""The published numbers of one grantee and program year, found by place and group. Reads rows, judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.shareable.names import ALL_OTHER
from pipelines.shareable.told import (
    APART,
    NOBODY,
    NOT_MEASURED,
    RATE_DIGITS,
    UNTOLD,
    Count,
    Rate,
    count_of,
    no_count,
    no_rate,
    rate_of,
    status_of,
)

ALL = "all"
Row = Mapping[str, Any]
Key = tuple[str, str | None, str | None, str, str]


@dataclass(frozen=True)
class Place:
    """Where persons are counted: an institution, a program; None means all of them."""

    institution_id: str | None = None
    cip_code: str | None = None


EVERYWHERE = Place()


@dataclass(frozen=True)
class Cells:
    """Rows of ``publish.indicator`` and ``publish.student_count`` by their keys, policies by indicator."""

    rates: Mapping[Key, Row]
    counts: Mapping[Key, Row]
    policies: Mapping[str, Row]

    @property
    def indicator_codes(self) -> tuple[str, ...]:
        """The indicators of the file, by code."""
        return tuple(sorted({key[0] for key in self.rates}))

    @property
    def measured(self) -> tuple[str, ...]:
        """The indicators that have rates: not those that are pending or cannot be computed for the whole grantee."""
        statuses = {code: self.rate(code).status for code in self.indicator_codes}
        return tuple(code for code, status in statuses.items() if status not in NOT_MEASURED)

    def codes(self, dimension: str, place: Place = EVERYWHERE) -> list[str]:
        """Return the groups of a dimension at a place that any number was published for."""
        where = (place.institution_id, place.cip_code, dimension)
        return sorted({key[4] for told in (self.rates, self.counts) for key in told if key[1:4] == where})

    def rate(self, indicator_code: str, dimension: str = ALL, code: str = ALL, place: Place = EVERYWHERE) -> Rate:
        """Return a rate; where it is not shown, the size of its group stands by, as far as that is told."""
        size = self.count(f"denominator_{indicator_code}", dimension, code, place)
        key = (indicator_code, place.institution_id, place.cip_code, dimension, code)
        row = self.rates.get(key)
        if row is None:
            return no_rate(_absent(self.rates, key))
        return rate_of(row, size, digits=self.digits(indicator_code))

    def digits(self, indicator_code: str) -> int:
        """Return with how many decimals a percentage of an indicator was published."""
        policy = self.policies.get(indicator_code)
        return RATE_DIGITS if policy is None else max(policy["rate_digits"] - 2, 0)

    def count(self, count_code: str, dimension: str = ALL, code: str = ALL, place: Place = EVERYWHERE) -> Count:
        """Return a count of persons."""
        key = (count_code, place.institution_id, place.cip_code, dimension, code)
        row = self.counts.get(key)
        return no_count(_absent(self.counts, key)) if row is None else count_of(row)

    def members(self, what: str, dimension: str, code: str, place: Place = EVERYWHERE) -> str:
        """Return the codes that a row of an indicator or count holds together, joined by commas; else empty."""
        key = (what, place.institution_id, place.cip_code, dimension, code)
        row = self.rates.get(key) or self.counts.get(key)
        return (row["members"] or "") if row else ""

    def institutions(self) -> list[str]:
        """Return the ids of the institutions that a number of everybody was published for."""
        keys = (key for told in (self.rates, self.counts) for key in told)
        return sorted({key[1] for key in keys if key[1] is not None and key[2] is None and key[3] == ALL})

    def programs(self) -> list[str]:
        """Return the programs (CIP) of the grantee that a rate of everybody was published for."""
        return sorted({key[2] for key in self.rates if key[1] is None and key[2] is not None and key[3] == ALL})


def cells_of(indicators: Iterable[Row], counts: Iterable[Row], policies: Iterable[Row]) -> Cells:
    """Return the cells of the rows of one grantee and program year."""
    return Cells(
        {_key(row, "indicator_code"): row for row in indicators},
        {_key(row, "count_code"): row for row in counts},
        {row["indicator_code"]: row for row in policies},
    )


def _absent(rows: Mapping[Key, Row], key: Key) -> str:
    """Return what it means that there is no row: a group without a row has nobody, if others of its kind have rows."""
    what, institution_id, cip_code, _, code = key
    if code == ALL_OTHER:
        return APART
    everybody = rows.get((what, institution_id, cip_code, ALL, ALL)) or rows.get((what, None, None, ALL, ALL))
    if everybody is None:
        return UNTOLD
    status = status_of(everybody["suppression_code"])
    return status if status in NOT_MEASURED else NOBODY


def _key(row: Row, what: str) -> Key:
    return row[what], row["institution_id"], row["cip_code"], row["subgroup_dimension"], row["subgroup_code"]
