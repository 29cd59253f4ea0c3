"""The section of what would raise a level: proposed corrections, where, and what each would gain by simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.scorecard.candidates.fix import Candidate, Gain
from pipelines.scorecard.candidates.measure import measure_words
from pipelines.scorecard.candidates.propose import Climb, propose
from pipelines.scorecard.rubric import rubric
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources

HOW = (
    "Each candidate was simulated: the functions that judge this scorecard were run again on the measurements as they "
    "would be after the correction, all else unchanged. Where a correction determines a number, the gain is exact; "
    "where it depends on answers that nobody knows, the least and the most that any answers give are shown. A "
    "verdict can also become worse, where the answers turn out to be the same for all or unlike the year before."
)
WHAT = (
    "Candidates are proposals from the evidence, not the plan: which of them to take, and whether a record is wrong at "
    "all, is for people to say. A record may be right as it is; then the rule needs an explanation, not a correction."
)
NONE = "The records of this year give no candidate: no gate is closed, and no criterion is known not to be met."
_SOURCES = "criteria, gates and mart.readiness, judged again on corrected measurements"


def raises(seen: Sources) -> Section:
    """Return the candidates, their gains, and the cheapest way of each suggested element to its next level."""
    candidates, climbs = propose(seen)
    tables = (
        _candidates(candidates, seen),
        _shares(candidates, seen),
        _counts(candidates, seen),
        _verdicts(candidates, seen),
        _steps(climbs, seen),
    )
    says = (HOW, WHAT) if candidates else (HOW, WHAT, NONE)
    return Section("raises", "What would raise a level", (*says, *_why_not(climbs)), tables)


def _as_of(seen: Sources) -> str:
    return seen.known.as_of(seen.partition.program_year)


def _candidates(candidates: Sequence[Candidate], seen: Sources) -> Table:
    columns = (
        Column("candidate", "Candidate"),
        Column("element", "Core element", "count"),
        Column("action", "What to do"),
        Column("places", "Where", note="the fewest that suffice"),
        Column("answers", "Answers"),
        Column("records", "To be touched", "count"),
        Column("touched", "Counted are"),
    )
    rows = tuple(
        (
            c.id,
            c.element,
            c.action,
            "; ".join(seen.names.get(place, place) for place in c.places) or "not told by place",
            ", ".join(c.answers),
            c.records,
            c.touched,
        )
        for c in candidates
    )
    return Table(
        "raises_candidates",
        "Candidates for the plan",
        "closed gates, criteria not met, and dimensions of which less is known than the rubric asks",
        "quality.rule_result, quality.finding, mart.coverage, "
        "mart.readiness, mart.element_completeness, quality.submission",
        _as_of(seen),
        columns,
        rows,
    )


def _shares(candidates: Sequence[Candidate], seen: Sources) -> Table:
    columns = (
        Column("gain", "Candidate and measure"),
        Column("measure", "Measure"),
        Column("now", "Now", "share"),
        Column("after", "After", "share", "exact"),
    )
    rows = tuple(
        (*_named(c, g), _told(g.now), _told(g.most))
        for c, g in _gains(candidates, ("criterion", "median", "coverage", "informative"))
    )
    return Table(
        "raises_shares",
        "What candidates gain: shares",
        "each share carries what it is of; corrections of duplicates keep the records that are counted",
        _SOURCES,
        _as_of(seen),
        columns,
        rows,
    )


def _counts(candidates: Sequence[Candidate], seen: Sources) -> Table:
    columns = (
        Column("gain", "Candidate and measure"),
        Column("measure", "Measure"),
        Column("now", "Now", "count"),
        Column("least", "After, at least", "count"),
        Column("most", "After, at most", "count"),
    )
    rows = tuple(
        (
            f"{c.id}: {g.measure}",
            measure_words(g.measure),
            *(UNKNOWN if n is None else _cell(n) for n in (g.now, g.least, g.most)),
        )
        for c, g in _gains(candidates, ("level", "cells", "readiness_at"))
    )
    note = (
        "At most: everybody whose answer is missing says yes. Cells are those of the report of this year about a "
        "cohort of the same year; answers about the year before would change the others."
    )
    return Table(
        "raises_counts",
        "What candidates gain: levels, cells, institutions",
        "levels 1 to 4; cells of the "
        "grantee and its institutions under its suppression policies; institutions with a verdict",
        f"{_SOURCES}, mart.indicator_case",
        _as_of(seen),
        columns,
        rows,
        note,
    )


def _verdicts(candidates: Sequence[Candidate], seen: Sources) -> Table:
    columns = (
        Column("gain", "Candidate and measure"),
        Column("measure", "Measure"),
        Column("now", "Now"),
        Column("least", "After, at worst"),
        Column("most", "After, at best"),
    )
    rows = tuple(
        (
            f"{c.id}: {g.measure}",
            measure_words(g.measure),
            *(str(v or UNKNOWN).replace("_", " ") for v in (g.now, g.least, g.most)),
        )
        for c, g in _gains(candidates, ("readiness",))
    )
    return Table(
        "raises_verdicts",
        "What candidates gain: verdicts of readiness",
        "students of the grantee whom the dimension reaches; fewer than 30 have no verdict",
        "mart.readiness",
        _as_of(seen),
        columns,
        rows,
    )


def _steps(climbs: Sequence[Climb], seen: Sources) -> Table:
    columns = (
        Column("step", "Element and step"),
        Column("from", "Level now", "count"),
        Column("to", "Next level", "count"),
        Column("candidate", "Candidate"),
        Column("action", "What to do"),
        Column("records", "To be touched", "count"),
        Column("level", "Level after this step", "count"),
    )
    rows = tuple(
        (
            f"{climb.element.number}.{number}",
            climb.now,
            climb.goal,
            step.candidate.id,
            step.candidate.action,
            step.candidate.records,
            UNKNOWN if step.level is None else step.level,
        )
        for climb in climbs
        for number, step in enumerate(climb.steps, start=1)
    )
    return Table(
        "raises_levels",
        "The cheapest way to the next level",
        "candidates that suffice together, closed gates first, then those that touch fewest records",
        _SOURCES,
        _as_of(seen),
        columns,
        rows,
        "Cheapest counts what has to be touched, not money: what a correction costs is not in the records. Records in "
        "files and lines that could not be read are taken to be without faults: the level is then the most.",
    )


def _gains(candidates: Sequence[Candidate], kinds: Sequence[str]) -> Iterator[tuple[Candidate, Gain]]:
    yield from ((c, gain) for c in candidates for gain in c.gains if gain.measure.partition(":")[0] in kinds)


def _named(candidate: Candidate, gain: Gain) -> tuple[str, str]:
    return f"{candidate.id}: {gain.measure}", measure_words(gain.measure)


def _told(amount: object) -> Cell:
    return amount if isinstance(amount, Share) else UNKNOWN


def _cell(amount: object) -> Cell:
    return amount if isinstance(amount, int) else UNKNOWN


def _why_not(climbs: Sequence[Climb]) -> Iterator[str]:
    levels = rubric().levels
    for climb in climbs:
        name = f"Element {climb.element.number}"
        if climb.now is None:
            yield f"{name}: what the data suggest cannot be told, so neither can what would raise it."
        elif climb.why_not and climb.goal is None:
            yield f"{name} stands at {levels[climb.now]}: {climb.why_not}."
        elif climb.why_not and climb.goal is not None:
            yield f"{name} does not reach {levels[climb.goal]} by these candidates: {climb.why_not}."
