"""Adds what must be withheld until every target is safe, at the least loss that the cuts found so far allow."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from pipelines.disclosure.problem import Flags, Problem
from pipelines.disclosure.protect.cut import Cut
from pipelines.disclosure.protect.examination import Scene, examine
from pipelines.disclosure.protect.groups import Places
from pipelines.disclosure.protect.hiding import closed, hidden_by
from pipelines.disclosure.protect.master import Master
from pipelines.disclosure.protect.witnesses import Witnesses

IDLE = 3  # rounds that proved nothing and asked for nothing, after which targets count as not proven
ROUNDS = 60  # of cuts; what has not settled by then is left to bids


@dataclass(frozen=True)
class Completion:
    """What is withheld now, and how that was found.

    ``hopeless``    targets that no choice protects, while codes are told.
    ``unsafe``      targets not proven safe when it ended.
    ``is_limited``  cells added by a branch and bound that ended early.
    ``bound``       loss of additions that no choice can be below.
    """

    withheld: Flags
    hopeless: Places
    unsafe: Places
    is_limited: Flags
    bound: int


def complete(problem: Problem, scene: Scene, withheld: Flags, seen: Witnesses, until: float) -> Completion:
    """Return the least cells to withhold besides those withheld already, so that all targets of a scene are safe.

    ``until`` (``time.process_time``) ends the search, with targets that are unsafe.
    """
    master = Master(problem.weight, hidden_by(problem))
    no, nobody = np.zeros(withheld.size, dtype=bool), np.zeros(0, dtype=np.int64)
    now, rounds = Completion(withheld, nobody, scene.targets, no, 0), 0
    idle, before = 0, 0
    while True:
        verdict = examine(scene, now.withheld, seen)
        lost = np.array(sorted({c.target for c in verdict.cuts if not c.is_possible}), dtype=np.int64)
        scene = replace(scene, targets=np.setdiff1d(scene.targets, lost))
        now = replace(now, hopeless=np.union1d(now.hopeless, lost), unsafe=np.setdiff1d(verdict.unsafe, lost))
        cuts = [c for c in verdict.cuts if c.is_possible and c.target not in lost]
        if not now.unsafe.size or rounds >= ROUNDS or time.process_time() > until:
            return now
        if not cuts:  # only targets that were not asked yet, or of which nothing more can be said
            idle = idle + 1 if now.unsafe.size == before else 0
            before = now.unsafe.size
            if idle > IDLE:
                return now
            continue
        now = _by_master(problem, master, withheld, now, cuts)
        rounds += 1


def _by_master(problem: Problem, master: Master, base: Flags, now: Completion, cuts: list[Cut]) -> Completion:
    """Return the cheapest choice under all cuts so far, these included; cells chosen earlier may be shown again."""
    master.cuts.extend(cuts)
    added, limited, bound = np.zeros_like(base), np.zeros_like(base), 0
    for chosen in master.cheapest():
        added[chosen.cell] = True
        limited[chosen.cell] = not chosen.is_cheapest
        bound += chosen.loss
    return replace(now, withheld=closed(problem, base | added), is_limited=limited, bound=bound)
