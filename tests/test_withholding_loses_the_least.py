"""Does an exhaustive search over every choice and every world of small tables come to the same loss?

The search here shares no line with the code under test: worlds are all whole numbers in a box, choices are all subsets.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import NO_LIMIT, Problem, Relations
from pipelines.disclosure.protect.protect import Protection, protect


def worlds_of(parts: int, most: int, sums: np.ndarray) -> np.ndarray:
    """All worlds: every assignment of 0 to most to the parts, and the cells that are sums of parts."""
    inner = every_assignment(parts, most)
    return np.hstack([inner, inner @ sums.T.astype(np.int16)])


@functools.cache
def every_assignment(parts: int, most: int) -> np.ndarray:
    return np.indices((most + 1,) * parts, dtype=np.int16).reshape(parts, -1).T.copy()


def problem_of(truth: np.ndarray, most: int, sums: np.ndarray, threshold: int, published: np.ndarray) -> Problem:
    """Parts (bounded by most) and sums of parts; every count under the threshold is sensitive."""
    parts = sums.shape[1]
    count = np.concatenate([truth, sums @ truth]).astype(np.int64)
    facts = np.hstack([sums, -np.eye(len(sums), dtype=np.int64)])
    sensitive = (count > 0) & (count < threshold)
    nothing = np.zeros(len(sums), dtype=np.int64)
    return Problem(
        count=count,
        width=np.where(sensitive, threshold, 0),
        is_sensitive=sensitive,
        is_published=published,
        must_hide=sensitive & published,
        is_known=np.zeros(count.size, dtype=bool),
        weight=np.maximum(count, 1),
        lowest=np.zeros(count.size, dtype=np.int64),
        highest=np.where(np.arange(count.size) < parts, most, NO_LIMIT),
        block=np.zeros(count.size, dtype=np.int32),
        place=np.zeros(count.size, dtype=np.int32),
        hides=np.zeros((0, 2), dtype=np.int32),
        relations=Relations(csr_matrix(facts), nothing, nothing),
    )


def is_safe(problem: Problem, worlds: np.ndarray, withheld: np.ndarray) -> bool:
    """Whether no sensitive cell can be told by one who sees every world that agrees with what is shown."""
    shown = problem.is_published & ~withheld
    agree = worlds[(worlds[:, shown] == problem.count[shown]).all(axis=1)]
    target = problem.is_sensitive
    low, high = agree[:, target].min(axis=0), agree[:, target].max(axis=0)
    return bool(((high - low >= problem.width[target]) & (low <= problem.count[target] // 2)).all())


def least_loss(problem: Problem, worlds: np.ndarray) -> int | None:
    """The least weight of cells besides those that must be hidden anyway; None where nothing is enough."""
    must = problem.must_hide
    free = np.flatnonzero(problem.is_published & ~must)
    choices = np.array(list(itertools.product([False, True], repeat=free.size)), dtype=bool).reshape(-1, free.size)
    losses = choices @ problem.weight[free]
    for number in np.argsort(losses, kind="stable"):
        withheld = must.copy()
        withheld[free[choices[number]]] = True
        if is_safe(problem, worlds, withheld):
            return int(losses[number])
    return None


def agrees(problem: Problem, worlds: np.ndarray, done: Protection) -> None:
    least = least_loss(problem, worlds)
    if least is None:
        assert not done.is_proven
        assert done.exposed.any()
        return
    assert done.is_proven
    assert is_safe(problem, worlds, done.is_withheld)
    assert done.loss == least


CROSS = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]])
ROWS = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1]])
# three groups of successes and others: denominators, the sum of successes, of others, of everybody
RATES = np.array(
    [[1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [1] * 6]
)
ALL_OF_RATES = np.array([True] * 3 + [False] * 3 + [True] * 4 + [False] + [True])
CUBE = np.array(
    [[int(a == x and b == y) for x, y, _ in itertools.product((0, 1), repeat=3)] for a in (0, 1) for b in (0, 1)]
)
LINKED = np.vstack([CUBE, CUBE[:, [0, 2, 1, 3, 4, 6, 5, 7]], np.ones((1, 8), dtype=int)])


@pytest.mark.parametrize("seed", range(25))
def test_a_table_with_margins_that_may_be_withheld_loses_no_more_than_it_must(seed):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 9, 4)
    problem = problem_of(truth, 10, CROSS, 3, np.ones(9, dtype=bool))
    agrees(problem, worlds_of(4, 10, CROSS), protect(problem))


@pytest.mark.parametrize("seed", range(15))
def test_a_table_of_two_by_three_loses_no_more_than_it_must(seed):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 6, 6)
    problem = problem_of(truth, 6, ROWS, 3, np.ones(11, dtype=bool))
    agrees(problem, worlds_of(6, 6, ROWS), protect(problem))


@pytest.mark.parametrize("seed", range(15))
def test_rates_whose_complements_are_never_written_lose_no_more_than_they_must(seed):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 6, 6)
    problem = problem_of(truth, 6, RATES, 3, ALL_OF_RATES)
    agrees(problem, worlds_of(6, 6, RATES), protect(problem))


@pytest.mark.parametrize("seed", range(6))
def test_two_linked_tables_of_a_cube_lose_no_more_than_they_must(seed):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, 8)
    problem = problem_of(truth, 3, LINKED, 2, np.array([False] * 8 + [True] * 9))
    agrees(problem, worlds_of(8, 3, LINKED), protect(problem))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("method", ["greedy", "optimal"])
def test_known_and_coded_cells_are_never_counted_on_and_greedy_is_safe_as_well(seed, method):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 6, 6)
    problem = problem_of(truth, 6, RATES, 3, ALL_OF_RATES)
    known = (random.random(12) < 0.2) & ~problem.is_sensitive & problem.is_published
    coded = (random.random(12) < 0.2) & problem.is_published & ~known
    problem = replace(problem, is_known=known, must_hide=(problem.must_hide | coded) & ~known)
    problem = replace(problem, highest=np.where(coded, problem.count + random.integers(0, 3, 12), problem.highest))
    worlds = worlds_of(6, 6, RATES)
    worlds = worlds[(worlds[:, known] == problem.count[known]).all(axis=1)]
    done = protect(problem, method=method)
    assert not (done.is_withheld & known).any()
    coded_only = (worlds <= np.where(done.is_withheld, problem.highest, NO_LIMIT)).all(axis=1)
    assert is_safe(problem, worlds[coded_only], done.is_withheld) == done.is_proven


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_cells_does_not_change_the_loss(seed):
    random = np.random.default_rng(seed)
    problem = problem_of(random.integers(0, 9, 4), 10, CROSS, 3, np.ones(9, dtype=bool))
    order = random.permutation(9)
    moved = {
        name: getattr(problem, name)[order]
        for name in ("count", "width", "is_sensitive", "is_published", "must_hide", "weight", "lowest", "highest")
    }
    relations = replace(problem.relations, matrix=problem.relations.matrix[:, order])
    assert protect(replace(problem, **moved, relations=relations)).loss == protect(problem).loss


def test_the_same_problem_gets_the_same_answer_every_time():
    problem = problem_of(np.array([1, 2, 3, 4, 0, 5]), 6, RATES, 3, ALL_OF_RATES)
    assert np.array_equal(protect(problem).is_withheld, protect(problem).is_withheld)


def test_where_nothing_is_sensitive_nothing_is_withheld():
    problem = problem_of(np.array([5, 6, 7, 8]), 10, CROSS, 3, np.ones(9, dtype=bool))
    done = protect(problem)
    assert not done.is_withheld.any()
    assert (done.loss, done.gap, done.is_proven) == (0, 0, True)
