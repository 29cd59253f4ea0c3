"""What the first page tells beside how the run ended: changes of the night, arrivals, a line a grantee and year.

Needs ``quality`` alone, because a run may have failed before the marts were made. What to do first is ranked in
``worklist``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pipelines.configuration import ConfigurationError
from pipelines.desk.effects import RuleEffect, worst_of
from pipelines.desk.ending import Ending, ending
from pipelines.desk.files import Received
from pipelines.desk.sources import Sources
from pipelines.desk.standing import Place
from pipelines.desk.tally import Counts, Tally, total
from pipelines.grantee import grantee
from pipelines.scorecard.card import Gate
from pipelines.scorecard.files import file_gates
from pipelines.scorecard.verdicts import SEVERITIES, title

MOST_RULES = 10
AGES = """
    select severity, min(first_seen_at) as since, max(age_days) as age_days from quality.finding_age
    where age_days is not null group by severity
"""
FAILED_NOTICES = """
    select channel, message, sent_at from quality.notice
    where status = 'failed' and run_id = (select max(run_id) from quality.notice) order by channel
"""


@dataclass(frozen=True)
class Cell:
    """A grantee's program year on the first page."""

    grantee_id: str
    program_year: str
    closed_gates: int
    waived_gates: int
    findings: Counts
    critical: Counts
    file_count: int
    late_count: int
    refused_count: int
    waiting_count: int
    missing: tuple[str, ...]
    due_date: date | None
    is_overdue: bool


@dataclass(frozen=True)
class NewRule:
    """A rule with findings that are new or have come back, and the partitions that have them, the most first.

    ``effect`` is that of the partition where the rule may move an indicator farthest.
    """

    rule_id: str
    title: str
    severity: str
    counts: Counts
    places: tuple[tuple[Place, Counts], ...]
    effect: RuleEffect


@dataclass(frozen=True)
class Overview:
    """Everything on the first page but the worklist. ``arrived`` are the files that the last night saw first."""

    ending: Ending
    by_severity: tuple[tuple[str, Counts], ...]
    all_findings: Counts
    ages: Mapping[str, Mapping[str, Any]]
    arrived: tuple[tuple[Place, Received], ...]
    cells: tuple[Cell, ...]
    worst: tuple[NewRule, ...]
    new_rule_count: int
    failed_notices: tuple[Mapping[str, Any], ...]


def overview(sources: Sources) -> Overview:
    """Return the first page's facts."""
    desk, end = sources.desk, ending(sources.desk)
    found = [tally for of_place in sources.tallies.values() for tally in of_place]
    worst, new_rule_count = _new_rules(sources, found, end.counted_run_id)
    return Overview(
        ending=end,
        by_severity=tuple((s, total((t for t in found if t.severity == s), end.counted_run_id)) for s in SEVERITIES),
        all_findings=total(found, end.counted_run_id),
        ages={row["severity"]: row for row in desk.rows(AGES)} if desk.has("quality.finding_age") else {},
        arrived=tuple(_arrived(sources.files, end)),
        cells=tuple(_cell(sources, place, end) for place in sorted(filter(all, sources.places()), key=str)),
        worst=tuple(worst),
        new_rule_count=new_rule_count,
        failed_notices=tuple(desk.rows(FAILED_NOTICES)) if desk.has("quality.notice") else (),
    )


def _arrived(files: Mapping[Place, Sequence[Received]], end: Ending) -> Iterable[tuple[Place, Received]]:
    for place in sorted(files, key=str):
        for file in files[place]:
            if file.received_at and end.started_at and _is_within(end.started_at, file.received_at, end.finished_at):
                yield place, file


def _is_within(first: datetime, moment: datetime, last: datetime | None) -> bool:
    return first <= moment and (last is None or moment <= last)


def _cell(sources: Sources, place: Place, end: Ending) -> Cell:
    found = sources.tallies.get(place, [])
    files = [file for file in sources.files.get(place, []) if file.is_in_force]
    gates: tuple[Gate, ...] = (*sources.gates.get(place, ()), *file_gates(tuple(file.line for file in files)))
    grantee_id, program_year = place[0] or "", place[1] or ""
    due = due_date(grantee_id, program_year)
    return Cell(
        grantee_id,
        program_year,
        closed_gates=sum(not gate.is_waived for gate in gates),
        waived_gates=sum(gate.is_waived for gate in gates),
        findings=total(found, end.counted_run_id),
        critical=total((t for t in found if t.severity == "critical"), end.counted_run_id),
        file_count=len(files),
        late_count=sum(file.line.is_late for file in files),
        refused_count=sum(file.line.status == "refused" for file in files),
        waiting_count=sum(file.is_waiting for file in files),
        missing=tuple(sources.missing.get((grantee_id, program_year), ())),
        due_date=due,
        is_overdue=bool(due and end.started_at and due < end.started_at.replace(tzinfo=UTC).date()),
    )


def due_date(grantee_id: str, program_year: str) -> date | None:
    """Return the day by which the last files of a program year are due; None where the grantee is not known."""
    try:
        return grantee(grantee_id).due_date(program_year)
    except (ConfigurationError, ValueError):
        return None


def _new_rules(sources: Sources, found: Iterable[Tally], run_id: str | None) -> tuple[list[NewRule], int]:
    """Return the worst rules with new findings, and how many rules have any.

    Those that may move an indicator farthest come first; severity and how many are new decide among equals.
    """
    of_rule: dict[str, list[Tally]] = defaultdict(list)
    for tally in found:
        if tally.run_id == run_id and (tally.new_count or tally.came_back_count):
            of_rule[tally.rule_id].append(tally)
    counted = [
        (rule_id, own[0].severity, total(own), worst_of(sources.effect(place, rule_id) for place in _where(own)))
        for rule_id, own in of_rule.items()
    ]
    counted.sort(key=lambda rule: (rule[3].order, _rank(rule[1]), -(rule[2].new + rule[2].came_back), rule[0]))
    worst = [
        NewRule(rule_id, title(sources.words, rule_id), severity, counts, tuple(_places(of_rule[rule_id])), effect)
        for rule_id, severity, counts, effect in counted[:MOST_RULES]
    ]
    return worst, len(counted)


def _where(own: Iterable[Tally]) -> set[Place]:
    return {(tally.grantee_id, tally.program_year) for tally in own}


def _places(own: Iterable[Tally]) -> list[tuple[Place, Counts]]:
    of_place: dict[Place, list[Tally]] = defaultdict(list)
    for tally in own:
        of_place[tally.grantee_id, tally.program_year].append(tally)
    counted = [(place, total(found)) for place, found in of_place.items()]
    return sorted(counted, key=lambda pair: (-(pair[1].new + pair[1].came_back), str(pair[0])))


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
