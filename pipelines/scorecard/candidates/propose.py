"""All candidates of a scorecard with their gains, and the cheapest ones that reach the next level, in order.

A gain is what the functions that judge say of the corrected measurements; nothing is judged by rules of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.scorecard.candidates.apply import applied
from pipelines.scorecard.candidates.fix import Candidate, Fix, Gain
from pipelines.scorecard.candidates.ground import Ground, ground_of
from pipelines.scorecard.candidates.measure import measure_now
from pipelines.scorecard.candidates.of_criteria import of_criterion
from pipelines.scorecard.candidates.of_dimensions import of_dimensions
from pipelines.scorecard.candidates.of_gates import holds_back, of_gates
from pipelines.scorecard.judge import judge_element
from pipelines.scorecard.rubric import CoreElement, rubric
from pipelines.scorecard.share import UNKNOWN
from pipelines.scorecard.sources import Sources
from pipelines.scorecard.suggestion import HIGHEST, level_of

# Kinds of fixes that bring in records which may have faults of their own.
UNSEEN = ("file", "lines", "table", "collected")


@dataclass(frozen=True)
class Step:
    """One candidate on the way to a level, and the level that the data suggest once it and those before are done."""

    candidate: Candidate
    level: int | None


@dataclass(frozen=True)
class Climb:
    """How an element gets to its next level: in steps, or ``why_not``. ``now`` is None where that cannot be told."""

    element: CoreElement
    now: int | None
    goal: int | None
    steps: tuple[Step, ...] = ()
    why_not: str = ""


def propose(seen: Sources) -> tuple[tuple[Candidate, ...], tuple[Climb, ...]]:
    """Return the candidates of a scorecard, gates first and then in the order of the rubric, and the way up."""
    ground = ground_of(seen)
    met = [
        of_criterion(element, criterion, seen, ground)
        for element in rubric().elements
        for criterion, result in zip(element.criteria, judge_element(element, seen).criteria, strict=True)
        if result.is_met is False
    ]
    found = (*of_gates(seen, ground), *(one for one in met if one), *of_dimensions(seen, ground))
    candidates = tuple(_simulated(one, seen, ground) for one in found)
    return candidates, tuple(
        climb(element, seen, ground, candidates) for element in rubric().elements if element.assessed == "suggested"
    )


def _simulated(candidate: Candidate, seen: Sources, ground: Ground) -> Candidate:
    """Return the candidate with what it gains in the measures that follow from measurements by criteria and gates."""
    after = applied(seen, ground, candidate.fixes)
    criteria = [answer.partition(":")[2] for answer in candidate.answers if answer.startswith("criterion:")]
    measures = [f"{kind}:{one}" for one in criteria for kind in ("median", "criterion")]
    measures += [f"coverage:{dimension}" for dimension in _alone(candidate)]
    measures += [f"level:{candidate.element}"]
    gains = [_gain(one, candidate, seen, after) for one in measures]
    # A criterion of the grantee has no median institution.
    return replace(candidate, gains=(*candidate.gains, *(g for g in gains if g.now is not None or g.most is not None)))


def _gain(measure: str, candidate: Candidate, seen: Sources, after: Sources) -> Gain:
    """Return what a measure comes to; of a level no least where records come in of which nothing is known yet."""
    told = measure_now(after, measure)
    is_open = measure.startswith("level:") and any(fix.kind in UNSEEN for fix in candidate.fixes)
    return Gain(measure, measure_now(seen, measure), None if is_open else told, told)


def _alone(candidate: Candidate) -> list[str]:
    dimensions = sorted({fix.what for fix in candidate.fixes if fix.kind == "answers"})
    return dimensions if len(dimensions) == 1 else []


def climb(element: CoreElement, seen: Sources, ground: Ground, candidates: Sequence[Candidate]) -> Climb:
    """Return the cheapest candidates that bring an element to its next level: closed gates first, then few records."""
    judged = judge_element(element, seen)
    now = judged.suggestion.level if judged.suggestion else None
    if now is None or now == HIGHEST:
        return Climb(element, now, None, (), UNKNOWN if now is None else "it is at the highest level")
    rule, goal = rubric().suggestion, now + 1
    closed = [gate for gate in judged.gates if not gate.is_waived]
    chosen = _openers(candidates, {gate.id for gate in closed}) if closed and rule.gate_caps_at < goal else []
    # A file that is sent again may by itself meet a criterion.
    opened = applied(seen, ground, {fix for candidate in chosen for fix in candidate.fixes})
    criteria = judge_element(element, opened).criteria
    is_met = [criterion.is_met for criterion in criteria]
    ids = [criterion.id for criterion in criteria if criterion.is_met is False]
    cheap = sorted((c for c in candidates if c.id in ids), key=lambda c: (c.records, c.id))
    while cheap and level_of(is_met.count(True), len(is_met), rule) < goal:
        chosen.append(cheap.pop(0))
        is_met[is_met.index(False)] = True
    steps, fixes = [], set[Fix]()
    for candidate in chosen:
        fixes |= candidate.fixes
        steps.append(Step(candidate, _level(element, applied(seen, ground, fixes))))
    if not steps or (steps[-1].level or 0) < goal:
        why = "what is not met besides cannot be corrected in this year's records, or cannot be told"
        return Climb(element, now, goal, tuple(steps), why)
    return Climb(element, now, goal, tuple(steps))


def _openers(candidates: Sequence[Candidate], gates: set[str]) -> list[Candidate]:
    return sorted((c for c in candidates if c.aim.startswith("gate:") and c.aim[5:] in gates),
                  key=lambda c: (c.records, c.id))  # fmt: skip


def _level(element: CoreElement, seen: Sources) -> int | None:
    suggestion = judge_element(element, seen).suggestion
    return suggestion.level if suggestion else None


__all__ = ["Climb", "Step", "climb", "holds_back", "propose"]
