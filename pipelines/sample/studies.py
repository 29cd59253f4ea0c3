"""What the students of a sample do: courses taken and passed, exits, for the three years after entry.

Arrays are indexed by person of one cohort; credits are hundredths of the unit of the program. Records in our words
are made of it in ``sample.records``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.sample.people import Floats, Integers, between, evenly, pick
from pipelines.sample.plan import SHORT_PROGRAM, Plan, in_unit

YEARS = 3  # a cohort is followed for three program years; whoever is still enrolled then is not heard of again
Flags = npt.NDArray[np.bool_]
Dates = npt.NDArray[np.datetime64]
# First and last day (month, day) of the terms; a quarter's spring begins later than a semester's.
_TERMS = {
    "summer": ((7, 5), (8, 12)), "fall": ((8, 24), (12, 14)), "winter": ((1, 4), (3, 20)), "spring": ((1, 12), (5, 12)),
    "annual": ((9, 6), (6, 9)),
}  # fmt: skip
_QUARTER_SPRING = ((3, 29), (6, 12))
_FIRST_TERM = {"summer": 12, "fall": 60, "winter": 8, "spring": 20, "annual": 100}  # per cent of entrants
_LEAVING = (("withdrew", 78), ("unknown", 12), ("leave_of_absence", 9), ("deceased", 1))
COMPLETED = "completed"
_ROOT_OF_TWO = 1.4142135623730951
# Shares: who goes on in summer, part-time students with two courses, one general course more, completers who ask for
# the award, and students of the last year of whom no exit is recorded.
_SUMMER, _TWO_COURSES, _ONE_MORE, _APPLIES, _SILENT = 0.25, 0.75, 0.4, 0.9, 0.2


@dataclass
class Progress:
    """Where each person stands: it changes from term to term."""

    is_active: Flags
    taken: Integers
    general_taken: Integers
    earned: Integers


@dataclass
class Year:
    """What a cohort did in one program year. ``courses`` are frames of one row a course taken."""

    is_active: Flags
    earned: Integers
    last_term: Integers
    has_left: Flags
    courses: list[pl.DataFrame] = field(default_factory=list)
    exit_reason: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))


@dataclass(frozen=True)
class Cohort:
    """The fixed properties of a cohort's persons, as arrays."""

    plan: Plan
    entry_year: int
    offer: Integers
    skill: Floats
    is_full_time: Flags
    course_count: Integers
    general_count: Integers
    is_short: Flags
    first_term: Integers
    attends: Flags
    twelve_credits: Integers
    enough_credits: Integers


def term_dates(plan: Plan, term: str, start_year: int) -> tuple[date, date]:
    """Return first and last day of a term of the program year that begins in July of ``start_year``."""
    days = _QUARTER_SPRING if term == "spring" and "winter" in plan.terms else _TERMS[term]
    first, last = (date(start_year + (month < 7), month, day) for month, day in days)  # noqa: PLR2004 - July
    return first, last


def cohort_of(plan: Plan, people: pl.DataFrame, rng: np.random.Generator, entry_year: int) -> Cohort:
    """Return the fixed properties of a cohort, and in which of its terms each person begins."""
    offer = people["offer"].to_numpy().astype(np.int64)
    institution = np.array([o.institution for o in plan.offers])[offer]
    attends = np.array([[term in i.terms for term in plan.terms] for i in plan.institutions])[institution]
    weight = attends * np.array([_FIRST_TERM[term] for term in plan.terms], dtype=np.float64)
    edges = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    first_term = (evenly(rng, len(offer), _ROOT_OF_TWO)[:, None] >= edges).sum(axis=1)
    all_credits = np.array([sum(o.courses) for o in plan.offers])[offer]
    twelve = np.array([in_unit(SHORT_PROGRAM, o.unit) for o in plan.offers])[offer]
    is_short = np.array([o.program.is_short for o in plan.offers])[offer]
    return Cohort(
        plan, entry_year, offer, people["skill"].to_numpy(), people["is_full_time"].to_numpy(),
        course_count=np.array([len(o.courses) for o in plan.offers])[offer],
        general_count=np.array([o.general_education for o in plan.offers])[offer], is_short=is_short,
        first_term=first_term, attends=attends, twelve_credits=twelve,
        enough_credits=np.where(is_short, all_credits, np.maximum(twelve, all_credits * 3 // 4)),
    )  # fmt: skip


def years(cohort: Cohort, rng: np.random.Generator) -> list[Year]:
    """Return what a cohort does in each of its program years."""
    count = len(cohort.offer)
    zeros = np.zeros(count, dtype=np.int64)
    progress = Progress(np.ones(count, dtype=bool), zeros.copy(), zeros.copy(), zeros.copy())
    return [_year(cohort, progress, rng, number) for number in range(YEARS)]


def _year(cohort: Cohort, progress: Progress, rng: np.random.Generator, number: int) -> Year:
    count = len(cohort.offer)
    year = Year(np.zeros(count, bool), np.zeros(count, np.int64), np.full(count, -1), np.zeros(count, bool))
    for term, name in enumerate(cohort.plan.terms):
        is_going = progress.is_active & ~year.has_left & cohort.attends[:, term]
        is_entering = (cohort.first_term == term) if number == 0 else np.zeros(count, bool)
        is_going &= (cohort.first_term <= term) | (number > 0)
        is_going &= (rng.random(count) < _SUMMER) | is_entering | (name != "summer")
        _term(cohort, progress, year, rng, term, is_going)
    _exits(cohort, progress, year, rng, is_last=number == YEARS - 1)
    return year


def _term(cohort: Cohort, progress: Progress, year: Year, rng: np.random.Generator, term: int, is_going: Flags) -> None:
    """Let those who go take and pass courses of the term, and some of them leave at its end."""
    count = len(is_going)
    draw = rng.random(count)
    load = np.where(cohort.plan.terms[term] == "annual", np.where(cohort.is_full_time, 6, 3),
                    np.where(cohort.is_full_time, 3, 1 + (draw < _TWO_COURSES)))  # fmt: skip
    load = np.minimum(np.where(cohort.is_short, cohort.course_count, load), cohort.course_count - progress.taken)
    general = (np.where(cohort.is_full_time, 1, 0) + (rng.random(count) < _ONE_MORE)) * (cohort.general_count > 0)
    load, general = load * is_going, general * is_going
    is_going = load + general > 0
    is_leaving = is_going & (rng.random(count) < 0.25 * (1.0 - cohort.skill))
    chance = cohort.skill * np.where(is_leaving, 0.5, 1.0)
    own = _taken(cohort, rng, progress.taken, load, chance, term)
    year.courses += [own, _general(cohort, rng, progress.general_taken, general, chance, term)]
    earned = np.bincount(own["person"].to_numpy(), weights=own["earned"].to_numpy(), minlength=count).astype(np.int64)
    progress.taken += load
    progress.general_taken += general
    progress.earned += earned
    year.earned += earned
    year.is_active |= is_going
    year.last_term = np.where(is_going, term, year.last_term)
    year.has_left |= is_leaving


def _spread(load: Integers, first: Integers) -> tuple[Integers, Integers]:
    """Return person and running course number of each course taken, ``load`` courses a person from ``first`` on."""
    person = np.repeat(np.arange(len(load)), load)
    step = np.arange(len(person)) - np.repeat(np.cumsum(load) - load, load)
    return person, first[person] + step


def _taken(
    cohort: Cohort, rng: np.random.Generator, first: Integers, load: Integers, chance: Floats, term: int
) -> pl.DataFrame:
    person, number = _spread(load, first)
    offers = cohort.plan.offers
    widest = max(len(o.courses) for o in offers)
    credits_ = np.array([[*o.courses, *[0] * (widest - len(o.courses))] for o in offers])
    return _courses(person, number, credits_[cohort.offer[person], number], rng, chance, term, is_general=False)


def _general(
    cohort: Cohort, rng: np.random.Generator, first: Integers, load: Integers, chance: Floats, term: int
) -> pl.DataFrame:
    person, number = _spread(load, first)
    three = np.array([in_unit(3, o.unit) for o in cohort.plan.offers])[cohort.offer[person]]
    number = number % np.maximum(cohort.general_count[person], 1)
    return _courses(person, number, three, rng, chance, term, is_general=True)


def _courses(
    person: Integers, number: Integers, attempted: Integers, rng: np.random.Generator, chance: Floats, term: int,
    *, is_general: bool,
) -> pl.DataFrame:  # fmt: skip
    is_passed = rng.random(len(person)) < chance[person]
    columns = {"person": person, "number": number, "attempted": attempted, "earned": attempted * is_passed}
    frame = pl.DataFrame(columns).cast(pl.Int32)
    return frame.with_columns(pl.lit(term, pl.Int8).alias("term"), pl.lit(is_general).alias("is_general"))


def _exits(cohort: Cohort, progress: Progress, year: Year, rng: np.random.Generator, *, is_last: bool) -> None:
    """Decide who has completed, who has left and who goes on; None as reason means that no exit was recorded."""
    count = len(cohort.offer)
    # 12 credits in the last year alone: the files of the years before may never be sent.
    has_enough = (progress.earned >= cohort.enough_credits) & (cohort.is_short | (year.earned >= cohort.twelve_credits))
    is_done = year.is_active & ~year.has_left & has_enough
    is_done &= (rng.random(count) < _APPLIES) | cohort.is_short
    has_no_more = cohort.is_short | (progress.taken >= cohort.course_count)
    draw = rng.random(count)
    is_leaving = year.has_left | has_no_more | (draw > 0.25 + 0.55 * cohort.skill)
    leaving = np.array([name for name, _ in _LEAVING], dtype=object)[pick(rng, count, [share for _, share in _LEAVING])]
    is_silent = ~is_leaving | (is_last & (draw < _SILENT))
    leaving[is_silent] = None
    leaving[is_done] = COMPLETED
    leaving[~year.is_active] = None
    year.exit_reason = leaving
    progress.is_active &= ~(is_done | is_leaving) & ~(is_last & is_silent)


def last_days(cohort: Cohort, year: Year, start_year: int) -> Dates:
    """Return the last day of each person's last term of the year, from which exits are dated."""
    days = [term_dates(cohort.plan, term, start_year)[1] for term in cohort.plan.terms]
    of_persons: Dates = np.array(days, dtype="datetime64[D]")[year.last_term]
    return of_persons


def entry_days(cohort: Cohort, rng: np.random.Generator) -> Dates:
    """Return the day of entry: within the first days of the first term."""
    days = [term_dates(cohort.plan, term, cohort.entry_year)[0] for term in cohort.plan.terms]
    first_days: Dates = np.array(days, dtype="datetime64[D]")[cohort.first_term]
    entry: Dates = first_days + between(rng, len(cohort.offer), 0, 3).astype("timedelta64[D]")
    return entry
