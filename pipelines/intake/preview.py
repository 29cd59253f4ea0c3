"""A look at files before they are submitted: landed in a warehouse in memory, under a key that is thrown away.

The reading is that of the night (``submit``); nothing is written, neither archive nor ledger nor key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.intake.archive import sha256_of
from pipelines.intake.identity import throw_away_key
from pipelines.intake.inbox import Found, name_of
from pipelines.intake.land import Arrival
from pipelines.intake.submit import settle, transaction
from pipelines.warehouse import open_in_memory


@contextmanager
def preview(grantee_id: str, program_year: str, paths: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a warehouse that holds these files and nothing else; it is gone afterwards."""
    key, now = throw_away_key(), datetime.now(UTC)
    connection = open_in_memory()
    try:
        for path in paths:
            file = Found(grantee_id, program_year, name_of(path), path)
            with transaction(connection):
                settle(connection, Arrival(file, sha256_of(path), path.stat().st_size, path, now), key)
        yield connection
    finally:
        connection.close()
