"""Tables that Python fills: name, meaning and columns, each said once, for the database and for the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from pipelines.warehouse import quoted


@dataclass(frozen=True)
class CommentedTable:
    """A table such as ``reference.term``. ``columns`` maps each name to its SQL type and its comment."""

    name: str
    comment: str
    columns: Mapping[str, tuple[str, str]]

    def create(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table anew, empty, with its comments, and its schema where there is none."""
        declared = ", ".join(f"{column} {type_}" for column, (type_, _) in self.columns.items())
        connection.execute(f"create schema if not exists {self.name.partition('.')[0]}")
        connection.execute(f"create or replace table {self.name} ({declared})")
        connection.execute(f"comment on table {self.name} is {quoted(self.comment)}")
        for column, (_, said) in self.columns.items():
            connection.execute(f"comment on column {self.name}.{column} is {quoted(said)}")
