"""How the gaps of groups of a grantee stand, by the id under which a plan names them. No gap is computed here."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.measures.gaps.said import CASE, false_discovery_rate
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share

UNTESTED = "untested"
BELOW = ("below", "below_surely")
COMPUTED = "computed"
_GAPS = f"""
    select indicator_code, subgroup_dimension, subgroup_code, numerator_count, denominator_count, status, {CASE} as said
    from mart.gap
    where grantee_id = $1 and program_year = $2 and institution_id is null and cip_code is null
        and subgroup_dimension not like '%*%'
    order by indicator_code, subgroup_dimension, subgroup_code
"""


@dataclass(frozen=True)
class GapState:
    """A gap of a group of the grantee: its rate, whether it could be computed, and what may be said of it."""

    rate: Share
    status: str
    said: str

    @property
    def is_below(self) -> bool:
        """Whether the group lies below everybody by more than chance."""
        return self.status == COMPUTED and self.said in BELOW


def gap_states(partition: Partition) -> dict[str, GapState]:
    """Return the gaps of groups of the grantee by id, such as ``1P1:sex=female``; none where none was computed."""
    if not partition.has("mart.gap"):
        return {}
    return {
        f"{r['indicator_code']}:{r['subgroup_dimension']}={r['subgroup_code']}": GapState(
            Share(r["numerator_count"], r["denominator_count"]), r["status"], r["said"]
        )
        for r in partition.rows(_GAPS, false_discovery_rate(partition.grantee_id))
    }
