"""A session with a source database: read-only by the database's own word, and always rolled back.

What its faults mean, and whose they are, stands in ``words``.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from pipelines.intake.database.settings import DatabaseSource, SourceUnreachable, place_of
from pipelines.intake.database.words import about_the_connection

_CONNECT_SECONDS = 30
_SQLITE_STEPS = 100_000  # of its virtual machine, between two looks at the clock: some milliseconds
# Packages that are not called like the module that SQLAlchemy asks for.
_PACKAGES = {"psycopg": "'psycopg[binary]'", "MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary"}
# Databases without a switch of SQLAlchemy's: what is said first. Neither could be tried here; see the documentation.
_OPENINGS: dict[str, Callable[[int], tuple[str, ...]]] = {
    "mysql": lambda seconds: (
        f"set session max_execution_time = {seconds * 1000}",
        "start transaction with consistent snapshot, read only",
    ),
    "mariadb": lambda seconds: (
        f"set session max_statement_time = {seconds}",
        "start transaction with consistent snapshot, read only",
    ),
    "oracle": lambda _: ("set transaction read only",),
}


@contextmanager
def reading(source: DatabaseSource, url: URL) -> Iterator[Connection]:
    """Yield a connection in one read-only transaction, so that all tables are read as of one moment.

    Raises SourceUnreachable where there is none to be had. Faults of queries pass as they are.
    """
    engine = _engine(source, url)
    try:
        connection = _connected(source, url, engine)
        try:
            yield connection
        finally:
            connection.rollback()
            connection.close()
    finally:
        engine.dispose()


def _connected(source: DatabaseSource, url: URL, engine: Engine) -> Connection:
    connection = None
    try:
        connection = engine.connect()
        return _begun(connection, source.timeout_seconds)
    except (SQLAlchemyError, ImportError, ValueError, TypeError) as fault:
        words = about_the_connection(fault, place_of(url), source.url_env)
    if connection is not None:
        connection.invalidate()
        connection.close()
    raise SourceUnreachable(source.grantee_id, words)  # outside, so that no cause quotes the URL


def _begun(connection: Connection, seconds: int) -> Connection:
    """Begin the transaction in the way of this database."""
    backend = connection.dialect.name
    if backend == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.exec_driver_sql(f"set local statement_timeout = {seconds * 1000}")
    elif backend == "sqlite":
        connection.exec_driver_sql("pragma query_only = on")
        connection.exec_driver_sql("begin")
        _stop_after(connection, seconds)
    else:
        opening = _OPENINGS.get(backend)
        for statement in opening(seconds) if opening else ():
            connection.exec_driver_sql(statement)
    return connection


def _stop_after(connection: Connection, seconds: int) -> None:
    """Let SQLite, which knows no statement timeout, look at the clock."""
    until = time.monotonic() + seconds
    raw: object = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        raw.set_progress_handler(lambda: time.monotonic() > until, _SQLITE_STEPS)


def _engine(source: DatabaseSource, url: URL) -> Engine:
    options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
    words = ""
    try:
        if url.get_backend_name() == "sqlite" and url.database:
            place = f"{Path(url.database).absolute().as_uri()}?mode=ro"
            options["creator"] = lambda: sqlite3.connect(place, uri=True)
        elif url.get_backend_name() == "postgresql" and "connect_timeout" not in url.query:
            options["connect_args"] = {"connect_timeout": _CONNECT_SECONDS}
        return create_engine(url, **options)
    except NoSuchModuleError:
        words = f"{source.url_env}: SQLAlchemy knows no database {url.drivername!r}; correct the part before ://"
    except ImportError as fault:
        module = (fault.name or "").partition(".")[0] or "psycopg"
        words = f"the driver {module} is missing; run: pip install {_PACKAGES.get(module, module)}"
    except (SQLAlchemyError, ValueError, TypeError) as fault:
        words = f"{source.url_env}: the URL cannot be used ({type(fault).__name__}); correct it"
    raise SourceUnreachable(source.grantee_id, words)
