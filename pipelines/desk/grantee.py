"""What a grantee's page tells of one program year: gates, rules, institutions, files, drift, readiness, history.

Counts come from ``standing``, ``tally`` and ``files``; here they are put together by partition. The page of reference
sources and strays is that of the partition of no grantee.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.desk.directory import Institution
from pipelines.desk.effects import RuleEffect
from pipelines.desk.files import Received
from pipelines.desk.readiness import ReadinessRow, readiness_rows
from pipelines.desk.sources import History, Sources
from pipelines.desk.standing import Place, Standing
from pipelines.desk.tally import Counts, Tally, total
from pipelines.desk.trend import TrendPoint, trend_points
from pipelines.scorecard.card import Gate
from pipelines.scorecard.files import file_gates
from pipelines.scorecard.share import Share
from pipelines.scorecard.verdicts import SEVERITIES, title


@dataclass(frozen=True)
class RuleLine:
    """A rule over its threshold, or one that could not be judged, and its findings.

    ``before`` is the last other number of rows that failed; None where none has been seen.
    """

    title: str
    standing: Standing
    findings: Counts
    before: Share | None
    effect: RuleEffect


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


def year_facts(sources: Sources, history: History, place: Place) -> YearFacts:
    """Return what there is to tell of a partition."""
    of_place = sources.standings.get(place, [])
    found = sources.tallies.get(place, [])
    received = tuple(sources.files.get(place, []))
    return YearFacts(
        program_year=place[1],
        gates=(*sources.gates.get(place, ()), *file_gates(tuple(file.line for file in received))),
        rules=_rules(sources, history, place),
        judged_count=len(of_place),
        institutions=_institutions(sources.desk, place, found),
        findings=total(found),
        files=received,
        missing=tuple(sources.missing.get((place[0] or "", place[1] or ""), ())),
        drift=tuple(history.drift.get(place, ())),
        readiness=readiness_rows(sources.desk, history.readiness.get(place, [])),
        trend=trend_points(history.trends.get(place, [])),
    )


def _rules(sources: Sources, history: History, place: Place) -> tuple[RuleLine, ...]:
    """Return the rules that failed or could not be judged.

    The latter come first, then those that may move an indicator farthest; severity and rows decide among equals.
    """
    told = [s for s in sources.standings.get(place, ()) if s.verdict.status in ("failed", "error")]
    return tuple(
        RuleLine(
            title(sources.words, s.verdict.rule_id), s, sources.of_rule(place, s.verdict.rule_id),
            history.before.get((place, s.verdict.rule_id)), sources.effect(place, s.verdict.rule_id),
        )
        for s in sorted(told, key=lambda s: _urgency(s, sources.effect(place, s.verdict.rule_id)))
    )  # fmt: skip


def _urgency(standing: Standing, effect: RuleEffect) -> tuple[Any, ...]:
    verdict = standing.verdict
    rank = SEVERITIES.index(verdict.severity) if verdict.severity in SEVERITIES else len(SEVERITIES)
    return (verdict.status != "error", effect.order, rank, -(verdict.failed.numerator or 0), verdict.rule_id)


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
