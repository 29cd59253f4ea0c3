"""What published numbers say of the cells, as linear facts with integer factors.

Every fact is as tight as the truth allows: where rounding leaves doubt, the reader is taken to know how it was done.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from pipelines.disclosure.audit.rows import ALL_OTHER, DENOMINATOR, NUMERATOR, Rows
from pipelines.disclosure.problem import NO_LIMIT, Relations

USUAL_DIGITS, MOST_DIGITS = 3, 6  # of a rate as a share; more say no more, and factors stay within 64 bits
FACT = ("row", "of_numerator", "of_denominator", "lowest", "highest")


PLACE = ("grantee_id", "first_program_year", "last_program_year", "indicator_code", "institution_id")


def facts_of(read: Rows, keys: pl.DataFrame, rounding: pl.DataFrame) -> tuple[Relations, pl.DataFrame]:
    """Return all facts over the cells of ``keys`` in its order, and for each the label of its row.

    ``rounding`` (grantee_id, program_year, counted, rounding) has the multiple that shown counts are rounded to. Facts
    that the truth contradicts stand in the result as they were said; ``read_statements`` finds them.
    """
    rows = _with_rounding(_with_truth(read, keys), rounding)
    # Of rounded counts, what is made of them says nothing more.
    exact = rows.filter((pl.col("rounding") == 1) | pl.col("denominator_count").is_null())
    told = [*_counts(rows), *_codes(rows), *_rates(exact), *_gaps(exact), *_needed(exact)]
    facts = pl.concat([_shaped(frame) for frame in told]).with_row_index("fact")
    return _relations(facts, read.members, keys.height), facts.join(rows.select("row", "label"), on="row", how="left")


def with_reference(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the row that each row's rate is compared with, where that is shown: ``reference`` is its number.

    Everybody of the place and year, or the group that the row names.
    """
    shown = rows.filter(
        (pl.col("table_name") == "indicator") & (pl.col("cip_code") == "")
        & pl.col("numerator_count").is_not_null() & pl.col("denominator_count").is_not_null()
    ).select(*PLACE, pl.col("subgroup_dimension").alias("of_dimension"), pl.col("subgroup_code").alias("of_code"),
             pl.col("row").alias("reference"))  # fmt: skip
    compared = rows.with_columns(
        pl.col("reference_dimension").fill_null("all").alias("of_dimension"),
        pl.col("reference_code").fill_null("all").alias("of_code"),
    )
    shown = shown.unique(subset=[*PLACE, "of_dimension", "of_code"], keep="first", maintain_order=True)
    return compared.join(shown, on=[*PLACE, "of_dimension", "of_code"], how="left", maintain_order="left")


def _with_truth(read: Rows, keys: pl.DataFrame) -> pl.DataFrame:
    """Add what the row's parts truly are, and what its reference is (all_met of all), where that is shown."""
    counts = pl.DataFrame({"cell": np.arange(keys.height), "count": keys["count"].fill_null(0).cast(pl.Int64)})
    sums = read.members.join(counts, on="cell").group_by("row", "part").agg(pl.sum("count"))
    rows = with_reference(read.rows)
    for part, name, all_name in ((NUMERATOR, "true_numerator", "all_met"), (DENOMINATOR, "true_denominator", "all")):
        mine = sums.filter(pl.col("part") == part).select("row", pl.col("count").alias(name))
        rows = rows.join(mine, on="row", how="left", maintain_order="left")
        theirs = mine.rename({"row": "reference", name: all_name})
        rows = rows.join(theirs, on="reference", how="left", maintain_order="left")
    return rows


def _with_rounding(rows: pl.DataFrame, rounding: pl.DataFrame) -> pl.DataFrame:
    """Add the multiple that the row's counts are rounded to: of its kind of count, else the largest of the grantee."""
    indicator = pl.coalesce("indicator_code", pl.col("count_code").str.extract("_(.+)$"), pl.lit("all"))
    span = pl.concat_str("first_program_year", pl.lit(" to "), "last_program_year")
    is_year = pl.col("first_program_year") == pl.col("last_program_year")
    rows = rows.with_columns(
        indicator.alias("counted"), pl.when(is_year).then("last_program_year").otherwise(span).alias("about_year")
    )
    largest = rounding.group_by("grantee_id").agg(pl.max("rounding").alias("largest"))
    rows = rows.join(largest, on="grantee_id", how="left", maintain_order="left").join(
        rounding, left_on=["grantee_id", "about_year", "counted"], right_on=["grantee_id", "program_year", "counted"],
        how="left", maintain_order="left",
    )  # fmt: skip
    return rows.with_columns(pl.coalesce("rounding", "largest", pl.lit(1)).alias("rounding"))


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(pl.Int64) for name in FACT)


def _counts(rows: pl.DataFrame) -> list[pl.DataFrame]:
    said = []
    for shown, truth, factors in (
        ("student_count", "true_denominator", (0, 1)),
        ("numerator_count", "true_numerator", (1, 0)),
        ("denominator_count", "true_denominator", (0, 1)),
    ):
        off = (pl.col(shown) - pl.col(truth)).abs()
        # Halves are rounded up: only a truth that lies exactly between says so.
        step = pl.col("rounding")
        slack = pl.when(off * 2 == step).then(step // 2).otherwise((step - 1) // 2)
        # A rest is made of shown counts: it is off by all that they were rounded by, and says nothing more.
        is_rest = (pl.col("subgroup_code") == ALL_OTHER) & (step > 1)
        slack = pl.when(is_rest).then(pl.max_horizontal(slack, off)).otherwise(slack)
        mine = rows.filter(pl.col(shown).is_not_null() & pl.col(truth).is_not_null())
        said.append(mine.with_columns(
            of_numerator=pl.lit(factors[0]), of_denominator=pl.lit(factors[1]),
            lowest=pl.col(shown) - slack, highest=pl.col(shown) + slack,
        ))  # fmt: skip
    return said


def _codes(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Read ``at_most_5_percent``: 100 numerators are at most 5 denominators; ``at_least_95_percent`` likewise."""
    rows = rows.filter(pl.col("true_numerator").is_not_null()).with_columns(
        (pl.col("suppression_code").str.extract(r"^at_(?:most|least)_(\d+(?:\.\d+)?)_percent$").cast(pl.Float64) * 1000)
        .round(0)
        .alias("share")
    )
    coded = rows.filter(pl.col("share").is_not_null()).with_columns(
        of_numerator=pl.lit(100_000), of_denominator=-pl.col("share")
    )
    is_most = pl.col("suppression_code").str.starts_with("at_most")
    return [
        coded.with_columns(
            lowest=pl.when(is_most).then(-NO_LIMIT).otherwise(0), highest=pl.when(is_most).then(0).otherwise(NO_LIMIT)
        )
    ]


def _scaled(rows: pl.DataFrame, column: str, most: pl.Expr) -> pl.DataFrame:
    """Add ``scale`` (a power of ten) and ``said``, the published share times it, as a whole number.

    Decimals are those of the column's longest value of an indicator: 0.5 beside 0.083 is 0.500. At least the usual.
    """
    decimals = pl.col(column).str.extract(r"\.(\d+)").str.len_chars().fill_null(0)
    exponent = pl.col(column).str.extract(r"[eE]-(\d+)").cast(pl.Int64).fill_null(0)
    digits = pl.min_horizontal(
        pl.max_horizontal((decimals + exponent).max().over("grantee_id", "indicator_code"), USUAL_DIGITS), most
    )
    value = pl.col(column).cast(pl.Float64)
    return rows.filter(pl.col(column).is_not_null() & pl.col("true_numerator").is_not_null()).with_columns(
        scale=pl.lit(10).pow(digits).cast(pl.Int64)
    ).with_columns(said=(value * pl.col("scale")).round(0).cast(pl.Int64))  # fmt: skip


def _rates(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Read a rounded rate r: numerator / denominator lies within half a unit of its last digit."""
    rated = _scaled(rows, "rate", pl.lit(MOST_DIGITS))
    return _between(rated, twice=2 * pl.col("scale"), middle=2 * pl.col("said"))


def _between(rated: pl.DataFrame, *, twice: pl.Expr, middle: pl.Expr) -> list[pl.DataFrame]:
    """Return both sides of |twice * N - middle * D| <= D; an end that is the truth itself is left in."""
    over = twice * pl.col("true_numerator") - (middle + 1) * pl.col("true_denominator")
    upper = rated.with_columns(
        of_numerator=twice, of_denominator=-(middle + 1), lowest=pl.lit(-NO_LIMIT),
        highest=pl.when(over == 0).then(0).otherwise(-1),
    )  # fmt: skip
    lower = rated.with_columns(
        of_numerator=twice, of_denominator=-(middle - 1), lowest=pl.lit(0), highest=pl.lit(NO_LIMIT)
    )
    return [upper, lower]


def _gaps(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Read a rounded gap g to everybody's rate M / A: N / D - M / A lies within half a unit, or three of them.

    Three where the difference was taken of rounded rates; the truth tells which.
    """
    room = (pl.lit(float(2**38)) / pl.col("all")).log10().floor().cast(pl.Int64)
    gapped = _scaled(rows.filter(pl.col("all").is_not_null()), "gap", pl.min_horizontal(pl.lit(MOST_DIGITS), room))
    twice = 2 * pl.col("scale") * pl.col("all")
    middle = 2 * (pl.col("said") * pl.col("all") + pl.col("scale") * pl.col("all_met"))
    off = (twice * pl.col("true_numerator") - middle * pl.col("true_denominator")).abs()
    half = pl.when(off <= pl.col("all") * pl.col("true_denominator")).then(1).otherwise(3) * pl.col("all")
    upper = gapped.with_columns(
        of_numerator=twice, of_denominator=-(middle + half), lowest=pl.lit(-NO_LIMIT), highest=pl.lit(0)
    )
    lower = gapped.with_columns(
        of_numerator=twice, of_denominator=-(middle - half), lowest=pl.lit(0), highest=pl.lit(NO_LIMIT)
    )
    return [upper, lower]


def _needed(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Read k students needed: the smallest k >= 0 with (N + k) / D >= (M + k) / A, the total moving with the group."""
    mine = rows.filter(
        pl.col("all").is_not_null() & pl.col("students_needed").is_not_null() & pl.col("true_numerator").is_not_null()
    ).with_columns(k=pl.col("students_needed"))
    enough = mine.with_columns(
        of_numerator=-pl.col("all"), of_denominator=pl.col("all_met") + pl.col("k"), lowest=pl.lit(-NO_LIMIT),
        highest=pl.col("k") * pl.col("all"),
    )  # fmt: skip
    less = mine.filter(pl.col("k") > 0).with_columns(
        of_numerator=-pl.col("all"), of_denominator=pl.col("all_met") + pl.col("k") - 1,
        lowest=(pl.col("k") - 1) * pl.col("all") + 1, highest=pl.lit(NO_LIMIT),
    )  # fmt: skip
    return [enough, less]


def _relations(facts: pl.DataFrame, members: pl.DataFrame, cells: int) -> Relations:
    entries = facts.join(members, on="row").with_columns(
        factor=pl.when(pl.col("part") == NUMERATOR).then("of_numerator").otherwise("of_denominator")
    ).filter(pl.col("factor") != 0)  # fmt: skip
    place = (entries["fact"].to_numpy(), entries["cell"].to_numpy())
    matrix = csr_matrix((entries["factor"].to_numpy(), place), shape=(facts.height, cells), dtype=np.int64)
    return Relations(matrix, facts["lowest"].to_numpy(), facts["highest"].to_numpy())
