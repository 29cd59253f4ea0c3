"""Asking an open warehouse: rows by the names of their columns, and whether a table is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb


def named_rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[dict[str, Any]]:
    """Return what a query finds, each row by the names of its columns."""
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Return whether there is such a table or view (``quality.finding``): a run that broke off has not made all."""
    query = "select 1 from information_schema.tables where table_schema || '.' || table_name = $1"
    return connection.execute(query, [name]).fetchone() is not None
