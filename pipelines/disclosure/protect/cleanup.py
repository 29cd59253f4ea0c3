"""Shows again what is withheld without need: greedy choices and repairs overshoot."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from pipelines.disclosure.problem import Flags, Problem
from pipelines.disclosure.protect.completion import Clock, Completion
from pipelines.disclosure.protect.examination import Scene, examine
from pipelines.disclosure.protect.groups import Groups, Places, groups
from pipelines.disclosure.protect.witnesses import Witnesses

ROUNDS = 12  # one cell of each group a round


def shown_again(
    problem: Problem, scene: Scene, base: Flags, done: Completion, timing: tuple[Clock, Witnesses]
) -> Completion:
    """Return a completion in which cells are shown that no target needs, the dearest of each group first."""
    clock, seen = timing
    withheld, is_tried = done.withheld, base | ~done.is_greedy
    scene = replace(scene, targets=np.setdiff1d(scene.targets, np.union1d(done.hopeless, done.unsafe)))
    for _ in range(ROUNDS):
        told = groups(scene.space, scene.choice.is_fixed | withheld, scene.facts, scene.facts & scene.space.is_equality)
        picked = _dearest(problem, told, withheld & ~is_tried & ~_is_hidden(problem, withheld))
        if not picked.size or time.process_time() > clock.hard:
            break
        is_tried[picked] = True
        trial = withheld.copy()
        trial[picked] = False
        unsafe = examine(scene, trial, seen).unsafe
        back = picked[np.isin(told.of_cell[picked], told.of_cell[unsafe])]
        trial[back if np.isin(told.of_cell[unsafe], told.of_cell[picked]).all() else picked] = True
        withheld = trial
    is_needed = examine(scene, withheld, seen).unsafe.size > 0
    return done if is_needed else replace(done, withheld=withheld)


def _is_hidden(problem: Problem, withheld: Flags) -> Flags:
    """Return the cells that others which are withheld hide."""
    result = np.zeros_like(withheld)
    result[problem.hides[withheld[problem.hides[:, 0]], 1]] = True
    return result


def _dearest(problem: Problem, told: Groups, may: Flags) -> Places:
    """Return the cell of the greatest weight of each group among those that may be shown."""
    cell = np.flatnonzero(may)
    cell = cell[np.lexsort((cell, -problem.weight[cell], told.of_cell[cell]))]
    return cell[np.unique(told.of_cell[cell], return_index=True)[1]]
