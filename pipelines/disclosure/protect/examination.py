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
from pipelines.disclosure.protect.near import near_cuts
from pipelines.disclosure.protect.sweep import swept
from pipelines.disclosure.protect.witnesses import Witnesses
from pipelines.disclosure.protect.world import reach, whole_world

LARGE = 600  # cells of a group in which targets are asked one by one; in larger ones that takes seconds each
EFFORT = 40_000  # cells of a group times its targets that are asked one by one in a round: about a second
MANY = 60  # targets of a large problem that are not asked one by one: each gets one more cell near it, and all go on


@dataclass(frozen=True)
class Verdict:
    """Targets that are not protected, and cuts that say why; a target may have none (see ``examine``)."""

    unsafe: Places
    cuts: list[Cut]


@dataclass(frozen=True)
class Scene:
    """What is examined: the space of worlds, facts in play, what may be chosen, the targets to protect, and totals."""

    space: Deviations
    facts: Flags
    choice: Choice
    targets: Places
    totals: Flags


def examine(scene: Scene, withheld: Flags, seen: Witnesses) -> Verdict:
    """Return the targets that are not proven safe where these candidates are withheld, with cuts against that.

    Many targets are moved at once. Whoever is left is asked in the group that hangs together: first with totals at the
    truth, where that comes apart, then by tight facts, then by all. A target that no whole world protects, though a
    fractional one would, or whose group is too large to be asked, gets the cut that one more cell near it must be
    withheld. Targets that were not asked, because others were first, are unsafe without a cut.
    """
    unknown = scene.choice.is_fixed | (withheld & scene.choice.is_candidate)
    asked = scene.targets[~seen.are_safe(scene.space, unknown, scene.targets)]
    asked = swept(scene.space, unknown, scene.facts, asked, scene.totals, seen)
    if asked.size > MANY and np.count_nonzero(unknown) > LARGE:
        return Verdict(asked, near_cuts(scene.space, unknown, scene.choice.is_candidate & ~withheld, asked))
    cuts, doubtful = [], asked
    clear = determined(scene.space, unknown, scene.facts, asked)
    for told, is_whole in _ladder(scene, clear.is_open):
        doubtful = doubtful[~seen.are_safe(scene.space, unknown, doubtful)]
        is_here = told.of_cell[doubtful] >= 0
        is_here &= told.size[told.of_cell[doubtful]] <= LARGE
        if not is_here.any():
            continue
        more, still = _ask(scene, told, doubtful[is_here], (unknown, clear), seen)
        # With totals at the truth a cut asks for too much, and one that cannot be met proves nothing.
        unmet = [] if is_whole else [c.target for c in more if not c.is_possible]
        cuts += more if is_whole else [c for c in more if c.target not in unmet]
        doubtful = np.concatenate([doubtful[~is_here], still, np.unique(np.array(unmet, dtype=np.int64))])
    doubtful = doubtful[~seen.are_safe(scene.space, unknown, doubtful)]
    cuts += near_cuts(scene.space, unknown, scene.choice.is_candidate & ~withheld, doubtful)
    if np.count_nonzero(unknown) > LARGE:
        cuts = _with_hope(scene, unknown, withheld, cuts)
    return Verdict(asked[~seen.are_safe(scene.space, unknown, asked)], cuts)


def _with_hope(scene: Scene, unknown: Flags, withheld: Flags, cuts: list[Cut]) -> list[Cut]:
    """Return cuts in which no target is given up as long as a cell near it is open.

    That nothing protects it is proven for worlds within the box only, which in large problems is not all there are.
    """
    lost = np.unique(np.array([c.target for c in cuts if not c.is_possible], dtype=np.int64))
    near = near_cuts(scene.space, unknown, scene.choice.is_candidate & ~withheld, lost)
    helped = {c.target for c in near}
    return [c for c in cuts if c.is_possible or c.target not in helped] + near


def _ladder(scene: Scene, unknown: Flags) -> Iterator[tuple[Groups, bool]]:
    """Yield ever larger groups, and whether totals move in them: tables, what hangs together tightly, or at all."""
    space = scene.space
    if np.count_nonzero(unknown) > LARGE:
        yield groups(space, unknown & ~scene.totals, scene.facts, scene.facts), False
    widest = int(space.width[scene.targets].max(initial=0))
    loose = (space.fact_lowest <= -widest) & (space.fact_highest >= widest) & ~space.is_equality
    yield groups(space, unknown, scene.facts, ~loose), True
    if loose.any():
        yield groups(space, unknown, scene.facts, scene.facts), True


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
