"""A second opinion on readiness and on the cube of subgroups: loops over students, written from the definitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from readiness_example import DIMENSIONS, NO_FLAGS, OLD, YEARS, YOUNG, Students, measured, rows_of

STATES = ("unknown", "declined", "not_reported", "not_collected")
CODES = dict.fromkeys(DIMENSIONS, ("yes", "no")) | {
    "sex": ("female", "male"),
    "race_ethnicity": ("asian", "white", "two_or_more_races"),
}
FROM_FORMS = ("economic_disadvantage", "single_parent")
SOURCES = {name: "aid_form" if name in FROM_FORMS else "self_report" for name in DIMENSIONS if name != "homelessness"}
OF_YOUTH = ("foster_care", "active_duty_parent")
# Codes more often than states, so that institutions become measurable.
ANSWERS = st.fixed_dictionaries({name: st.sampled_from([*CODES[name] * 3, *STATES]) for name in DIMENSIONS})
GROUPS = st.lists(
    st.builds(
        Students,
        count=st.integers(1, 60),
        answers=ANSWERS,
        institution_id=st.sampled_from(["A", "A", "B"]),
        program_year=st.sampled_from(YEARS),
        birth_date=st.sampled_from([YOUNG, YOUNG, OLD, None]),
        aid_form_status=st.sampled_from(["yes", "yes", "no", "unknown", "not_collected"]),
        is_completer=st.booleans(),
        is_linkable=st.booleans(),
        is_followed=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
# Examples are small as they are: to make a failing one smaller takes minutes, a database for each try.
SLOW = settings(max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def meant(group: Students, dimension: str) -> str:
    """Return what a student's answer means: itself, or why it says nothing."""
    said = group.answers[dimension]
    if dimension in OF_YOUTH and group.birth_date is None:
        return "reach_unknown"
    if dimension in OF_YOUTH and group.birth_date == OLD:
        return "not_reached"
    if dimension in FROM_FORMS and said == "no" and group.aid_form_status != "yes":
        return "never_filed" if group.aid_form_status == "no" else "filing_unknown"
    return said


def counted(groups: list[Students], dimension: str) -> dict[str, Any]:
    """Return the counts of readiness over some students, without what needs another year."""
    by_answer: Counter[str] = Counter()
    sides: Counter[tuple[bool, bool]] = Counter()
    for group in groups:
        answer = meant(group, dimension)
        by_answer[answer] += group.count
        if answer in (*CODES[dimension], "unknown", "not_reported", "never_filed", "filing_unknown"):
            sides[group.is_completer, answer in CODES[dimension]] += group.count
    known = sum(by_answer[code] for code in CODES[dimension])
    names = ("not_reached", "reach_unknown", "unknown", "not_reported", "never_filed", "filing_unknown", "declined",
             "not_collected")  # fmt: skip
    counts: dict[str, Any] = {f"{name}_count": by_answer[name] for name in names}
    population = sum(by_answer.values()) - by_answer["not_reached"] - by_answer["reach_unknown"]
    missing = sum(sides[side, False] for side in (True, False))
    asked = population - by_answer["declined"]
    leading = max(CODES[dimension], key=lambda code: (by_answer[code], [-ord(letter) for letter in code]))
    return counts | {
        "student_count": sum(by_answer.values()), "population_count": population, "informative_count": known,
        "missing_count": missing, "informative_denominator_count": asked,
        "unknown_denominator_count": asked - by_answer["not_collected"],
        "informative_rate": float(Fraction(known, asked)) if asked else None,
        "leading_code": leading if known else None, "leading_count": by_answer[leading],
        "completer_informative_count": sides[True, True], "completer_missing_count": sides[True, False],
        "other_informative_count": sides[False, True], "other_missing_count": sides[False, False],
    }  # fmt: skip


def judged(counts: dict[str, Any], before: Counter[str], now: Counter[str], dimension: str) -> dict[str, Any]:
    """Return what follows from the counts, and from the codes of the year before."""
    is_large, known, asked = counts["population_count"] >= 30, counts["informative_count"], counts[
        "informative_denominator_count"]  # fmt: skip
    noes = now["no"] + counts["never_filed_count"] + counts["filing_unknown_count"]
    is_flag = dimension not in NO_FLAGS
    is_all_no = (asked > 0 and noes == asked) if is_large and is_flag else None
    is_stable = distance = None
    if known and before.total():
        distance = sum(abs(Fraction(now[c], known) - Fraction(before[c], before.total())) for c in {*now, *before}) / 2
        is_stable = distance <= Fraction(15, 100) if min(known, before.total()) >= 100 else None
    is_hopeless = known == 0 or is_all_no or 2 * known < asked
    return {
        "is_all_no": is_all_no,
        "is_all_blank": (asked > 0 and counts["not_reported_count"] == asked) if is_large else None,
        "is_never_yes": (now["yes"] == 0 and noes > 0) if is_large and is_flag else None,
        "code_distance": None if distance is None else pytest.approx(float(distance)),
        "is_stable": is_stable,
        "is_not_measurable": is_hopeless if is_large else None,
    }


def expected(groups: list[Students]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield the key and the expected values of each row of readiness."""
    for year, institution, dimension in product(YEARS, ("A", "B", None), DIMENSIONS):
        here = [group for group in groups if institution in (group.institution_id, None)]
        now, before = ([g for g in here if g.program_year == y] for y in (year, "2022-23" if year == YEARS[1] else ""))
        if now:
            counts = counted(now, dimension)
            codes, earlier = (_codes(some, dimension) for some in (now, before))
            yield (year, institution, dimension), counts | judged(counts, earlier, codes, dimension)


def _codes(groups: list[Students], dimension: str) -> Counter[str]:
    codes: Counter[str] = Counter()
    for group in groups:
        if (answer := meant(group, dimension)) in CODES[dimension]:
            codes[answer] += group.count
    return codes


@SLOW
@given(GROUPS)
def test_every_count_and_verdict_is_the_one_that_a_person_would_reach_with_a_pencil(groups: list[Students]) -> None:
    with measured(groups, SOURCES) as connection:
        found = {
            (row["program_year"], row["institution_id"], row["equity_dimension"]): row
            for row in rows_of(connection, "mart.readiness")
        }
    by_hand = dict(expected(groups))
    assert found.keys() == by_hand.keys()
    for key, values in by_hand.items():
        verdict = found[key]["verdict"]
        row = found[key] | {"is_not_measurable": None if verdict is None else verdict == "not_measurable"}
        assert {name: row[name] for name in values} == values, key
        assert (verdict == "measurable") is (row["reasons"] == "" and verdict is not None), key


@SLOW
@given(GROUPS)
def test_each_level_of_the_cube_is_the_sum_of_the_one_below_and_the_lowest_are_the_students(
    groups: list[Students],
) -> None:
    with measured(groups, SOURCES) as connection:
        rows = rows_of(connection, "mart.subgroup_readiness")
    keys = ("institution_id", "sex", "race_ethnicity")
    names = [name for name in rows[0] if name.endswith("_count") and not name.startswith("everybody")]
    cells = {(r["program_year"], *(r[key] for key in keys)): [r[name] for name in names] for r in rows}
    lowest = {key: counts for key, counts in cells.items() if None not in key}
    for key, counts in cells.items():
        below = [other for cell, other in lowest.items() if all(a in (None, b) for a, b in zip(key, cell, strict=True))]
        assert counts == [sum(column) for column in zip(*below, strict=True)], key
    students: Counter[tuple[str, ...]] = Counter()
    for g in groups:
        students[g.program_year, g.institution_id, g.answers["sex"], g.answers["race_ethnicity"]] += g.count
    assert {key: counts[names.index("student_count")] for key, counts in lowest.items()} == students


@SLOW
@given(GROUPS)
def test_each_subgroup_stands_beside_everybody_at_its_place_and_is_known_as_its_students_are(
    groups: list[Students],
) -> None:
    with measured(groups, SOURCES) as connection:
        rows = rows_of(connection, "mart.subgroup_readiness")
    special = [name for name in DIMENSIONS if name not in (*NO_FLAGS, "nontraditional_preparation")]
    shared = ("student", "asked_answer", "informative_answer", "linkable", "completer", "followed")
    for row in rows:
        everybody = _known([g for g in groups if _is_in(g, row | {"sex": None, "race_ethnicity": None})], special)
        known = _known([group for group in groups if _is_in(group, row)], special)
        assert {name: row[name] for name in known} == known
        assert [row[f"everybody_{name}_count"] for name in shared] == [everybody[f"{name}_count"] for name in shared]


def _is_in(group: Students, row: dict[str, Any]) -> bool:
    said = {"institution_id": group.institution_id, "sex": group.answers["sex"]}
    said |= {"race_ethnicity": group.answers["race_ethnicity"]}
    return group.program_year == row["program_year"] and all(row[key] in (None, value) for key, value in said.items())


def _known(groups: list[Students], special: list[str]) -> dict[str, int]:
    counts = [counted(groups, name) for name in special]
    return {
        "student_count": sum(g.count for g in groups),
        "asked_answer_count": sum(one["informative_count"] + one["missing_count"] for one in counts),
        "informative_answer_count": sum(one["informative_count"] for one in counts),
        "birth_date_count": sum(g.count for g in groups if g.birth_date),
        "linkable_count": sum(g.count for g in groups if g.is_linkable),
        "completer_count": sum(g.count for g in groups if g.is_completer),
        "followed_count": sum(g.count for g in groups if g.is_completer and g.is_followed),
    }
