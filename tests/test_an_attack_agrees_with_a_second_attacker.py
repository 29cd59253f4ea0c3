"""One attacker alone may share a blind spot with whoever withholds; two that were written apart do so less likely.

Random worlds, each released as the product decides, then one student corrected and released again. Neither attacker may
tell anything of a release that is called proven. What an earlier release has shown is known
for good, and what was sensitive then stays a target. Every second release is spoiled. 80 releases by default;
`make proof` makes 1,000 (CTE_RANDOM_RELEASES).
"""

from __future__ import annotations

import os
from dataclasses import replace

import duckdb
import numpy as np
import pytest
from disclosure_worlds import (
    KEYS,
    POLICY,
    Gathered,
    Key,
    Person,
    Plan,
    count_cells,
    facts,
    gathered,
    write_release,
)
from second_attacker import intervals, middle, published_lines

from pipelines.disclosure.audit import audit
from pipelines.disclosure.problem import NO_LIMIT, Flags
from pipelines.disclosure.protect.protect import Method, protect

pytestmark = pytest.mark.slow
PLAN = Plan(recipient_of={"A": "R1", "B": "R1", "C": "R2"}, cluster_of={"51.01": "health", "11.01": "it"},
            has_programs=False)  # fmt: skip
WORLDS, BATCHES = int(os.environ.get("CTE_RANDOM_RELEASES", "80")) // 2, 10
YEAR = "2023-24"
SHARE_OF_CHEAPEST = 0.5  # the others are decided by bids, as large releases are


def _persons(random: np.random.Generator) -> list[Person]:
    """Return up to 200 cells' worth of students: two or three institutions, a few races, two sexes."""
    places = ("A", "B", "C")[: int(random.choice((1, 2, 3), p=(0.55, 0.35, 0.1)))]
    races = ("w", "b", "h", "n")[: int(random.choice((2, 3, 4), p=(0.5, 0.4, 0.1)))]
    shares = random.dirichlet(np.full(len(races), 0.8))
    rate = random.uniform(0.05, 0.95)
    found = []
    for number in range(int(random.integers(20, 260))):
        at = tuple(sorted({str(random.choice(places)), *([str(random.choice(places))] * (random.random() < 0.1))}))
        race, sex = str(random.choice(races, p=shares)), str(random.choice(("f", "m"), p=(0.7, 0.3)))
        found.append(Person(number, YEAR, at, "51.01", race, sex, bool(random.random() < rate)))
    return found


def _corrected(persons: list[Person], random: np.random.Generator) -> list[Person]:
    """Return the persons after one of them was corrected: gone, of another race or sex, or with another outcome."""
    number = int(random.integers(len(persons)))
    one = persons[number]
    changed = [[], [replace(one, is_met=not one.is_met)], [replace(one, sex="m" if one.sex == "f" else "f")],
               [replace(one, race=str(random.choice(("w", "b"))))]][int(random.integers(4))]  # fmt: skip
    return [*persons[:number], *changed, *persons[number + 1 :]]


def _withheld(world: Gathered, random: np.random.Generator, *, is_spoiled: bool) -> tuple[Flags, bool]:
    """Return what the product withholds, by its cheapest choice or by bids, and whether it says that this is proven."""
    method: Method = "optimal" if random.random() < SHARE_OF_CHEAPEST else "greedy"
    decided = protect(world.problem, method=method)
    withheld = decided.is_withheld | (world.problem.must_hide & world.problem.is_published)
    if is_spoiled and withheld.any():
        withheld[random.choice(np.flatnonzero(withheld))] = False
        return withheld, False
    return withheld, decided.is_proven


def _by_the_second(connection: duckdb.DuckDBPyConnection, persons: list[Person], world: Gathered,
                   known: frozenset[Key]) -> set[Key]:  # fmt: skip
    """Return the sensitive cells that the second attacker tells, from published numbers and what is known."""
    cells = count_cells(persons, PLAN)
    problem, keys = world.problem, list(cells)
    numbers, lines = published_lines(connection)
    numbers |= {key: cells[key] for key in known if key in cells}
    lines += [
        (terms, -np.inf if low <= -NO_LIMIT else low, np.inf if high >= NO_LIMIT else high)
        for terms, low, high in facts(cells, PLAN)
    ]
    rows = world.keys.select(KEYS[1:]).rows()
    asked = [
        (row, int(problem.count[i]), int(problem.width[i])) for i, row in enumerate(rows) if problem.is_sensitive[i]
    ]
    need = {row: (count, width) for row, count, width in asked}
    # What is told of a hidden numerator is told with the group's size; ours is taken to know that size anyway.
    limits = {row: (int(problem.lowest[i]), int(problem.highest[i])) for i, row in enumerate(rows)
              if problem.highest[i] < NO_LIMIT and row not in numbers}  # fmt: skip
    coded = {key for terms, _, _ in lines for key in terms if key[1].startswith("numerator")}
    for key, (low, high) in middle(numbers, keys, POLICY.bands, POLICY.width, coded).items():
        assert limits[key] == (low, high), "both must read the bands alike"

    def is_enough(key: Key, low: int, high: int) -> bool:
        count, width = need[key]
        return low <= count // 2 and high - low >= width

    found = intervals(keys, numbers, lines, limits, list(need), is_enough)
    return {key for key, ends in found.items() if not is_enough(key, *ends)}


def _compared(persons: list[Person], random: np.random.Generator, known: frozenset[Key], still: frozenset[Key], *,
              is_spoiled: bool) -> tuple[set[Key], frozenset[Key], frozenset[Key]]:  # fmt: skip
    """Return the leaks on which both agree, what has now been shown, and what was sensitive."""
    world = gathered(persons, PLAN, known=known, still_sensitive=still)
    withheld, is_proven = _withheld(world, random, is_spoiled=is_spoiled)
    connection = duckdb.connect()
    write_release(connection, world, withheld)
    connection.execute("delete from publish.gap")
    found = audit(connection, world)
    assert not found.unread
    assert not found.untrue
    ours = set(found.leaks.select(KEYS[1:]).rows())
    assert ours == _by_the_second(connection, persons, world, known)
    assert not (is_proven and ours), "what the product calls proven, an attacker can tell"
    rows = world.keys.select(KEYS[1:]).rows()
    shown = world.problem.is_published & ~withheld
    return (ours, frozenset(row for row, is_shown in zip(rows, shown, strict=True) if is_shown),
            frozenset(row for row, is_it in zip(rows, world.problem.is_sensitive, strict=True) if is_it))  # fmt: skip


@pytest.mark.parametrize("batch", range(BATCHES))
def test_both_attackers_find_the_same_leaks_in_random_releases_and_after_a_correction(batch: int) -> None:
    safe = leaking = 0
    for number in range(WORLDS // BATCHES):
        random = np.random.default_rng([batch, number])
        persons = _persons(random)
        first, shown, sensitive = _compared(persons, random, frozenset(), frozenset(), is_spoiled=number % 2 == 1)
        again, _, _ = _compared(_corrected(persons, random), random, shown, sensitive, is_spoiled=number % 4 > 1)
        for leaks in (first, again):
            safe, leaking = safe + (not leaks), leaking + bool(leaks)
    assert safe > 0
    assert leaking > 0
