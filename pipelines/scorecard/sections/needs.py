"""The section of local needs: evidence for each element of Perkins V section 134(c)(2), by eligible recipient.

The tables stand in ``pipelines.scorecard.needs``. Evidence for a college's own assessment (CLNA), and none of its own.
"""

from __future__ import annotations

from pipelines.scorecard.needs.access import behind_table, funnel_table
from pipelines.scorecard.needs.alignment import alignment_table, cannot_table
from pipelines.scorecard.needs.parity import nontraditional_table, parity_table
from pipelines.scorecard.needs.performance import group_gaps_table, performance_table
from pipelines.scorecard.needs.progress import educators_table, progress_table
from pipelines.scorecard.needs.size import below_table, programs_of, size_table, threshold_table
from pipelines.scorecard.section import Section
from pipelines.scorecard.sources import Sources

TITLE = "Evidence for local needs assessments"
WHAT = (
    "Each eligible recipient assesses its own needs at least every two years (Perkins V section 134(c)); this is what "
    "records can add to it, element by element. It is not the assessment, and no grade of a recipient: recipients "
    "stand in the order of their ids."
)
RESTRICTED = (
    "Counts here are not protected: small groups can be people that somebody knows. Give each recipient its own rows "
    "alone, and copy nothing of this section out; what may leave stands in the published file."
)
UNKNOWN_IS_NOT_NO = (
    "Unknown is not no: who belongs to a group, or what became of somebody, is often not known, and is counted beside."
)
NOTHING = "No program and no student of this year could be placed: records can tell nothing of any recipient."
NO_THRESHOLD = (
    "No State threshold is entered for size, scope or quality, so that no program is called too small: enter what the "
    "State plan asks in grantee.toml, [[local_needs.threshold]]."
)


def needs(seen: Sources) -> Section:
    """Return the section; without records it says that nothing can be told, and what never can."""
    has_threshold = bool(seen.known.grantee.local_needs)
    if not programs_of(seen):
        return Section("needs", TITLE, (WHAT, NOTHING, RESTRICTED), (threshold_table(seen), cannot_table(seen)))
    tables = (
        performance_table(seen),
        group_gaps_table(seen),
        size_table(seen),
        threshold_table(seen),
        *((below_table(seen),) if has_threshold else ()),
        alignment_table(seen),
        progress_table(seen),
        educators_table(seen),
        funnel_table(seen),
        behind_table(seen),
        parity_table(seen),
        nontraditional_table(seen),
        cannot_table(seen),
    )
    says = (WHAT, RESTRICTED, UNKNOWN_IS_NOT_NO, *(() if has_threshold else (NO_THRESHOLD,)))
    return Section("needs", TITLE, says, tables)
