"""Worlds that move many targets at once: one linear program proves hundreds of counts uncertain, or none by itself.

Each sweep presses targets that share no equality, so that none stands in another's way. With totals held at the truth,
the tables below them come apart and the corners are whole numbers; without, whole places move.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, vstack
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.deviation import Deviations, Numbers
from pipelines.disclosure.protect.groups import Places
from pipelines.disclosure.protect.witnesses import Witnesses

FEW = 12  # targets below which asking each by itself is quicker
PATIENCE = 6  # sweeps without gain after which the rest is asked one by one
MOST = 400  # sweeps; a backstop
GAIN = 0.01  # of the targets left: what a sweep has to prove to count
CYCLE = 3  # of so many sweeps, one lets the totals move
LIGHT = 0.001  # of the weight of the target that is asked for: enough to break ties, too little to stand in its way
NODES = 200  # of branch and bound for one world among all cells: by work and not by time, so that runs agree
SLIGHT = 1e-6


@dataclass(frozen=True)
class _Part:
    """The facts cut to unknown cells, as linear programs take them; the truth is the point 0."""

    cell: Places
    matrix: csr_matrix
    fact_lowest: Counts
    fact_highest: Counts
    lowest: Counts
    highest: Counts

    @property
    def is_equality(self) -> Flags:
        """Return which facts leave no room."""
        result: Flags = self.fact_lowest == self.fact_highest
        return result


def swept(space: Deviations, unknown: Flags, facts: Flags, targets: Places, totals: Flags, seen: Witnesses) -> Places:
    """Return the targets that are still not proven safe after sweeps; worlds that are found are kept in ``seen``.

    ``totals`` are the cells held at the truth in most sweeps.
    """
    random, lowest, highest = np.random.default_rng(7), *seen.intervals(unknown, np.arange(unknown.size))
    whole, presses = _part(space, np.flatnonzero(unknown), facts), np.zeros(unknown.size, dtype=np.int64)
    tables = _tables(whole, unknown & ~totals)
    left, idle = targets, 0
    for number in range(MOST):
        if left.size <= FEW or idle >= PATIENCE:
            break
        is_held = number % CYCLE != CYCLE - 1 and bool((tables[left] >= 0).any())
        part, open_ = whole, left
        if is_held:
            open_ = left[tables[left] >= 0]
            part = _part(space, np.flatnonzero(np.isin(tables, tables[open_]) & (tables >= 0)), facts)
        chosen = _apart(part, open_, random)
        is_narrow = highest[chosen] - lowest[chosen] < space.width[chosen]
        # Up while the interval is too narrow, mostly; else down.
        aim = np.where(is_narrow & (presses[chosen] % CYCLE < CYCLE - 1), 1.0, -1.0)
        presses[chosen] += 1
        steps = _moved(part, chosen, aim)
        lowest[part.cell], highest[part.cell] = (
            np.minimum(lowest[part.cell], steps), np.maximum(highest[part.cell], steps)
        )  # fmt: skip
        seen.add(_world(part, steps, unknown.size))
        is_safe = (-lowest[left] >= space.down[left]) & (highest[left] - lowest[left] >= space.width[left])
        idle = 0 if is_safe.sum() > GAIN * left.size else idle + 1
        left = left[~is_safe]
    return left


def insisted(space: Deviations, unknown: Flags, facts: Flags, targets: Places, seen: Witnesses, until: float) -> Places:
    """Return the targets that are still not proven safe after each was pressed by itself among all cells.

    The others that are left are pressed lightly at the same time, so that one answer often serves several. The last
    resort, at seconds a target; ``until`` (``time.process_time``) ends it.
    """
    part, left = _part(space, np.flatnonzero(unknown), facts), targets
    for target in targets:
        for aim in (1.0, -1.0):
            left = left[~seen.are_safe(space, unknown, left)]
            if target not in left or time.process_time() > until:
                break
            others = left[left != target]
            pressed = np.concatenate([[target], others])
            weight = np.concatenate([[aim], np.full(others.size, LIGHT)])
            seen.add(_world(part, _moved(part, pressed, weight), unknown.size))
    left = left[~seen.are_safe(space, unknown, left)]
    for target in left[:FEW]:
        for aim in (1.0, -1.0):
            steps = _moved(part, np.array([target]), np.array([aim]), is_whole=True)
            seen.add(_world(part, steps, unknown.size))
    return left[~seen.are_safe(space, unknown, left)]


def _tables(whole: _Part, unknown: Flags) -> Places:
    """Return for each cell the table it is in while totals stand still; -1 for totals and known cells."""
    cell = unknown[whole.cell]
    matrix = abs(whole.matrix[:, np.flatnonzero(cell)]).astype(np.float64)
    result = np.full(unknown.size, -1, dtype=np.int64)
    result[whole.cell[cell]] = connected_components(matrix.T @ matrix, directed=False)[1]
    return result


def _part(space: Deviations, cell: Places, facts: Flags) -> _Part:
    """Return the facts in play cut to some cells; the others stand at the truth."""
    chosen = np.flatnonzero(facts)
    matrix = csr_matrix(space.matrix[chosen][:, cell])
    kept = np.diff(matrix.indptr) > 0
    chosen = chosen[kept]
    return _Part(
        cell, matrix[kept], space.fact_lowest[chosen], space.fact_highest[chosen], space.lowest[cell],
        space.highest[cell],
    )  # fmt: skip


def _apart(part: _Part, targets: Places, random: np.random.Generator) -> Places:
    """Return targets no two of which stand in one equality: those of the best rank in all of theirs."""
    entries = part.matrix[part.is_equality][:, np.searchsorted(part.cell, targets)].tocoo()
    rank = random.permutation(targets.size)
    best = np.full(entries.shape[0], targets.size)
    np.minimum.at(best, entries.row, rank[entries.col])
    is_beaten = np.zeros(targets.size, dtype=bool)
    is_beaten[entries.col[rank[entries.col] > best[entries.row]]] = True
    return targets[~is_beaten]


def _moved(part: _Part, chosen: Places, aim: Numbers, *, is_whole: bool = False) -> Counts:
    """Return the moves of the cells of a part when targets are pressed as far as they go together.

    ``is_whole`` asks for whole numbers by branch and bound, which may take long and then ends without an answer.
    """
    goal = np.zeros(part.cell.size)
    goal[np.searchsorted(part.cell, chosen)] = -aim
    if is_whole:
        found = milp(
            goal, constraints=LinearConstraint(part.matrix.astype(np.float64), part.fact_lowest, part.fact_highest),
            bounds=Bounds(part.lowest, part.highest), integrality=np.ones(part.cell.size),
            options={"node_limit": NODES, "mip_rel_gap": 0.05},
        )  # fmt: skip
        return np.zeros(part.cell.size, dtype=np.int64) if found.x is None else _whole_pieces(part, found.x)
    equal, loose = part.matrix[part.is_equality], part.matrix[~part.is_equality]
    limits = np.concatenate([part.fact_highest[~part.is_equality], -part.fact_lowest[~part.is_equality]])
    found = linprog(
        goal, A_eq=equal.astype(np.float64), b_eq=np.zeros(equal.shape[0]),
        A_ub=vstack([loose, -loose]).astype(np.float64), b_ub=limits,
        bounds=np.column_stack([part.lowest, part.highest]), method="highs-ds",
    )  # fmt: skip
    if found.status != 0:  # the simplex method gave up: other sweeps go on, and the rest is asked one by one
        return np.zeros(part.cell.size, dtype=np.int64)
    return _whole_pieces(part, found.x)


def _world(part: _Part, steps: Counts, cells: int) -> csr_matrix:
    """Return moves as a world (1 x cells)."""
    moves = np.flatnonzero(steps)
    place = (np.zeros(moves.size, dtype=np.int64), part.cell[moves])
    return csr_matrix((steps[moves], place), shape=(1, cells), dtype=np.int64)


def _whole_pieces(part: _Part, point: Numbers) -> Counts:
    """Return the moves of those pieces of a point that are whole numbers; pieces that no fact joins stand alone.

    Whatever a solver says is checked in exact integers; a point that does not hold is no world.
    """
    steps = np.rint(point).astype(np.int64)
    moving = np.flatnonzero((steps != 0) | (np.abs(point) > SLIGHT))
    touched = abs(part.matrix[:, moving]).astype(np.float64)
    label = connected_components(touched.T @ touched, directed=False)[1]
    said = part.matrix @ steps
    broken = np.flatnonzero((said < part.fact_lowest) | (said > part.fact_highest))
    bad = np.unique(label[np.unique(touched[broken].indices)])
    outside = (steps[moving] < part.lowest[moving]) | (steps[moving] > part.highest[moving])
    bad = np.union1d(bad, label[outside])
    steps[moving[np.isin(label, bad)]] = 0
    said = part.matrix @ steps
    is_world = np.all(said >= part.fact_lowest) and np.all(said <= part.fact_highest)
    return steps if is_world else np.zeros_like(steps)
