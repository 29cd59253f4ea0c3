"""The readiness verdict that each gap carries: can its subgroup be measured at this place in the cohort's year?"""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.equity_source import equity_dimensions

# The worse of two comes first.
VERDICTS = ("not_measurable", "too_few", "with_caution", "measurable", "not_applicable")
NO_ANSWERS = "no student records of the cohort's year"


def read_verdicts(connection: duckdb.DuckDBPyConnection, grantee_id: str) -> pl.DataFrame:
    """Return the verdicts of a grantee by cohort year, institution (empty: all) and dimension, as numbers of a rank."""
    found: pl.DataFrame = connection.sql(
        "select program_year as cohort_program_year, coalesce(institution_id, '') as institution, "
        "equity_dimension as dimension, coalesce(verdict, 'too_few') as verdict, reasons "
        "from mart.readiness where grantee_id = $1",
        params=[grantee_id],
    ).pl()
    return found.with_columns(_rank(pl.col("verdict")).alias("verdict"))


def with_verdict(cells: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with ``readiness_verdict``, of two dimensions the worse, and ``readiness_reason``.

    Credit status and contexts are no equity dimensions; without any of those the verdict is not_applicable.
    """
    for i in (1, 2):
        cells = cells.join(
            verdicts.rename({"dimension": f"dimension_{i}", "verdict": f"verdict_{i}", "reasons": f"reasons_{i}"}),
            on=["cohort_program_year", "institution", f"dimension_{i}"], how="left", maintain_order="left",
        )  # fmt: skip
    for i in (1, 2):
        is_equity = pl.col(f"dimension_{i}").is_in(equity_dimensions())
        has_none = is_equity & pl.col(f"verdict_{i}").is_null()
        rank = pl.col(f"verdict_{i}").fill_null(pl.when(is_equity).then(0).otherwise(len(VERDICTS) - 1))
        why = pl.when(has_none).then(pl.lit(NO_ANSWERS)).otherwise(pl.col(f"reasons_{i}").fill_null(""))
        said = pl.when(why != "").then(pl.concat_str(pl.col(f"dimension_{i}"), pl.lit(": "), why))
        cells = cells.with_columns(rank.alias(f"verdict_{i}"), said.alias(f"reasons_{i}"))
    worse = pl.min_horizontal("verdict_1", "verdict_2")
    reason = pl.concat_str("reasons_1", "reasons_2", separator="; ", ignore_nulls=True)
    return cells.with_columns(
        worse.replace_strict(dict(enumerate(VERDICTS)), return_dtype=pl.String).alias("readiness_verdict"),
        reason.alias("readiness_reason"),
    )


def _rank(verdict: pl.Expr) -> pl.Expr:
    return verdict.replace_strict({name: place for place, name in enumerate(VERDICTS)}, return_dtype=pl.Int64)
