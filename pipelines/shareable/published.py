"""The published file, opened for reading and for nothing else: the only thing that this room may look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.query import has_table, named_rows


@dataclass(frozen=True)
class Published:
    """The open file; every row comes from ``publish.*``."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, table: str, **keys: str) -> list[dict[str, Any]]:
        """Return the rows of ``publish.<table>`` with these keys, always in the same order; none without the table."""
        if not has_table(self.connection, f"publish.{table}"):
            return []
        where = " and ".join(f"{column} = ?" for column in keys) or "true"
        query = f"select * from publish.{table} where {where} order by all"
        return named_rows(self.connection, query, [*keys.values()])


@contextmanager
def opened(path: Path) -> Iterator[Published]:
    """Open a published file read-only, cut off from all other files. Raises duckdb.IOException where there is none."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield Published(connection)
