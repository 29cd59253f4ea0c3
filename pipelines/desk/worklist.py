"""What to do first, in the order in which it holds others up: a fault of the system, closed gates, refused files.

A task names what it is about by ids; words and links are the page's. Nothing here is counted: see ``overview``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.desk.effects import NOTHING_KNOWN, RuleEffect
from pipelines.desk.overview import Cell, Overview
from pipelines.desk.sources import Sources
from pipelines.desk.standing import Place
from pipelines.desk.waivers import WaiverRow, waiver_rows
from pipelines.scorecard.verdicts import fix, title

KINDS = ("error", "gate", "refused", "critical", "waiver", "explained", "waiting", "missing")
EXPLAINED = """
    select grantee_id, institution_id, program_year, count(*) as explained_count
    from quality.finding_explanation where received_at >= ? group by all
"""
MOST = 6  # of a kind; the others stand on the pages of the grantees


@dataclass(frozen=True)
class Task:
    """One thing to do. ``says`` is what is wrong, ``fix`` how it is repaired.

    Those of a kind are ranked by what they may do to the indicators, where they are rules, then by ``weight``.
    """

    kind: str
    place: Place
    title: str
    says: str = ""
    fix: str = ""
    rule_id: str = ""
    submission_id: str = ""
    new_count: int = 0
    open_count: int = 0
    weight: int = 0
    slug: str = ""  # of the institution
    effect: RuleEffect = NOTHING_KNOWN


@dataclass(frozen=True)
class TaskGroup:
    """The tasks of a kind, the weightiest first, and where the others stand, with how many there are."""

    kind: str
    tasks: tuple[Task, ...]
    elsewhere: tuple[tuple[Place, int], ...]

    @property
    def more(self) -> int:
        """How many tasks are not shown."""
        return sum(count for _, count in self.elsewhere)


def worklist(sources: Sources, told: Overview) -> tuple[TaskGroup, ...]:
    """Return what is to be done, kinds in the order of ``KINDS``; kinds with nothing to do are left out."""
    found = [
        *_gates(sources), *_refused(sources), *_errors(sources), *_critical(sources, told),
        *(_waiver(row) for row in waiver_rows(sources.desk, sources.words) if row.needs_attention),
        *_explained(sources, told), *_waiting(told.cells), *_missing(told.cells),
    ]  # fmt: skip
    groups = []
    for kind in KINDS:
        of_kind = (task for task in found if task.kind == kind)
        tasks = sorted(of_kind, key=lambda t: (t.effect.order, -t.weight, str(t.place), t.title))
        if tasks:
            others = Counter(task.place for task in sorted(tasks[MOST:], key=lambda task: str(task.place)))
            groups.append(TaskGroup(kind, tuple(tasks[:MOST]), tuple(others.items())))
    return tuple(groups)


def _gates(sources: Sources) -> Iterator[Task]:
    for place, gates in sources.gates.items():
        for gate in gates:
            if not gate.is_waived:
                counts = sources.of_rule(place, gate.id)
                yield Task("gate", place, gate.title, gate.reason, gate.fix, gate.id, "", counts.new, counts.open,
                           weight=counts.open, effect=sources.effect(place, gate.id))  # fmt: skip


def _refused(sources: Sources) -> Iterator[Task]:
    for place, files in sources.files.items():
        for file in files:
            if file.line.status == "refused":
                at = int(file.received_at.timestamp()) if file.received_at else 0
                yield Task("refused", place, file.line.file_name, file.line.message or "no message",
                           submission_id=file.submission_id, weight=at)  # fmt: skip


def _errors(sources: Sources) -> Iterator[Task]:
    for place, standings in sources.standings.items():
        for standing in standings:
            if standing.verdict.status == "error":
                rule_id = standing.verdict.rule_id
                says = standing.verdict.message or "the engine gave no reason"
                yield Task("error", place, title(sources.words, rule_id), says, rule_id=rule_id)


def _critical(sources: Sources, told: Overview) -> Iterator[Task]:
    """Yield critical rules with new findings that stand nowhere else in the list: no gate, no refused file."""
    for place, tallies in sources.tallies.items():
        closed = {gate.id for gate in sources.gates.get(place, ()) if not gate.is_waived}
        new: Mapping[str, None] = dict.fromkeys(
            tally.rule_id
            for tally in tallies
            if tally.severity == "critical"
            and tally.run_id == told.ending.counted_run_id
            and (tally.new_count or tally.came_back_count)
            and tally.rule_id not in closed
            and (place, tally.rule_id) not in sources.told_by_files
        )
        for rule_id in new:
            counts = sources.of_rule(place, rule_id)
            yield Task("critical", place, title(sources.words, rule_id), fix=fix(sources.words, rule_id),
                       rule_id=rule_id, new_count=counts.new + counts.came_back, open_count=counts.open,
                       weight=counts.new + counts.came_back, effect=sources.effect(place, rule_id))  # fmt: skip


def _waiver(row: WaiverRow) -> Task:
    return Task("waiver", (row.grantee_id, row.program_year), row.line.title, row.line.standing,
                rule_id=row.line.rule_id, weight=-row.urgency)  # fmt: skip


def _explained(sources: Sources, told: Overview) -> Iterator[Task]:
    """Yield institutions whose explanations came in the last run: nobody has read them yet."""
    desk = sources.desk
    if told.ending.started_at is None or not desk.has("quality.finding_explanation"):
        return
    for row in desk.rows(EXPLAINED, told.ending.started_at):
        institution = desk.directory.find(row["grantee_id"], row["institution_id"])
        yield Task("explained", (row["grantee_id"], row["program_year"]), institution.name, slug=institution.slug,
                   open_count=row["explained_count"], weight=row["explained_count"])  # fmt: skip


def _waiting(cells: tuple[Cell, ...]) -> Iterator[Task]:
    for cell in cells:
        if cell.waiting_count:
            yield Task("waiting", (cell.grantee_id, cell.program_year), "", weight=cell.waiting_count,
                       open_count=cell.waiting_count)  # fmt: skip


def _missing(cells: tuple[Cell, ...]) -> Iterator[Task]:
    for cell in cells:
        if cell.missing and cell.is_overdue:
            yield Task("missing", (cell.grantee_id, cell.program_year), "", ",".join(cell.missing),
                       weight=len(cell.missing))  # fmt: skip
