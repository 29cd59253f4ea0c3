"""How this room reads tables: rows as dictionaries, one partition at a time, always in a stated order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb

from pipelines.query import named_rows


@dataclass(frozen=True)
class Partition:
    """One grantee and program year in a warehouse that is open."""

    connection: duckdb.DuckDBPyConnection
    grantee_id: str
    program_year: str

    def rows(self, query: str, *more: Any) -> list[dict[str, Any]]:
        """Return the rows of a query whose first two parameters are grantee and program year; not to be changed.

        A query is run once: several parts of a card ask the same, and nothing is written while a card is built.
        """
        asked = (query, repr(more))
        if asked not in self._answers:
            self._answers[asked] = named_rows(self.connection, query, [self.grantee_id, self.program_year, *more])
        return self._answers[asked]

    def rows_of(self, table: str, query: str, *more: Any) -> list[dict[str, Any]]:
        """Return the rows of a query, none where its table is not there: a run that broke off has not made all."""
        return self.rows(query, *more) if self.has(table) else []

    def has(self, table: str) -> bool:
        """Return whether there is such a table, written with its schema, such as ``mart.gap``."""
        return table in self._tables

    @cached_property
    def _tables(self) -> frozenset[str]:
        # Asked once: a card looks for hundreds of tables, and the catalog takes 20 ms each time.
        found = self.connection.execute("select table_schema || '.' || table_name from information_schema.tables")
        return frozenset(row[0] for row in found.fetchall())

    @cached_property
    def _answers(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        return {}

    def value(self, query: str, *more: Any) -> Any:
        """Return the first value of the first row, or None without rows."""
        rows = self.rows(query, *more)
        return next(iter(rows[0].values())) if rows else None
