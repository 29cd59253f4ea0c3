"""What a release publishes, as data: which counts, of which places, told apart by what.

Programs give way to Career Clusters by this plan: a program shows everybody only, and within an institution counts of
students only, for nearly all outcomes of so few would be withheld. The one pair stands at the grantee only.
"""

from __future__ import annotations

import polars as pl

from pipelines.measures.dimensions import ALL

INDICATORS = ("1P1", "2P1", "3P1")
STUDENT_COUNTS = ("participant", "concentrator", "completer")
CLUSTER = "career_cluster"
RECIPIENT = "eligible_recipient"
# Pairs join tables that could be decided apart, and four in five of their cells would be withheld anyway.
PAIRS = ("race_ethnicity*sex",)
# The columns that tell a cell, in the order of every table of a release; null means all.
KEYS = (
    "grantee_id", "program_year", "count_code", "institution_id", "cip_code", "subgroup_dimension", "subgroup_code"
)  # fmt: skip
# The kinds of count of an indicator that are written, and those that follow from them and are not.
WRITTEN_KINDS = ("denominator", "numerator", "unknown")
DERIVED_KINDS = ("other", "failure", "known")
POOLED_YEARS = 3  # how many years a pooled count sums at most
SPAN = " to "  # a pooled count is of the years "2021-22 to 2023-24"


def is_planned() -> pl.Expr:
    """Return whether a cell is in the plan; reads the columns of ``KEYS``."""
    dimension = pl.col("subgroup_dimension")
    is_everybody = dimension == ALL
    has_pair = dimension.str.contains("*", literal=True)
    is_pair_shown = dimension.is_in(PAIRS)
    is_at_grantee = pl.col("institution_id").is_null()
    is_of_program = pl.col("cip_code").is_not_null()
    is_of_students = pl.col("count_code").is_in(STUDENT_COUNTS)
    is_unknown = pl.col("count_code").str.starts_with("unknown_")
    return (
        pl.when(is_of_program)
        .then(is_everybody & ~is_unknown & (is_at_grantee | is_of_students))
        .when(is_unknown)
        .then(is_everybody)
        .when(has_pair)
        .then(is_at_grantee & is_pair_shown)
        .otherwise((dimension != RECIPIENT) | is_at_grantee)
    )
