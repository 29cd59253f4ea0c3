"""How a table of ours is declared: columns and tables of schema ``quality``, which no supplier fills.

Which tables there are stands in ``ledger`` (what arrived and was judged) and ``measurement_tables`` (what intake
measured); the canonical tables have a richer vocabulary in ``schema``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, String, Table

from pipelines.schema import METADATA


def own_column(name: str, comment: str, type_: Any = String) -> Column[Any]:
    """Return a column of a table of ours: never personal, always with a comment."""
    return Column(name, type_, comment=comment, info={"pii": None})


def own_table(name: str, comment: str, key: tuple[str, ...], *columns: Column[Any]) -> Table:
    """Return a table of schema ``quality``. ``key`` tells its rows apart; the database does not enforce it."""
    return Table(name, METADATA, *columns, schema="quality", comment=comment, info={"key": key})
