"""The rows of ``mart.gap_method``: what each method says of each computed gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from pipelines.measures.gaps.methods import BY_NAME, PARAMETERS, PPG1_SMALLEST_N, REFERENCES, Groups, Judgement
from pipelines.measures.gaps.status import COMPUTED, NOT_COMPUTABLE

# The groups among which the highest one is looked for: those of one dimension, compared with one reference.
_AMONG = (
    "program_year", "indicator_code", "institution", "reference_cip", "reference_dimension", "reference_code",
    "subgroup_dimension",
)  # fmt: skip
WHY = {
    "ppg_2017": "no rate to compare with",
    "ppg1_2022": f"{PPG1_SMALLEST_N} or fewer in the group, or no others",
    "prop_index": "nobody met the measure",
    "index_80": "no group large enough to compare with met the measure",
}


def method_rows(gaps: pl.DataFrame, methods: Sequence[str], smallest_n: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of each method for the computed gaps (see ``gap_rows``).

    A group of ``smallest_n`` or fewer is not the highest group: ten persons who all met the measure are no yardstick.
    """
    rows = gaps.filter(pl.col("status") == COMPUTED)
    rows = rows.join(_highest(rows, smallest_n), on=list(_AMONG), how="left", maintain_order="left", nulls_equal=True)
    rows = rows.with_columns(pl.col("highest_met", "highest_count").fill_null(0))
    names = ("numerator_count", "denominator_count", "reference_numerator_count", "reference_denominator_count")
    groups = Groups(*(rows[name].to_numpy() for name in (*names, "highest_met", "highest_count")))
    for method in methods:
        yield _said(rows, BY_NAME[method](groups)).with_columns(
            pl.lit(method).alias("method"),
            pl.lit(PARAMETERS[method].format(smallest_n=smallest_n)).alias("parameters"),
            pl.when("is_computed").then(pl.lit("")).otherwise(pl.lit(WHY[method])).alias("reason"),
            _reference(method).alias("reference"),
        )


def _highest(rows: pl.DataFrame, smallest_n: int) -> pl.DataFrame:
    """Return counts and code of the group with the highest rate; of equal ones the first by code."""
    rate = pl.col("numerator_count") / pl.col("denominator_count")
    large = rows.filter(pl.col("denominator_count") > smallest_n).sort("row")
    return large.group_by(_AMONG, maintain_order=True).agg(
        pl.col(value).get(rate.arg_max()).alias(name)
        for name, value in (
            ("highest_met", "numerator_count"), ("highest_count", "denominator_count"), ("highest", "subgroup_code")
        )
    )  # fmt: skip


def _reference(method: str) -> pl.Expr:
    name = pl.lit(REFERENCES[method])
    return pl.concat_str(name, pl.lit(":"), pl.col("highest")) if method == "index_80" else name


def _said(rows: pl.DataFrame, judged: Judgement) -> pl.DataFrame:
    """Return the rows with what the method says; null where it says nothing."""
    said = pl.Series("is_computed", judged.is_computed)
    needed = {
        "is_flagged": judged.is_flagged,
        "students_needed_parity": judged.needed_for_parity,
        "students_needed_not_flagged": judged.needed_until_not_flagged,
    }
    status = np.where(judged.is_computed, COMPUTED, NOT_COMPUTABLE)
    return rows.with_columns(
        said,
        pl.Series("status", status.astype(str)),
        pl.Series("reference_value", judged.reference_value),
        pl.Series("value", judged.value),
        pl.Series("margin", judged.margin),
        *(pl.when(said).then(pl.Series(values)).alias(name) for name, values in needed.items()),
    )
