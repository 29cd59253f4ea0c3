"""The warehouse of a home: one DuckDB file. Opens it, makes its schemas and declared tables, keeps its version.

Declared tables only (``core`` from ``schema``, ``quality`` from ``ledger``, ``reference`` from ``reference_tables``):
``raw`` is made by intake, file by file, ``mart`` and ``publish`` by the models. The published file is not made here.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Date, DateTime, Integer, Numeric, String, Table
from sqlalchemy.types import BigInteger, Boolean, TypeEngine

from pipelines import ledger
from pipelines.act_tables import act_tables
from pipelines.configuration import ConfigurationError
from pipelines.history_tables import history_tables
from pipelines.home import HomeLocked, make_private
from pipelines.measurement_tables import measurement_tables
from pipelines.reference_tables import reference_tables
from pipelines.release_tables import release_tables
from pipelines.return_tables import return_tables
from pipelines.run_input_tables import run_input_tables
from pipelines.schema import METADATA
from pipelines.waiver_tables import waiver_tables

FILE_NAME = "warehouse.duckdb"
SCHEMAS = ("raw", "core", "history", "quality", "mart", "publish", "reference")
VERSION = 1
# What a version changes beyond new tables and new columns, which are added by themselves: version to statements.
UPGRADES: dict[int, tuple[str, ...]] = {}
_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (BigInteger, "bigint"), (Integer, "integer"), (Boolean, "boolean"), (DateTime, "timestamp"), (Date, "date"),
    (String, "varchar"),
)  # fmt: skip


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(type_: TypeEngine[Any]) -> str:
    """Return the SQL name of a column type, the same in DuckDB and Spark but for varchar."""
    if isinstance(type_, Numeric):
        return f"decimal({type_.precision}, {type_.scale})"
    return next(name for kind, name in _TYPES if isinstance(type_, kind))


def ddl(table: Table) -> str:
    """Return the statement that makes a declared table. Neither keys nor NOT NULL: a row that breaks them must land."""
    columns = ", ".join(f"{c.name} {sql_type(c.type)}" for c in table.columns)
    return f"create table if not exists {table.fullname} ({columns})"


def comments(table: Table) -> list[str]:
    """Return the statements that give a declared table and its columns their comments."""
    texts = [(f"table {table.fullname}", table.comment), *_column_comments(table)]
    return [f"comment on {name} is {quoted(text or '')}" for name, text in texts]


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schemas, and the declared tables and columns that are not there yet."""
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    columns = _known_columns(connection)
    for table in declared_tables():
        known = columns.get(table.fullname, set())
        if known >= {c.name for c in table.columns}:
            continue
        connection.execute(ddl(table))
        for column in table.columns if known else ():
            if column.name not in known:
                connection.execute(f"alter table {table.fullname} add column {column.name} {sql_type(column.type)}")
        for statement in comments(table):
            connection.execute(statement)


def declared_tables() -> list[Table]:
    """Return the declared tables: ``core``, ``quality``, and those of ``reference`` that files are read into."""
    core = (t for t in METADATA.sorted_tables if t.schema == "core")
    return [
        *core,
        *history_tables(),
        *ledger.quality_tables(),
        *act_tables(),
        *release_tables(),
        *waiver_tables(),
        *return_tables(),
        *run_input_tables(),
        *measurement_tables(),
        *reference_tables(),
    ]


@contextmanager
def open_warehouse(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse of a home for writing, made or upgraded where needed; checkpoint and close it at the end.

    Raises ConfigurationError where a later version of the program has written it.
    """
    path = make_private(home) / FILE_NAME
    umask = os.umask(0o077)  # DuckDB makes its files itself, the log and what it spills not before they are needed
    try:
        connection = _connect(path)
        try:
            path.chmod(0o600)
            _configure(connection)
            connection.execute(f"set temp_directory = {quoted(str(home / 'tmp'))}")
            _upgrade(connection, path)
            yield connection
            connection.execute("checkpoint")
        finally:
            connection.close()
    finally:
        os.umask(umask)


def _configure(connection: duckdb.DuckDBPyConnection) -> None:
    """Set what every connection of ours needs.

    Without ``preserve_insertion_order = false`` DuckDB 2.0.0 hides rows: in one transaction, an insert of no rows and
    then one of more than 122,880 rows in parallel into the same table. Our rows carry their line numbers.
    """
    connection.execute("set enable_progress_bar = false")
    connection.execute("set preserve_insertion_order = false")


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the file; wait a while for readers, who lock it for the moment of a query. Raises HomeLocked."""
    for seconds in (0.1, 0.4, 1.5, 3, 0):
        try:
            return duckdb.connect(str(path))
        except duckdb.IOException as fault:
            held = re.search(r"Conflicting lock is held in (.{1,200}?\(PID \d+\))", str(fault))
            if held is None:
                raise
            by = held[1]
        time.sleep(seconds)
    msg = f"{path}: open in another program, {by}; close it there. What is for reading is published/cte.duckdb"
    raise HomeLocked(msg)


def open_in_memory() -> duckdb.DuckDBPyConnection:
    """Return an empty warehouse that leaves no trace, for judging files before they are submitted."""
    connection = duckdb.connect(":memory:")
    _configure(connection)
    _upgrade(connection, Path(":memory:"))
    return connection


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do all of something or nothing."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def insert_rows(connection: duckdb.DuckDBPyConnection, into: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows of Python values into a table, or into those of its columns that ``into`` names in parentheses.

    One statement over a list a column: 500 rows take 5 ms, and 250 ms with ``executemany``.
    """
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"insert into {into} select {', '.join('unnest(?)' for _ in columns)}", columns)


def _upgrade(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute("create schema if not exists quality")
    connection.execute("create table if not exists quality.schema_version (schema_version integer)")
    found = connection.execute("select max(schema_version) from quality.schema_version").fetchone()
    version = found[0] if found and found[0] is not None else 0
    if version > VERSION:
        msg = f"{path}: written by a later version of the program (schema {version}, this one knows {VERSION}); update"
        raise ConfigurationError(msg)
    connection.begin()
    for step in range(version + 1, VERSION + 1):
        for statement in UPGRADES.get(step, ()) if version else ():  # a new warehouse begins with the latest version
            connection.execute(statement)
        connection.execute("insert into quality.schema_version values (?)", [step])
    create_tables(connection)
    connection.commit()


def _known_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return the names of the columns of each table, asked for once: a query a table took 0.4 s of each opening."""
    found = connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and not internal"
    )
    columns: dict[str, set[str]] = {}
    for table, column in found.fetchall():
        columns.setdefault(table, set()).add(column)
    return columns


def _column_comments(table: Table) -> list[tuple[str, str | None]]:
    return [(f"column {table.fullname}.{c.name}", c.comment) for c in table.columns]
