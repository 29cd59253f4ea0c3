"""What the data suggest for one core element: its criteria judged, its gates, and the level that follows.

The parts are pure functions of their own, see ``criteria`` and ``suggestion``; here they meet the sources.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.scorecard.card import CriterionResult, Gate, Suggestion
from pipelines.scorecard.rubric import CoreElement, rubric
from pipelines.scorecard.sources import Sources
from pipelines.scorecard.suggestion import suggest


@dataclass(frozen=True)
class Judged:
    """A core element as the data show it; without a suggestion where the rubric leaves the level to people."""

    criteria: tuple[CriterionResult, ...] = ()
    suggestion: Suggestion | None = None
    gates: tuple[Gate, ...] = ()


def judge_element(element: CoreElement, seen: Sources) -> Judged:
    """Return what the data suggest for a core element; nothing where it is not for data to suggest."""
    if element.assessed != "suggested":
        return Judged()
    # A refused file holds back every element: what it would have said is not known.
    gates = tuple(g for g in seen.gates if g.kind == "file" or g.dimension in element.dimensions)
    untold = [words for dimension, words in seen.could_not_be_judged if dimension in element.dimensions]
    criteria = tuple(seen.judged(c) for c in element.criteria)
    return Judged(criteria, suggest(criteria, gates, untold, rubric()), gates)
