"""What is read once from the warehouse for the first page and the pages of all grantees, by partition.

What is counted, and how, is said by ``standing``, ``tally``, ``files``, ``effects``, ``trend`` and ``readiness``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.effects import NOTHING_KNOWN, RuleEffect, effects_by_place
from pipelines.desk.files import Received, files, missing_tables
from pipelines.desk.readiness import READINESS
from pipelines.desk.standing import Place, Standing, failed_before, gates, standings, told_by_files, words_of_rules
from pipelines.desk.tally import Counts, Tally, tallies, total
from pipelines.desk.trend import TREND
from pipelines.scorecard.card import Gate
from pipelines.scorecard.share import Share
from pipelines.scorecard.verdicts import RuleWords

DRIFT = """
    select grantee_id, program_year, submission_id, file_name, kind, drift_count, detail from quality.drift_check
    where drift_count > 0 order by file_name, submission_id, kind
"""
Rows = Mapping[Place, list[dict[str, Any]]]


@dataclass(frozen=True)
class Sources:
    """What the first page and those of grantees are made from, read once for all partitions."""

    desk: Desk
    words: Mapping[str, RuleWords]
    standings: Mapping[Place, list[Standing]]
    gates: Mapping[Place, tuple[Gate, ...]]
    told_by_files: frozenset[tuple[Place, str]]
    tallies: Mapping[Place, list[Tally]]
    by_rule: Mapping[tuple[Place, str], list[Tally]]
    effects: Mapping[tuple[Place, str], RuleEffect]
    files: Mapping[Place, list[Received]]
    missing: Mapping[tuple[str, str], list[str]]

    def of_rule(self, place: Place, rule_id: str) -> Counts:
        """Return the findings of a rule in a partition."""
        return total(self.by_rule.get((place, rule_id), ()))

    def effect(self, place: Place, rule_id: str) -> RuleEffect:
        """Return what the findings of a rule in a partition may do to the indicators."""
        return self.effects.get((place, rule_id), NOTHING_KNOWN)

    def places(self) -> set[Place]:
        """Return every partition of which anything is known."""
        return {*self.standings, *self.tallies, *self.files}


@dataclass(frozen=True)
class History:
    """What the pages of grantees are made from besides: earlier verdicts, drift and readiness."""

    before: Mapping[tuple[Place, str], Share]
    trends: Rows
    drift: Rows
    readiness: Rows


def read_history(desk: Desk) -> History:
    """Return what only pages of grantees need, because it takes time, or a mart."""
    return History(
        failed_before(desk),
        _by_place(desk.rows(TREND, desk.run.run_id)),
        _by_place(desk.rows(DRIFT)) if desk.has("quality.drift_check") else {},
        _by_place(desk.rows(READINESS)) if desk.has("mart.readiness") else {},
    )


def read_sources(desk: Desk) -> Sources:
    """Return what verdicts, findings, effects and files say of all partitions; needs ``quality`` alone."""
    words, found, told = words_of_rules(), standings(desk), told_by_files(desk)
    by_place: dict[Place, list[Tally]] = defaultdict(list)
    by_rule: dict[tuple[Place, str], list[Tally]] = defaultdict(list)
    for tally in tallies(desk):
        place = tally.grantee_id, tally.program_year
        by_place[place].append(tally)
        by_rule[place, tally.rule_id].append(tally)
    return Sources(
        desk, words, found, gates(found, words, told), told, by_place, by_rule, effects_by_place(desk), files(desk),
        missing_tables(desk),
    )  # fmt: skip


def _by_place(rows: Iterable[dict[str, Any]]) -> Rows:
    found: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["grantee_id"], row["program_year"]].append(row)
    return found
