"""Cuts for targets of which solvers say nothing: withhold one more cell, as near to the target as there is one."""

from __future__ import annotations

import numpy as np

from pipelines.disclosure.problem import Flags
from pipelines.disclosure.protect.cut import Cut
from pipelines.disclosure.protect.deviation import Deviations
from pipelines.disclosure.protect.groups import Places, spans

RINGS = 6  # facts apart; cells farther away than that do not help a target


def near_cuts(space: Deviations, open_: Flags, targets: Places) -> list[Cut]:
    """Return for each target that one more of the nearest open cells must be withheld; none where there is none."""
    if not targets.size or not open_.any():
        return []
    facts, cells = space.matrix.tocsr(), space.matrix.tocsc()
    return [c for target in targets if (c := _near_cut(facts, cells, open_, int(target))) is not None]


def _near_cut(facts, cells, open_: Flags, target: int) -> Cut | None:  # type: ignore[no-untyped-def]  # scipy's
    ring = np.array([target], dtype=np.int64)
    for _ in range(RINGS):
        fact = np.unique(_entries(cells, ring))
        ring = np.unique(_entries(facts, fact))
        found = ring[open_[ring]]
        if found.size:
            return Cut(target, found, np.ones(found.size), 1.0)
    return None


def _entries(matrix, lines: Places) -> Places:  # type: ignore[no-untyped-def]  # scipy's
    """Return the indices of all entries of some rows, or columns."""
    start = matrix.indptr[lines].astype(np.int64)
    found: Places = matrix.indices[spans(start, matrix.indptr[lines + 1] - start)].astype(np.int64)
    return found
