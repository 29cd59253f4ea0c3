"""The cells of a release: every planned count of persons, one row each, and the counts that follow from them.

Columns of a frame of cells: those of ``plan.KEYS``, ``count`` (persons), ``cohort_year`` (their program year),
``indicator`` (null for counts of students), ``kind`` (count_code without its indicator) and ``role`` (written or
derived).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from pipelines.disclosure.gather.plan import INDICATORS, KEYS, STUDENT_COUNTS, WRITTEN_KINDS, is_planned

_STUDENTS = """
select grantee_id, program_year, count_code, institution_id, cip_code, subgroup_dimension, subgroup_code,
    cast(student_count as bigint) as count, program_year as cohort_year
from mart.student_count
where grantee_id = ? and list_contains(?, program_year) and student_count > 0
"""
_OF_INDICATOR = """
select grantee_id, program_year, '{kind}_' || indicator_code as count_code, institution_id, cip_code,
    subgroup_dimension, subgroup_code, cast({kind}_count as bigint) as count,
    coalesce(cohort_program_year, program_year) as cohort_year
from mart.indicator
where grantee_id = ? and list_contains(?, program_year) and denominator_count > 0 and {kind}_count is not null
"""


def written_cells(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_years: Sequence[str]) -> pl.DataFrame:
    """Return the planned cells that have anybody, from ``mart.student_count`` and ``mart.indicator``.

    A count of nobody has no row in what is published and is a known 0, except a numerator among persons.
    """
    queries = [_STUDENTS, *(_OF_INDICATOR.format(kind=kind) for kind in WRITTEN_KINDS)]
    frames = [connection.sql(query, params=[grantee_id, list(program_years)]).pl() for query in queries]
    found: pl.DataFrame = pl.concat(frames).filter(is_planned())
    return found


def with_kinds(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with their indicator, kind and role."""
    code = pl.col("count_code")
    indicator = code.str.extract(f"_({'|'.join(INDICATORS)})$")
    return cells.with_columns(
        indicator.alias("indicator"),
        pl.when(indicator.is_null()).then(code).otherwise(code.str.extract("^([a-z]+)_")).alias("kind"),
        pl.lit("written").alias("role"),
    )


def derived_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the counts that follow from those of an indicator: others, and with unknown outcomes failures and known.

    ``other`` = denominator - numerator; ``failure`` = other - unknown; ``known`` = denominator - unknown.
    """
    place = [key for key in KEYS if key != "count_code"] + ["indicator", "cohort_year"]
    counts = cells.filter(pl.col("indicator").is_not_null()).pivot(on="kind", index=place, values="count")
    absent = [
        pl.lit(None, pl.Int64).alias(k) for k in ("denominator", "numerator", "unknown") if k not in counts.columns
    ]
    counts = counts.with_columns(absent)
    other, known = pl.col("denominator") - pl.col("numerator"), pl.col("denominator") - pl.col("unknown")
    parts = {"other": other, "failure": other - pl.col("unknown"), "known": known}
    frames = [
        counts.select(*place, count.alias("count"), pl.lit(kind).alias("kind")).drop_nulls("count")
        for kind, count in parts.items()
    ]
    found = pl.concat(frames).with_columns(
        (pl.col("kind") + "_" + pl.col("indicator")).alias("count_code"), pl.lit("derived").alias("role")
    )
    return found.select(cells.columns)


def in_order(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells in the order of a problem, numbered (``cell``)."""
    return cells.sort(KEYS, nulls_last=False).with_row_index("cell").with_columns(pl.col("cell").cast(pl.Int64))


def is_of_students() -> pl.Expr:
    """Return whether a cell counts persons themselves, so that a row tells that somebody is there."""
    return pl.col("kind").is_in([*STUDENT_COUNTS, "denominator"])
