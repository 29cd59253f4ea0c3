"""Writes ``publish.*`` to ``published/cte.duckdb`` and its copies, and swaps them with those that readers have open."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from pipelines.publish.copies import write_copies
from pipelines.warehouse import quoted

FILE = "cte.duckdb"
STORAGE_VERSION = "v1.2.0"  # DuckDB 1.2 and later read it; the default of 2.0 is closed to all of 1.x
_AS_WRITTEN = ("note", "dictionary")  # read from the first row to the last, in an order that no count has made


def published_file(home: Path) -> Path:
    """Return where the published file of a home stands, or will."""
    return home / "published" / FILE


def publish(connection: duckdb.DuckDBPyConnection, home: Path) -> Path:
    """Write ``publish.*`` to a new file, swap it with the published one, then the copies; return the file's path.

    Readers keep the file that they have open. A write-ahead log left by somebody who opened the old file for writing
    is removed, because DuckDB would refuse to open the new file beside it.
    """
    target = published_file(home)
    folder = target.parent
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o755)  # whatever the umask, which is strict while the warehouse is open
    aside = folder / f".{FILE}.{os.getpid()}"
    aside.unlink(missing_ok=True)
    connection.execute(f"attach {quoted(str(aside))} as published (storage_version '{STORAGE_VERSION}')")
    try:
        tables = _copy(connection)
        connection.execute("checkpoint published")
        swap_copies = write_copies(connection, tables, folder)
    finally:
        connection.execute("detach published")
    aside.chmod(0o444)
    log = target.with_name(f"{FILE}.wal")
    log.unlink(missing_ok=True)
    aside.replace(target)
    log.unlink(missing_ok=True)
    swap_copies()
    return target


def _copy(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Copy all tables with their comments and return their names.

    Rows are sorted by all that stands in them: any other order could follow from counts that are not shown.
    """
    connection.execute("create schema published.publish")
    tables = connection.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'publish' "
        "and database_name = current_database() order by table_name"
    ).fetchall()
    for table, comment in tables:
        order = "" if table in _AS_WRITTEN else " order by all"
        connection.execute(f"create table published.publish.{table} as select * from publish.{table}{order}")
        _comment(connection, f"table published.publish.{table}", comment)
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() where schema_name = 'publish' and table_name = ? "
            "and database_name = current_database()",
            [table],
        ).fetchall()
        for column, text in columns:
            _comment(connection, f"column published.publish.{table}.{column}", text)
    return [table for table, _ in tables]


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str | None) -> None:
    connection.execute(f"comment on {what} is {quoted(text or '')}")
