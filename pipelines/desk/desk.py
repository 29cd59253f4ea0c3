"""The desk of a home: the warehouse it reads, the run that writes it, and who the institutions are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.desk.directory import Directory, directory_of
from pipelines.query import has_table, named_rows
from pipelines.scorecard.build import run_of
from pipelines.scorecard.card import Run


@dataclass(frozen=True)
class Desk:
    """What every page of the desk is made from. ``home`` is the folder that holds ``reports`` and ``returns``."""

    connection: duckdb.DuckDBPyConnection
    home: Path
    run: Run
    directory: Directory

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return what a query finds, each row by the names of its columns."""
        return named_rows(self.connection, query, list(parameters))

    def has(self, name: str) -> bool:
        """Return whether there is such a table or view; what a run that broke off has not made yet is not there."""
        return has_table(self.connection, name)


def open_desk(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str) -> Desk:
    """Return the desk that a run writes."""
    return Desk(connection, home, run_of(connection, run_id), directory_of(connection))
