"""Unknown cells that the others give away, so that nobody has to ask for them: complements of what is shown, mostly.

Without this every complement would join its table into one group, and groups decide how long an attack takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.deviation import Deviations
from pipelines.disclosure.protect.groups import Places


@dataclass(frozen=True)
class Determined:
    """Cells that stay unknown (``is_open``); by rounds the others: cell, the fact that tells it, its factor."""

    is_open: Flags
    rounds: list[tuple[Places, Places, Counts]]


def determined(space: Deviations, unknown: Flags, facts: Flags, targets: Places) -> Determined:
    """Return what equalities with one unknown cell tell, again and again; targets stay open, for they are asked."""
    entries = space.matrix.tocoo()
    used = unknown[entries.col] & (facts & space.is_equality)[entries.row]
    row, column, value = entries.row[used], entries.col[used], entries.data[used]
    is_open, may = unknown.copy(), np.ones(unknown.size, dtype=bool)
    rounds: list[tuple[Places, Places, Counts]] = []
    may[targets] = False
    while True:
        live = is_open[column]
        alone = live & (np.bincount(row[live], minlength=facts.size)[row] == 1) & may[column]
        if not alone.any():
            return Determined(is_open, rounds)
        cell, first = np.unique(column[alone], return_index=True)
        is_open[cell] = False
        rounds.append((cell.astype(np.int64), row[alone][first].astype(np.int64), value[alone][first]))


def with_their_facts(space: Deviations, duals: csr_matrix, told: Determined) -> csr_matrix:
    """Return duals (jobs x facts) under which no determined cell counts, by weighing the facts that tell them."""
    for cell, fact, factor in reversed(told.rounds):
        left = -(duals @ space.matrix.tocsc()[:, cell])
        share = csr_matrix((1.0 / factor, (np.arange(cell.size), fact)), shape=(cell.size, duals.shape[1]))
        duals = duals + left @ share
    return duals.tocsr()
