"""How this room reads tables: rows as dictionaries, one partition at a time, always in a stated order."""

from __future__ import annotations

from dataclasses import dataclass
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
        """Return the rows of a query whose first two parameters are grantee and program year."""
        return named_rows(self.connection, query, [self.grantee_id, self.program_year, *more])

    def value(self, query: str, *more: Any) -> Any:
        """Return the first value of the first row, or None without rows."""
        rows = self.rows(query, *more)
        return next(iter(rows[0].values())) if rows else None
