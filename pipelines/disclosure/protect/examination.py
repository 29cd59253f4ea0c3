"""Asks of every target whether it is protected by what is withheld now, and if not, what must be withheld more."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.cut import SLIGHT, Choice, Cut, Freedom, cut, freedom
from pipelines.disclosure.protect.deviation import Deviations
from pipelines.disclosure.protect.groups import Groups, Places, groups
from pipelines.disclosure.protect.world import reach


@dataclass(frozen=True)
class Verdict:
    """Targets that are not protected, and cuts that say why; a target may have none (see ``examine``)."""

    unsafe: Places
    cuts: list[Cut]


@dataclass
class Memory:
    """Which targets were found safe, and in which group: asked again only where the group has changed."""

    mark: Counts
    safe: dict[int, tuple[int, int]] = field(default_factory=dict)

    def signatures(self, told: Groups) -> list[tuple[int, int]]:
        """Return a mark of the members of each group: their number and the sum of their random marks."""
        sums = np.zeros(told.cell_start.size - 1, dtype=np.int64)
        np.add.at(sums, told.of_cell[told.cell], self.mark[told.cell])
        return list(zip(told.size.tolist(), sums.tolist(), strict=True))


def memory(cells: int) -> Memory:
    """Return a memory of nothing."""
    return Memory(np.random.default_rng(7).integers(-(2**62), 2**62, cells))


@dataclass(frozen=True)
class Scene:
    """What is examined: the space of worlds, facts in play, what may be chosen, and the targets to protect."""

    space: Deviations
    facts: Flags
    choice: Choice
    targets: Places


def examine(scene: Scene, withheld: Flags, remembered: Memory) -> Verdict:
    """Return the targets that are not proven safe where these candidates are withheld, with cuts against that.

    First each group that hangs together by tight facts is asked alone; whoever is not safe there and not proven unsafe
    is asked again among all facts. A target that no whole world protects, though a fractional one would, gets the cut
    that one more cell must be withheld.
    """
    unknown = scene.choice.is_fixed | (withheld & scene.choice.is_candidate)
    space = scene.space
    widest = int(space.width[scene.targets].max(initial=0))
    loose = (space.fact_lowest <= -widest) & (space.fact_highest >= widest) & ~space.is_equality
    told = groups(space, unknown, scene.facts, ~loose)
    marks = remembered.signatures(told)
    asked = np.array(
        [t for t in scene.targets if remembered.safe.get(int(t)) != marks[told.of_cell[t]]], dtype=np.int64
    )
    is_safe, cuts, doubtful = _ask(scene, told, asked, withheld)
    if doubtful.size and loose.any():
        again, more, still = _ask(scene, groups(space, unknown, scene.facts, scene.facts), doubtful, withheld)
        is_safe_after_all = is_safe | np.isin(asked, doubtful[again])
        cuts, doubtful = cuts + more, still
    else:
        is_safe_after_all = is_safe
    cuts += [_one_more(scene, withheld, int(t)) for t in doubtful]
    for t in asked[is_safe]:  # not those that need all facts: their surroundings may change while their group stays
        remembered.safe[int(t)] = marks[told.of_cell[t]]
    return Verdict(asked[~is_safe_after_all], cuts)


def _ask(scene: Scene, told: Groups, asked: Places, withheld: Flags) -> tuple[Flags, list[Cut], Places]:
    """Return which targets are safe, cuts for the unsafe, and those neither safe nor proven unsafe."""
    jobs = np.concatenate([asked, asked])
    sign = np.repeat(np.array([-1, 1], dtype=np.int64), asked.size)
    reached = reach(scene.space, told, jobs, sign)
    down, up = np.split(reached.steps, 2)
    is_safe = (down >= scene.space.down[asked]) & (down + up >= scene.space.width[asked])
    bad = np.flatnonzero(~is_safe)
    both = np.concatenate([bad, bad + asked.size])
    bounds = freedom(scene.space, jobs[both], sign[both], reached.duals[both], scene.choice)
    cuts, doubtful = [], []
    for number, place in enumerate(bad):
        found = _cuts(scene.space, int(asked[place]), bounds, (number, number + bad.size), withheld)
        cuts += found
        if not found:
            doubtful.append(asked[place])
    return is_safe, cuts, np.array(doubtful, dtype=np.int64)


def _cuts(space: Deviations, target: int, bounds: Freedom, rows: tuple[int, int], withheld: Flags) -> list[Cut]:
    """Return the cuts that the present choice violates: down far enough, both ways wide enough."""
    down, up = bounds.row(rows[0]), bounds.row(rows[1])
    width = int(space.width[target])
    needs = [
        cut(target, max(int(space.down[target]), width - int(space.highest[target])), down),
        cut(target, width + int(space.lowest[target]), up),
        cut(target, width, down, up),
    ]
    return [c for c in needs if c.share[withheld[c.cell]].sum() < c.need - SLIGHT and c.need > SLIGHT]


def _one_more(scene: Scene, withheld: Flags, target: int) -> Cut:
    """Return the cut that at least one more cell of all that a target hangs together with must be withheld."""
    anything = scene.choice.is_fixed | scene.choice.is_candidate
    told = groups(scene.space, anything, scene.facts, scene.facts)
    near = (told.of_cell == told.of_cell[target]) & scene.choice.is_candidate & ~withheld
    cell = np.flatnonzero(near).astype(np.int64)
    return Cut(target, cell, np.ones(cell.size), 1.0)
