"""Ratings as people enter them in ``ratings.toml``: rounds of assessment, and the level of each element in each.

A core element is people's judgment, or the average of its sub-elements: which of the two is said. No machine rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from pipelines.scorecard.people.blocks import DAY, ID, TEXT, WHOLE, YEAR, Block, blocks_of, content_of, one_of
from pipelines.scorecard.rubric import Rubric

FILE_NAME = "ratings.toml"
JUDGMENT, AVERAGE = "judgment", "average"
_ROUND = {"id": ID, "program_year": YEAR, "began_on": DAY, "rubric": ID}
_RATING = {
    "round": ID, "element": WHOLE, "sub_element": ID.or_none(), "by": one_of(JUDGMENT, AVERAGE).or_none(),
    "level": WHOLE.or_none(), "evidence": TEXT, "author": TEXT, "rated_on": DAY,
}  # fmt: skip


@dataclass(frozen=True)
class Round:
    """An assessment round: ``program_year`` is the newest year whose records were on the table."""

    id: str
    program_year: str
    began_on: date
    rubric: str


@dataclass(frozen=True)
class Rating:
    """What people said of a core element, or of its sub-element where there is a code.

    ``by`` is of core elements: judgment, with a level, or average, without one.
    """

    round: str
    element: int
    evidence: str
    author: str
    rated_on: date
    level: int | None = None
    sub_element: str = ""
    by: str = ""


@dataclass(frozen=True)
class Ratings:
    """All rounds, the earliest first, and all ratings in the order of the file."""

    rounds: tuple[Round, ...] = ()
    ratings: tuple[Rating, ...] = ()

    def of(self, round_id: str, element: int) -> Rating | None:
        """Return the rating of a core element in a round; None where it was not rated."""
        own = (r for r in self.ratings if (r.round, r.element, r.sub_element) == (round_id, element, ""))
        return next(own, None)

    def parts(self, round_id: str, element: int) -> tuple[Rating, ...]:
        """Return the ratings of the sub-elements of a core element in a round, by code."""
        own = (r for r in self.ratings if (r.round, r.element) == (round_id, element) and r.sub_element)
        return tuple(sorted(own, key=lambda r: r.sub_element))

    def level(self, round_id: str, element: int) -> Fraction | None:
        """Return the level of a core element in a round, exactly; None where it was not rated."""
        found = self.of(round_id, element)
        if found is None or found.level is not None:
            return None if found is None else Fraction(found.level or 0)
        parts = self.parts(round_id, element)
        return Fraction(sum(part.level or 0 for part in parts), len(parts))


def ratings_of(path: Path, rubric: Rubric, *, is_invented: bool = False) -> Ratings:
    """Return what a file says, nothing where there is none. Raises ConfigurationError with file, block, key and fix.

    Ratings by the rubric in force are held to its elements, levels and, where they were entered, its sub-elements;
    ``is_invented`` ones to no sub-elements, because a sample cannot know what its user enters.
    """
    content = content_of(path, ("round", "rating"))
    rounds: dict[str, Round] = {}
    ids: set[str] = set()
    for block in blocks_of(path, content, "round", _ROUND):
        block.hold_new("id", ids)
        rounds[block.values["id"]] = Round(**block.values)
    ratings = []
    places: set[tuple[str, int, str]] = set()
    for block in blocks_of(path, content, "rating", _RATING):
        rating = _rating(block, rounds)
        if rounds[rating.round].rubric == rubric.id:
            _hold_to(rubric, rating, block, is_invented=is_invented)
        place = (rating.round, rating.element, rating.sub_element)
        if place in places:
            block.refuse("is rated twice in this round; leave one, or begin another round")
        places.add(place)
        ratings.append((rating, block))
    found = Ratings(
        tuple(sorted(rounds.values(), key=lambda r: (r.began_on, r.id))), tuple(rating for rating, _block in ratings)
    )
    for rating, block in ratings:
        if rating.by == AVERAGE and not found.parts(rating.round, rating.element):
            block.refuse(f"by = '{AVERAGE}': no sub-element of it was rated in this round; rate some, or say a level")
    return found


def _rating(block: Block, rounds: Mapping[str, Round]) -> Rating:
    block.hold_one_of("round", rounds)
    rating = Rating(**block.values)
    if rating.sub_element and rating.by:
        block.refuse("by: belongs to core elements; take it out of the rating of a sub-element")
    if not rating.sub_element and not rating.by:
        block.refuse(f"by: missing; say '{JUDGMENT}' or '{AVERAGE}', or name the sub_element")
    if (rating.level is None) != (rating.by == AVERAGE):
        block.refuse(f"level: needed, except with by = '{AVERAGE}', which has none: it follows from the sub-elements")
    if rating.rated_on < rounds[rating.round].began_on:
        block.refuse("rated_on: lies before its round began; correct one of the two days")
    return rating


def _hold_to(rubric: Rubric, rating: Rating, block: Block, *, is_invented: bool) -> None:
    block.hold_one_of("element", [element.number for element in rubric.elements])
    if rating.level is not None:
        block.hold_one_of("level", sorted(rubric.levels))
    element = rubric.element(rating.element)
    codes = [one.code for one in element.sub_elements] if element else []
    if rating.sub_element and codes and not is_invented:
        block.hold_one_of("sub_element", codes)
