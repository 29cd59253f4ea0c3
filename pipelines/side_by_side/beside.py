"""A warehouse in memory beside a home's: the records of one grantee as views, and the models that somebody asks for.

Nothing here writes into the home. Which definition the models read is said by ``versions``; what is counted of them
stands in ``people``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.home import HomeLocked, held_since
from pipelines.models import Model, all_models, build
from pipelines.query import named_rows
from pipelines.warehouse import FILE_NAME, quoted

DEFINED = frozenset({"reference.definition", "reference.counted_code"})
_SCOPE = "mart.indicator_scope"
_NUMBERS = count(1)


@dataclass(frozen=True)
class Beside:
    """A database in memory with the views of one grantee. ``connection`` uses it; ``source`` is the home's database.

    ``built`` tells of each table built under which definitions that was.
    """

    connection: duckdb.DuckDBPyConnection
    source: str
    grantee_id: str
    built: dict[str, str] = field(default_factory=dict)


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
    """Build these tables and what they read under the definitions loaded; what would come out as it is stays.

    Indicators are computed for the one reporting year only. Raises ConfigurationError where the home lacks a table
    that the models read.
    """
    models = needed(tables)
    _view_inputs(room, models)
    answers = _answers(room)
    marks: dict[str, str] = {}
    for model in models:
        marks[model.table] = _mark(model, answers, marks, program_year)
        if room.built.get(model.table) == marks[model.table]:
            continue
        build(room.connection, model)
        if model.table == _SCOPE:
            room.connection.execute(f"delete from {_SCOPE} where program_year <> ?", [program_year])
        room.built[model.table] = marks[model.table]


def _answers(room: Beside) -> dict[str, str]:
    """Return what the definitions loaded say, by column of ``reference.definition`` and by quoted code set."""
    rows = named_rows(room.connection, "select * from reference.definition order by all")
    columns = rows[0] if rows else {}
    found = {name: repr([row[name] for row in rows]) for name in columns}
    codes = (
        "select code_set, list_sort(list(program_year || ' ' || code)) as codes from reference.counted_code group by 1"
    )
    return found | {f"'{row['code_set']}'": repr(row["codes"]) for row in named_rows(room.connection, codes)}


def _mark(model: Model, answers: Mapping[str, str], marks: Mapping[str, str], program_year: str) -> str:
    """Return what tells one outcome of a model from another on the same records: what it reads of the definitions.

    A model names the columns and the code sets that it reads, at least as words in its text.
    """
    parts = [program_year] if model.table == _SCOPE else []
    if not DEFINED.isdisjoint(model.inputs):
        said = set(re.findall(r"'\w+'|\w+", model.sql))
        parts += [f"{name} {answer}" for name, answer in answers.items() if name in said]
    parts += [marks.get(name, "") for name in model.inputs]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def has_table_here(room: Beside, name: str) -> bool:
    """Return whether the database in memory has a table or view of that name (``core.student``)."""
    query = (
        "select 1 from information_schema.tables where table_catalog = current_database() "
        "and table_schema || '.' || table_name = ?"
    )
    return room.connection.execute(query, [name]).fetchone() is not None


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
