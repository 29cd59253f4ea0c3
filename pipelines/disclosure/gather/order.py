"""In which order cells are decided, which hang together closely, what is lost with one, and what it hides."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from pipelines.disclosure.gather.plan import KEYS
from pipelines.measures.dimensions import ALL

# Totals are asked for more often than their parts, and many shares rest on each.
_WORTH = {0: 4, 1: 2, 2: 1, 3: 1}
_HERE = [key for key in KEYS if key not in ("subgroup_dimension", "subgroup_code")]


def staged(cells: pl.DataFrame, alike: Iterable[tuple[tuple[str, str], tuple[str, str]]]) -> pl.DataFrame:
    """Return cells with stage, block and weight. ``alike``: families (year, count_code) that are equal in every cell.

    A block is a year, a family of counts (an indicator, or a count of students) and what it is told by.
    """
    dimension = pl.col("subgroup_dimension")
    stage = pl.when(dimension == ALL).then(0).when(dimension.str.contains("*", literal=True)).then(2).otherwise(1)
    family = pl.concat_str("program_year", pl.lit("/"), pl.col("indicator").fill_null(pl.col("count_code")))
    found = cells.with_columns(stage.cast(pl.Int8).alias("stage"), family.alias("family"))
    first = _first_of(found, alike)
    found = found.with_columns(pl.col("family").replace(first))
    worth = pl.col("stage").replace_strict(_WORTH, return_dtype=pl.Int64)
    return found.with_columns(
        (pl.struct("stage", "family", "subgroup_dimension").rank("dense") - 1).cast(pl.Int32).alias("block"),
        (pl.max_horizontal("count", pl.lit(1)) * worth).alias("weight"),
    )


def hidden_with(cells: pl.DataFrame) -> np.ndarray:
    """Return pairs (a, b), shape (k, 2): where a is withheld, so is b.

    The subgroups of a place go with everybody there, a numerator and a count of unknown outcomes with their
    denominator. A numerator that a code stands for takes nothing with it.
    """
    written = cells.filter(pl.col("role") == "written")
    may_hide = written.filter(pl.col("code").is_null())
    everybody = may_hide.filter(pl.col("subgroup_dimension") == ALL)
    subgroups = written.filter(pl.col("subgroup_dimension") != ALL)
    found = [_pairs(everybody, subgroups, _HERE)]
    groups = written.filter(pl.col("kind") == "denominator")
    outcomes = written.filter(pl.col("kind").is_in(["numerator", "unknown"]))
    found.append(_pairs(groups, outcomes, [*(key for key in KEYS if key != "count_code"), "indicator"]))
    return np.asarray(pl.concat(found).unique(maintain_order=True).to_numpy(), dtype=np.int32).reshape(-1, 2)


def _pairs(first: pl.DataFrame, second: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    hiding = first.select(*on, pl.col("cell").alias("a"))
    return second.join(hiding, on=on, how="inner", nulls_equal=True, maintain_order="left").select(
        "a", pl.col("cell").alias("b")
    )


def _first_of(cells: pl.DataFrame, alike: Iterable[tuple[tuple[str, str], tuple[str, str]]]) -> dict[str, str]:
    """Return for each family that is equal to another the one that stands for both."""
    names = {(year, code): family for year, code, family in
             cells.select("program_year", "count_code", "family").unique().iter_rows()}  # fmt: skip
    first: dict[str, str] = {}
    for one, other in sorted(alike):
        a, b = (_root(first, names[name]) for name in (one, other))
        if a != b:
            first[max(a, b)] = min(a, b)
    return {name: _root(first, name) for name in first}


def _root(first: dict[str, str], name: str) -> str:
    while name in first:
        name = first[name]
    return name
