"""What a grantee's page tells of one program year: gates, rules, institutions, files, drift, readiness, history.

Counts come from ``standing``, ``tally`` and ``files``; here they are put together by partition. The page of reference
sources and strays is that of the partition of no grantee.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.directory import Institution
from pipelines.desk.files import Received, files, missing_tables
from pipelines.desk.readiness import READINESS, ReadinessRow, readiness_rows
from pipelines.desk.standing import Place, Standing, gates, standings, told_by_files, words_of_rules
from pipelines.desk.tally import Counts, Tally, tallies, total
from pipelines.desk.trend import TREND, TrendPoint, trend_points
from pipelines.scorecard.card import Gate
from pipelines.scorecard.files import file_gates
from pipelines.scorecard.verdicts import SEVERITIES, RuleWords, title

DRIFT = """
    select grantee_id, program_year, submission_id, file_name, kind, drift_count, detail from quality.drift_check
    where drift_count > 0 order by file_name, submission_id, kind
"""
Rows = Mapping[Place, list[dict[str, Any]]]


@dataclass(frozen=True)
class RuleLine:
    """A rule over its threshold, or one that could not be judged, and its findings."""

    title: str
    standing: Standing
    findings: Counts


@dataclass(frozen=True)
class InstitutionLine:
    """The findings of an institution: by severity in the order of ``SEVERITIES``, and all together."""

    institution: Institution
    by_severity: tuple[Counts, ...]
    counts: Counts


@dataclass(frozen=True)
class YearFacts:
    """One program year of a grantee, or the reference sources and strays (``program_year`` None)."""

    program_year: str | None
    gates: tuple[Gate, ...]
    rules: tuple[RuleLine, ...]
    judged_count: int
    institutions: tuple[InstitutionLine, ...]
    findings: Counts
    files: tuple[Received, ...]
    missing: tuple[str, ...]
    drift: tuple[Mapping[str, Any], ...]
    readiness: tuple[ReadinessRow, ...]
    trend: tuple[TrendPoint, ...]

    @property
    def closed_gates(self) -> tuple[Gate, ...]:
        """The gates that no waiver covers, refused files among them."""
        return tuple(gate for gate in self.gates if not gate.is_waived)

    @property
    def refused(self) -> tuple[Received, ...]:
        """The files refused as a whole."""
        return tuple(file for file in self.files if file.line.status == "refused")


@dataclass(frozen=True)
class Sources:
    """What was read once, for all partitions."""

    desk: Desk
    words: Mapping[str, RuleWords]
    standings: Mapping[Place, list[Standing]]
    gates: Mapping[Place, tuple[Gate, ...]]
    told_by_files: frozenset[tuple[Place, str]]
    tallies: Mapping[Place, list[Tally]]
    by_rule: Mapping[tuple[Place, str], list[Tally]]
    files: Mapping[Place, list[Received]]
    missing: Mapping[tuple[str, str], list[str]]
    drift: Rows
    readiness: Rows
    trends: Rows

    def of_rule(self, place: Place, rule_id: str) -> Counts:
        """Return the findings of a rule in a partition."""
        return total(self.by_rule.get((place, rule_id), ()))

    def places(self) -> set[Place]:
        """Return every partition of which anything is known."""
        return {*self.standings, *self.tallies, *self.files}


def read_sources(desk: Desk) -> Sources:
    """Return what the pages of all grantees are made from."""
    words, found, told = words_of_rules(), standings(desk), told_by_files(desk)
    by_place: dict[Place, list[Tally]] = defaultdict(list)
    by_rule: dict[tuple[Place, str], list[Tally]] = defaultdict(list)
    for tally in tallies(desk):
        place = tally.grantee_id, tally.program_year
        by_place[place].append(tally)
        by_rule[place, tally.rule_id].append(tally)
    return Sources(
        desk, words, found, gates(found, words, told), told, by_place, by_rule, files(desk), missing_tables(desk),
        drift=_by_place(desk.rows(DRIFT)) if desk.has("quality.drift_check") else {},
        readiness=_by_place(desk.rows(READINESS)) if desk.has("mart.readiness") else {},
        trends=_by_place(desk.rows(TREND, desk.run.run_id)),
    )  # fmt: skip


def _by_place(rows: Iterable[dict[str, Any]]) -> Rows:
    found: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["grantee_id"], row["program_year"]].append(row)
    return found


def year_facts(sources: Sources, place: Place) -> YearFacts:
    """Return what there is to tell of a partition."""
    of_place = sources.standings.get(place, [])
    found = sources.tallies.get(place, [])
    received = tuple(sources.files.get(place, []))
    return YearFacts(
        program_year=place[1],
        gates=(*sources.gates.get(place, ()), *file_gates(tuple(file.line for file in received))),
        rules=_rules(sources, place),
        judged_count=len(of_place),
        institutions=_institutions(sources.desk, place, found),
        findings=total(found),
        files=received,
        missing=tuple(sources.missing.get((place[0] or "", place[1] or ""), ())),
        drift=tuple(sources.drift.get(place, ())),
        readiness=readiness_rows(sources.desk, sources.readiness.get(place, [])),
        trend=trend_points(sources.trends.get(place, [])),
    )


def _rules(sources: Sources, place: Place) -> tuple[RuleLine, ...]:
    """Return the rules that failed or could not be judged: those first, then by severity and rows that fail."""
    told = [s for s in sources.standings.get(place, ()) if s.verdict.status in ("failed", "error")]
    return tuple(
        RuleLine(title(sources.words, s.verdict.rule_id), s, sources.of_rule(place, s.verdict.rule_id))
        for s in sorted(told, key=_urgency)
    )


def _urgency(standing: Standing) -> tuple[bool, int, int, str]:
    verdict = standing.verdict
    rank = SEVERITIES.index(verdict.severity) if verdict.severity in SEVERITIES else len(SEVERITIES)
    return (verdict.status != "error", rank, -(verdict.failed.numerator or 0), verdict.rule_id)


def _institutions(desk: Desk, place: Place, found: list[Tally]) -> tuple[InstitutionLine, ...]:
    """Return the institutions with findings by name; those in no list stand together, and last."""
    of_slug: dict[str, tuple[Institution, list[Tally]]] = {}
    for tally in found:
        institution = desk.directory.find(place[0], tally.institution_id)
        of_slug.setdefault(institution.slug, (institution, []))[1].append(tally)
    lines = [
        InstitutionLine(
            institution, tuple(total(t for t in own if t.severity == severity) for severity in SEVERITIES), total(own)
        )
        for institution, own in of_slug.values()
    ]
    return tuple(sorted(lines, key=lambda n: (not n.institution.is_listed, n.institution.name, n.institution.slug)))
