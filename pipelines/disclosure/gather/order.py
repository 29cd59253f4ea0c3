"""Which cells hang together closely, what is lost with one, and what it hides."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.disclosure.gather.plan import CLUSTER, KEYS, PAIRS, SPAN
from pipelines.disclosure.problem import Codes
from pipelines.measures.dimensions import ALL

# Totals are asked for more often than their parts, and many shares rest on each.
_WORTH = {0: 100, 1: 2, 2: 1}
_WORTH_OF_PROGRAM = 4
_GROUP = [*(key for key in KEYS if key != "count_code"), "indicator"]
_HERE = [key for key in KEYS if key not in ("subgroup_dimension", "subgroup_code")]


def ordered(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with block, place and weight.

    A block is what a count is told by: a dimension, with those that it makes pairs with. Programs are told with their
    Career Clusters.
    """
    dimension = pl.col("subgroup_dimension")
    is_pair = dimension.str.contains("*", literal=True)
    depth = pl.when(dimension == ALL).then(0).when(is_pair).then(2).otherwise(1)
    first = dimension.replace({name: pair for pair in PAIRS for name in pair.split("*")})
    told_by = pl.when(pl.col("cip_code").is_not_null()).then(pl.lit(CLUSTER)).otherwise(first)
    is_of_program, is_span = pl.col("cip_code").is_not_null(), pl.col("program_year").str.contains(SPAN, literal=True)
    worth = (
        pl.when(is_span).then(1).when(is_of_program).then(_WORTH_OF_PROGRAM)
        .otherwise(depth.replace_strict(_WORTH, return_dtype=pl.Int64))
    )  # fmt: skip
    return cells.with_columns(
        (told_by.rank("dense") - 1).cast(pl.Int32).alias("block"),
        (pl.col("institution_id").fill_null("").rank("dense") - 1).cast(pl.Int32).alias("place"),
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
    found.append(_pairs(groups, outcomes, _GROUP))
    return np.asarray(pl.concat(found).unique(maintain_order=True).to_numpy(), dtype=np.int32).reshape(-1, 2)


def codes_of(cells: pl.DataFrame) -> Codes:
    """Return what withheld numerators are told as, each with the denominator that must be shown for that."""
    told = cells.filter(pl.col("told_highest").is_not_null() & (pl.col("role") == "written"))
    groups = cells.filter(pl.col("kind") == "denominator")
    found = told.select(*_GROUP, "told_lowest", "told_highest", b="cell").join(
        groups.select(*_GROUP, a="cell"), on=_GROUP, how="inner", nulls_equal=True, maintain_order="left"
    )
    return Codes(*(found[name].to_numpy().astype(np.int64) for name in ("b", "a", "told_lowest", "told_highest")))


def _pairs(first: pl.DataFrame, second: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    hiding = first.select(*on, pl.col("cell").alias("a"))
    return second.join(hiding, on=on, how="inner", nulls_equal=True, maintain_order="left").select(
        "a", pl.col("cell").alias("b")
    )
