"""What a release asks of the other rooms, as it needs it; tests put rooms of their own in place.

Imports of those rooms stand in ``all_rooms``: solvers are heavy, and only who releases waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from pipelines.disclosure.problem import Flags, Problem

KEYS = ("grantee_id", "program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code")


class Gathered(Protocol):
    """Cells and how they hang together: a row of ``keys`` (the seven keys, count, threshold, role, code) a cell."""

    @property
    def keys(self) -> pl.DataFrame:
        """The cells, in the order of the problem."""

    @property
    def problem(self) -> Problem:
        """How they hang together."""


class Permission(Protocol):
    """Whether a year may leave, and why not."""

    @property
    def is_given(self) -> bool:
        """Whether it may."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not, each with the fix."""


@dataclass(frozen=True)
class Decision:
    """What is withheld, an entry a cell, and of which of that the code is withheld, too.

    ``exposed`` are sensitive cells that earlier releases have told already; ``worlds`` (worlds x cells) are deviations
    from the truth that keep the others uncertain.
    """

    is_withheld: Flags
    is_untold: Flags
    exposed: npt.NDArray[np.int64]
    words: str
    worlds: csr_matrix


@dataclass(frozen=True)
class Proof:
    """What the attack found: ``frame`` has a row a sensitive cell, with the keys, lowest, highest, how, is_protected.

    ``reason`` says what leaks or could not be proved; empty where it is safe.
    """

    frame: pl.DataFrame
    is_safe: bool
    reason: str = ""


@dataclass(frozen=True)
class Rooms:
    """The other rooms, as functions.

    ``may_release(connection, grantee, program_year, is_sample)``, ``gather(connection, grantee_id, years, earlier)``
    (earlier: cells of all its releases), ``protect(problem)``, ``pooled(gathered, is_withheld)`` (the same cells, and
    those of years put together behind them), ``audit(connection, gathered, grantee_id, worlds)`` (reads ``publish.*``),
    ``freeze_quality(connection, release_id, grantee_id, program_year)``.
    """

    may_release: Callable[[duckdb.DuckDBPyConnection, Any, str, bool], Permission]
    gather: Callable[[duckdb.DuckDBPyConnection, str, Sequence[str], pl.DataFrame | None], Gathered]
    protect: Callable[[Problem], Decision]
    pooled: Callable[[Any, Flags], Gathered]
    audit: Callable[[duckdb.DuckDBPyConnection, Any, str, csr_matrix], Proof]
    freeze_quality: Callable[[duckdb.DuckDBPyConnection, str, str, str], None]
