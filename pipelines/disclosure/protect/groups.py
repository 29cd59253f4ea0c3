"""Which unknown cells hang together, so that each group is attacked by itself.

A world in which only one group moves is a world: facts are cut to the cells of one group and hold there, because the
rest stands at the truth. Where only tight facts join groups this is a restriction of the attacker's worlds, so what it
proves safe is safe; what it fails to prove is asked again with all facts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.problem import Counts, Flags
from pipelines.disclosure.protect.deviation import Deviations

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Groups of unknown cells, and the facts cut to each; entry arrays are sorted by group.

    ``of_cell``     the group of each cell (n), -1 for known cells.
    ``cell``        cells, of group g at ``cell_start[g]:cell_start[g + 1]``; ``place`` (n) is a cell's place there.
    ``fact``        facts cut to a group, likewise by ``fact_start``.
    ``row``, ``column``, ``value``  entries of the facts by ``entry_start``; rows and columns count from 0 in a group.
    """

    of_cell: Places
    cell: Places
    cell_start: Places
    place: Places
    fact: Places
    fact_start: Places
    row: Places
    column: Places
    value: Counts
    entry_start: Places

    @property
    def size(self) -> Places:
        """Return the number of cells of each group."""
        result: Places = np.diff(self.cell_start)
        return result


def groups(space: Deviations, unknown: Flags, facts: Flags, joins: Flags) -> Groups:
    """Return the groups of unknown cells under the facts in play, joined by those facts that join."""
    row, column, value = _entries(space, unknown, facts)
    label = _labels(space, unknown, row, column, joins[row])
    return _grouped(unknown, label, (row, column, value))


def _entries(space: Deviations, unknown: Flags, facts: Flags) -> tuple[Places, Places, Counts]:
    """Return fact, cell and value of the entries of unknown cells in facts in play."""
    entries = space.matrix.tocoo()
    used = unknown[entries.col] & facts[entries.row]
    return entries.row[used].astype(np.int64), entries.col[used].astype(np.int64), entries.data[used].astype(np.int64)


def _grouped(unknown: Flags, label: Places, entries: tuple[Places, Places, Counts]) -> Groups:
    """Return groups by the label of each cell (-1 for known cells), with the facts cut to them."""
    row, column, value = entries
    group = label[column]
    order = np.lexsort((column, row, group))
    row, column, value, group = row[order], column[order], value[order], group[order]
    is_new = np.ones(row.size, dtype=bool)
    is_new[1:] = (row[1:] != row[:-1]) | (group[1:] != group[:-1])
    cell = np.argsort(label, kind="stable")[np.count_nonzero(~unknown) :]
    count = int(label.max(initial=-1)) + 1
    cell_start = _starts(label[cell], count)
    fact_start = _starts(group[is_new], count)
    place = np.full(unknown.size, -1, dtype=np.int64)
    place[cell] = np.arange(cell.size) - cell_start[label[cell]]
    number = np.cumsum(is_new) - 1
    return Groups(
        label, cell, cell_start, place, row[is_new], fact_start, number - fact_start[group], place[column], value,
        _starts(group, count),
    )  # fmt: skip


def _labels(space: Deviations, unknown: Flags, row: Places, column: Places, joins: Flags) -> Places:
    """Return the group of each cell, numbered in the order of their first cells; -1 for known cells."""
    facts, cells = space.matrix.shape
    ends = (np.ones(int(joins.sum()), dtype=np.int8), (row[joins], column[joins] + facts))
    found = connected_components(coo_matrix(ends, shape=(facts + cells,) * 2), directed=False)[1][facts:]
    label = np.full(cells, -1, dtype=np.int64)
    label[unknown] = np.unique(found[unknown], return_inverse=True)[1]
    return label


def _starts(group: Places, count: int) -> Places:
    """Return where each group begins in a sorted array of groups, and at the end its length."""
    result: Places = np.searchsorted(group, np.arange(count + 1)).astype(np.int64)
    return result


def spans(start: Places, length: Places) -> Places:
    """Return the places ``start[k] .. start[k] + length[k] - 1`` of every k, one after the other."""
    ends = np.cumsum(length)
    result: Places = np.arange(int(length.sum())) + np.repeat(start - (ends - length), length)
    return result
