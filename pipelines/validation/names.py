"""Which columns and tables a piece of SQL names, by DuckDB's own parser; nothing is bound, so nothing need exist."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb


def columns_of(connection: duckdb.DuckDBPyConnection, condition: str) -> set[str] | None:
    """Return the columns that a condition names; None where it looks into a query or cannot be parsed."""
    tree = _parsed(connection, f"select 1 from t where {condition}")
    if tree is None or any(node.get("class") == "SUBQUERY" for node in _nodes(tree)):
        return None
    return {node["column_names"][-1] for node in _nodes(tree) if node.get("class") == "COLUMN_REF"}


def tables_of(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    """Return the tables that a query reads, each as ``schema.name``; a name without schema is one of its own."""
    named = [node for node in _nodes(_parsed(connection, query)) if node.get("type") == "BASE_TABLE"]
    return {f"{node['schema_name']}.{node['table_name']}" for node in named if node["schema_name"]}


def _parsed(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    [(text,)] = connection.execute("select json_serialize_sql(?)", [query]).fetchall()
    tree = json.loads(text)
    return None if tree.get("error", True) else tree


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, list):
        for branch in tree:
            yield from _nodes(branch)
    elif isinstance(tree, dict):
        yield tree
        for branch in tree.values():
            yield from _nodes(branch)
