"""Numbers in ``publish.*`` that nobody answers for: a column that no reader claims is a leak until somebody does."""

from __future__ import annotations

import duckdb

from pipelines.disclosure.audit.rows import READ

# Counts of rows or of cells, coded or checked where they are made, and settings: no counts of persons.
ANSWERED_ELSEWHERE = {
    "rule_result": ("population_count", "failed_count", "rule_version"),
    "coverage": ("row_count", "informative_count"),
    "rule": ("version",),
    "suppression_policy": ("threshold", "protection_width", "rate_digits", "count_rounding", "smallest_change"),
    "indicator_pooled": ("year_count",),
    "release": ("number", "cell_count", "shown_count", "coded_count", "row_count", "withheld_row_count"),
    "release_change": ("number", "previous_number", "row_count", "added_count", "removed_count", "changed_count",
                       "newly_withheld_count", "newly_shown_count", "unchanged_count"),
}  # fmt: skip
NUMERIC = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "REAL", "NUMERIC", "LIST", "STRUCT", "MAP", "UNION", "BLOB", "BIT", "[")


def unread(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return ``publish.<table>.<column>`` of numeric or nested columns that no reader of the audit claims."""
    columns = connection.execute(
        "select table_name, column_name, upper(data_type) from duckdb_columns() where schema_name = 'publish' "
        "and database_name = current_database() order by all"
    ).fetchall()
    return tuple(
        f"publish.{table}.{column}"
        for table, column, kind in columns
        if any(word in kind for word in NUMERIC)
        and column not in (*READ.get(table, ()), *ANSWERED_ELSEWHERE.get(table, ()))
    )
