"""Raw tables: the text of each file as sent, with its submission and lines, and pseudonyms where identifiers stood.

Columns that the layout does not know are not kept here but in the archive only: nobody has said that they identify no
person. Values are not judged here.
"""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.intake.identity import hmac_parameters, kind_sql, normalized_sql, pseudonym_sql
from pipelines.intake.raw_names import identifier_columns, kind_column, raw_columns, raw_table
from pipelines.intake.source import Supplier
from pipelines.layouts import FileLayout


def write_raw(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    layout: FileLayout,
    submission_id: str,
    rows: pl.DataFrame,
    key: bytes,
) -> None:
    """Append the rows of a submission to their raw table. The caller has the transaction."""
    names, identifiers = raw_columns(layout), identifier_columns(layout)
    selected = {"submission_id": "$submission_id", "line_number": "line_number", "line_count": "line_count"}
    for sent, name in names.items():
        text = f'"{sent.replace(chr(34), chr(34) * 2)}"'
        if sent in identifiers:
            column = next(c for c in layout.columns if c.name == sent)
            kind = kind_sql(normalized_sql(text, column.nulls), supplier)
            selected[name] = pseudonym_sql(normalized_sql(text, column.nulls), kind)
            selected[kind_column(name)] = kind
        else:
            selected[name] = text
    table = raw_table(supplier.id, layout)
    _make_raw(connection, table, tuple(selected))
    columns = ", ".join(f'"{name}"' for name in selected)
    parameters = {"submission_id": submission_id, **(hmac_parameters(key) if identifiers else {})}
    connection.register("read_now", rows)
    connection.execute(
        f"insert into {table} ({columns}) select {', '.join(selected.values())} from read_now", parameters
    )
    connection.unregister("read_now")


def _make_raw(connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
    """Make a raw table, or add the columns that a later layout version brings."""
    types = {"line_number": "bigint", "line_count": "bigint"}
    declared = ", ".join(f'"{c}" {types.get(c, "varchar")}' for c in columns)
    connection.execute(f"create table if not exists {table} ({declared})")
    for column in columns:
        connection.execute(f'alter table {table} add column if not exists "{column}" {types.get(column, "varchar")}')
