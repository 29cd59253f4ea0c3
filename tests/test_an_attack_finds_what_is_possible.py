"""An attack that finds too wide an interval calls a leak safe; one that finds too narrow a one withholds for nothing.

Here every interval is held to a plain enumeration of all worlds, and to the numbers of the literature.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from pipelines.disclosure.attack import LINEAR, TIME, WITNESS, Attack, attack
from pipelines.disclosure.problem import NO_LIMIT, Counts, Relations, is_protected

TABLE = np.array([[14, 4, 61, 11], [22, 18, 40, 7], [31, 25, 55, 13]])
FEW, SEVEN, COMPLEMENTS = 1, 7, (3, 5)  # places of the cells in reading order


def _table() -> tuple[Relations, Counts]:
    """Return rows and columns of the table with their margins: 12 cells, then 3 row totals, then 4 column totals."""
    matrix = np.zeros((7, 19), dtype=np.int64)
    for cell in range(12):
        matrix[cell // 4, cell] = matrix[3 + cell % 4, cell] = 1
    for fact in range(7):
        matrix[fact, 12 + fact] = -1
    zeros = np.zeros(7, dtype=np.int64)
    counts = np.concatenate([TABLE.ravel(), TABLE.sum(axis=1), TABLE.sum(axis=0)])
    return Relations(csr_matrix(matrix), zeros, zeros), counts


def _attacked(withheld: tuple[int, ...], width: int | None = None) -> Attack:
    relations, counts = _table()
    known = np.ones(len(counts), dtype=bool)
    known[list(withheld)] = False
    limits = np.zeros(len(counts), dtype=np.int64), np.full(len(counts), NO_LIMIT)
    wide = None if width is None else np.full(len(counts), width)
    return attack(relations, known, counts, *limits, [FEW, SEVEN], width=wide)


@pytest.mark.parametrize("further", [(), (0, 4), (3,)])
def test_cells_that_rows_alone_protect_are_still_told_exactly(further: tuple[int, ...]) -> None:
    found = _attacked((FEW, SEVEN, *further))
    assert found.lowest.tolist() == [4, 7]
    assert found.highest.tolist() == [4, 7]


def test_the_best_complements_leave_the_intervals_of_the_literature() -> None:
    found = _attacked((FEW, SEVEN, *COMPLEMENTS))
    assert found.lowest.tolist() == [0, 3]
    assert found.highest.tolist() == [15, 18]
    assert found.how.tolist() == [WITNESS, WITNESS]


def test_the_search_ends_when_it_has_what_protection_asks() -> None:
    relations, counts = _table()
    found = _attacked((FEW, SEVEN, *COMPLEMENTS), width=10)
    assert is_protected(counts[[FEW, SEVEN]], np.array([10, 10]), found.lowest, found.highest).all()
    assert relations.hold(counts)


def test_an_interval_too_narrow_is_told_as_an_outer_bound() -> None:
    found = _attacked((FEW, SEVEN, *COMPLEMENTS), width=16)
    assert found.how.tolist() == [LINEAR, LINEAR]
    assert found.lowest.tolist() == [0, 3]
    assert found.highest.tolist() == [15, 18]


@pytest.mark.parametrize("lie", ["moves a shown cell", "breaks a sum", "falls under zero", "leaves a band"])
def test_a_proposed_world_that_disagrees_with_what_is_said_proves_nothing(lie: str) -> None:
    relations, counts = _table()
    hidden = (FEW, SEVEN, *COMPLEMENTS)
    known = np.ones(len(counts), dtype=bool)
    known[list(hidden)] = False
    step = np.zeros(len(counts), dtype=np.int64)
    step[list(hidden)] = [4, 4, -4, -4]  # columns 1 and 3 exchange four persons between the first two rows
    least, most = np.zeros(len(counts), dtype=np.int64), np.full(len(counts), NO_LIMIT)
    honest = csr_matrix(np.array([step, -step]))
    told = attack(relations, known, counts, least, most, [FEW, SEVEN], width=np.full(19, 8), worlds=honest)
    assert (told.lowest.tolist(), told.highest.tolist()) == ([0, 3], [8, 11])
    if lie == "moves a shown cell":
        known[COMPLEMENTS[0]] = True
    elif lie == "breaks a sum":
        step[SEVEN] -= 1
    elif lie == "falls under zero":
        step *= 3
    else:
        most[FEW], least[FEW] = counts[FEW] + 1, counts[FEW] - 1
    proposed = csr_matrix(np.array([step, -step]))
    believed = attack(
        relations, known, counts, least, most, [FEW, SEVEN], width=np.full(19, 8), seconds=0, worlds=proposed
    )
    assert not is_protected(counts[[FEW, SEVEN]], np.array([8, 8]), believed.lowest, believed.highest).all()


def test_without_time_nothing_is_called_uncertain() -> None:
    relations, counts = _table()
    known = np.ones(len(counts), dtype=bool)
    known[[FEW, SEVEN, *COMPLEMENTS]] = False
    limits = np.zeros(len(counts), dtype=np.int64), np.full(len(counts), NO_LIMIT)
    found = attack(relations, known, counts, *limits, [FEW], width=np.full(len(counts), 10), seconds=-1.0)
    assert found.how.tolist() == [TIME]
    assert not is_protected(counts[[FEW]], np.array([10]), found.lowest, found.highest).any()


def test_facts_that_the_truth_contradicts_prove_nothing_and_are_refused() -> None:
    relations, counts = _table()
    wrong = counts.copy()
    wrong[0] += 1
    zeros = np.zeros(len(counts), dtype=np.int64)
    with pytest.raises(ValueError, match="contradict the facts"):
        attack(relations, zeros.astype(bool), wrong, zeros, np.full(len(counts), NO_LIMIT), [0])


def _enumerated(relations: Relations, known: Counts, counts: Counts, highest: Counts) -> np.ndarray:
    """Return every world, one a row."""
    ranges = [[counts[i]] if known[i] else range(int(highest[i]) + 1) for i in range(len(counts))]
    worlds = np.array(list(itertools.product(*ranges)), dtype=np.int64)
    said = worlds @ relations.matrix.toarray().T
    return worlds[np.all((said >= relations.lowest) & (said <= relations.highest), axis=1)]


@pytest.mark.parametrize("seed", range(60))
def test_intervals_are_exactly_those_of_all_integer_worlds(seed: int) -> None:
    """Random facts with factors that make fractional corners: linear bounds alone would be too wide."""
    random = np.random.default_rng(seed)
    cells, facts = 6, int(random.integers(1, 5))
    counts = random.integers(0, 5, size=cells)
    highest = np.full(cells, 6)
    matrix = random.integers(-3, 4, size=(facts, cells)) * random.integers(0, 2, size=(facts, cells))
    said = matrix @ counts
    slack = random.choice([0, 0, 1, NO_LIMIT], size=(2, facts))
    low = np.where(slack[0] == NO_LIMIT, -NO_LIMIT, said - slack[0])
    high = np.where(slack[1] == NO_LIMIT, NO_LIMIT, said + slack[1])
    relations = Relations(csr_matrix(matrix), low, high)
    known = random.random(cells) < 0.2
    worlds = _enumerated(relations, known, counts, highest)
    found = attack(relations, known, counts, np.zeros(cells, dtype=np.int64), highest, np.arange(cells))
    assert found.lowest.tolist() == worlds.min(axis=0).tolist()
    assert found.highest.tolist() == worlds.max(axis=0).tolist()
    width = random.integers(1, 6, size=cells)
    stopped = attack(relations, known, counts, np.zeros(cells, dtype=np.int64), highest, np.arange(cells), width=width)
    truly = is_protected(counts, width, worlds.min(axis=0), worlds.max(axis=0))
    assert is_protected(counts, width, stopped.lowest, stopped.highest).tolist() == truly.tolist()
