"""The gap that would be left if a group had chosen programs like all concentrators: direct standardization by CIP."""

from __future__ import annotations

import polars as pl

from pipelines.measures.dimensions import UNKNOWN

_PLACE = ("program_year", "indicator_code", "institution")
GROUP = (*_PLACE, "cip", "subgroup_dimension", "subgroup_code")  # the key of what is returned; cip: all programs


def standardized_gaps(cells: pl.DataFrame) -> pl.DataFrame:
    """Return ``standardized_gap`` and ``standardized_share`` of each single subgroup of a place, by its key.

    Rates of group and of all concentrators by program, both weighted with the programs' shares of all concentrators,
    over the programs that have members of the group (the common support). The share is what these hold of all
    concentrators in programs; a person of two programs counts in both. An unknown program is none. Beside the crude
    gap it shows a reversal by program mix; it is no cause. Not there for pairs: no cells by program.
    """
    known = cells.filter(
        (pl.col("cip") != "") & (pl.col("cip") != UNKNOWN) & (pl.col("denominator_count") > 0)
        & pl.col("numerator_count").is_not_null()
    )  # fmt: skip
    everybody = known.filter(pl.col("kind") == "program").select(
        *_PLACE, "cip", pl.col("denominator_count").alias("weight"),
        (pl.col("numerator_count") / pl.col("denominator_count")).alias("rate_of_all"),
    )  # fmt: skip
    total = everybody.group_by(_PLACE).agg(pl.col("weight").sum().alias("total_weight"))
    rate, weight = pl.col("numerator_count") / pl.col("denominator_count"), pl.col("weight")
    ours = known.filter(pl.col("kind") == "single").join(everybody, on=[*_PLACE, "cip"])
    sums = ours.group_by(*_PLACE, "subgroup_dimension", "subgroup_code").agg(
        (weight * (rate - pl.col("rate_of_all"))).sum().alias("weighted_gap"), weight.sum().alias("own_weight")
    )
    return (
        sums.join(total, on=_PLACE)
        .with_columns(pl.lit("").alias("cip"))
        .select(
            *GROUP,
            (pl.col("weighted_gap") / pl.col("own_weight")).alias("standardized_gap"),
            (pl.col("own_weight") / pl.col("total_weight")).alias("standardized_share"),
        )
    )
