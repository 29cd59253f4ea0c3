"""The waivers of a partition, as its last night has judged them; those that cover nothing any more come first.

How a waiver stands is worked out in ``validation.waivers``. Its words there count days and rows; a page shows dates and
counts instead, so that it stays the same from night to night until the standing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pipelines.scorecard.lines import WaiverLine
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share
from pipelines.scorecard.verdicts import RuleWords, title

URGENCY = ("exceeded", "expired", "expiring", "active", "idle")
WAIVERS = """
    select * from quality.waiver where grantee_id = $1 and program_year = $2
    order by list_position($3, standing) nulls last, rule_id, institution_id nulls first, waiver_id
"""


def waiver_lines(
    partition: Partition, names: Mapping[str, str], words: Mapping[str, RuleWords]
) -> tuple[WaiverLine, ...]:
    """Return the waivers of the partition: exceeded and expired ones first, then by how soon somebody should act."""
    return tuple(
        WaiverLine(
            rule_id=r["rule_id"],
            title=title(words, r["rule_id"]),
            institution_id=r["institution_id"],
            institution_name=names.get(r["institution_id"], r["institution_id"]) if r["institution_id"] else "",
            standing=r["standing"],
            failed=Share(r["failed_count"], r["population_count"]),
            tolerance=_tolerance(r["tolerance_count"] or 0, Fraction(r["tolerance_share"] or 0)),
            reason=r["reason"],
            author=r["author"],
            approved_by=r["approved_by"],
            approved_at=r["approved_at"],
            expires=r["expires"],
        )
        for r in partition.rows(WAIVERS, list(URGENCY))
    )


def _tolerance(count: int, share: Fraction) -> str:
    rows = "1 row" if count == 1 else f"{count:,} rows"
    told = [words for number, words in ((count, rows), (share, f"{float(share * 100):g}%")) if number]
    return " or ".join(told) + (", whichever is more" if len(told) > 1 else "")
