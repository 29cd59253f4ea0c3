"""The same tables for those without DuckDB: a Parquet and a CSV file each, a dictionary and a README.

They are made of the published file alone. A folder is written aside and renamed, so that nobody finds tables of two
releases in it; for an instant there may be none.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.spreadsheet_text import plain
from pipelines.warehouse import quoted

_FOLDERS = ("parquet", "csv")
_FILES = ("README.txt", "dictionary.csv")
_AT_A_TIME = 10_000


def write_copies(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], folder: Path) -> Callable[[], None]:
    """Write copies of the tables of the attached database ``published`` aside; return what swaps them in.

    ``folder`` is that of the published file. What a run that died has left aside is cleared up with its half file.
    """
    aside = folder / f".cte.duckdb.{os.getpid()}.copies"
    shutil.rmtree(aside, ignore_errors=True)
    for name in _FOLDERS:
        (aside / name).mkdir(parents=True)
    for table in tables:
        source = f"published.publish.{table}"
        file = aside / "parquet" / f"{table}.parquet"
        connection.execute(f"copy (select * from {source}) to {quoted(str(file))} (format parquet, compression zstd)")
        _write_csv(connection, f"select * from {source}", aside / "csv" / f"{table}.csv")
    described = "published.publish.dictionary"
    if "dictionary" in tables:
        _write_csv(connection, f"select * from {described} where is_published", aside / "dictionary.csv")
    (aside / "README.txt").write_text(_read_me(connection, tables), encoding="utf-8", newline="\n")
    for path in [aside, *aside.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o444)
    return lambda: _swap(aside, folder)


def _swap(aside: Path, folder: Path) -> None:
    """Put the copies in place of the old ones, and remove those."""
    for name in _FOLDERS:
        if (folder / name).exists():
            (folder / name).rename(aside / f"{name}.old")
        (aside / name).rename(folder / name)
    for name in _FILES:
        if (aside / name).exists():
            (aside / name).replace(folder / name)
    shutil.rmtree(aside)


def _write_csv(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write a table as UTF-8 with a header; null is empty, and no text is a formula to a spreadsheet."""
    found = connection.execute(query)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column[0] for column in found.description or ())
        while rows := found.fetchmany(_AT_A_TIME):
            writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> str:
    """Return a value as text: a number as it is, so that a gap below 0 stays one, true and false in small letters."""
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_me(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> str:
    """Return the notes of the file, and what each table is."""
    notes = connection.execute("select topic, note from published.publish.note").fetchall() if "note" in tables else []
    comments = connection.execute(
        "select table_name, comment from duckdb_tables() where database_name = 'published' and schema_name = 'publish' "
        "order by table_name"
    ).fetchall()
    lines = [*(f"{topic}: {note}\n" for topic, note in notes), "Tables\n"]
    return "\n".join([*lines, *(f"{table}: {comment}\n" for table, comment in comments)])
