"""Asks of every target whether it is protected by what is withheld now, and if not, what must be withheld more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
AT_LEAST, SLOW = 4, 0.98  # sweeps go on as long as each proves one in fifty targets safe
SWEEPS = 24  # rounds in which many targets are moved at once
MANY = 20  # targets of a group from which on that is worth it


@dataclass(frozen=True)
class Verdict:
    """Targets that are not protected, and cuts that say why; a target may have none (see ``examine``)."""

    unsafe: Places
    cuts: list[Cut]


@dataclass(frozen=True)
class Scene:
    """What is examined: the space of worlds, facts in play, what may be chosen, and the targets to protect."""

    space: Deviations
    facts: Flags
    choice: Choice
    targets: Places


def examine(scene: Scene, withheld: Flags, seen: Witnesses) -> Verdict:
    """Return the targets that are not proven safe where these candidates are withheld, with cuts against that.

    First each group that hangs together by tight facts is asked alone; whoever is not safe there and not proven unsafe
    is asked again among all facts. A target that no whole world protects, though a fractional one would, gets the cut
    that one more cell must be withheld. Targets that were not asked, because others were first, are unsafe without cut.
    """
    unknown = scene.choice.is_fixed | (withheld & scene.choice.is_candidate)
    asked = scene.targets[~seen.are_safe(scene.space, unknown, scene.targets)]
    cuts, doubtful = [], asked
    clear = determined(scene.space, unknown, scene.facts, asked)
    for told in _ladder(scene, clear.is_open):
        doubtful = doubtful[~seen.are_safe(scene.space, unknown, doubtful)]
        if not doubtful.size:
            break
        more, doubtful = _ask(scene, told, doubtful, (unknown, clear), seen)
        cuts += more
    cuts += [_one_more(scene, withheld, int(t)) for t in doubtful]
    return Verdict(asked[~seen.are_safe(scene.space, unknown, asked)], cuts)


def _ladder(scene: Scene, unknown: Flags) -> Iterator[Groups]:
    """Yield ever larger groups: what hangs together tightly, what hangs together at all."""
    space = scene.space
    widest = int(space.width[scene.targets].max(initial=0))
    loose = (space.fact_lowest <= -widest) & (space.fact_highest >= widest) & ~space.is_equality
    told = groups(space, unknown, scene.facts, ~loose)
    yield told
    if loose.any():
        yield groups(space, unknown, scene.facts, scene.facts)


def _ask(
    scene: Scene, told: Groups, asked: Places, state: tuple[Flags, Determined], seen: Witnesses
) -> tuple[list[Cut], Places]:
    """Return cuts for unsafe targets, and those neither safe nor proven unsafe; worlds that are found are kept."""
    space, (unknown, clear) = scene.space, state
    asked = _swept(space, told, asked, unknown, seen)
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


def _swept(space: Deviations, told: Groups, asked: Places, unknown: Flags, seen: Witnesses) -> Places:
    """Return the targets left when worlds that move many at once have been looked for, as long as that helps."""
    random = np.random.default_rng(7)
    for number in range(SWEEPS):
        members = np.bincount(told.of_cell[asked], minlength=told.size.size)
        many = asked[members[told.of_cell[asked]] >= MANY]
        if not many.size:
            break
        aims, narrow = _sweep(space, told, many, (seen, random)), _narrow(space, many)
        for k in range(aims.shape[0]):  # a corner between whole numbers
            seen.add(whole_world(narrow, told, aims[k], gap=0.1))
        left = asked[~seen.are_safe(space, unknown, asked)]
        if number > AT_LEAST and left.size > SLOW * asked.size:
            return left
        asked = left
    return asked


def _sweep(space: Deviations, told: Groups, many: Places, luck: tuple[Witnesses, np.random.Generator]) -> csr_matrix:
    """Look for one world a group that moves as many targets as it can; return the aims for which there was none."""
    seen, random = luck
    group, row = np.unique(told.of_cell[many], return_inverse=True)
    weight = random.choice([-1.0, 1.0], many.size) * random.integers(8, 16, many.size)
    aims = csr_matrix((weight, (row, many)), shape=(group.size, space.lowest.size))
    worlds = reach(_narrow(space, many), told, aims).worlds
    seen.add(worlds)
    return aims[np.diff(worlds.indptr) == 0]


def _narrow(space: Deviations, asked: Places) -> Deviations:
    """Return the space in which no cell moves farther than a target has to, so that many can move at once."""
    step = int(max(space.width[asked].max(initial=1), space.down[asked].max(initial=1)))
    return replace(space, lowest=np.maximum(space.lowest, -step), highest=np.minimum(space.highest, step))


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


def _one_more(scene: Scene, withheld: Flags, target: int) -> Cut:
    """Return the cut that at least one more cell of all that a target hangs together with must be withheld."""
    anything = scene.choice.is_fixed | scene.choice.is_candidate
    told = groups(scene.space, anything, scene.facts, scene.facts)
    near = (told.of_cell == told.of_cell[target]) & scene.choice.is_candidate & ~withheld
    cell = np.flatnonzero(near).astype(np.int64)
    return Cut(target, cell, np.ones(cell.size), 1.0)
