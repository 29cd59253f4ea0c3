"""The verdict on what would leave: the interval of every sensitive cell, and everything that speaks against release.

A refused grantee is a result, not an exception: the others go on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import duckdb
import numpy as np
import polars as pl
from scipy.sparse import csr_matrix, vstack

from pipelines.disclosure.attack import TIME, attack
from pipelines.disclosure.audit.rows import KEYS
from pipelines.disclosure.audit.statements import Statements, read_statements
from pipelines.disclosure.problem import Problem, Relations, is_protected

PROVEN, LEAK, NOT_PROVEN = "proven", "leak", "not_proven"


class Gathered(Protocol):
    """What is asked of the gathered counts; ``pipelines.disclosure.gather`` makes them."""

    @property
    def keys(self) -> pl.DataFrame:
        """The key columns and ``count``, one row a cell, in the order of the problem's cells."""

    @property
    def problem(self) -> Problem:
        """The counts and how they hang together."""


@dataclass(frozen=True)
class Audit:
    """What an attack on the published tables reached.

    ``cells``    one row a sensitive cell: the key columns, cell (its place in the problem), count, width, lowest,
                 highest, how (see ``Attack``), is_protected. Never published.
    ``unread``   published rows and columns with numbers that the audit cannot read; ``untrue`` rows that are not so.
    ``verdict``  ``proven``: every sensitive cell stays uncertain; ``leak``: one does not, or something is unread or
                 untrue; ``not_proven``: the time ended first.
    """

    cells: pl.DataFrame
    unread: tuple[str, ...]
    untrue: tuple[str, ...]
    verdict: str
    seconds: float

    @property
    def is_safe(self) -> bool:
        """Whether it may leave."""
        return self.verdict == PROVEN

    @property
    def leaks(self) -> pl.DataFrame:
        """The sensitive cells that are not protected."""
        return self.cells.filter(~pl.col("is_protected"))

    @property
    def reason(self) -> str:
        """Why it may not leave, without the count or the name of any cell; empty where it may."""
        open_cells = self.leaks
        said = []
        if told := open_cells.filter(pl.col("how") != TIME).height:
            said.append(f"{told} sensitive counts can be told from what would be published")
        if late := open_cells.filter(pl.col("how") == TIME).height:
            said.append(f"{late} sensitive counts were not proven to stay uncertain in the time given")
        if self.unread:
            said.append(f"{len(self.unread)} published numbers cannot be read by the audit")
        if self.untrue:
            said.append(f"{len(self.untrue)} published numbers are not what the counts say")
        return "; ".join(said)


def audit(
    connection: duckdb.DuckDBPyConnection,
    gathered: Gathered,
    *,
    seconds: float = 60.0,
    also_unread: tuple[str, ...] = (),
    worlds: csr_matrix | None = None,
) -> Audit:
    """Attack ``publish.*`` of a connection as it would leave, and return what became of every sensitive cell.

    The attacker knows the relations of ``gathered``, the cells that are known, the codes' limits, and every row of
    the grantee's program years. ``also_unread`` takes what ``unread`` found, so that one verdict holds it all.
    ``worlds`` are proposed by who decided (``Protection.worlds``); nothing of them is believed unchecked.
    """
    started = time.monotonic()
    problem = gathered.problem
    said = read_statements(connection, gathered.keys)
    targets = np.flatnonzero(problem.is_sensitive)
    found = attack(
        _together(problem.relations, said), problem.is_known, problem.count, problem.lowest, problem.highest, targets,
        width=problem.width, seconds=seconds, worlds=worlds,
    )  # fmt: skip
    count, width = problem.count[targets], problem.width[targets]
    cells = gathered.keys.select(KEYS)[targets].with_columns(
        pl.Series("cell", targets), pl.Series("count", count), pl.Series("width", width),
        pl.Series("lowest", found.lowest), pl.Series("highest", found.highest), pl.Series("how", found.how.tolist(),
        dtype=pl.String), pl.Series("is_protected", is_protected(count, width, found.lowest, found.highest)),
    )  # fmt: skip
    unread = tuple(sorted({*said.unread, *also_unread}))
    return Audit(cells, unread, said.untrue, _verdict(cells, unread, said.untrue), time.monotonic() - started)


def _together(relations: Relations, said: Statements) -> Relations:
    further = said.relations
    return Relations(
        vstack([relations.matrix, further.matrix], format="csr"),
        np.concatenate([relations.lowest, further.lowest]),
        np.concatenate([relations.highest, further.highest]),
    )


def _verdict(cells: pl.DataFrame, unread: tuple[str, ...], untrue: tuple[str, ...]) -> str:
    bad = cells.filter(~pl.col("is_protected"))
    if unread or untrue or bad.filter(pl.col("how") != TIME).height:
        return LEAK
    return NOT_PROVEN if bad.height else PROVEN
