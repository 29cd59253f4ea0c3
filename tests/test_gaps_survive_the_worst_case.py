"""Do the bounds hold every gap that the unknown leave possible, and no other?"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from gaps_example import Person, cells_of, gaps_of, persons, unwritten_gaps_of, warehouse_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.measures.gaps.exact import Limits, Members, limits

SMALL = st.tuples(*[st.integers(0, 3)] * 3)
CASE = st.tuples(SMALL.filter(sum), SMALL, SMALL)  # (met, not met, unknown) of the group, of those who may, of others


def _members(*counts: tuple[int, int, int]) -> Members:
    return Members(*(np.array([sum(column)]) for column in zip(*counts, strict=True)))


def _limits(group, maybe, others) -> Limits:
    return limits(_members(group), _members(maybe), _members(group, maybe, others))


def _every_gap(group, maybe, others) -> set[Fraction]:
    """Return the gaps of every assignment of outcomes and memberships, by counting them all out."""
    total = sum(group) + sum(maybe) + sum(others)
    found = set()
    for in_group, in_others in product(range(group[2] + 1), range(others[2] + 1)):
        for met, not_met in product(range(maybe[0] + 1), range(maybe[1] + 1)):
            for joined_met, joined_not, stayed_met in product(range(maybe[2] + 1), repeat=3):
                if joined_met + joined_not + stayed_met > maybe[2]:
                    continue
                own = group[0] + in_group + met + joined_met
                count = sum(group) + met + not_met + joined_met + joined_not
                whole = group[0] + in_group + others[0] + in_others + maybe[0] + joined_met + stayed_met
                found.add(Fraction(own, count) - Fraction(whole, total))
    return found


@settings(max_examples=150)
@given(CASE)
def test_the_bounds_are_the_lowest_and_the_highest_gap_possible(case):
    found, every = _limits(*case), _every_gap(*case)
    assert (found.lowest[0], found.highest[0]) == (float(min(every)), float(max(every)))
    for sign, gap in ((found.lowest_sign, min(every)), (found.highest_sign, max(every))):
        assert sign[0] == (gap > 0) - (gap < 0)


@given(CASE, st.integers(0, 2), st.integers(0, 2))
def test_more_unknown_outcomes_never_narrow_the_bounds(case, who, what):
    before = _limits(*case)
    parts = [list(part) for part in case]
    if what < 2 and parts[who][what]:
        parts[who][what] -= 1
        parts[who][2] += 1
    after = _limits(*(tuple(part) for part in parts))
    assert after.lowest[0] <= before.lowest[0]
    assert after.highest[0] >= before.highest[0]


@given(CASE, st.sampled_from([0, 2]), st.integers(0, 2))
def test_more_unknown_memberships_never_narrow_the_bounds(case, who, what):
    before = _limits(*case)
    parts = [list(part) for part in case]
    if parts[who][what] and sum(parts[who]) > 1:
        parts[who][what] -= 1
        parts[1][what] += 1
    after = _limits(*(tuple(part) for part in parts))
    assert after.lowest[0] <= before.lowest[0]
    assert after.highest[0] >= before.highest[0]


ANSWERS = {"sex": ("female", "male", "declined"), "disability": ("yes", "no", "not_reported")}
PERSON = st.fixed_dictionaries({name: st.sampled_from(codes) for name, codes in ANSWERS.items()})
OUTCOME = st.sampled_from(("met", "not_met", "unknown"))
KNOWN = {"declined": ("female", "male"), "not_reported": ("yes", "no"), "unknown": ("met", "not_met")}
PROGRAMS = ("48.0508", "51.3801")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(PERSON, OUTCOME), min_size=2, max_size=4))
def test_pairs_too_are_bounded_by_exactly_what_their_persons_may_be(people):
    built = [Person(a, [("48.0508", "manufacturing", outcome)]) for a, outcome in people]
    gaps = unwritten_gaps_of(cells_of(built))
    worlds = list(product(*(_resolved(attributes, outcome) for attributes, outcome in people)))
    for (place, cip, dimension, code), row in gaps.items():
        if dimension not in ("sex", "disability", "disability*sex") or place or cip or row["status"] != "computed":
            continue
        known = list(_members_of(people, dimension, code))
        every = {_gap(world, dimension, code) for world in worlds if all(world[i][0] for i in known)}
        assert (row["lowest_gap"], row["highest_gap"]) == (float(min(every)), float(max(every)))


def _resolved(attributes, outcome):
    """Return every (attributes, has met) that a person may have in truth."""
    codes = [[(name, x) for x in KNOWN.get(code, (code,))] for name, code in attributes.items()]
    return [(dict(chosen), one == "met") for *chosen, one in product(*codes, KNOWN.get(outcome, (outcome,)))]


def _is_in(attributes, dimension, code) -> bool:
    return all(attributes[d] == c for d, c in zip(dimension.split("*"), code.split("*"), strict=True))


def _members_of(people, dimension, code):
    return (i for i, (attributes, _) in enumerate(people) if _is_in(attributes, dimension, code))


def _gap(world, dimension, code) -> Fraction:
    own = [met for attributes, met in world if _is_in(attributes, dimension, code)]
    return Fraction(sum(own), len(own)) - Fraction(sum(met for _, met in world), len(world))


CASES = st.lists(
    st.tuples(st.sampled_from((*PROGRAMS, "unknown")), OUTCOME), min_size=1, max_size=2, unique_by=lambda c: c[0]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(("female", "male", "declined")), CASES), min_size=2, max_size=4))
@example([("female", [(PROGRAMS[0], "not_met")]), ("male", [(PROGRAMS[0], "met")]), ("declined", [("unknown", "met")])])
def test_bounds_of_programs_are_never_too_narrow_though_persons_have_several(people):
    built = [Person({"sex": sex}, [(cip, cip, outcome) for cip, outcome in cases]) for sex, cases in people]
    gaps = unwritten_gaps_of(cells_of(built))
    for world in product(*(_resolved_cases(sex, cases) for sex, cases in people)):
        for (place, cip, dimension, code), row in gaps.items():
            gap = None if place or row["status"] != "computed" else _gap_of_programs(world, cip, dimension, code)
            if gap is not None:
                assert row["lowest_gap"] - 1e-12 <= gap <= row["highest_gap"] + 1e-12, (cip, dimension, code, world)


def _resolved_cases(sex, cases):
    """Return every (sex, {(program, has met)}) that a person may have in truth."""
    own = [[(p, o == "met") for p in (PROGRAMS if cip == "unknown" else (cip,)) for o in KNOWN.get(outcome, (outcome,))]
           for cip, outcome in cases]  # fmt: skip
    return [(one, set(chosen)) for one, *chosen in product(KNOWN.get(sex, (sex,)), *own)]


def _gap_of_programs(world, cip, dimension, code) -> Fraction | None:
    """Return the gap of a program, of a sex in it, of a cluster (here the program) or of a sex in that."""
    context = dict(zip(dimension.split("*"), code.split("*"), strict=True))
    program = cip or context.get("career_cluster")
    is_whole = dimension in ("all", "career_cluster")  # a program or cluster against the place

    def outcomes(in_program, sex):
        found = [[met for own, met in cases if in_program in (None, own)] for s, cases in world if sex in (None, s)]
        return [any(one) for one in found if one]

    group, reference = outcomes(program, context.get("sex")), outcomes(None if is_whole else program, None)
    return Fraction(sum(group), len(group)) - Fraction(sum(reference), len(reference)) if group and reference else None


def test_a_gap_that_unknown_answers_could_turn_around_says_so():
    sure = persons(100, 10, sex="female") + persons(100, 90, sex="male")
    doubtful = [*sure, *persons(400, 200, sex="not_reported")]
    key = (None, None, "sex", "female")
    assert gaps_of(warehouse_of(cells_of(sure)))[key]["survives_worst_case"] is True
    row = gaps_of(warehouse_of(cells_of(doubtful)))[key]
    assert row["survives_worst_case"] is False
    assert row["lowest_gap"] < row["gap"] < 0 < row["highest_gap"]
