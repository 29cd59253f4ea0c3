"""Everything that ``publish.*`` says of a grantee's cells, as facts, with what it says that nobody can read."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from pipelines.disclosure.audit.facts import facts_of
from pipelines.disclosure.audit.rows import published_rows
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
    place = ["grantee_id", "first_program_year", "last_program_year", "indicator_code", "institution_id", "cip_code"]
    shown = read.rows.filter(
        (pl.col("table_name") == "indicator") & (pl.col("subgroup_dimension") == "all")
        & pl.col("numerator_count").is_not_null() & pl.col("denominator_count").is_not_null()
    )  # fmt: skip
    blind = read.rows.filter(pl.col("gap").is_not_null() | pl.col("students_needed").is_not_null())
    blind = blind.join(shown.select(*place), on=place, how="anti")
    return Statements(
        Relations(said.matrix[holds], said.lowest[holds], said.highest[holds]),
        tuple(labels[holds].tolist()),
        tuple(sorted({*read.unread, *blind["label"].to_list()})),
        tuple(sorted(set(labels[~holds].tolist()))),
    )


def _rounding(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the multiple that published counts are rounded to, as the published policy says; 1 where it says none."""
    has = connection.execute(
        "select count(*) from duckdb_columns() where schema_name = 'publish' and table_name = 'suppression_policy' "
        "and column_name = 'count_rounding' and database_name = current_database()"
    ).fetchone()
    if has is None or not has[0]:
        return 1
    found = connection.execute("select max(count_rounding) from publish.suppression_policy").fetchone()
    return int(np.int64(found[0])) if found and found[0] else 1
