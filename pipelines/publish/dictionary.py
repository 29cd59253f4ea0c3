"""``publish.dictionary``: every table and column of the warehouse, those of this file marked."""

from __future__ import annotations

import duckdb

from pipelines.code_sets import code_set
from pipelines.measures.commented_table import CommentedTable
from pipelines.schema import METADATA

_SCHEMAS = "('core', 'quality', 'mart', 'reference', 'publish')"
DICTIONARY = CommentedTable("publish.dictionary", "Every table and column of the warehouse, published ones marked.", {
    "table_schema": ("varchar", "Schema of the table."),
    "table_name": ("varchar", "Name of the table."),
    "column_name": ("varchar", "Name of the column; null for the table itself."),
    "data_type": ("varchar", "Type of the column."),
    "comment": ("varchar", "What it means."),
    "code_set": ("varchar", "Name of the code set that its values are taken from."),
    "codes": ("varchar", "The codes and their labels."),
    "ceds_id": ("varchar", "CEDS Global ID; local where CEDS has no element."),
    "pii_class": ("varchar", "identifier, quasi or null."),
    "is_published": ("boolean", "Whether this file holds the table; others are described, not included."),
})  # fmt: skip


def dictionary_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Return a row for each table, and below it for each of its columns in their order.

    Comments are those of the database, the rest is of the schema.
    """
    here = f"database_name = current_database() and schema_name in {_SCHEMAS}"
    rows = connection.execute(
        f"select schema_name, table_name, null, null, comment, 0 from duckdb_tables() where {here} union all "
        "select schema_name, table_name, column_name, data_type, comment, column_index from duckdb_columns() "
        f"where {here} and not internal order by 1, 2, 6"
    ).fetchall()
    return [(*row[:5], *_coded(*row[:3]), row[0] == "publish") for row in rows]


def _coded(schema: str, table: str, column: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    declared = METADATA.tables.get(f"{schema}.{table}")
    if declared is None or column is None or not declared.columns[column].info.get("codes"):
        info = declared.columns[column].info if declared is not None and column is not None else {}
        return None, None, info.get("ceds") or None, info.get("pii")
    info = declared.columns[column].info
    labels = "; ".join(f"{c.code} = {c.label}" for c in code_set(info["codes"]).values())
    return info["codes"], labels, info["ceds"] or None, info["pii"]
