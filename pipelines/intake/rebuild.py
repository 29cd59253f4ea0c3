"""Raw and core all over again from the archive, with the layouts of today. The ledger keeps when each file came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import duckdb

from pipelines.grantee import grantee, grantee_ids
from pipelines.history_tables import history_tables
from pipelines.intake.archive import archived
from pipelines.intake.arrival import Arrival
from pipelines.intake.core_rows import keep, take_out
from pipelines.intake.identity import key_of
from pipelines.intake.inbox import Found
from pipelines.intake.land import land
from pipelines.intake.submission import CURRENT, Status, Submission, find, set_status
from pipelines.intake.versions import bring_back_replaced
from pipelines.schema import core_tables
from pipelines.warehouse import transaction

Say = Callable[[str], None]


def rebuild(connection: duckdb.DuckDBPyConnection, home: Path, say: Say = lambda _: None) -> int:
    """Make raw, core and history anew from the archive; return how many files there were.

    What the sender has replaced, or a person refused, stays so, whatever came last. All or nothing: raises
    FileNotFoundError where the archive no longer has a file that was not destroyed on purpose.
    """
    known = find(connection, "grantee_id is not null and destroyed_at is null", [])
    replaced_by = {s.supersedes_submission_id: s.submission_id for s in known if s.supersedes_submission_id}
    with transaction(connection):
        _empty(connection)
        for earlier in known:
            again = _once_more(connection, home, earlier, replaced_by.get(earlier.submission_id, ""))
            say(f"{again.grantee_id}/{again.program_year}/{again.file_name}: {again.status}")
        for earlier in known:
            _bring_back_where_unreadable(connection, earlier)
    return len(known)


def _once_more(connection: duckdb.DuckDBPyConnection, home: Path, earlier: Submission, replaced_by: str) -> Submission:
    """Land a file of the archive again and let it count as it did before."""
    if _was_never_read(earlier):
        set_status(connection, earlier.submission_id, earlier.status)
        return earlier
    found = Found(str(earlier.grantee_id), earlier.program_year, earlier.file_name, archived(home, earlier.sha256))
    received_at = earlier.received_at.replace(tzinfo=UTC)
    arrival = Arrival(found, earlier.sha256, earlier.byte_count, found.path, received_at, earlier.archive_sha256)
    again = land(connection, grantee(found.grantee_id), arrival, key_of(home, found.grantee_id))
    if again.status != "read":
        return again
    counts = earlier.status in CURRENT or not earlier.loaded_row_count  # refused for what a layout could not read then
    _restore(connection, again, earlier, "read" if counts and earlier.status not in CURRENT else earlier.status)
    if not counts:
        if earlier.status == "superseded":
            keep(connection, again, replaced_by)
        take_out(connection, again)
    return again


def _was_never_read(earlier: Submission) -> bool:
    """Return whether a file was turned away before anybody looked into it."""
    return earlier.status == "repeated" or not earlier.layout_version or not earlier.sha256


def _restore(connection: duckdb.DuckDBPyConnection, again: Submission, earlier: Submission, status: Status) -> None:
    connection.execute(
        "update quality.submission set status = ?, supersedes_submission_id = ?, added_row_count = ?, "
        "changed_row_count = ?, removed_row_count = ? where submission_id = ?",
        [
            status, earlier.supersedes_submission_id, earlier.added_row_count, earlier.changed_row_count,
            earlier.removed_row_count, again.submission_id,
        ],
    )  # fmt: skip


def _bring_back_where_unreadable(connection: duckdb.DuckDBPyConnection, earlier: Submission) -> None:
    """Let the version before count again where the one that counted can no longer be read."""
    now = find(connection, "submission_id = ?", [earlier.submission_id])[0]
    if earlier.status in CURRENT and now.status == "refused":
        bring_back_replaced(connection, earlier.supersedes_submission_id)


def _empty(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the rows of all grantees out of raw, core and history, and every submission out of force."""
    for table in (*core_tables(), *history_tables()):
        connection.execute(f"delete from {table.fullname}")
    tables = connection.execute("select table_name from information_schema.tables where table_schema = 'raw'")
    for (name,) in tables.fetchall():
        if name.split("__")[0] in grantee_ids():
            connection.execute(f'drop table raw."{name}"')
    connection.execute(
        "update quality.submission set status = 'refused' where grantee_id is not null and destroyed_at is null"
    )
