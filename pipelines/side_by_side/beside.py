"""A warehouse in memory beside a home's: the records of one grantee as views, and the models that somebody asks for.

Nothing here writes into the home. Which definition the models read is said by ``versions``; what is counted of them
stands in ``people``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.home import HomeLocked, held_since
from pipelines.models import Model, all_models, build
from pipelines.warehouse import FILE_NAME, quoted

# What a definition says; a model that reads none of these, at first or second hand, is the same under all definitions.
DEFINED = ("reference.definition", "reference.counted_code")
_NUMBERS = count(1)


@dataclass(frozen=True)
class Beside:
    """A database in memory with the views of one grantee. ``connection`` uses it; ``source`` is the home's database."""

    connection: duckdb.DuckDBPyConnection
    source: str
    grantee_id: str


@contextmanager
def open_to_read(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse of a home to read it. While it is open no night can start.

    Raises ConfigurationError where no night has run, HomeLocked where another program holds the file.
    """
    path = home / FILE_NAME
    if not path.is_file():
        msg = f"{home}: no night has run in this home yet, so there is nothing to compare; `cte run` runs one"
        raise ConfigurationError(msg)
    with duckdb.connect(":memory:") as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"set temp_directory = {quoted(str(home / 'tmp'))}")
        try:
            connection.execute(f"attach {quoted(str(path))} as home (read_only)")
        except duckdb.IOException as fault:
            if "lock" not in str(fault):
                raise
            who = "a run is under way" if held_since(home) else "another program has it open for writing"
            msg = f"{path}: {who}; ask again when it has ended"
            raise HomeLocked(msg) from fault
        connection.execute("use home")
        yield connection


@contextmanager
def beside(connection: duckdb.DuckDBPyConnection, grantee_id: str) -> Iterator[Beside]:
    """Attach an empty database in memory beside the warehouse that the connection uses, and take it away at the end.

    Rows that the connection has written and not committed are not seen.
    """
    name = f"beside_{next(_NUMBERS)}"
    source = str((connection.execute("select current_database()").fetchone() or ("",))[0])
    cursor = connection.cursor()
    try:
        cursor.execute(f"attach ':memory:' as {name}")
        cursor.execute(f"use {name}")
        for schema in ("core", "quality", "reference", "mart"):
            cursor.execute(f"create schema if not exists {schema}")
        yield Beside(cursor, source, grantee_id)
    finally:
        cursor.close()
        connection.execute(f"detach database if exists {name}")


def needed(tables: Sequence[str]) -> tuple[Model, ...]:
    """Return the models that make these tables, with all that they read, each after what it reads."""
    by_table = {model.table: model for model in all_models()}
    found: set[str] = set()
    ahead = list(tables)
    while ahead:
        table = ahead.pop()
        if table in by_table and table not in found:
            found.add(table)
            ahead += by_table[table].inputs
    return tuple(model for model in all_models() if model.table in found)


def build_anew(room: Beside, tables: Sequence[str], program_year: str) -> None:
    """Build these tables and what they read under the definitions loaded; what rests on none is built once.

    Indicators are computed for the one reporting year only, which is most of the time that they take.
    Raises ConfigurationError where the home lacks a table that the models read.
    """
    models = needed(tables)
    resting = _resting_on_definitions(models)
    _view_inputs(room, models)
    for model in models:
        if model.table in resting or not has_table_here(room, model.table):
            build(room.connection, model)
        if model.table == "mart.indicator_scope":
            room.connection.execute("delete from mart.indicator_scope where program_year <> ?", [program_year])


def has_table_here(room: Beside, name: str) -> bool:
    """Return whether the database in memory has a table or view of that name (``core.student``)."""
    query = (
        "select 1 from information_schema.tables where table_catalog = current_database() "
        "and table_schema || '.' || table_name = ?"
    )
    return room.connection.execute(query, [name]).fetchone() is not None


def _resting_on_definitions(models: Sequence[Model]) -> set[str]:
    resting: set[str] = set(DEFINED)
    for model in models:  # each comes after what it reads
        if resting.intersection(model.inputs):
            resting.add(model.table)
    return resting


def _view_inputs(room: Beside, models: Sequence[Model]) -> None:
    """Let the models see the grantee's rows of the home's tables, and all rows of tables without grantees."""
    made = {model.table for model in models}
    for table in sorted({name for model in models for name in model.inputs} - made):
        if has_table_here(room, table):
            continue
        columns = _columns_at_home(room, table)
        own = f" where grantee_id = {quoted(room.grantee_id)} or grantee_id is null" if "grantee_id" in columns else ""
        room.connection.execute(f'create view {table} as select * from "{room.source}".{table}{own}')


def _columns_at_home(room: Beside, table: str) -> set[str]:
    found = room.connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name || '.' || table_name = ?",
        [room.source, table],
    ).fetchall()
    if not found:
        msg = f"the warehouse has no table {table}: an older version of the program wrote it; run `cte run` once"
        raise ConfigurationError(msg)
    return {row[0] for row in found}
