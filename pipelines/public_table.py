"""How a table of schema ``reference`` is declared, which a public file fills; which there are is said elsewhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table

from pipelines.schema import METADATA, column, provenance_columns


def public_table(name: str, comment: str, *columns: Column[Any], key: tuple[str, ...]) -> Table:
    """Return a table of schema ``reference``. ``key`` tells the rows of a program year apart."""
    parts = [
        column("program_year", "Program year that the file speaks of, written 2021-22.", required=True),
        *columns,
        *provenance_columns(),
    ]
    info = {"key": ("program_year", *key), "optional": True}
    return Table(name, METADATA, *parts, schema="reference", comment=comment, info=info)
