"""Who the students of a sample are: one cohort of entrants, drawn whole, with attributes that never change.

Rows are persons. What they do, term by term, stands in ``sample.studies``. Only ``Generator.random`` is drawn from,
whose stream is the same on every platform.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.sample.identifiers import identifiers
from pipelines.sample.plan import Plan

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Per cent of yes, unknown, declined, not reported; the rest is no.
POPULATIONS = {
    "disability_status": (9, 4, 3, 3), "economic_disadvantage_status": (46, 6, 1, 7),
    "single_parent_status": (12, 4, 2, 3), "out_of_workforce_status": (7, 5, 1, 4),
    "english_learner_status": (8, 3, 1, 3), "homelessness_status": (5, 4, 3, 3),
    "foster_care_status": (5, 4, 3, 3), "active_duty_parent_status": (5, 4, 1, 4),
}  # fmt: skip
# Whose aid forms say yes has filed one; of the others these shares have, by what is sent of economic disadvantage. A no
# of somebody who never filed is the field's most frequent silent fault, so that some are sent here too.
AID_FORM_FLAGS = ("economic_disadvantage_status", "single_parent_status")
_FILED = {"no": 0.9, "unknown": 0.2, "declined": 0.3, "not_reported": 0.1}
_FULL_TIME = 0.55
_GOLDEN = 0.6180339887498949
_STATES = ("yes", "unknown", "declined", "not_reported", "no")
_AGES = ((17, 21, 45), (21, 30, 30), (30, 45, 18), (45, 65, 7))  # from, to (years), per cent
_SEXES = (("unknown", 1.0), ("declined", 0.7), ("not_reported", 0.5), ("another", 0.8))
_PAIRS = ("asian|white", "black_or_african_american|white", "american_indian_or_alaska_native|white")
_GAPS = {
    "black_or_african_american": -0.05, "hispanic_or_latino": -0.03, "american_indian_or_alaska_native": -0.06,
    "asian": 0.03, "unknown": -0.04,
}  # fmt: skip


def stream(seed: int, grantee_id: str, entry_year: int) -> np.random.Generator:
    """Return the random stream of one cohort: it depends on nothing else, so that years can be drawn one by one."""
    entropy = [seed, zlib.crc32(grantee_id.encode()), entry_year]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def pick(rng: np.random.Generator, count: int, shares: Sequence[float]) -> Integers:
    """Return indices into ``shares``, drawn in proportion to them."""
    return spread(rng.random(count), shares)


def spread(draws: Floats, shares: Sequence[float]) -> Integers:
    """Return the index into ``shares`` that each draw between 0 and 1 falls to."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.searchsorted(edges / edges[-1], draws, side="right").clip(max=len(shares) - 1)


def evenly(rng: np.random.Generator, count: int, step: float = 0.0) -> Floats:
    """Return draws that fill the range evenly, so that small institutions do not grow or shrink by chance.

    They ascend where ``step`` is 0; with an irrational step, neighbors are far apart.
    """
    place = np.arange(count)
    if not step:
        return np.asarray((place + rng.random(count)) / max(count, 1), dtype=np.float64)
    return np.asarray((place * step + rng.random()) % 1.0, dtype=np.float64)


def between(rng: np.random.Generator, count: int, low: int, high: int) -> Integers:
    """Return whole numbers from ``low`` to ``high``, both inclusive."""
    return low + np.floor(rng.random(count) * (high - low + 1)).astype(np.int64)


def people(plan: Plan, rng: np.random.Generator, entry_year: int, count: int) -> pl.DataFrame:
    """Return a cohort: ``count`` persons who enter in the program year that begins in July of ``entry_year``."""
    weights = [
        plan.institutions[o.institution].share / len(plan.institutions[o.institution].programs) for o in plan.offers
    ]
    offer = spread(evenly(rng, count), weights)
    institution = np.array([o.institution for o in plan.offers])[offer]
    sex = _sex(plan, rng, offer)
    race = pick(rng, count, [*plan.race.values(), 100 - sum(plan.race.values())])
    line = np.array([*plan.race, "white"], dtype=object)[race]
    forms = pick(rng, count, [share for _, share in plan.identifiers])
    columns: dict[str, Any] = {
        "offer": offer,
        "student_id": identifiers([form for form, _ in plan.identifiers], forms, entry_year),
        "birth_date": _birth_dates(rng, entry_year, count),
        "sex": sex,
        **_race(plan, rng, line),
        "nontraditional_preparation_status": _nontraditional(plan, offer, sex),
    }
    weight = {"single_parent_status": np.where(sex == "female", 3.0, 1.0)}
    for name, percents in POPULATIONS.items():
        columns[name] = _quotas(rng, institution, percents, weight.get(name, np.ones(count)))
    columns["aid_form_status"] = _aid_form(rng, columns)
    columns["skill"] = _skill(rng, line, columns)
    columns["is_full_time"] = evenly(rng, count, _GOLDEN) < _FULL_TIME
    return pl.DataFrame({name: _series(values) for name, values in columns.items()}).with_row_index("person")


def _series(values: Any) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) and values.dtype.hasobject else values


def _sex(plan: Plan, rng: np.random.Generator, offer: Integers) -> Any:
    women = np.array([o.program.female_percent / 100 for o in plan.offers])[offer]
    sex = np.where(rng.random(len(offer)) < women, "female", "male").astype(object)
    percents = [percent for _, percent in _SEXES]
    other = pick(rng, len(offer), [*percents, 100 - sum(percents)])
    return np.where(other < len(_SEXES), np.array([*(name for name, _ in _SEXES), ""], dtype=object)[other], sex)


def _nontraditional(plan: Plan, offer: Integers, sex: Any) -> Any:
    """Derived from program and sex: where the sex is not known, neither is this."""
    of_program = np.array([o.program.nontraditional_sex for o in plan.offers], dtype=object)[offer]
    is_known = (sex == "female") | (sex == "male")
    return np.where(~is_known, "unknown", np.where(of_program == sex, "yes", "no"))


def _birth_dates(rng: np.random.Generator, entry_year: int, count: int) -> Any:
    band = pick(rng, count, [share for _, _, share in _AGES])
    low = np.array([first for first, _, _ in _AGES])[band] * 365
    high = np.array([last for _, last, _ in _AGES])[band] * 365
    days = low + np.floor(rng.random(count) * (high - low)).astype(np.int64)
    return (np.datetime64(f"{entry_year}-07-01", "D") - days).astype("datetime64[D]")


def _quotas(rng: np.random.Generator, group: Integers, percents: Sequence[int], weight: Floats) -> Any:
    """Return a state for each person so that every group has its share, and at least one yes."""
    count = len(group)
    order = np.lexsort((rng.random(count) / weight, group))
    sizes = np.bincount(group, minlength=int(group.max(initial=0)) + 1)
    rank = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    size = np.repeat(sizes, sizes)
    edges = np.cumsum(percents)
    yes = np.maximum(1, size * edges[0] // 100)
    place = np.where(
        rank < yes, 0, 1 + sum((rank >= yes + size * (e - edges[0]) // 100).astype(int) for e in edges[1:])
    )
    states = np.empty(count, dtype=object)
    states[order] = np.array(_STATES, dtype=object)[place]
    return states


def _aid_form(rng: np.random.Generator, columns: dict[str, Any]) -> Any:
    """Return who filed an aid form, drawn from a stream apart, so that all else stays as it was."""
    (apart,) = rng.spawn(1)
    said = columns[AID_FORM_FLAGS[0]]
    has_filed = apart.random(len(said)) < np.array([_FILED.get(answer, 1.0) for answer in said])
    says_yes = np.any([columns[flag] == "yes" for flag in AID_FORM_FLAGS], axis=0)
    return np.where(says_yes | has_filed, "yes", "no").astype(object)


def _race(plan: Plan, rng: np.random.Generator, line: Any) -> dict[str, Any]:
    """Return the answers as the grantee's question puts them: two questions, or one that rolls up or combines."""
    standard = plan.grantee.race_question_standard
    second = pick(rng, len(line), [60, 25, 10, 5])
    if standard != "1997_two_question":
        selections = line if standard == "state_local" else np.where(
            line == "two_or_more_races", np.array(_PAIRS, dtype=object)[second % len(_PAIRS)], line)  # fmt: skip
        none = np.full(len(line), None, dtype=object)
        return {
            "race_selections": selections,
            "hispanic_ethnicity": np.full(len(line), "not_collected", dtype=object),
            "prior_race_selection": none,
        }
    of_hispanics = np.array(["white", "not_reported", "black_or_african_american", "unknown"], dtype=object)[second]
    several = np.array(_PAIRS, dtype=object)[second % len(_PAIRS)]
    is_hispanic = line == "hispanic_or_latino"
    selections = np.where(is_hispanic, of_hispanics, np.where(line == "two_or_more_races", several, line))
    has_answer = ~np.isin(line, ["unknown", "declined", "not_reported"])
    return {
        "race_selections": selections,
        "hispanic_ethnicity": np.where(is_hispanic, "yes", np.where(has_answer, "no", line)),
        "prior_race_selection": np.where(~has_answer, None, _first(selections, line)),
    }


def _first(selections: Any, line: Any) -> Any:
    """Return one race for each person, as the single field of old could hold: the first selected, or Hispanic."""
    first = np.array([str(text).split("|")[0] for text in selections], dtype=object)
    return np.where(line == "hispanic_or_latino", line, first)


def _skill(rng: np.random.Generator, line: Any, columns: dict[str, Any]) -> Floats:
    """Return the chance to pass a course: mostly the person's own, and gaps that the measures must find."""
    skill = 0.80 + 0.18 * rng.random(len(line)) + np.vectorize(lambda name: _GAPS.get(name, 0.0), otypes=[float])(line)
    for name in ("economic_disadvantage_status", "disability_status", "english_learner_status"):
        skill -= 0.03 * (columns[name] == "yes")
    return np.asarray(skill, dtype=np.float64)
