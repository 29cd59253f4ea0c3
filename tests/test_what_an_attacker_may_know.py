"""A relation that is forgotten is a leak that nobody attacks; one that is not true makes the proof worthless."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from attacker_world import CLUSTER_OF, GRANTEE, PAIRS, RECIPIENT_OF, YEARS, Key, World, random_world
from scipy.sparse import csr_matrix

from pipelines.disclosure.gather.facts import nothing_by
from pipelines.disclosure.gather.gather import gather
from pipelines.disclosure.gather.gathered import Gathered, unsatisfied
from pipelines.disclosure.problem import NO_LIMIT, Relations, with_codes
from pipelines.grantee import grantee
from pipelines.suppression_policy import policy_of

Fact = tuple[frozenset[tuple[Key, int]], int, int]
SINGLE = ("sex", "race_ethnicity", "career_cluster", "eligible_recipient")
# Without success in one part, with success in another: nobody of no success in the whole.
NOT_WITHIN = ("other", "failure", "unknown", "known")
PARTITIONS = ("sex", "race_ethnicity")
seeds = pytest.mark.parametrize("seed", range(3))


@cache
def gathered(seed: int, *, is_simple: bool = False) -> tuple[World, Gathered]:
    """Return an invented grantee and what is gathered of it."""
    world = random_world(seed, is_simple=is_simple)
    with world.warehouse() as connection:
        return world, gather(connection, GRANTEE, YEARS)


def keys_of(found: Gathered) -> list[Key]:
    """Return the keys of the cells in the order of the problem."""
    columns = ("program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code")
    return list(found.keys.select(columns).iter_rows())


def facts_of(found: Gathered) -> set[Fact]:
    """Return the relations by name: terms, lowest, highest."""
    names, relations = keys_of(found), found.problem.relations
    matrix = relations.matrix
    ends, cells, signs = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    lowest, highest = relations.lowest.tolist(), relations.highest.tolist()
    return {
        (frozenset((names[cells[i]], signs[i]) for i in range(ends[r], ends[r + 1])), lowest[r], highest[r])
        for r in range(len(lowest))
    }


def planned(world: World) -> dict[Key, int]:
    """Return the cells of the plan and those that follow from them, counted by hand."""
    found = {key: count for key, count in world.counts().items() if _is_planned(key)}
    for (year, code, *place), whole in list(found.items()):
        if code.startswith("denominator_"):
            name = code.removeprefix("denominator_")
            other = whole - found[(year, f"numerator_{name}", *place)]
            found[(year, f"other_{name}", *place)] = other
            if (unknown := found.get((year, f"unknown_{name}", *place))) is not None:
                found[(year, f"failure_{name}", *place)] = other - unknown
                found[(year, f"known_{name}", *place)] = whole - unknown
    return found


def _is_planned(key: Key) -> bool:
    _, code, institution, cip, dimension, _ = key
    if cip is not None and institution is not None and "_" in code:
        return False
    if "*" in dimension and dimension != "race_ethnicity*sex":
        return False
    return (dimension == "all" and (cip is None or not code.startswith("unknown"))) or (
        cip is None and not code.startswith("unknown")
    )  # fmt: skip


def required(counts: dict[Key, int]) -> set[Fact]:
    """Return by hand the facts that tie each cell to all it is a part of, of which the truth bears each out."""
    groups: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for key in counts:
        for total, by in _totals(key):
            if total in counts:
                groups[(total, by)].append(key)
    found: set[Fact] = set()
    for (total, by), parts in groups.items():
        if by.startswith("="):
            found.add((frozenset([(total, 1), *((part, -1) for part in parts)]), 0, 0))
        else:
            found.add((frozenset([(total, 1), *((part, -1) for part in parts)]), -NO_LIMIT, 0))
            if total[1].split("_")[0] not in NOT_WITHIN:
                found |= {(frozenset([(part, 1), (total, -1)]), -NO_LIMIT, 0) for part in parts}
    return {fact for fact in found if fact[1] <= sum(counts[key] * sign for key, sign in fact[0]) <= fact[2]}


def _totals(key: Key) -> list[tuple[Key, str]]:
    """Return what a cell is a part of, and by what it is told apart there; = before a partition."""
    year, code, institution, cip, dimension, value = key
    found: list[tuple[Key, str]] = []
    if dimension in SINGLE:
        mark = "=" if dimension in PARTITIONS else "<"
        found.append(((year, code, institution, cip, "all", "all"), mark + dimension))
    if dimension in PAIRS:
        names, values = dimension.split("*"), value.split("*")
        for kept, summed in ((0, 1), (1, 0)):
            mark = "=" if names[summed] in PARTITIONS else "<"
            found.append(((year, code, institution, cip, names[kept], values[kept]), mark + dimension))
    if institution is not None:
        found.append(((year, code, None, cip, dimension, value), "<institution"))
        if (cip, dimension) == (None, "all"):
            recipient = RECIPIENT_OF[institution]
            found.append(((year, code, None, None, "eligible_recipient", recipient), "<institution"))
    if cip is not None:
        found.append(((year, code, institution, None, "all", "all"), "<program"))
        found.append(((year, code, institution, None, "career_cluster", CLUSTER_OF[cip]), "<program"))
    kind, _, name = code.partition("_")
    place = (institution, cip, dimension, value)
    wholes = {
        "numerator": [("denominator", "=met")], "other": [("denominator", "=met")], "failure": [("other", "=told")],
        "known": [("denominator", "=told")], "unknown": [("other", "=told"), ("denominator", "=told")],
    }  # fmt: skip
    return [*found, *(((year, f"{whole}_{name}", *place), by) for whole, by in wholes.get(kind, []))]


@seeds
def test_every_planned_count_is_there_and_no_other(seed: int) -> None:
    world, found = gathered(seed)
    by_hand = planned(world)
    assert dict(zip(keys_of(found), found.problem.count.tolist(), strict=True)) == by_hand
    published = {key for key, flag in zip(keys_of(found), found.problem.is_published, strict=True) if flag}
    assert published == {key for key in by_hand if key[1].split("_")[0] not in ("other", "failure", "known")}


@seeds
@pytest.mark.parametrize("is_simple", [False, True])
def test_no_tie_of_a_count_to_what_it_is_a_part_of_is_forgotten(seed: int, is_simple: bool) -> None:
    world, found = gathered(seed, is_simple=is_simple)
    by_hand, known = required(planned(world)), facts_of(found)
    # With one cell each, a sum and a part say the same, and stand once.
    assert not {fact for fact in by_hand if fact not in known}
    assert len(by_hand) > 500


@seeds
def test_nothing_is_taken_to_be_known_that_is_not_true(seed: int) -> None:
    _, found = gathered(seed)
    assert unsatisfied(found.problem).size == 0
    assert found.problem.relations.hold(found.problem.count)


def test_dimensions_stay_equalities_whoever_the_persons_are() -> None:
    for seed in range(3):
        world, found = gathered(seed)
        everybody = [key for key in planned(world) if key[3] is None and key[4] == "all"]
        totals = [key for key in everybody if key[1].split("_")[0] not in ("unknown", "failure", "known")]
        equalities = [dict(terms) for terms, low, high in facts_of(found) if low == high]
        for total in totals:
            told_by = {name[4] for terms in equalities if terms.get(total) == 1 for name in terms} - {"all"}
            assert set(PARTITIONS) <= told_by


def test_counts_that_include_one_another_in_every_cell_are_tied() -> None:
    _, found = gathered(0)
    names = {(a[:2], b[:2]) for terms, low, high in facts_of(found) if (low, high) == (-NO_LIMIT, 0) and len(terms) == 2
             for a, s in terms for b, t in terms if s == 1 and t == -1 and a[2:] == b[2:]}  # fmt: skip
    first, later = YEARS
    assert ((first, "concentrator"), (first, "participant")) in names
    assert ((first, "completer"), (first, "concentrator")) in names
    # Who completed in a year is counted a year on: one number shown tells the other.
    assert ((later, "denominator_1P1"), (first, "completer")) in names
    assert ((first, "completer"), (later, "denominator_1P1")) in names
    assert ((first, "denominator_3P1"), (first, "concentrator")) in names
    assert ((first, "concentrator"), (first, "denominator_3P1")) in names


def test_counts_of_which_one_exceeds_the_other_in_one_group_are_not_taken_to_include_one_another() -> None:
    world = random_world(0, 30)
    for person in world.persons[YEARS[0]]:
        if person.race == "asian":
            person.is_concentrator, person.is_completer = False, True
    with world.warehouse() as connection:
        found = gather(connection, GRANTEE, YEARS)
    tied = {(a[1], b[1]) for terms, *_ in facts_of(found) for a, s in terms for b, t in terms
            if a[0] == b[0] == YEARS[0] and s == 1 and t == -1 and a[2:] == b[2:]}  # fmt: skip
    assert ("completer", "concentrator") not in tied
    assert ("completer", "participant") in tied


@seeds
def test_small_counts_and_groups_without_or_with_nothing_but_success_must_stay_uncertain(seed: int) -> None:
    world, found = gathered(seed)
    counts = planned(world)
    for key, flag, width in zip(keys_of(found), found.problem.is_sensitive, found.problem.width, strict=True):
        kind, _, name = key[1].partition("_")
        policy = policy_of(grantee(GRANTEE), name or None, key[0])
        is_small = 0 < counts[key] < policy.threshold
        tells_of_all = kind in ("numerator", "other", "failure") and counts[key] == 0
        assert flag == (is_small or tells_of_all), key
        assert width >= policy.width if flag else width == 0


@seeds
def test_a_numerator_in_a_band_is_told_as_that_and_bounded_by_it(seed: int) -> None:
    world, found = gathered(seed)
    counts, problem = planned(world), found.problem
    no, everything = np.zeros_like(problem.must_hide), problem.is_published
    told, nothing_told = with_codes(problem, no, no), with_codes(problem, everything, no)
    for place, (key, code) in enumerate(zip(keys_of(found), found.keys["code"], strict=True)):
        kind, _, name = key[1].partition("_")
        if kind != "numerator":
            assert code is None
            continue
        group = counts[(key[0], f"denominator_{name}", *key[2:])]
        policy = policy_of(grantee(GRANTEE), name, key[0])
        assert code == policy.code_of(counts[key], group)
        # A group too small for a band says nothing by itself, and no group does where it is withheld.
        limits = (0, NO_LIMIT) if policy.band(group) is None else policy.limits(counts[key], group)
        assert (told.lowest[place], told.highest[place]) == limits
        assert (nothing_told.lowest[place], nothing_told.highest[place]) == (0, NO_LIMIT)
        assert problem.must_hide[place] == (problem.is_sensitive[place] or code is not None)


def test_what_is_made_of_nothing_alone_is_nothing_and_no_secret() -> None:
    # 0 = 1 + 2; 3 is at most 0; 4 = 1 + 5, and nobody knows of 5.
    matrix = csr_matrix(np.array([[1, -1, -1, 0, 0, 0], [-1, 0, 0, 1, 0, 0], [0, -1, 0, 0, 1, -1]]))
    relations = Relations(matrix, np.array([0, -NO_LIMIT, 0]), np.zeros(3, dtype=np.int64))
    known = np.array([False, True, True, False, False, False])
    assert nothing_by(relations, known).tolist() == [True, True, True, True, False, False]
    alone = np.array([False, True, False, False, False, False])
    assert nothing_by(relations, alone).tolist() == alone.tolist()


@seeds
def test_only_empty_counts_are_known_by_what_an_indicator_counts(seed: int) -> None:
    _, found = gathered(seed)
    problem = found.problem
    assert not problem.count[problem.is_known].any()
    assert not (problem.is_known & problem.is_sensitive).any()
    is_other = ~found.keys["count_code"].str.ends_with("numerator_3P1").to_numpy()
    assert not (problem.is_known & is_other).any()


def test_who_is_withheld_takes_the_parts_with_them() -> None:
    _, found = gathered(0)
    names = keys_of(found)
    hides = {(names[a], names[b]) for a, b in found.problem.hides.tolist()}
    year = YEARS[0]
    whole = (year, "participant", "C1", None, "all", "all")
    for key in names:
        if key[:4] == whole[:4] and key[4] != "all":
            assert (whole, key) in hides
        if key[1] == "numerator_3P1":
            assert ((key[0], "denominator_3P1", *key[2:]), key) in hides


def test_what_pairs_or_clusters_tie_together_is_decided_together_place_by_place() -> None:
    _, found = gathered(0)
    where = {key: (int(found.problem.block[i]), int(found.problem.place[i])) for i, key in enumerate(keys_of(found))}
    first, later = YEARS
    by_block: dict[int, set[str]] = {}
    for key, (block, _) in where.items():
        by_block.setdefault(block, set()).add("program" if key[3] else key[4])
    tied = [names for names in by_block.values() if len(names) > 1]
    assert sorted(map(sorted, tied)) == [["career_cluster", "program"], ["race_ethnicity", "race_ethnicity*sex", "sex"]]
    places: dict[str | None, set[int]] = {}
    for key, (_, place) in where.items():
        places.setdefault(key[2], set()).add(place)
    assert all(len(numbers) == 1 for numbers in places.values())
    assert len(set.union(*places.values())) == len(places)
    # Years are tied: who completed in one is counted by an indicator of the next.
    everybody = (None, None, "all", "all")
    assert where[(first, "completer", *everybody)] == where[(later, "denominator_1P1", *everybody)]
    assert np.all(found.problem.weight >= 1)
