"""Other worlds: how far a target can be from the truth, with the world that shows it or the duals that forbid it.

Many targets are asked in one linear program, each in a copy of its own group: HiGHS takes about 20 microseconds a cell
so, and 1.5 milliseconds where it is called for a group of five.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, vstack

from pipelines.disclosure.problem import Counts
from pipelines.disclosure.protect.deviation import Deviations, Numbers
from pipelines.disclosure.protect.groups import Groups, Places, spans

AT_ONCE = 4_000  # unknowns in one linear program; larger ones cost more than their share
NODES = 2_000  # of branch and bound for one integer world: a limit by work, not by time, gives the same answer each run
PATIENCE = 5.0  # seconds; ends only what is far too large for a proof, which then counts as none


@dataclass(frozen=True)
class Reached:
    """What was found for each job: an aim over one group of cells.

    ``worlds``  whole worlds (jobs x cells, deviations in exact integers), each checked; nothing where none was found.
    ``bound``   how far the aim can be pressed at most; ``duals`` (jobs x facts) show that.
    """

    worlds: csr_matrix
    bound: Numbers
    duals: csr_matrix


def reach(space: Deviations, told: Groups, aims: csr_matrix) -> Reached:
    """Return what is reached for aims (jobs x cells): the largest ``aim @ deviations``, each within one group.

    An aim has entries in one group only, and at least one.
    """
    group = told.of_cell[aims.indices[aims.indptr[:-1]]]
    size = told.size[group] + np.diff(told.fact_start)[group]
    part = np.cumsum(size) // AT_ONCE
    found = [_reach(space, told, group[part == k], aims[part == k]) for k in np.unique(part)]
    facts, cells = space.matrix.shape
    return Reached(
        vstack([csr_matrix((0, cells), dtype=np.int64), *[f.worlds for f in found]], format="csr"),
        np.concatenate([np.zeros(0), *[f.bound for f in found]]),
        vstack([csr_matrix((0, facts)), *[f.duals for f in found]], format="csr"),
    )


@dataclass(frozen=True)
class _Copies:
    """The groups of many jobs side by side: rows are cut facts, columns are cells and then one slack an inequality."""

    matrix: csr_matrix
    lowest: Counts
    highest: Counts
    cell: Places
    fact: Places
    job_of_fact: Places
    job_of_column: Places
    before: Places


def _copies(space: Deviations, told: Groups, group: Places) -> _Copies:
    """Return the equations ``matrix @ (cells, slacks) = 0`` of groups, one copy a job."""
    jobs = np.arange(group.size)
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
        cell,
        fact,
        job_of_fact,
        np.concatenate([np.repeat(jobs, cells), job_of_fact[loose]]),
        before_cell,
    )


def _objective(told: Groups, copies: _Copies, aims: csr_matrix) -> Numbers:
    """Return what to minimize so that every aim is pressed as far as it goes."""
    result = np.zeros(copies.lowest.size)
    entries = aims.tocoo()
    result[copies.before[entries.row] + told.place[entries.col]] = -entries.data
    return result


def _reach(space: Deviations, told: Groups, group: Places, aims: csr_matrix) -> Reached:
    """Return what is reached by one linear program over copies of the groups."""
    copies = _copies(space, told, group)
    objective = _objective(told, copies, aims)
    bounds = np.column_stack([copies.lowest, copies.highest])
    zero = np.zeros(copies.fact.size)
    for method in ("highs-ds", "highs-ipm"):  # the simplex method may give up for numerical reasons
        found = linprog(objective, A_eq=copies.matrix.astype(np.float64), b_eq=zero, bounds=bounds, method=method)
        if found.status == 0:
            break
    if found.status != 0:
        msg = f"the linear program of an attack ended with status {found.status}: {found.message}"
        raise RuntimeError(msg)
    bound = np.bincount(copies.job_of_column, -objective * found.x, minlength=group.size).astype(np.float64)
    # Any multipliers give a true bound, so they may be rounded: cuts made of them do not hang on the last digit.
    rounded = np.round(-found.eqlin.marginals, 6)
    duals = csr_matrix((rounded, (copies.job_of_fact, copies.fact)), shape=(group.size, space.matrix.shape[0]))
    duals.eliminate_zeros()
    return Reached(_worlds(space, copies, np.rint(found.x).astype(np.int64), group.size), bound, duals)


def _worlds(space: Deviations, copies: _Copies, world: Counts, jobs: int) -> csr_matrix:
    """Return the deviations of each job whose copy is a whole world, checked in exact integers; nothing elsewhere."""
    is_false = copies.matrix @ world != 0
    is_outside = (world < copies.lowest) | (world > copies.highest)
    wrong = np.bincount(copies.job_of_fact[is_false], minlength=jobs)
    is_world = (wrong + np.bincount(copies.job_of_column[is_outside], minlength=jobs)) == 0
    job = copies.job_of_column[: copies.cell.size]
    moves = (world[: copies.cell.size] != 0) & is_world[job]
    entries = (world[: copies.cell.size][moves], (job[moves], copies.cell[moves]))
    return csr_matrix(entries, shape=(jobs, space.matrix.shape[1]), dtype=np.int64)


def whole_world(space: Deviations, told: Groups, aim: csr_matrix, *, gap: float = 0.0) -> csr_matrix:
    """Return the whole world (1 x cells) that presses an aim farthest, by branch and bound; else nothing.

    For aims whose linear program ended in a corner between whole numbers.
    """
    copies = _copies(space, told, told.of_cell[aim.indices[:1]])
    found = milp(
        _objective(told, copies, aim),
        constraints=LinearConstraint(copies.matrix.astype(np.float64), 0, 0),
        bounds=Bounds(copies.lowest, copies.highest),
        integrality=np.ones(copies.lowest.size),
        options={"node_limit": NODES, "time_limit": PATIENCE, "mip_rel_gap": gap},
    )
    if found.x is None:
        return csr_matrix((1, space.matrix.shape[1]), dtype=np.int64)
    return _worlds(space, copies, np.rint(found.x).astype(np.int64), 1)
