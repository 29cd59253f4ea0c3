"""The answer of gathering: the cells, told by their keys, and the problem that they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.disclosure.gather.facts import satisfied
from pipelines.disclosure.gather.order import codes_of, hidden_with
from pipelines.disclosure.gather.plan import KEYS
from pipelines.disclosure.problem import Counts, Problem, Relations

_TOLD = ("count", "threshold", "width", "role", "code", "indicator", "kind", "cohort_year")
_NUMBERS = {"count": np.int64, "width": np.int64, "weight": np.int64, "lowest": np.int64, "highest": np.int64,
            "block": np.int32, "place": np.int32}  # fmt: skip
_FLAGS = ("is_sensitive", "must_hide", "is_known")


@dataclass(frozen=True)
class Gathered:
    """The cells of a release and what is known of them.

    ``keys`` has a row a cell, in the order of the problem: the columns of ``plan.KEYS``, count, threshold, width, role
    (written or derived), code (of top and bottom coding, else null), indicator, kind and cohort_year.
    """

    keys: pl.DataFrame
    problem: Problem


def as_gathered(cells: pl.DataFrame, relations: Relations) -> Gathered:
    """Return cells that have all their columns, and their relations, as a problem."""
    each: dict[str, Any] = {name: cells[name].to_numpy().astype(kind) for name, kind in _NUMBERS.items()}
    each |= {name: cells[name].to_numpy().astype(np.bool_) for name in _FLAGS}
    each["is_published"] = (cells["role"] == "written").to_numpy().astype(np.bool_)
    problem = Problem(**each, hides=hidden_with(cells), relations=relations, codes=codes_of(cells))
    return Gathered(cells.select(*KEYS, *_TOLD), problem)


def as_frame(gathered: Gathered) -> pl.DataFrame:
    """Return the cells numbered (``cell``), with what the problem says of each."""
    problem = gathered.problem
    said = {name: getattr(problem, name) for name in (*_NUMBERS, *_FLAGS)}
    return gathered.keys.with_columns(pl.Series(name, values) for name, values in said.items()).with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("cell")
    )


def unsatisfied(problem: Problem) -> Counts:
    """Return the relations that the truth does not satisfy, by number; there must be none."""
    return np.flatnonzero(~satisfied(problem.relations, problem.count)).astype(np.int64)
