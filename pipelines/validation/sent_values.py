"""Where the values stand as they were sent: the raw tables that have filled a table, and what our columns are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import duckdb

from pipelines.grantee import grantee
from pipelines.intake.raw_names import raw_columns, raw_table
from pipelines.layouts import FileLayout

Landed = list[tuple[str, dict[str, list[str]]]]  # a raw table, and what our columns are called there


def landed(connection: duckdb.DuckDBPyConnection, table: str, grantees: Collection[str]) -> Landed:
    """Return the raw tables that have filled a core table, each with our columns and what they are called there.

    Only what has landed: a layout that no file has used yet has no table, one of a later version not all columns.
    """
    if not table.startswith("core."):
        return []
    there = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
    ).fetchall()
    found: dict[str, dict[str, list[str]]] = {}
    for grantee_id, layout in _layouts_of(table, grantees):
        raw = raw_table(grantee_id, layout)
        names, columns = raw_columns(layout), found.setdefault(raw, {})
        for column in layout.columns:
            name = names[column.name]
            if (raw.split('"')[1], name) in there and name not in columns.setdefault(column.to, []):
                columns[column.to].append(name)
    return [(raw, columns) for raw, columns in found.items() if any(columns.values())]


def _layouts_of(table: str, grantees: Collection[str]) -> Iterator[tuple[str, FileLayout]]:
    """Yield the layouts of grantees that fill a core table."""
    for grantee_id in sorted(grantees):
        for layout in grantee(grantee_id).layouts:
            if f"core.{layout.table}" == table:
                yield grantee_id, layout
