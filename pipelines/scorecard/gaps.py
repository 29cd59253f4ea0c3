"""The gaps of a grantee that more than chance has made: the five widest among groups. No gap is computed here."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.measures.gaps.said import CASE, false_discovery_rate
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share

MOST = 5
_GAPS = f"""
    with judged as (
        select *, {CASE} as said from mart.gap
        where grantee_id = $1 and program_year = $2 and status = 'computed' and institution_id is null
            and cip_code is null and subgroup_dimension not like '%*%'
    )
    select *, count(*) over () as tested_count from judged where said <> 'untested'
    order by said not in ('below', 'below_surely'), gap, indicator_code, subgroup_dimension, subgroup_code
"""


@dataclass(frozen=True)
class GapLine:
    """A group whose rate lies below that of all concentrators; ``gap`` and the ends of its interval are shares.

    ``said`` is below, or below_surely where no unknown outcome or membership can turn it.
    """

    indicator_code: str
    subgroup_dimension: str
    subgroup_code: str
    said: str
    rate: Share
    gap: float
    gap_low: float
    gap_high: float
    students_needed: int | None


@dataclass(frozen=True)
class Gaps:
    """The widest gaps beyond chance, how many there are of them, and how many were tested; None before any was."""

    widest: tuple[GapLine, ...] = ()
    below_count: int = 0
    tested_count: int | None = None


def gaps(partition: Partition) -> Gaps:
    """Return what is known of the gaps of groups of the grantee as a whole."""
    if not partition.has("mart.gap"):
        return Gaps()
    rows = partition.rows(_GAPS, false_discovery_rate(partition.grantee_id))
    below = [row for row in rows if row["said"] in ("below", "below_surely")]
    lines = tuple(
        GapLine(
            row["indicator_code"], row["subgroup_dimension"], row["subgroup_code"], row["said"],
            Share(row["numerator_count"], row["denominator_count"]),
            round(row["gap"], 6), round(row["gap_low"], 6), round(row["gap_high"], 6), row["students_needed"],
        )
        for row in below[:MOST]
    )  # fmt: skip
    return Gaps(lines, len(below), len(rows))
