"""Which cells have a gap, which cannot have one, and why: said in words, so that nothing is taken for a gap of 0."""

from __future__ import annotations

import polars as pl

PENDING, NOT_COMPUTABLE, BY_CONSTRUCTION, COMPUTED = "pending", "not_computable", "true_by_construction", "computed"
_REFERENCE = ("program_year", "indicator_code", "institution", "reference_cip", "reference_dimension", "reference_code")


def with_status(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that can have a gap, everybody left out, with ``status`` and ``reason`` (empty: nothing to say).

    3P1 asks whether somebody prepares for a field nontraditional for the own sex. Its gap for that very flag is no
    finding, nor is that of the sexes where sex alone decides it, as within one program, nor that of those who are
    neither women nor men, of whom no program counts as nontraditional.
    """
    cells = cells.join(_decided_by_sex(cells), on=_REFERENCE, how="left", maintain_order="left", nulls_equal=True)
    is_3p1, count, total = pl.col("indicator_code") == "3P1", pl.col("denominator_count"), "reference_denominator_count"
    is_all = (count == pl.col(total)) & (pl.col("numerator_count") == pl.col("reference_numerator_count"))
    cases = (
        (pl.col("indicator_status") == "pending", PENDING, "the outcome window was open when the files came"),
        (pl.col("indicator_status") != "computed", NOT_COMPUTABLE, "the indicator cannot be computed"),
        (pl.col("is_state"), NOT_COMPUTABLE, "no subgroup: to which one these persons belong is not known"),
        (count.fill_null(0) == 0, NOT_COMPUTABLE, "nobody in the denominator"),
        (pl.col(total).fill_null(0) == 0, NOT_COMPUTABLE, "no rate of all concentrators to compare with"),
        (is_3p1 & _has("nontraditional_preparation"), BY_CONSTRUCTION, "the subgroup is defined by what 3P1 measures"),
        (
            is_3p1 & _has("sex") & pl.col("is_decided_by_sex").fill_null(value=False),
            BY_CONSTRUCTION,
            "sex alone decides 3P1 here: nobody of one sex differs from another of it",
        ),
        (
            is_3p1 & _has("sex", "another") & (pl.col("numerator_count") == 0),
            BY_CONSTRUCTION,
            "3P1 asks for women and men: nobody of another sex can meet it",
        ),
        (is_all, BY_CONSTRUCTION, "the subgroup is everybody counted here"),
    )
    status, reason = pl.lit(COMPUTED), pl.lit("")
    for condition, word, why in reversed(cases):
        status = pl.when(condition).then(pl.lit(word)).otherwise(status)
        reason = pl.when(condition).then(pl.lit(why)).otherwise(reason)
    return cells.filter(pl.col("kind") != "everybody").with_columns(status.alias("status"), reason.alias("reason"))


def _has(dimension: str, code: str | None = None) -> pl.Expr:
    """Return whether the subgroup is told by the dimension, and is that code of it."""
    is_code = [pl.lit(code is None) | (pl.col(f"code_{i}") == pl.lit(code)) for i in (1, 2)]
    return ((pl.col("dimension_1") == dimension) & is_code[0]) | ((pl.col("dimension_2") == dimension) & is_code[1])


def _decided_by_sex(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the references of 3P1 within which no sex holds both who met the measure and who did not."""
    by_sex = cells.filter(
        (pl.col("indicator_code") == "3P1") & ~pl.col("is_state") & _has("sex")
        & pl.col("kind").is_in(("single", "context_pair"))
    )  # fmt: skip
    known = pl.col("denominator_count") - pl.col("unknown_count")
    is_whole = (pl.col("numerator_count") == 0) | (pl.col("numerator_count") == known)
    return by_sex.group_by(_REFERENCE).agg(is_whole.all().alias("is_decided_by_sex"))
