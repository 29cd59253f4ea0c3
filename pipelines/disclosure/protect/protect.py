"""The decision of what is withheld: the cheapest choice for small problems, by bids for large ones."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from pipelines.disclosure.attack import attack
from pipelines.disclosure.problem import Flags, Problem, is_protected, with_codes
from pipelines.disclosure.protect.bidding import settled
from pipelines.disclosure.protect.completion import Completion, complete
from pipelines.disclosure.protect.cut import Choice
from pipelines.disclosure.protect.deviation import deviations
from pipelines.disclosure.protect.examination import Scene
from pipelines.disclosure.protect.groups import Places
from pipelines.disclosure.protect.hiding import closed
from pipelines.disclosure.protect.market import Market
from pipelines.disclosure.protect.row_wise import row_wise
from pipelines.disclosure.protect.witnesses import nothing_seen

LARGE = 600  # published cells above which the cheapest choice is not looked for
SHARE = 0.5  # of the time that the search of the cheapest may take

Method = Literal["optimal", "greedy", "rows"]


@dataclass(frozen=True)
class Protection:
    """What is withheld, and how far that is proven; flags have one entry a cell of the problem.

    ``is_withheld``  published cells to withhold, primary and complementary alike.
    ``is_untold``    numerators that are withheld without the code that would stand for them.
    ``exposed``      sensitive cells that nothing protects: known for good, or told whatever is withheld.
    ``unproven``     sensitive cells for which no proof was found in time; to be refused, not released.
    ``status``       by block: optimal | within_time | greedy | unproven.
    ``loss``, ``bound``  weight withheld besides ``must_hide``, and the least of any choice (None where unknown).
    ``is_proven``    every sensitive cell has whole worlds that keep it uncertain.
    ``worlds``       those worlds (worlds x cells), as deviations from the truth.
    """

    is_withheld: Flags
    is_untold: Flags
    exposed: Flags
    unproven: Flags
    status: dict[int, str]
    loss: int
    bound: int | None
    seconds: float
    is_proven: bool
    worlds: csr_matrix

    @property
    def gap(self) -> float | None:
        """Return the share of the loss that a better choice might save at most; 0 is the least, None unknown."""
        if self.bound is None:
            return None
        return max(0.0, 1 - self.bound / self.loss) if self.loss else 0.0


def protect(problem: Problem, *, seconds: float = 60.0, method: Method = "optimal") -> Protection:
    """Return what to withhold so that every sensitive cell is protected (``is_protected``), with little loss.

    Args:
        problem: counts, relations and what must stay uncertain.
        seconds: of processor time; what is not proven by then stays unproven.
        method: ``optimal`` takes the cheapest choice, where the problem is small enough for that; ``greedy`` bids
            always; ``rows`` is the practice of hiding the smallest other cell of the row, unproven. For comparison.

    Raises ValueError where the truth contradicts a relation or a bound.
    """
    begin = time.process_time()
    base = closed(problem, problem.must_hide | problem.is_sensitive)
    is_target = problem.is_sensitive & (problem.width > 0)
    nothing = np.zeros_like(base)
    if method == "rows":
        withheld = closed(problem, row_wise(problem, base))
        return _protection(problem, base, begin, _Decided(withheld, nothing, nothing, is_target))
    is_small = method == "optimal" and int(np.count_nonzero(problem.is_published & ~problem.is_known)) <= LARGE
    decided = _cheapest(problem, base, begin + SHARE * seconds) if is_small else None
    if decided is None or decided.unsafe.any():
        decided = _by_bids(problem, base, begin + seconds, decided)
    return _protection(problem, base, begin, decided)


@dataclass(frozen=True)
class _Decided:
    """What was decided: cells withheld, codes not told, targets that are hopeless or unsafe, and how it was found."""

    withheld: Flags
    untold: Flags
    hopeless: Flags
    unsafe: Flags
    limited: Flags | None = None
    greedy: Flags | None = None
    bound: int | None = None
    worlds: csr_matrix | None = None


def _cheapest(problem: Problem, base: Flags, until: float) -> _Decided:
    """Return the cheapest choice, or what is withheld of it when time was up; hopeless targets are unsafe here."""
    nothing = np.zeros_like(base)
    bound = with_codes(problem, base, nothing)
    space = deviations(bound)
    fixed = ~problem.is_known & (base | ~problem.is_published)
    targets = np.flatnonzero(problem.is_sensitive & (problem.width > 0) & fixed)
    candidates = problem.is_published & ~problem.is_known & ~base
    seen = nothing_seen(base.size)
    done: Completion = complete(problem, Scene(space, Choice(candidates, fixed), targets), base, seen, until)
    left = np.union1d(done.unsafe, done.hopeless)
    return _Decided(
        done.withheld, nothing, _flags(base, done.hopeless), _flags(base, left), done.is_limited, nothing, done.bound,
        seen.worlds,
    )  # fmt: skip


def _by_bids(problem: Problem, base: Flags, until: float, before: _Decided | None) -> _Decided:
    """Return what bids make of what is withheld already."""
    nothing = np.zeros_like(base)
    market = Market(problem, deviations(problem), base if before is None else before.withheld, until)
    if before is not None and before.worlds is not None:
        market.know(before.worlds)
    is_all_tried = settled(market)
    left = _flags(base, _untold_by_attack(market, until))
    return _Decided(
        market.withheld, market.is_untold, left if is_all_tried else nothing, nothing if is_all_tried else left,
        before.limited if before else nothing, market.withheld & ~(before.withheld if before else base), None,
        market.proof(),
    )  # fmt: skip


def _untold_by_attack(market: Market, until: float) -> Places:
    """Return the targets without a proof that the attack cannot prove either: it searches longer than a bid does."""
    left, problem = market.open(), market.problem
    if not left.size:
        return left
    told = with_codes(problem, market.withheld, market.is_untold)
    known = problem.is_known | (problem.is_published & ~market.withheld)
    seconds = max(until - time.process_time(), 1.0)
    found = attack(
        told.relations, known, told.count, told.lowest, told.highest, left, width=told.width, seconds=seconds
    )
    open_: Places = left[~is_protected(problem.count[left], problem.width[left], found.lowest, found.highest)]
    return open_


def _protection(problem: Problem, base: Flags, begin: float, found: _Decided) -> Protection:
    is_target = problem.is_sensitive & (problem.width > 0)
    exposed = (is_target & problem.is_known) | found.hopeless
    cells = base.size
    return Protection(
        found.withheld, found.untold, exposed, found.unsafe & ~exposed, _status(problem, found),
        int(problem.weight[found.withheld & ~base].sum()), found.bound, time.process_time() - begin,
        is_proven=not (exposed | found.unsafe).any(),
        worlds=csr_matrix((0, cells), dtype=np.int64) if found.worlds is None else found.worlds,
    )  # fmt: skip


def _flags(like: Flags, places: np.ndarray) -> Flags:
    flags = np.zeros_like(like)
    flags[places] = True
    return flags


def _status(problem: Problem, found: _Decided) -> dict[int, str]:
    """Return how each block was decided; the worst of its cells."""
    status = dict.fromkeys(np.unique(problem.block).tolist(), "optimal")
    for flags, word in ((found.limited, "within_time"), (found.greedy, "greedy")):
        if flags is not None:
            status |= dict.fromkeys(np.unique(problem.block[flags & found.withheld]).tolist(), word)
    return status | dict.fromkeys(np.unique(problem.block[found.unsafe | found.hopeless]).tolist(), "unproven")
