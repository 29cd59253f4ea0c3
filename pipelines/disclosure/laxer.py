"""Whether a policy shows more than the one that a release left under, and nobody has confirmed the change.

A threshold lowered by a slip would else show tomorrow what the agency withheld today, under a signature that was given
for other rules. Whether a policy is confirmed at all is asked in ``permission``.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import duckdb

from pipelines.grantee import Grantee
from pipelines.suppression_policy import Policy, policy_of

_KINDS = {"all": None, "1P1": "1P1", "2P1": "2P1", "3P1": "3P1"}
# Of the year, or of the last year before it: sources of placements only ever come to those that touch a year.
_LEFT = """
select policy.indicator_code, release.number, policy.threshold, policy.protection_width, policy.bands,
    policy.rate_digits, policy.count_rounding, policy.smallest_change, coalesce(policy.approved_by, ''),
    policy.approved_on
from quality.release_policy as policy
inner join quality.release as release using (release_id, grantee_id, program_year)
where release.grantee_id = ? and release.program_year <= ? and release.status = 'released'
    and strpos(release.program_year, ' to ') = 0
qualify dense_rank() over (order by release.program_year desc, release.number desc) = 1
order by array_position(['all', '1P1', '2P1', '3P1'], policy.indicator_code)
"""


def unconfirmed_changes(connection: duckdb.DuckDBPyConnection, grantee: Grantee, program_year: str) -> Iterator[str]:
    """Yield, for each kind of count, what shows more than in the last release under the confirmation of that release.

    A kind whose changes are those of a kind before it is not told again.
    """
    told = set()
    for code, number, *then in connection.execute(_LEFT, [grantee.id, program_year]).fetchall():
        today = policy_of(grantee, _KINDS[code], program_year)
        approval = (today.approved_by, today.approved_on)
        changes = tuple(_laxer(today, then))
        if not changes or approval != tuple(then[-2:]) or changes in told:
            continue
        told.add(changes)
        counts = "counts of students" if code == "all" else code
        yield (
            f"{grantee.folder / 'grantee.toml'}: the rules of {counts} would show more than in release {number} "
            f"({'; '.join(changes)}), and approved_by and approved_on are still those of that release; put it back, or "
            "let the agency confirm the change, and write who and on which day"
        )


def _laxer(today: Policy, then: list[Any]) -> Iterator[str]:
    """Yield each key that shows more than it did, with both values."""
    threshold, width, bands, digits, rounding, smallest_change, *_ = then
    for key, now, before in (
        ("threshold", today.threshold, threshold),
        ("protection_width", today.width, width),
        ("count_rounding", today.count_rounding, rounding),
        ("smallest_change", today.smallest_change, smallest_change),
    ):
        if before is not None and now < before:
            yield f"{key} is {now}, and was {before}"
    if digits is not None and today.rate_digits > digits:
        yield f"rate_digits is {today.rate_digits}, and was {digits}"
    known = {Fraction(band) for band in (bands or "").split(",") if band}
    if further := [f"{float(band):.2f}" for band in today.bands if band not in known]:
        yield f"bands have {', '.join(further)}, and had not"
