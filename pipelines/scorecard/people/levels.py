"""Levels that people gave, in words: as exact numbers, moved since the round before, beside what the data suggest.

Nothing is rounded to a level, and what people say is never mixed with what the data suggest.
"""

from __future__ import annotations

from fractions import Fraction

from pipelines.scorecard.card import Suggestion
from pipelines.scorecard.people.ratings import AVERAGE, Ratings
from pipelines.scorecard.rubric import CoreElement, Rubric

NOT_RATED, NO_LEVEL, FOR_PEOPLE = "not rated", "no level: evidence only", "nothing: not assessable from records"


def level_words(level: Fraction | None, rubric: Rubric) -> str:
    """Return a level in words: ``3 Promising``; an average between two levels is its exact number, ``2 1/3``."""
    if level is None:
        return NOT_RATED
    if level.denominator == 1:
        return f"{level.numerator} {rubric.levels.get(level.numerator, '')}".strip()
    return mixed(level)


def mixed(number: Fraction) -> str:
    """Return a positive fraction as a mixed number, such as ``2 1/3`` or ``1/2``."""
    whole, rest = divmod(number.numerator, number.denominator)
    part = f"{rest}/{number.denominator}" if rest else ""
    return " ".join(text for text in (str(whole) if whole or not rest else "", part) if text)


def basis(ratings: Ratings, round_id: str, element: int) -> str:
    """Return how people came to the level of a core element: judgment, or average of so many sub-elements."""
    found = ratings.of(round_id, element)
    if found is None:
        return ""
    count = len(ratings.parts(round_id, element))
    return f"average of {count} sub-element{'s' * (count != 1)}" if found.by == AVERAGE else found.by


def movement(now: Fraction | None, before: Fraction | None, *, has_before: bool = True) -> str:
    """Return how a level moved since the round before, in levels."""
    if not has_before:
        return "first round"
    if now is None or before is None:
        return "" if now is before else "newly rated" if before is None else "no longer rated"
    if now == before:
        return "unchanged"
    return f"{'up' if now > before else 'down'} {mixed(abs(now - before))}"


def suggested_words(element: CoreElement, suggestion: Suggestion | None) -> str:
    """Return what the data suggest for a core element, in words."""
    if suggestion is None:
        return FOR_PEOPLE if element.assessed == "people" else NO_LEVEL
    return f"{suggestion.level} {suggestion.level_name}" if suggestion.level else suggestion.level_name


def side_by_side(people: Fraction | None, suggestion: Suggestion | None, rubric: Rubric) -> str:
    """Return in words whether people and data agree. Where they do not both stand, and there is no mean of the two."""
    if suggestion is None:
        return "Not rated, and no level follows from records." if people is None else "People alone decide the level."
    if suggestion.level is None:
        return (
            "The data cannot tell; people decide."
            if people is None
            else "The data cannot tell; what people say stands."
        )
    if people is None:
        return "Not rated by people: what the data suggest is not confirmed."
    if people == suggestion.level:
        return "People and data agree."
    word = "higher" if people > suggestion.level else "lower"
    capped = "; a closed gate holds the data's level down" if suggestion.is_capped else ""
    return (
        f"They disagree: people rate it {mixed(abs(people - suggestion.level))} {word} than the data suggest "
        f"({level_words(people, rubric)} against {suggestion.level} {suggestion.level_name}{capped}). Both stand."
    )
