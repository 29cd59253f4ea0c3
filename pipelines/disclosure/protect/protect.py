"""The decision of what is withheld: stage by stage, then everything together."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipelines.disclosure.problem import Flags, Problem
from pipelines.disclosure.protect.cleanup import shown_again
from pipelines.disclosure.protect.completion import Clock, Completion, complete
from pipelines.disclosure.protect.cut import Choice
from pipelines.disclosure.protect.deviation import Deviations, deviations
from pipelines.disclosure.protect.examination import LARGE, Scene, examine
from pipelines.disclosure.protect.hiding import closed
from pipelines.disclosure.protect.row_wise import row_wise
from pipelines.disclosure.protect.sweep import insisted
from pipelines.disclosure.protect.witnesses import Witnesses, nothing_seen, still_true

LAST = 30.0  # processor seconds that asking one by one has at the end, however late it is

Method = Literal["optimal", "greedy", "rows"]


@dataclass(frozen=True)
class Protection:
    """What is withheld, and how far that is proven; flags have one entry a cell of the problem.

    ``is_withheld``  published cells to withhold, primary and complementary alike.
    ``exposed``      sensitive cells that nothing protects: known for good, or told whatever is withheld.
    ``unproven``     sensitive cells for which no proof was found in time; to be refused, not released.
    ``status``       by block: optimal | within_time | greedy | whole_block.
    ``loss``, ``bound``  weight withheld besides ``must_hide``, and the least of any choice (None after several stages).
    ``is_proven``    every sensitive cell has whole worlds that keep it uncertain.
    """

    is_withheld: Flags
    exposed: Flags
    unproven: Flags
    status: dict[int, str]
    loss: int
    bound: int | None
    seconds: float
    is_proven: bool

    @property
    def gap(self) -> float | None:
        """Return the share of the loss that a better choice might save at most; 0 is the least, None unknown."""
        if self.bound is None:
            return None
        return max(0.0, 1 - self.bound / self.loss) if self.loss else 0.0


def protect(problem: Problem, *, seconds: float = 60.0, method: Method = "optimal") -> Protection:
    """Return what to withhold so that every sensitive cell is protected (``is_protected``), with the least loss.

    Args:
        problem: counts, relations and what must stay uncertain.
        seconds: of processor time for the search of the cheapest; then it goes on greedily, and after three times as
            long it withholds whole blocks.
        method: ``optimal``; ``greedy`` without integer programs; ``rows`` the practice of hiding the smallest other
            cell of the row, unproven: both for comparison.

    Raises ValueError where the truth contradicts a relation.
    """
    begin = time.process_time()
    space = deviations(problem)
    base = closed(problem, problem.must_hide | problem.is_sensitive)
    if method == "rows":
        last = _unproven(problem, closed(problem, row_wise(problem, base)))
        bound = None
    else:
        is_small = int(np.count_nonzero(problem.is_published & ~problem.is_known)) <= LARGE
        last, bound = _decide(problem, space, base, begin, seconds, is_optimal=method == "optimal" and is_small)
    is_target = problem.is_sensitive & (problem.width > 0)
    exposed, unproven = is_target & problem.is_known, np.zeros_like(base)
    exposed[last.hopeless] = True
    unproven[last.unsafe] = True
    return Protection(
        last.withheld,
        exposed,
        unproven,
        _status(problem, last),
        int(problem.weight[last.withheld & ~base].sum()),
        bound,
        time.process_time() - begin,
        is_proven=not (exposed | unproven).any(),
    )


def _decide(
    problem: Problem, space: Deviations, base: Flags, begin: float, seconds: float, *, is_optimal: bool
) -> tuple[Completion, int | None]:
    """Return what is withheld after all stages and the check of everything, and the bound if there is one stage."""
    is_open = problem.is_published & ~problem.is_known & ~base
    stages = np.unique(problem.stage[is_open | problem.is_sensitive])
    latest = _latest_stage(problem)
    withheld, is_greedy, is_limited = base, np.zeros_like(base), np.zeros_like(base)
    seen = nothing_seen(base.size)
    for number, stage in enumerate(stages[: 0 if stages.size == 1 else None]):
        clock = Clock(
            begin + seconds * (number + 1) / (stages.size + 1), begin + seconds * (number + 2) / (stages.size + 1)
        )
        scene = _scene(problem, space, withheld, is_open & (problem.stage == stage), latest <= stage)
        scene = replace(scene, targets=scene.targets[problem.stage[scene.targets] <= stage])
        seen = still_true(space, scene.facts, seen)
        step = complete(problem, scene, withheld, (clock, seen), is_optimal=is_optimal)
        withheld = step.withheld
        is_greedy, is_limited = is_greedy | step.is_greedy, is_limited | step.is_limited
    clock = Clock(begin + seconds, begin + 4 * seconds)
    scene = _scene(problem, space, withheld, is_open, np.ones(latest.size, dtype=bool))
    seen = still_true(space, scene.facts, seen)
    last = complete(problem, scene, withheld, (clock, seen), is_optimal=is_optimal)
    is_repaired = last.withheld & ~withheld if stages.size > 1 else np.zeros_like(base)
    last = replace(last, is_greedy=last.is_greedy | is_greedy | is_repaired, is_limited=last.is_limited | is_limited)
    if last.is_greedy.any() and np.count_nonzero(is_open) <= LARGE:
        last = shown_again(problem, _scene(problem, space, base, is_open, scene.facts), base, last, (clock, seen))
    if last.unsafe.size:
        last = _whole_blocks(problem, space, last, is_open, (seen, clock))
    return last, None if stages.size > 1 else last.bound


def _scene(problem: Problem, space: Deviations, withheld: Flags, candidates: Flags, facts: Flags) -> Scene:
    """Return the scene in which these cells are withheld whatever is chosen of the candidates."""
    fixed = ~problem.is_known & (withheld | ~problem.is_published)
    targets = np.flatnonzero(problem.is_sensitive & (problem.width > 0) & fixed)
    return Scene(space, facts, Choice(candidates & ~withheld, fixed), targets, problem.stage == 0)


def _latest_stage(problem: Problem) -> npt.NDArray[np.int64]:
    """Return for each relation the latest stage of its cells that are not known: before, it cannot be judged."""
    entries = problem.relations.matrix.tocoo()
    latest = np.full(entries.shape[0], -1, dtype=np.int64)
    open_ = ~problem.is_known[entries.col]
    np.maximum.at(latest, entries.row[open_], problem.stage[entries.col[open_]])
    return latest


def _whole_blocks(
    problem: Problem, space: Deviations, last: Completion, is_open: Flags, timing: tuple[Witnesses, Clock]
) -> Completion:
    """Return the release without the blocks of targets that were not proven safe in time."""
    seen, clock = timing
    left = _insist(problem, space, last, timing)
    if not left.unsafe.size:
        return left
    blocks = np.unique(problem.block[left.unsafe])
    withheld = closed(problem, last.withheld | (is_open & np.isin(problem.block, blocks)))
    scene = _scene(problem, space, withheld, np.zeros_like(is_open), np.ones(space.matrix.shape[0], dtype=bool))
    verdict = examine(scene, withheld, seen)
    return _insist(problem, space, replace(last, withheld=withheld, unsafe=verdict.unsafe), (seen, clock))


def _insist(problem: Problem, space: Deviations, last: Completion, timing: tuple[Witnesses, Clock]) -> Completion:
    """Return a completion of which each target that was not proven safe has been asked by itself."""
    seen, clock = timing
    facts = np.ones(space.matrix.shape[0], dtype=bool)
    unknown = ~problem.is_known & (last.withheld | ~problem.is_published)
    until = max(time.process_time() + LAST, clock.hard)
    return replace(last, unsafe=insisted(space, unknown, facts, last.unsafe, seen, until))


def _unproven(problem: Problem, withheld: Flags) -> Completion:
    """Return a choice about which nothing is known."""
    no = np.zeros_like(withheld)
    targets = np.flatnonzero(problem.is_sensitive & (problem.width > 0))
    return Completion(withheld, np.zeros(0, dtype=np.int64), targets, no, no, 0)


def _status(problem: Problem, last: Completion) -> dict[int, str]:
    """Return how each block was decided; the worst of its cells."""
    status = dict.fromkeys(np.unique(problem.block).tolist(), "optimal")
    for flags, word in ((last.is_limited, "within_time"), (last.is_greedy, "greedy")):
        status |= dict.fromkeys(np.unique(problem.block[flags & last.withheld]).tolist(), word)
    return status | dict.fromkeys(np.unique(problem.block[last.unsafe]).tolist(), "whole_block")
