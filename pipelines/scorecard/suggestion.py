"""From criteria and gates to what the data suggest: a pure function that gives its derivation in words.

Levels are made as the Benchmark Tool makes them, by how many criteria are met, and never by a weighted mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pipelines.scorecard.card import CriterionResult, Gate, Suggestion
from pipelines.scorecard.rubric import Rubric, SuggestionRule
from pipelines.scorecard.share import UNKNOWN

LOWEST, HIGHEST = 1, 4


def suggest(
    criteria: Sequence[CriterionResult], gates: Sequence[Gate], could_not_be_judged: Sequence[str], rubric: Rubric
) -> Suggestion:
    """Return the level that the criteria suggest, capped by closed gates.

    Where some criteria cannot be told, the level is suggested only if their answers could not change it. A rule that
    the system failed to judge makes the level untold: a broken engine is neither good nor bad data.
    """
    if could_not_be_judged:
        return _untold(
            f"{_many(len(could_not_be_judged), 'rule')} could not be judged; the system has to be repaired first"
        )
    low = level_of(sum(c.is_met is True for c in criteria), len(criteria), rubric.suggestion)
    high = level_of(sum(c.is_met is not False for c in criteria), len(criteria), rubric.suggestion)
    closed = [gate for gate in gates if not gate.is_waived]
    cap = rubric.suggestion.gate_caps_at if closed else HIGHEST
    derivation = [_counted(criteria)]
    if min(low, cap) != min(high, cap):
        return _untold(
            *derivation, f"the level lies between {rubric.levels[min(low, cap)]} and {rubric.levels[min(high, cap)]}"
        )
    derivation.append(f"by the criteria alone: {rubric.levels[low]}")
    if closed:
        derivation.append(f"{_many(len(closed), 'closed gate')}: not above {rubric.levels[cap]}, whatever else is met")
    return Suggestion(min(low, cap), rubric.levels[min(low, cap)], tuple(derivation), is_capped=low > cap)


def level_of(met: int, count: int, rule: SuggestionRule) -> int:
    """Return the level that ``met`` of ``count`` criteria make, in exact arithmetic."""
    share = Fraction(met, count)
    marks = (rule.building_from, rule.promising_from, rule.established_from)
    return LOWEST + sum(share >= Fraction(mark) for mark in marks)


def _counted(criteria: Sequence[CriterionResult]) -> str:
    met = sum(c.is_met is True for c in criteria)
    untold = sum(c.is_met is None for c in criteria)
    words = f"{met} of {len(criteria)} criteria are met"
    return words + (f", {untold} cannot be told" if untold else "")


def _untold(*derivation: str) -> Suggestion:
    return Suggestion(None, UNKNOWN, derivation)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
