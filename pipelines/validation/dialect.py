"""How SQLAlchemy speaks DuckDB over a connection that the pipeline has already open.

The dialect writes statements; the two wrappers run them on that very connection, so that Great Expectations sees what
the pipeline sees (its temporary tables included) and leaves no connection behind. It belongs
here what a statement looks like and how it is run; what is asked stands in ``engine``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import IdentifierPreparer, SQLCompiler

URL = "duckdb+pipeline://"


class Cursor:
    """Takes its rows at once, because Great Expectations reads them after it has closed the connection."""

    arraysize = 1
    rowcount = -1

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[tuple[Any, ...]] | None = None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement and keep its rows."""
        done = self._connection.execute(statement, list(parameters)) if parameters else self._run(statement)
        self.description = done.description
        self._rows = done.fetchall()

    def _run(self, statement: str) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(statement)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, or None after the last."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """Return the next ``size`` rows."""
        taken, self._rows = self._rows[: size or 1], self._rows[size or 1 :]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Keep the rows: they are read after this call."""


class Connection:
    """The pipeline's connection, lent: neither its transaction nor its life end here."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def cursor(self) -> Cursor:
        """Return a cursor on the pipeline's connection."""
        return Cursor(self._connection)

    def commit(self) -> None:
        """Do nothing: the transaction is the pipeline's."""

    def rollback(self) -> None:
        """Do nothing: the transaction is the pipeline's."""

    def close(self) -> None:
        """Do nothing: the connection is the pipeline's."""


class Preparer(IdentifierPreparer):
    """Quotes every name, because DuckDB's reserved words are not SQLAlchemy's."""

    def _requires_quotes(self, value: str) -> bool:  # noqa: ARG002 - the signature is SQLAlchemy's
        return True

    def quote_schema(self, schema: str, force: Any = None) -> str:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Quote ``catalog.schema`` part by part."""
        return ".".join(self.quote(part) for part in schema.split("."))


class Compiler(SQLCompiler):
    """Standard SQL, with an answer for an empty list."""

    def visit_empty_set_expr(self, *_: Any, **__: Any) -> str:
        """Write a subquery without rows, for ``x in ()``."""
        return "select null where false"


class Dialect(DefaultDialect):
    """DuckDB as standard SQL: nothing of PostgreSQL's, whose ``~`` is a full match in DuckDB and partial elsewhere."""

    name = "duckdb"
    driver = "pipeline"
    default_paramstyle = "qmark"
    preparer = Preparer
    statement_compiler = Compiler
    supports_native_boolean = True
    supports_statement_cache = True
    div_is_floordiv = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the driver: DuckDB's own module, which follows PEP 249."""
        return duckdb


def open_engine(connection: duckdb.DuckDBPyConnection) -> sa.Engine:
    """Return a SQLAlchemy engine whose every connection is ``connection``."""
    sa.dialects.registry.register("duckdb.pipeline", __name__, "Dialect")
    return sa.create_engine(
        URL, creator=lambda: Connection(connection), poolclass=sa.pool.NullPool, hide_parameters=True
    )


def to_sql(clause: sa.ClauseElement, dialect: sa.Dialect | None = None) -> str:
    """Return a clause as DuckDB text with its values in place, ready to stand in another statement."""
    return str(clause.compile(dialect=dialect or Dialect(), compile_kwargs={"literal_binds": True}))
