"""What may be said of a gap in one word, for people: decided once, so that no two pages say different things of it.

The words that a page uses for each belong to the page.
"""

from __future__ import annotations

from pipelines.grantee import grantee, grantee_ids
from pipelines.measures.gaps.settings import GapSettings, settings_of

# In the order in which they should be read: what is surely lower first, what no test can tell last.
SAID = ("below_surely", "below", "chance", "not_measurable", "above", "above_surely", "untested")
# Of a row of mart.gap, with the grantee's false discovery rate as $3; the first that holds. An interval without a test
# proves nothing: one person who did not succeed lies below 0 with all of it.
CASE = """case
        when q_value is null then 'untested' when readiness_verdict = 'not_measurable' then 'not_measurable'
        when q_value > $3 or gap_low is null or (gap_low <= 0 and gap_high >= 0) then 'chance'
        when gap > 0 then case when survives_worst_case then 'above_surely' else 'above' end
        when survives_worst_case then 'below_surely' else 'below' end"""


def false_discovery_rate(grantee_id: str) -> float:
    """Return the largest q at which a gap is more than chance to the grantee; the house's where it is not known."""
    settings = settings_of(grantee(grantee_id)) if grantee_id in grantee_ids() else GapSettings()
    return float(settings.false_discovery_rate)
