"""The attack: between which values hidden counts can lie, given everything that is said.

What proves uncertainty is a witness: a whole world of integer counts that agrees with everything said, checked exactly.
What proves a leak is a bound: arithmetic or linear programming. Neither in time: not proven, and so not released.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from pipelines.disclosure.presolve import Remainder, check_truth, remainder
from pipelines.disclosure.problem import NO_LIMIT, Counts, Flags, Relations, is_protected
from pipelines.disclosure.worlds import Worlds

WITNESS, LINEAR, TIME = "witness", "linear", "time"
BROAD_ROUNDS = 24  # many targets at once; each must prove a part of those that are open, or singles follow
LEAST_GAIN = 0.04
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Attack:
    """The intervals reached, one entry a target.

    ``how`` is ``witness`` where both ends are counts of worlds that agree with everything said (the true interval may
    be wider, where the search stopped at what was asked), ``linear`` where the interval is an outer bound and so the
    proof of a leak, ``time`` where the ends are witnessed and the time ended before more was found.
    """

    targets: Indices
    lowest: Counts
    highest: Counts
    how: npt.NDArray[np.str_]
    seconds: float


def attack(  # noqa: PLR0913 - what is said, what is known and what is asked are each their own
    relations: Relations,
    known: Flags,
    counts: Counts,
    lowest: Counts,
    highest: Counts,
    targets: npt.ArrayLike,
    *,
    width: Counts | None = None,
    seconds: float = 60.0,
    worlds: csr_matrix | None = None,
) -> Attack:
    """Return the interval of each target cell (indices into the cells) over the integer worlds that agree.

    ``counts`` is the truth (n), ``known`` (n) the cells whose count the attacker has, ``lowest`` and ``highest`` (n)
    what else he knows of each. With ``width`` (n) the search for a cell ends when it is as uncertain as
    ``is_protected`` asks or cannot be; without, the intervals are exact. ``worlds`` (worlds x n) are deviations from
    the truth that somebody proposes: each is held to everything said in whole numbers, and counts only where it agrees.
    Raises ValueError where the truth contradicts what is said.
    """
    started = time.monotonic()
    places = np.asarray(targets, dtype=np.int64)
    check_truth(relations, counts, lowest, highest)
    low, high = _agreeing(relations, known, counts, (lowest, highest), worlds)
    low, high = low[places], high[places]
    if width is not None and is_protected(counts[places], width[places], low, high).all():
        return Attack(places, low, high, np.full(places.size, WITNESS), time.monotonic() - started)
    left = remainder(relations, known, counts, lowest, highest)
    hunt = _Hunt(left, counts, places, width, started + seconds)
    hunt.seen_low, hunt.seen_high = low, high
    hunt.by_bounds()
    hunt.broadly()
    hunt.singly()
    hunt.by_branching()
    return hunt.result(time.monotonic() - started)


def _agreeing(
    relations: Relations, known: Flags, counts: Counts, limits: tuple[Counts, Counts], worlds: csr_matrix | None
) -> tuple[Counts, Counts]:
    """Return the least and greatest count of each cell (n) in the proposed worlds that agree with everything said."""
    low, high = counts.copy(), counts.copy()
    if worlds is None or not worlds.shape[0]:
        return low, high
    moves = worlds.tocoo()
    is_outside = (
        known[moves.col]
        | (counts[moves.col] + moves.data < np.maximum(limits[0], 0)[moves.col])
        | (counts[moves.col] + moves.data > limits[1][moves.col])
    )
    said = relations.matrix @ counts
    changes = csr_matrix(relations.matrix @ worlds.T).tocoo()
    value = said[changes.row] + changes.data
    is_broken = (value < relations.lowest[changes.row]) | (value > relations.highest[changes.row])
    agrees = np.ones(worlds.shape[0], dtype=bool)
    agrees[moves.row[is_outside]] = False
    agrees[changes.col[is_broken]] = False
    kept = agrees[moves.row]
    np.minimum.at(low, moves.col[kept], counts[moves.col[kept]] + moves.data[kept])
    np.maximum.at(high, moves.col[kept], counts[moves.col[kept]] + moves.data[kept])
    return low, high


class _Hunt:
    """The search for worlds: what was seen of each target so far, and what is certain of it."""

    def __init__(
        self, left: Remainder, counts: Counts, targets: Indices, width: Counts | None, deadline: float
    ) -> None:
        self.targets, self.count, self.deadline = targets, counts[targets], deadline
        self.width = np.full(len(targets), NO_LIMIT) if width is None else width[targets]
        self.is_exact = width is None
        self.seen_low, self.seen_high = self.count.copy(), self.count.copy()
        self.sure_low, self.sure_high = left.lowest[targets].copy(), left.highest[targets].copy()
        self.worlds = Worlds(left, counts)
        self.component = left.component[targets]
        self.random = np.random.default_rng(7)

    def is_safe(self) -> Flags:
        return is_protected(self.count, self.width, self.seen_low, self.seen_high)

    def is_leaked(self) -> Flags:
        if self.is_exact:
            return np.zeros(len(self.targets), dtype=bool)
        return ~is_protected(self.count, self.width, self.sure_low, self.sure_high)

    def open(self) -> Indices:
        """Return the places of targets that are neither safe, leaked nor exact."""
        is_done = (self.seen_low == self.sure_low) & (self.seen_high == self.sure_high)
        return np.flatnonzero(~(is_done | self.is_safe() | self.is_leaked()))

    def is_time(self) -> bool:
        return time.monotonic() >= self.deadline

    def see(self, world: Counts) -> None:
        """Take in a world that agrees with everything said."""
        value = world[self.targets]
        np.minimum(self.seen_low, value, out=self.seen_low)
        np.maximum(self.seen_high, value, out=self.seen_high)

    def by_bounds(self) -> None:
        """Settle cells that no fact links to another: every value between their bounds is a world."""
        is_alone = self.worlds.is_alone[self.targets]
        self.seen_low = np.where(is_alone, self.sure_low, self.seen_low)
        self.seen_high = np.where(is_alone, self.sure_high, self.seen_high)

    def broadly(self) -> None:
        """Push all open targets at once, down and up by chance; each component answers for itself."""
        for number in range(BROAD_ROUNDS):
            places = self.open()
            if not len(places) or self.is_time():
                return
            wants_less = self.seen_low[places] > self.count[places] // 2
            sign = np.where(wants_less, 1.0, -1.0)
            if number % 3 == 2:  # noqa: PLR2004 - every third round by chance alone
                sign = self.random.choice([-1.0, 1.0], size=len(places))
            weight = sign * self.random.uniform(0.5, 1.5, size=len(places))
            found = self.worlds.search(self.targets[places], weight, self.deadline)
            self.see(found.world)
            if number > 2 and len(places) - len(self.open()) < LEAST_GAIN * len(places):  # noqa: PLR2004
                return

    def singly(self) -> None:
        """Ask for the least, then the greatest value of one target of each component at a time."""
        for side in (1.0, -1.0):
            asked = np.zeros(len(self.targets), dtype=bool)
            while not self.is_time():
                places = self.open()
                places = places[~asked[places]]
                if not len(places):
                    break
                _, first = np.unique(self.component[places], return_index=True)
                now = places[first]
                asked[now] = True
                found = self.worlds.search(self.targets[now], np.full(len(now), side), self.deadline)
                self.see(found.world)
                self._bound(now, side, found.value)

    def by_branching(self) -> None:
        """Ask an integer solver about what linear programming left open."""
        for side in (1.0, -1.0):
            for place in self.open():
                if self.is_time():
                    return
                if place not in self.open():
                    continue
                found = self.worlds.branch(int(self.targets[place]), side, self.deadline)
                self.see(found.world)
                self._bound(np.array([place]), side, found.value)

    def _bound(self, places: Indices, side: float, value: npt.NDArray[np.float64]) -> None:
        """Take in what a solver says of the least (side 1) or greatest value; nan where it does not know."""
        is_told = ~np.isnan(value)
        places, value = places[is_told], value[is_told]
        if side > 0:
            bound = np.ceil(value - 1e-5).astype(np.int64)
            self.sure_low[places] = np.clip(bound, self.sure_low[places], self.seen_low[places])
        else:
            bound = np.floor(value + 1e-5).astype(np.int64)
            self.sure_high[places] = np.clip(bound, self.seen_high[places], self.sure_high[places])

    def result(self, seconds: float) -> Attack:
        is_done = (self.seen_low == self.sure_low) & (self.seen_high == self.sure_high)
        is_witnessed, is_leaked = is_done | self.is_safe(), self.is_leaked()
        how = np.where(is_witnessed, WITNESS, np.where(is_leaked, LINEAR, TIME))
        is_outer = ~is_witnessed & is_leaked
        low = np.where(is_outer, self.sure_low, self.seen_low)
        return Attack(self.targets, low, np.where(is_outer, self.sure_high, self.seen_high), how, seconds)
