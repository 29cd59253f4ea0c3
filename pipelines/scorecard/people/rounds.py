"""Which rounds of ratings the scorecard of a program year shows: those by the rubric in force, of no later year."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pipelines.scorecard.people.ratings import Rating, Ratings, Round


@dataclass(frozen=True)
class Rounds:
    """The rounds shown, the earliest first, and how many up to this year were made by another rubric."""

    all: tuple[Round, ...] = ()
    others: int = 0

    @property
    def now(self) -> Round | None:
        """The last round; None where there is none."""
        return self.all[-1] if self.all else None

    @property
    def before(self) -> Round | None:
        """The round before the last; None where there is none."""
        return self.all[-2] if len(self.all) > 1 else None

    @staticmethod
    def level(rating: Rating | None) -> Fraction | None:
        """Return the level of a rating of a sub-element; None where it was not rated."""
        return None if rating is None or rating.level is None else Fraction(rating.level)


def rounds_shown(ratings: Ratings, program_year: str, rubric_id: str) -> Rounds:
    """Return the rounds that the scorecard of a program year shows, by a rubric."""
    until = [one for one in ratings.rounds if one.program_year <= program_year]
    own = tuple(one for one in until if one.rubric == rubric_id)
    return Rounds(own, len(until) - len(own))
