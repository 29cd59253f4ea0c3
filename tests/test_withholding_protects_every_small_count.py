"""Is what is withheld enough, and no more than enough? Small tables are checked by looking at every world there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import NO_LIMIT, Problem, Relations
from pipelines.disclosure.protect.protect import protect


def table_problem(inner: list[list[int]], threshold: int) -> Problem:
    """A table whose margins are public."""
    table = np.array(inner)
    rows, columns = table.shape
    count = np.concatenate([table.ravel(), table.sum(1), table.sum(0)])
    facts = []
    for r in range(rows):
        fact = np.zeros(count.size, dtype=np.int64)
        fact[r * columns : (r + 1) * columns] = 1
        fact[rows * columns + r] = -1
        facts.append(fact)
    for c in range(columns):
        fact = np.zeros(count.size, dtype=np.int64)
        fact[c : rows * columns : columns] = 1
        fact[rows * columns + rows + c] = -1
        facts.append(fact)
    is_known = np.arange(count.size) >= rows * columns
    return problem_of(count, facts, threshold, is_known=is_known)


def problem_of(count, facts, threshold, *, is_known=None, is_published=None, hides=()) -> Problem:
    count = np.asarray(count, dtype=np.int64)
    no = np.zeros(count.size, dtype=bool)
    is_known = no if is_known is None else is_known
    sensitive = (count > 0) & (count < threshold) & ~is_known
    zero = np.zeros(len(facts), dtype=np.int64)
    return Problem(
        count=count,
        width=np.where(sensitive, threshold, 0),
        is_sensitive=sensitive,
        is_published=~no if is_published is None else is_published,
        must_hide=sensitive,
        is_known=is_known,
        weight=np.maximum(count, 1),
        lowest=np.zeros(count.size, dtype=np.int64),
        highest=np.full(count.size, NO_LIMIT),
        block=np.zeros(count.size, dtype=np.int32),
        place=np.zeros(count.size, dtype=np.int32),
        hides=np.array(hides, dtype=np.int32).reshape(-1, 2),
        relations=Relations(csr_matrix(np.array(facts, dtype=np.int64)), zero, zero),
    )


def interval(problem: Problem, withheld, cell: int) -> tuple[float, float]:
    """The attacker's linear interval of a cell, written here anew."""
    unknown = withheld | ~problem.is_published
    bounds = [(0, None) if u else (c, c) for u, c in zip(unknown, problem.count, strict=True)]
    aim = np.zeros(problem.count.size)
    aim[cell] = 1
    equal = problem.relations.matrix.toarray()
    said = problem.relations.lowest
    return tuple(s * linprog(s * aim, A_eq=equal, b_eq=said, bounds=bounds).fun for s in (1, -1))


VECTOR = [[14, 4, 61, 11], [22, 18, 40, 7], [31, 25, 55, 13]]


def test_the_verified_vector_gets_its_least_loss_and_its_intervals():
    problem = table_problem(VECTOR, 10)
    primary = problem.must_hide
    assert interval(problem, primary, 1) == (4, 4)
    assert interval(problem, primary, 7) == (7, 7)
    done = protect(problem)
    assert np.flatnonzero(done.is_withheld).tolist() == [1, 3, 5, 7]
    assert (done.loss, done.bound, done.gap, done.is_proven) == (29, 29, 0, True)
    assert done.status == {0: "optimal"}
    assert interval(problem, done.is_withheld, 1) == (0, 15)
    assert interval(problem, done.is_withheld, 7) == (3, 18)


def test_hiding_another_of_each_row_leaves_the_vector_told_exactly():
    problem = table_problem(VECTOR, 10)
    by_rows = problem.must_hide.copy()
    by_rows[[0, 4]] = True
    assert interval(problem, by_rows, 1) == (4, 4)
    assert interval(problem, by_rows, 7) == (7, 7)


def test_the_practice_of_hiding_the_smallest_of_the_row_is_never_called_proven():
    problem = table_problem([[14, 4, 61], [22, 38, 40], [31, 25, 55]], 10)
    done = protect(problem, method="rows")
    assert np.flatnonzero(done.is_withheld).tolist() == [0, 1]
    assert interval(problem, done.is_withheld, 1) == (4, 4)
    assert not done.is_proven


def test_greedy_protects_the_vector_too():
    problem = table_problem(VECTOR, 10)
    done = protect(problem, method="greedy")
    assert done.is_proven
    assert done.loss >= 29


def one_row(count: list[int], **what) -> Problem:
    """Parts and, last, their sum."""
    return problem_of([*count, sum(count)], [[1] * len(count) + [-1]], 10, **what)


def test_what_a_withheld_cell_hides_is_withheld_and_its_loss_is_counted():
    # The cheapest complement is 20, but it would take 50 with it: 30 alone costs less.
    done = protect(one_row([4, 20, 30, 50], hides=[(1, 3)]))
    assert np.flatnonzero(done.is_withheld).tolist() == [0, 2]
    assert done.loss == 30


def test_a_sensitive_cell_hides_its_groups_even_where_they_are_large():
    done = protect(one_row([4, 20, 30, 50], hides=[(0, 3)]))
    assert np.flatnonzero(done.is_withheld).tolist() == [0, 3]


def test_a_small_count_that_was_shown_before_is_reported_as_exposed_not_proven():
    problem = one_row([4, 20, 30])
    known = np.array([True, False, False, False])
    done = protect(replace(problem, is_known=known))
    assert np.flatnonzero(done.exposed).tolist() == [0]
    assert not done.is_withheld[0]
    assert not done.is_proven


def test_a_count_that_bids_left_unproven_is_not_given_up_before_the_attack_has_tried(monkeypatch):
    """Else a year of thousands of safe counts would be kept back for one that a search shows to be safe as well."""
    monkeypatch.setattr("pipelines.disclosure.protect.protect.settled", lambda _: True)
    enough = protect(one_row([4, 6, 30]), method="greedy")
    assert not enough.exposed.any()
    assert enough.is_proven
    too_little = protect(one_row([4, 20, 30]), method="greedy")
    assert np.flatnonzero(too_little.exposed).tolist() == [0]


def test_a_small_count_whose_neighbors_are_all_known_is_reported_as_exposed():
    problem = one_row([4, 20, 30])
    known = np.array([False, True, True, True])
    done = protect(replace(problem, is_known=known))
    assert np.flatnonzero(done.exposed).tolist() == [0]
    assert not done.is_proven


def test_relations_that_the_truth_contradicts_are_refused():
    problem = one_row([4, 20, 30])
    with pytest.raises(ValueError, match="not true of the counts"):
        protect(replace(problem, count=problem.count + np.array([1, 0, 0, 0])))
