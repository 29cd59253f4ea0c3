"""The book of keys, ``quality.key``: which key, by its id, the pseudonyms of a grantee were made with, and since when.

The keys themselves stand in ``identity``; how one is changed in ``acts.rotate``.
"""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb


def note_key(connection: duckdb.DuckDBPyConnection, grantee_id: str, key_id: str, at: datetime) -> None:
    """Write down that a key is in use, unless that is known. ``at`` has its time zone."""
    connection.execute(
        "insert into quality.key (grantee_id, key_id, first_used_at) select $1, $2, $3 where not exists "
        "(select 1 from quality.key where grantee_id = $1 and key_id = $2)",
        [grantee_id, key_id, at.astimezone(UTC).replace(tzinfo=None)],
    )


def retire_other_keys(connection: duckdb.DuckDBPyConnection, grantee_id: str, key_id: str, at: datetime) -> None:
    """Write down that all keys of a grantee but one are in use no longer."""
    connection.execute(
        "update quality.key set retired_at = ? where grantee_id = ? and key_id <> ? and retired_at is null",
        [at.astimezone(UTC).replace(tzinfo=None), grantee_id, key_id],
    )
