"""Dagster's event log on SQLite over connections that stay open; ``dagster.yaml`` names it.

Dagster's own makes an engine, a connection and a new read of the schema for each of some 1,400 events a night, and
SQLite writes its log back whenever the last connection closes. Files and tables are Dagster's own, in their place.
An event is on the disk at the next checkpoint, not at once: a power cut may cost the last lines of the log, never
the log, and what the night did stands in the warehouse.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData

MOST_OPEN = 4  # files at a time: the index, the run under way and what a page of the web server looks at


class PooledEventLogStorage(SqliteEventLogStorage):
    """Stock storage but for ``_connect`` and ``has_table``; the lock lets one thread at a time use a connection."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, sa.Engine] = {}
        self._seen_tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return what ``dagster.yaml`` may say."""
        return {"dagster_home": dg.StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledEventLogStorage:
        """Return the storage below ``dagster_home``, where Dagster's own would be."""
        return cls(str(Path(config_value["dagster_home"], "history", "runs")), inst_data)

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table; Dagster asks that before each event of a check, and tables stay."""
        if table_name not in self._seen_tables and super().has_table(table_name):
            self._seen_tables.add(table_name)
        return table_name in self._seen_tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> sa.Engine:
        """Return the shard's engine with its one connection; the one that was opened first makes room."""
        if shard not in self._engines:
            if len(self._engines) >= MOST_OPEN:
                self._engines.pop(next(iter(self._engines))).dispose()
            self._engines[shard] = sa.create_engine(
                self.conn_string_for_shard(shard),
                poolclass=sa.pool.StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            sa.event.listen(self._engines[shard], "connect", _write_at_checkpoints)
        return self._engines[shard]

    def dispose(self) -> None:
        """Close all files."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _write_at_checkpoints(connection: sqlite3.Connection, _: object) -> None:
    """Have SQLite wait for the disk at checkpoints only, which keeps a log that it writes ahead (WAL) whole."""
    connection.execute("pragma synchronous = normal")
