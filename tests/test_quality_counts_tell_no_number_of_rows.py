"""Can anybody who knows the rule book tell from what is released how many rows fail, where these may be few persons?"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache
from itertools import pairwise

import pytest

from pipelines.disclosure.quality_code import Allowed, Told, alike, told, told_of_part
from pipelines.suppression_policy import Policy

LARGEST = 300
ALLOWED = (Allowed(), Allowed("1/100"), Allowed("1/20"), Allowed("1/10", 3), Allowed("0", 40))


def policy(threshold: int, width: int, *bands: str) -> Policy:
    shares = tuple(Fraction(band) for band in bands)
    return Policy(threshold, width, shares, 3, 1, threshold, "", None, "test")


POLICIES = {
    "house": policy(10, 10, "0.05", "0.10", "0.20", "0.30"),
    "coarse bands": policy(10, 10, "0.10", "0.20"),
    "Delaware": policy(16, 16, "0.05", "0.10", "0.20", "0.30"),
    "narrow": policy(5, 3, "0.05", "0.45"),
    "wide": policy(5, 12, "0.20"),
    "no bands": policy(10, 10),
}
CASES = [
    *(("house", allowed) for allowed in ALLOWED),
    *((name, Allowed("1/20")) for name in POLICIES if name != "house"),
]


@cache
def worlds(name: str, allowed: Allowed) -> list[tuple[Told, int, int]]:
    """Return what is told, the population and the failing rows, for every pair of these up to the largest."""
    pairs = ((population, failed) for population in range(LARGEST + 1) for failed in range(population + 1))
    return [(told(population, failed, allowed, POLICIES[name]), population, failed) for population, failed in pairs]


@pytest.mark.parametrize(("name", "allowed"), CASES, ids=str)
def test_who_knows_even_the_population_is_left_with_a_wide_interval_or_with_nobody(name: str, allowed: Allowed) -> None:
    rules = POLICIES[name]
    width = max(rules.width, rules.threshold)
    same: dict[tuple[Told, int], list[int]] = defaultdict(list)
    for said, population, failed in worlds(name, allowed):
        same[said, population if said.population else 0].append(failed)
    for (said, population), failed in same.items():
        if said.counted is not None:
            assert set(failed) == {said.counted} == {0}
        elif said.population is not None:
            assert max(failed) - min(failed) >= width, (said, population)
            assert set(failed) == set(range(min(failed), max(failed) + 1)), "a gap would part it"


@pytest.mark.parametrize("name", POLICIES)
def test_a_population_is_told_roughly_and_a_small_one_not_at_all(name: str) -> None:
    rules = POLICIES[name]
    width = max(rules.width, rules.threshold)
    same: dict[int | None, set[int]] = defaultdict(set)
    for said, population, _ in worlds(name, Allowed("1/20")):
        same[said.population].add(population)
    whole = {shown: found for shown, found in same.items() if max(found) < LARGEST}
    assert len(whole) > 3
    for shown, found in whole.items():
        assert max(found) - min(found) >= width
        assert shown is None or (min(found), max(found)) == (alike(min(found), rules)[0], alike(min(found), rules)[2])
    assert all(shown is None or shown >= width for shown in same)


@pytest.mark.parametrize(("name", "allowed"), CASES, ids=str)
def test_who_knows_nothing_else_can_take_no_few_rows_from_what_is_told(name: str, allowed: Allowed) -> None:
    """Failing rows, and rows that do not fail, over all populations that share what is told."""
    rules = POLICIES[name]
    same: dict[Told, list[tuple[int, int]]] = defaultdict(list)
    for said, population, failed in worlds(name, allowed):
        same[said].append((failed, population - failed))
    for said, pairs in same.items():
        for counts in zip(*pairs, strict=True):
            if said.counted is None:
                assert max(counts) - min(counts) >= max(rules.width, rules.threshold), said


def test_the_parts_follow_each_other_so_that_a_code_means_one_share() -> None:
    codes = [told(1000, failed, Allowed(), POLICIES["house"]).code for failed in range(1, 1001)]
    assert len({*codes}) == 1 + sum(one != other for one, other in pairwise(codes))
    assert list(dict.fromkeys(codes)) == [
        "at_most_5_percent", "between_5_and_20_percent", "between_20_and_40_percent", "between_40_and_60_percent",
        "between_60_and_80_percent", "between_80_and_95_percent", "at_least_95_percent",
    ]  # fmt: skip


def test_that_all_rows_fail_is_told_by_the_code_that_almost_all_do() -> None:
    everyone, almost = (told(400, failed, Allowed(), POLICIES["house"]) for failed in (400, 396))
    assert everyone == almost
    assert everyone.code == "at_least_95_percent"


def test_two_rules_that_part_the_same_rows_do_not_add_up_to_a_number() -> None:
    """a + b = 400: where either is few rows, it stays one of many numbers; that nothing fails may be told."""
    same: dict[tuple[Told, Told], set[int]] = defaultdict(set)
    for failed in range(401):
        one, other = (told(400, rows, Allowed("1/20"), POLICIES["house"]) for rows in (failed, 400 - failed))
        same[one, other].add(failed)
    few = [found for found in same.values() if (min(found) < 10 or max(found) > 390) and found not in ({0}, {400})]
    assert few
    assert all(max(found) - min(found) >= 10 for found in few)


def test_failed_or_passed_is_left_out_where_the_threshold_would_cut_out_a_few_rows() -> None:
    rules = POLICIES["house"]
    assert told(300, 2, Allowed("1/100"), rules).status is None, "passed would say: one, two or three rows"
    assert told(300, 9, Allowed("1/100"), rules).status is None, "silence must not tell passed from failed"
    assert told(300, 2, Allowed("1/20"), rules).status == "passed"
    assert told(300, 2, Allowed(), rules).status == "failed"
    assert told(300, 0, Allowed("1/100"), rules).status == "passed"


def test_of_a_rule_about_some_rows_not_even_the_number_of_these_is_told() -> None:
    assert told_of_part(0, Allowed("1/20")) == Told(None, 0, None, None)
    assert told_of_part(1, Allowed("1/20")) == told_of_part(500, Allowed("1/20")) == Told(None, None, "withheld", None)
    assert told_of_part(3, Allowed()) == Told(None, None, "withheld", "failed")


def test_a_file_is_no_person_so_that_late_or_in_time_is_always_told() -> None:
    few = told(4, 1, Allowed(), POLICIES["house"], is_always_judged=True)
    assert few == Told(None, None, "withheld", "failed")
    assert told(0, 0, Allowed(), POLICIES["house"], is_always_judged=True).status == "not_applicable"
