"""From ``mart.indicator`` and ``mart.readiness`` to the tables of gaps, a grantee and year at a time."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl

from pipelines.grantee import grantee, grantee_ids
from pipelines.measures.gaps.cells import read_cells
from pipelines.measures.gaps.exact import students_needed
from pipelines.measures.gaps.method_rows import method_rows
from pipelines.measures.gaps.readiness import read_verdicts, with_verdict
from pipelines.measures.gaps.settings import GapSettings, settings_of
from pipelines.measures.gaps.standardized import GROUP, standardized_gaps
from pipelines.measures.gaps.statistics import (
    Counts,
    detectable_gap,
    gap_interval,
    has_others,
    p_value,
    q_values,
    shrunken_shortfall,
    statutory_gap,
)
from pipelines.measures.gaps.status import COMPUTED, with_status
from pipelines.measures.gaps.tables import append, create
from pipelines.measures.gaps.worst_case import worst_case
from pipelines.warehouse import transaction

UNTOLD = "persons of several subgroups with other outcomes: no interval"
FEW = "too few for a test"


def build_gaps(connection: duckdb.DuckDBPyConnection) -> None:
    """Write both tables anew for all grantees of ``mart.indicator``, all of it or nothing.

    Raises ConfigurationError for bad ``[gaps]``.
    """
    with transaction(connection):
        create(connection)
        years = connection.execute("select distinct grantee_id, program_year from mart.indicator order by all")
        for grantee_id, program_year in years.fetchall():
            _append_gaps(connection, grantee_id, program_year)


def _append_gaps(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str) -> None:
    settings = settings_of(grantee(grantee_id)) if grantee_id in grantee_ids() else GapSettings()
    cells = read_cells(connection, grantee_id, program_year)
    gaps = gap_rows(cells, read_verdicts(connection, grantee_id), settings)
    append(connection, "mart.gap", gaps)
    for rows in method_rows(gaps, settings.methods, settings.smallest_n):
        append(connection, "mart.gap_method", rows)


def gap_rows(cells: pl.DataFrame, verdicts: pl.DataFrame, settings: GapSettings) -> pl.DataFrame:
    """Return the rows of ``mart.gap`` of a grantee's cells (see ``read_cells``), with the cells' own columns."""
    rows = with_verdict(with_status(cells), verdicts)
    computed, others = rows.filter(pl.col("status") == COMPUTED), rows.filter(pl.col("status") != COMPUTED)
    measured = _with_worst_case(_with_test(_with_gap(computed), settings), cells)
    measured = measured.join(standardized_gaps(cells), on=list(GROUP), how="left", maintain_order="left")
    return pl.concat([_with_rank(measured), others], how="diagonal")


def counts_of(rows: pl.DataFrame) -> tuple[Counts, Counts, Counts, Counts]:
    """Return met and count of the subgroups, then of their references."""
    names = ("numerator_count", "denominator_count", "reference_numerator_count", "reference_denominator_count")
    met, count, all_met, all_count = (rows[name].to_numpy() for name in names)
    return met, count, all_met, all_count


def _with_gap(rows: pl.DataFrame) -> pl.DataFrame:
    counts = counts_of(rows)
    met, count, all_met, all_count = counts
    low, high = gap_interval(*counts)
    told, needed = has_others(*counts), students_needed(*counts)
    return rows.with_columns(
        pl.Series("gap", statutory_gap(*counts)),
        pl.Series("gap_low", low),
        pl.Series("gap_high", high),
        pl.Series("detectable_gap", np.where(told, detectable_gap(count, all_met, all_count), np.nan)),
        # A group cannot close a gap that persons counted elsewhere hold open.
        pl.when(pl.Series(told & (needed <= count - met))).then(pl.Series(needed)).alias("students_needed"),
        pl.when(pl.Series(told)).then("reason").otherwise(pl.lit(UNTOLD)).alias("reason"),
    )


def _with_test(rows: pl.DataFrame, settings: GapSettings) -> pl.DataFrame:
    """Add p, q and family. Not tested are the small, and those whom a special population leaves over: no subgroup."""
    met, count, all_met, all_count = counts_of(rows)
    is_small = np.minimum(count, all_count - count) <= settings.smallest_n
    p = np.where(is_small | rows["is_rest"].to_numpy(), np.nan, p_value(met, count, all_met, all_count))
    family = pl.concat_str(
        "grantee_id", "program_year", "indicator_code", _place_level(), "kind", separator=" "
    )  # fmt: skip
    rows = rows.with_columns(pl.Series("p_value", p, nan_to_null=True), pl.Series("is_small", is_small))
    rows = rows.with_columns(pl.when(pl.col("p_value").is_not_null()).then(family).alias("family"))
    q = q_values(p, _numbered(rows["family"]))
    # Points of 100 as integers: floats decide nothing here.
    points, part = settings.practical_points.numerator, settings.practical_points.denominator
    is_practical = np.abs(met * all_count - all_met * count) * 100 * part >= points * count * all_count
    return rows.with_columns(
        pl.Series("q_value", q, nan_to_null=True),
        pl.Series("is_practical", is_practical),
        pl.when(pl.col("family").is_not_null()).then(pl.len().over("family")).alias("family_size"),
        _joined("reason", pl.when("is_small").then(pl.lit(FEW))),
    ).with_columns((pl.col("q_value") <= float(settings.false_discovery_rate)).alias("is_discovery"))


def _numbered(family: pl.Series) -> Counts:
    """Return a number for each family; those of none share one."""
    return family.fill_null("").rank("dense").to_numpy().astype(np.int64)


def _place_level() -> pl.Expr:
    place = pl.when(pl.col("institution") == "").then(pl.lit("grantee")).otherwise(pl.lit("institution"))
    in_program = (pl.col("cip") != "") & (pl.col("kind") != "program")
    return pl.concat_str(place, pl.when(in_program).then(pl.lit("_program")).otherwise(pl.lit("")))


def _joined(name: str, further: pl.Expr) -> pl.Expr:
    """Return two remarks as one, separated by a semicolon."""
    own = pl.when(pl.col(name) != "").then(pl.col(name))
    return pl.concat_str(own, further, separator="; ", ignore_nulls=True).alias(name)


def _with_worst_case(rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    found = worst_case(cells, rows)
    met, count, all_met, all_count = counts_of(rows)
    sign = np.sign(met * all_count - all_met * count)
    survives = (found.lowest_sign == sign) & (found.highest_sign == sign)
    return rows.with_columns(
        pl.Series("lowest_gap", found.lowest),
        pl.Series("highest_gap", found.highest),
        pl.when(pl.Series(sign != 0)).then(pl.Series(survives)).alias("survives_worst_case"),
    )


def _with_rank(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the order in which to look: by the shrunken shortfall in students, ties by key. The values are dropped."""
    family = _numbered(rows["family"])
    shortfall = pl.Series("shortfall", shrunken_shortfall(*counts_of(rows), family))
    looked_at = pl.col("family").is_not_null() & (pl.col("gap") < 0)
    ranked = (
        rows.with_columns(shortfall)
        .filter(looked_at)
        .sort("program_year", "shortfall", "row", descending=[False, True, False])
        .with_columns(pl.int_range(1, pl.len() + 1).over("program_year").alias("worklist_rank"))
        .select("row", "worklist_rank")
    )
    return rows.join(ranked, on="row", how="left", maintain_order="left")
