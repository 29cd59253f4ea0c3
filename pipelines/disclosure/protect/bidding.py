"""What is withheld of large problems: by bids, many at once.

Every count that is not protected bids for a world in which it moves: a price for each person. What is withheld already
moves for nothing, and everything else asks a price that grows with its weight. One linear program takes the bids of
many targets and moves whom it pays; what moves is withheld from then on, and the world is a proof, because nothing is
ever shown again. Bids rise until all are protected, so that cheap help is found first and serves the others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from pipelines.disclosure.problem import NO_LIMIT, Counts, Flags
from pipelines.disclosure.protect.groups import Places
from pipelines.disclosure.protect.market import Market
from pipelines.disclosure.protect.part import Moves, Part, apart, best_world, part_of

BIDS = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # a step; a cell asks the root of its weight, 0 is for nothing
REACH = 2.0  # dearer cells than so many bids are not looked at: nobody would pay for them
LAST_BID = 10_000.0  # of a target that is alone
TIE = 0.01  # bid of targets that are not pressed: enough to break ties, too little to buy
GAIN = 0.02  # of the targets of a block that are open: what a round has to protect to count
PATIENCE, LAST_PATIENCE = 2, 4  # rounds without gain before bids rise, and before they end
CELLS = 3_000  # of one linear program among places of one block: larger ones take more than their share
# Columns of a program that is asked again for whole numbers: few tables end between them, many whole places do.
BRANCHED, BRANCHED_OF_PLACES = 4_000, 20_000
FEW = 12  # targets that are asked one by one
CELLS_OF_PLACES, MOST_CELLS = 6_000, 10_000  # where whole places move, and where everything does


Parts = Callable[[Market, Places], Iterator[Places]]  # cells that may move together, of parts that have targets


def settled(market: Market) -> bool:
    """Bid until every target is protected, and return whether all was tried; withheld and worlds are in the market."""
    with ThreadPoolExecutor(os.cpu_count()) as solvers:  # HiGHS works while Python waits
        for parts, bids in ((_tables, BIDS[:1]), (_places, BIDS[:1]), (_tables, BIDS[1:]), (_places, BIDS[-3:])):
            for bid in bids:
                _rounds(market, solvers, parts, bid)
    for parts in (_tables, _tables, _places, _everything):
        for target in market.open():
            for cells in parts(market, np.array([target])):
                if target in market.open() and not market.is_late():
                    _alone(market, cells, target)
    return not market.is_late()


def _rounds(market: Market, solvers: Executor, parts: Parts, bid: float) -> None:
    """Bid in all parts until rounds protect hardly anybody any more; parts of a round share no cell.

    Each block has its own patience where blocks stand apart: a table that gains nothing does not wait for the others.
    """
    block = market.problem.block if parts is _tables else np.zeros_like(market.problem.block)
    branched = BRANCHED if parts is _tables else BRANCHED_OF_PLACES
    idle = np.zeros(block.max(initial=0) + 1, dtype=np.int64)
    patience = LAST_PATIENCE if bid == BIDS[-1] else PATIENCE
    while not market.is_late():
        before = market.open()
        asking = before[idle[block[before]] < patience]
        if before.size <= (FEW if bid else 0) or not asking.size:
            return
        asked = [_asked(market, cells, bid) for cells in parts(market, asking)]
        answers = solvers.map(lambda one: _answer(market, one[0], one[1], branched), asked)
        for (part, _), steps in zip(asked, answers, strict=True):
            if steps is not None:
                market.buy(part, steps)
        left = np.bincount(block[market.open()], minlength=idle.size)
        were = np.bincount(block[before], minlength=idle.size)
        idle = np.where(were - left > GAIN * were, 0, idle + 1)


def _answer(market: Market, part: Part, moves: Moves, branched: int) -> Counts | None:
    return None if market.is_late() else best_world(part, moves, branched)


def _asked(market: Market, cells: Places, bid: float) -> tuple[Part, Moves]:
    """Return bids for targets in these cells that do not stand in each other's way."""
    cells = cells[market.is_unknown[cells] | ((market.price[cells] > 0) & (market.price[cells] <= REACH * bid))]
    targets = np.intersect1d(market.open(), cells, assume_unique=True)
    part = part_of(market.space, market.by_cell, cells)
    order = np.lexsort((market.random.random(targets.size), market.presses[targets]))
    pressed = targets[order][apart(part.equalities, np.searchsorted(cells, targets[order]))]
    moves = _moves(market, part, targets, pressed, bid)
    market.presses[pressed] += 1
    return part, moves


def _alone(market: Market, cells: Places, target: int) -> None:
    """Bid for one target, down and up."""
    part = part_of(market.space, market.by_cell, cells)
    for _ in range(2):
        open_ = market.open()
        if target in open_:
            moves = _moves(market, part, np.intersect1d(open_, cells), np.array([target]), LAST_BID)
            market.presses[target] += 1
            steps = best_world(part, moves, BRANCHED_OF_PLACES)
            if steps is not None:
                market.buy(part, steps)


def _moves(market: Market, part: Part, targets: Places, pressed: Places, bid: float) -> Moves:
    """Return what targets bid for moving, each no farther than it needs; the others break ties. 0 buys nothing."""
    space, cell = market.space, part.cell
    fallen, risen, down, width = market.fallen, market.risen, space.down, space.width
    gain = np.zeros(cell.size)
    gain[np.searchsorted(cell, targets)] = np.where(fallen[targets] < down[targets], -TIE, TIE)
    place = np.searchsorted(cell, pressed)
    wants_less = (fallen[pressed] < down[pressed]) ^ (market.presses[pressed] % 2 == 1)
    gain[place] = np.where(wants_less, -1, 1) * (bid or 1.0)
    least = np.where(wants_less, -np.maximum(down[pressed], width[pressed] - risen[pressed]), -NO_LIMIT)
    most = np.where(wants_less, NO_LIMIT, np.maximum(width[pressed] - fallen[pressed], 0))
    lowest, far_lowest = (ends[cell] for ends in (market.lowest, market.far_lowest))
    highest, far_highest = (ends[cell] for ends in (market.highest, market.far_highest))
    for ends in (lowest, far_lowest):
        ends[place] = np.maximum(ends[place], least)
    for ends in (highest, far_highest):
        ends[place] = np.minimum(ends[place], most)
    price = market.price[cell] if bid else np.zeros(cell.size)
    return Moves(gain, lowest, highest, price, far_lowest, far_highest)


def _tables(market: Market, targets: Places) -> Iterator[Places]:
    """Yield the cells of each block that has targets, a few places by chance at a time."""
    problem = market.problem
    for block in np.unique(problem.block[targets]):
        yield from _of_places(market, (problem.block == block) & ~problem.is_known, targets, CELLS)


def _places(market: Market, targets: Places) -> Iterator[Places]:
    """Yield all cells of a few places at a time."""
    yield from _of_places(market, ~market.problem.is_known, targets, CELLS_OF_PLACES)


def _everything(market: Market, targets: Places) -> Iterator[Places]:
    """Yield all cells, where they are not too many."""
    cells = np.flatnonzero(~market.problem.is_known)
    if targets.size and cells.size <= MOST_CELLS:
        yield cells


def _of_places(market: Market, among: Flags, targets: Places, most: int) -> Iterator[Places]:
    """Yield cells of places that are put together by chance, each with at most so many cells, if it has targets."""
    place = market.problem.place[among]
    names, sizes = np.unique(place, return_counts=True)
    order = market.random.permutation(names.size)
    group = np.zeros(names.size, dtype=np.int64)
    group[order] = np.cumsum(sizes[order]) // most
    cells = np.flatnonzero(among)
    of_cell = group[np.searchsorted(names, place)]
    for number in np.unique(of_cell[np.isin(cells, targets)]):
        yield cells[of_cell == number]
