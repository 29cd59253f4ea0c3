"""How this room reads tables: rows as dictionaries, one partition at a time, always in a stated order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True)
class Partition:
    """One grantee and program year in a warehouse that is open."""

    connection: duckdb.DuckDBPyConnection
    grantee_id: str
    program_year: str

    def rows(self, query: str, *more: Any) -> list[dict[str, Any]]:
        """Return the rows of a query whose first two parameters are grantee and program year."""
        result = self.connection.execute(query, [self.grantee_id, self.program_year, *more])
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, query: str, *more: Any) -> Any:
        """Return the first value of the first row, or None without rows."""
        rows = self.rows(query, *more)
        return next(iter(rows[0].values())) if rows else None
