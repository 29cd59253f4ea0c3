"""A look at files before they are submitted: landed in a warehouse in memory, under a key that is thrown away.

The reading is that of the night (``submit``); nothing stays, neither archive nor ledger nor key.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.grantee import grantee
from pipelines.intake.archive import Stored, sha256_of
from pipelines.intake.arrival import Arrival
from pipelines.intake.identity import throw_away_key
from pipelines.intake.inbox import Found, name_of
from pipelines.intake.land import refuse
from pipelines.intake.parts import NothingInside, parts_of
from pipelines.intake.reading.unpack import ArchiveRefused
from pipelines.intake.settle import settle
from pipelines.intake.trust import Doubt
from pipelines.warehouse import open_in_memory, transaction


@contextmanager
def preview(grantee_id: str, program_year: str, paths: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a warehouse that holds these files and nothing else; it is gone afterwards."""
    key, now = throw_away_key(), datetime.now(UTC)
    connection = open_in_memory()
    try:
        for path in paths:
            stored = _in_place(path)
            file = Found(grantee_id, program_year, name_of(path), path)
            with transaction(connection):
                _look_at(connection, Arrival(file, stored.sha256, stored.byte_count, path, now), key)
        yield connection
    finally:
        connection.close()


def _look_at(connection: duckdb.DuckDBPyConnection, whole: Arrival, key: bytes) -> None:
    supplier = grantee(whole.found.grantee_id)
    with tempfile.TemporaryDirectory() as folder:
        try:
            parts = parts_of(supplier, whole, Path(folder), _in_place)
        except ArchiveRefused as refusal:
            refuse(connection, supplier, whole, Doubt("file_archive_safe", str(refusal)))
        except NothingInside as nothing:
            refuse(connection, supplier, whole, Doubt("file_not_empty", str(nothing)))
        else:
            for part in parts:
                settle(connection, part, key)


def _in_place(path: Path) -> Stored:
    return Stored(sha256_of(path), path.stat().st_size, path)
