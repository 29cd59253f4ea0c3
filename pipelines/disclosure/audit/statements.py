"""Everything that ``publish.*`` says of a grantee's cells, as facts, with what it says that nobody can read."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.disclosure.audit.facts import facts_of, with_reference
from pipelines.disclosure.audit.rows import columns_of, published_rows
from pipelines.disclosure.problem import Relations


@dataclass(frozen=True)
class Statements:
    """What was read.

    ``relations``  the facts that hold, over the cells of the keys.
    ``labels``     for each fact the row that says it.
    ``unread``     rows with numbers that could not be turned into facts: a leak by definition.
    ``untrue``     rows whose numbers the true counts contradict: something is wrong, nothing can be proven.
    """

    relations: Relations
    labels: tuple[str, ...]
    unread: tuple[str, ...]
    untrue: tuple[str, ...]


def statements(connection: duckdb.DuckDBPyConnection, keys: pl.DataFrame) -> Relations:
    """Return the facts that ``publish.*`` states on the cells of ``keys`` (key columns and count, in their order)."""
    return read_statements(connection, keys).relations


def read_statements(connection: duckdb.DuckDBPyConnection, keys: pl.DataFrame) -> Statements:
    """Return the facts and what was not read; see ``Statements``."""
    read = published_rows(connection, keys)
    said, labelled = facts_of(read, keys, _rounding(connection))
    counts = keys["count"].fill_null(0).cast(pl.Int64).to_numpy()
    value = said.matrix @ counts
    holds = (value >= said.lowest) & (value <= said.highest)
    labels = labelled["label"].to_numpy()
    compared = read.rows.filter(pl.any_horizontal(pl.col("gap", "students_needed").is_not_null()))
    blind = with_reference(read.rows).filter(pl.col("reference").is_null()).join(compared, on="row", how="semi")
    return Statements(
        Relations(said.matrix[holds], said.lowest[holds], said.highest[holds]),
        tuple(labels[holds].tolist()),
        tuple(sorted({*read.unread, *blind["label"].to_list()})),
        tuple(sorted(set(labels[~holds].tolist()))),
    )


def _rounding(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the multiple that published counts are rounded to, as the published policies say; none where they do not.

    Columns grantee_id, program_year, counted (an indicator, or all), rounding.
    """
    has = columns_of(connection, "suppression_policy")
    year = "program_year" if "program_year" in has else "null"
    counted = "indicator_code" if "indicator_code" in has else "null"
    source = "publish.suppression_policy" if "count_rounding" in has else "(select 1) as nothing where false"
    value = "max(count_rounding)" if "count_rounding" in has else "null"
    grantee = "grantee_id" if "grantee_id" in has else "null"
    found: pl.DataFrame = connection.sql(
        f"select cast({grantee} as varchar) as grantee_id, cast({year} as varchar) as program_year, "
        f"cast({counted} as varchar) as counted, cast({value} as bigint) as rounding from {source} group by 1, 2, 3"
    ).pl()
    return found
