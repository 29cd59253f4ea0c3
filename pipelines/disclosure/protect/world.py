"""Other worlds: how far a target can be from the truth, with the world that shows it or the duals that forbid it.

Many targets are asked in one linear program, each in a copy of its own group: HiGHS takes about 20 microseconds a cell
so, and 1.5 milliseconds where it is called for a group of five.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.deviation import Deviations, Numbers
from pipelines.disclosure.protect.groups import Groups, Places, spans

AT_ONCE = 60_000  # unknowns in one linear program; larger ones cost more than their share
NODES = 2_000  # of branch and bound for one integer world: a limit by work, not by time, gives the same answer each run


@dataclass(frozen=True)
class Reached:
    """What was reached for each job (a target and a direction).

    ``steps``   how far the target moved in a whole world that was found (integers, exact); a proof.
    ``bound``   how far it can move at most; ``duals`` (jobs x facts) show that.
    """

    steps: Counts
    bound: Numbers
    duals: csr_matrix


def reach(space: Deviations, told: Groups, target: Places, sign: Counts) -> Reached:
    """Return how far each target can move in its direction (+1 up, -1 down) within its group."""
    size = told.size[told.of_cell[target]] + np.diff(told.fact_start)[told.of_cell[target]]
    part = np.cumsum(size) // AT_ONCE
    found = [_reach(space, told, target[part == k], sign[part == k]) for k in np.unique(part)]
    duals = [(f.duals.indptr, f.duals.indices, f.duals.data) for f in found]
    lengths = np.concatenate([np.zeros(1, dtype=np.int64), *[np.diff(pointer) for pointer, _, _ in duals]])
    return Reached(
        np.concatenate([np.zeros(0, dtype=np.int64), *[f.steps for f in found]]),
        np.concatenate([np.zeros(0), *[f.bound for f in found]]),
        csr_matrix(
            (
                np.concatenate([np.zeros(0), *[d for _, _, d in duals]]),
                np.concatenate([np.zeros(0, dtype=np.int64), *[i for _, i, _ in duals]]),
                np.cumsum(lengths),
            ),
            shape=(target.size, space.matrix.shape[0]),
        ),
    )


@dataclass(frozen=True)
class _Copies:
    """The groups of many jobs side by side: rows are cut facts, columns are cells and then one slack an inequality."""

    matrix: csr_matrix
    lowest: Counts
    highest: Counts
    fact: Places
    job_of_fact: Places
    job_of_column: Places
    goal: Places


def _copies(space: Deviations, told: Groups, target: Places) -> _Copies:
    """Return the equations ``matrix @ (cells, slacks) = 0`` of the targets' groups, one copy a target."""
    group, jobs = told.of_cell[target], np.arange(target.size)
    cells, facts, entries = (np.diff(s)[group] for s in (told.cell_start, told.fact_start, told.entry_start))
    before_cell, before_fact = np.cumsum(cells) - cells, np.cumsum(facts) - facts
    cell = told.cell[spans(told.cell_start[group], cells)]
    fact = told.fact[spans(told.fact_start[group], facts)]
    entry = spans(told.entry_start[group], entries)
    loose = np.flatnonzero(~space.is_equality[fact])
    rows = np.concatenate([told.row[entry] + np.repeat(before_fact, entries), loose])
    columns = np.concatenate([told.column[entry] + np.repeat(before_cell, entries), cell.size + np.arange(loose.size)])
    values = np.concatenate([told.value[entry], np.full(loose.size, -1)])
    job_of_fact = np.repeat(jobs, facts)
    return _Copies(
        csr_matrix((values, (rows, columns)), shape=(fact.size, cell.size + loose.size)),
        np.concatenate([space.lowest[cell], space.fact_lowest[fact[loose]]]),
        np.concatenate([space.highest[cell], space.fact_highest[fact[loose]]]),
        fact,
        job_of_fact,
        np.concatenate([np.repeat(jobs, cells), job_of_fact[loose]]),
        before_cell + told.place[target],
    )


def _reach(space: Deviations, told: Groups, target: Places, sign: Counts) -> Reached:
    """Return what is reached by one linear program over copies of the groups."""
    copies = _copies(space, told, target)
    objective = np.zeros(copies.lowest.size)
    objective[copies.goal] = -sign
    bounds = np.column_stack([copies.lowest, copies.highest])
    zero = np.zeros(copies.fact.size)
    found = linprog(objective, A_eq=copies.matrix.astype(np.float64), b_eq=zero, bounds=bounds, method="highs-ds")
    if found.status != 0:
        msg = f"the linear program of an attack ended with status {found.status}: {found.message}"
        raise RuntimeError(msg)
    world = np.rint(found.x).astype(np.int64)
    bound = sign * found.x[copies.goal]
    steps = np.where(_are_worlds(copies, world, target.size), sign * world[copies.goal], 0)
    for job in np.flatnonzero(bound - steps > 1 - 1e-6):  # the corner is no whole world
        steps[job] = max(0, _steps_of_whole_world(space, told, int(target[job]), int(sign[job])))
    # Any multipliers give a true bound, so they may be rounded: cuts made of them do not hang on the last digit.
    rounded = np.round(-found.eqlin.marginals, 6)
    duals = csr_matrix((rounded, (copies.job_of_fact, copies.fact)), shape=(target.size, space.matrix.shape[0]))
    duals.eliminate_zeros()
    return Reached(steps, bound, duals)


def _are_worlds(copies: _Copies, world: Counts, jobs: int) -> Flags:
    """Return for each job whether its copy is a whole world, in exact integers."""
    is_false = copies.matrix @ world != 0
    is_outside = (world < copies.lowest) | (world > copies.highest)
    wrong = np.bincount(copies.job_of_fact[is_false], minlength=jobs)
    result: Flags = (wrong + np.bincount(copies.job_of_column[is_outside], minlength=jobs)) == 0
    return result


def _steps_of_whole_world(space: Deviations, told: Groups, target: int, sign: int) -> int:
    """Return how far a target moves in the best whole world that branch and bound finds; 0 where it finds none."""
    copies = _copies(space, told, np.array([target]))
    objective = np.zeros(copies.lowest.size)
    objective[copies.goal] = -sign
    found = milp(
        objective,
        constraints=LinearConstraint(copies.matrix.astype(np.float64), 0, 0),
        bounds=Bounds(copies.lowest, copies.highest),
        integrality=np.ones(objective.size),
        options={"node_limit": NODES},
    )
    if found.x is None:
        return 0
    world = np.rint(found.x).astype(np.int64)
    return int(sign * world[copies.goal[0]]) if _are_worlds(copies, world, 1)[0] else 0
