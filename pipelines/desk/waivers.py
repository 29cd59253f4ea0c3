"""All waivers as the nights have judged them: those that cover nothing any more first, then by how soon they end.

How a waiver stands is worked out in ``validation.waivers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.desk.desk import Desk
from pipelines.scorecard.lines import WaiverLine
from pipelines.scorecard.read import Partition
from pipelines.scorecard.verdicts import RuleWords
from pipelines.scorecard.waivers import URGENCY, waiver_lines

NEEDING_ATTENTION = ("exceeded", "expired", "expiring")


@dataclass(frozen=True)
class WaiverRow:
    """A waiver, and the grantee and program year that it is for."""

    grantee_id: str
    program_year: str
    line: WaiverLine

    @property
    def urgency(self) -> int:
        """Where its standing comes in the order of urgency, from 0."""
        return URGENCY.index(self.line.standing) if self.line.standing in URGENCY else len(URGENCY)

    @property
    def needs_attention(self) -> bool:
        """Whether somebody should act: renew it, correct the data, or take it out of the file."""
        return self.line.standing in NEEDING_ATTENTION


def waiver_rows(desk: Desk, words: Mapping[str, RuleWords]) -> list[WaiverRow]:
    """Return all waivers, the most urgent first."""
    places = desk.rows("select distinct grantee_id, program_year from quality.waiver order by 1, 2")
    rows = [
        WaiverRow(grantee_id, program_year, line)
        for grantee_id, program_year in ((p["grantee_id"], p["program_year"]) for p in places)
        for line in waiver_lines(Partition(desk.connection, grantee_id, program_year), _names(desk, grantee_id), words)
    ]
    return sorted(rows, key=lambda row: (row.urgency, row.line.expires, row.grantee_id, row.line.rule_id))


def _names(desk: Desk, grantee_id: str) -> dict[str, str]:
    return {one.institution_id: one.name for one in desk.directory.of_grantee(grantee_id)}
