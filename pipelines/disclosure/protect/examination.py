"""Asks of every target whether it is protected by what is withheld now, and if not, what must be withheld more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import Flags
from pipelines.disclosure.protect.cut import SLIGHT, Choice, Cut, Freedom, cut, freedom
from pipelines.disclosure.protect.determined import Determined, determined, with_their_facts
from pipelines.disclosure.protect.deviation import Deviations
from pipelines.disclosure.protect.groups import Groups, Places, groups
from pipelines.disclosure.protect.witnesses import Witnesses
from pipelines.disclosure.protect.world import reach, whole_world

EFFORT = 40_000  # cells of a group times its targets that are asked one by one in a round: about a second


@dataclass(frozen=True)
class Verdict:
    """Targets that are not protected, and cuts that say why; a target may have none (see ``examine``)."""

    unsafe: Places
    cuts: list[Cut]


@dataclass(frozen=True)
class Scene:
    """What is examined: the space of worlds, what may be chosen, and the targets to protect."""

    space: Deviations
    choice: Choice
    targets: Places

    @property
    def facts(self) -> Flags:
        """The facts in play: all."""
        return np.ones(self.space.matrix.shape[0], dtype=bool)


def examine(scene: Scene, withheld: Flags, seen: Witnesses) -> Verdict:
    """Return the targets that are not proven safe where these candidates are withheld, with cuts against that.

    A target is asked in the group that hangs together tightly, and then by all facts. One that no whole world protects,
    though a fractional one would, is unsafe without a cut; so are targets that were not asked, because others were
    first.
    """
    unknown = scene.choice.is_fixed | (withheld & scene.choice.is_candidate)
    asked = scene.targets[~seen.are_safe(scene.space, unknown, scene.targets)]
    cuts, doubtful = [], asked
    clear = determined(scene.space, unknown, scene.facts, asked)
    for told in _ladder(scene, clear.is_open):
        doubtful = doubtful[~seen.are_safe(scene.space, unknown, doubtful)]
        is_here = told.of_cell[doubtful] >= 0
        if is_here.any():
            more, still = _ask(scene, told, doubtful[is_here], (unknown, clear), seen)
            cuts += more
            doubtful = np.concatenate([doubtful[~is_here], still])
    return Verdict(asked[~seen.are_safe(scene.space, unknown, asked)], cuts)


def _ladder(scene: Scene, unknown: Flags) -> Iterator[Groups]:
    """Yield ever larger groups of what hangs together: tightly, then at all."""
    space = scene.space
    widest = int(space.width[scene.targets].max(initial=0))
    loose = (space.fact_lowest <= -widest) & (space.fact_highest >= widest) & ~space.is_equality
    yield groups(space, unknown, scene.facts, ~loose)
    if loose.any():
        yield groups(space, unknown, scene.facts, scene.facts)


def _ask(
    scene: Scene, told: Groups, asked: Places, state: tuple[Flags, Determined], seen: Witnesses
) -> tuple[list[Cut], Places]:
    """Return cuts for unsafe targets, and those neither safe nor proven unsafe; worlds that are found are kept."""
    space, (unknown, clear) = scene.space, state
    # Large groups are asked about a few targets at a time: what is withheld for those mostly protects their neighbors.
    asked = asked[_turn(told.of_cell[asked]) < np.maximum(1, EFFORT // told.size[told.of_cell[asked]])]
    jobs, sign = np.concatenate([asked, asked]), np.repeat(np.array([-1.0, 1.0]), asked.size)
    aims = csr_matrix((sign, (np.arange(jobs.size), jobs)), shape=(jobs.size, unknown.size))
    reached = reach(space, told, aims)
    seen.add(reached.worlds)
    bad = np.flatnonzero(~seen.are_safe(space, unknown, asked))
    both = np.concatenate([bad, bad + asked.size])
    duals = with_their_facts(space, reached.duals[both], clear)
    bounds = freedom(space, jobs[both], sign[both], duals, scene.choice)
    cuts, doubtful = [], []
    for number, place in enumerate(bad):
        found = _cuts(space, int(asked[place]), bounds, (number, number + bad.size), unknown)
        cuts += found
        if not found:
            for row in (place, place + asked.size):
                seen.add(whole_world(space, told, aims[row]))
            doubtful.append(asked[place])
    left = np.array(doubtful, dtype=np.int64)
    return cuts, left[~seen.are_safe(space, unknown, left)]


def _turn(group: Places) -> Places:
    """Return how many of the same group stand before each one."""
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], group)
    result: Places = np.empty_like(group)
    result[order] = np.arange(group.size)
    return result - begins


def _cuts(space: Deviations, target: int, bounds: Freedom, rows: tuple[int, int], unknown: Flags) -> list[Cut]:
    """Return the cuts that the present choice violates: down far enough, both ways wide enough."""
    down, up = bounds.row(rows[0]), bounds.row(rows[1])
    width = int(space.width[target])
    needs = [
        cut(target, max(int(space.down[target]), width - int(space.highest[target])), down),
        cut(target, width + int(space.lowest[target]), up),
        cut(target, width, down, up),
    ]
    return [c for c in needs if c.share[unknown[c.cell]].sum() < c.need - SLIGHT and c.need > SLIGHT]
