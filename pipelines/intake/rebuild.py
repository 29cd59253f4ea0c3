"""Raw and core all over again from the archive, with the layouts of today. The ledger keeps when each file came."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import duckdb

from pipelines.grantee import grantee, grantee_ids
from pipelines.history_tables import REPLACED_BY, history_tables
from pipelines.home import make_private
from pipelines.intake.archive import Stored, archived
from pipelines.intake.arrival import Arrival, layouts_for
from pipelines.intake.core_rows import keep, take_out
from pipelines.intake.identity import key_of
from pipelines.intake.inbox import Found
from pipelines.intake.land import land, refuse
from pipelines.intake.parts import NothingInside, doubt_about, parts_of
from pipelines.intake.reading.unpack import ArchiveRefused
from pipelines.intake.settle import settle
from pipelines.intake.submission import CURRENT, Submission, find, set_status
from pipelines.intake.versions import bring_back_next, in_force
from pipelines.schema import answer_tables, core_tables
from pipelines.warehouse import transaction

Say = Callable[[str], None]


def rebuild(connection: duckdb.DuckDBPyConnection, home: Path, say: Say = lambda _: None) -> int:
    """Make raw, core and history anew from the archive; return how many files there were.

    What the sender has replaced, or a person refused, stays so, whatever came last. A file that only a layout had kept
    out is taken in like a new one. All or nothing: raises FileNotFoundError where the archive no longer has a file that
    was not destroyed on purpose.
    """
    known = find(connection, "grantee_id is not null and destroyed_at is null", [])
    with transaction(connection):
        replaced_by = _replaced_by(connection, known)
        _empty(connection)
        for earlier in sorted(known, key=_was_kept_out):
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
    key = key_of(home, found.grantee_id)
    if _was_kept_out(earlier):
        return _open_again(connection, home, arrival) or settle(connection, arrival, key)
    again = land(connection, grantee(found.grantee_id), arrival, key)
    if again.status != "read":
        again = replace(earlier, status="superseded" if earlier.status == "superseded" else "refused")
        _restore(connection, again, is_told_by_reading=True)
        return again
    _restore(connection, earlier, is_told_by_reading=earlier.status in CURRENT)
    if earlier.status not in CURRENT:
        if earlier.status == "superseded" and earlier.decision != "refused":
            keep(connection, again, replaced_by)
        take_out(connection, again)
    return replace(again, status=earlier.status)


def _open_again(connection: duckdb.DuckDBPyConnection, home: Path, arrival: Arrival) -> Submission | None:
    """Refuse a file received that cannot be opened, as when it came: bytes alone would tell another reason."""
    if arrival.archive_sha256 is not None:  # a part of a file that was opened
        return None
    found, supplier = arrival.found, grantee(arrival.found.grantee_id)
    with tempfile.TemporaryDirectory(dir=make_private(home / "tmp")) as folder:
        try:
            parts_of(supplier, arrival, Path(folder), lambda path: Stored("", 0, path))
        except (ArchiveRefused, NothingInside) as fault:
            layouts = layouts_for(supplier, found.program_year, found.file_name)
            return refuse(connection, supplier, arrival, doubt_about(fault), layouts)
    return None


def _was_never_read(earlier: Submission) -> bool:
    """Return whether a file was turned away before anybody looked into it, or is one whose refusal is forgotten."""
    is_forgotten = earlier.status == "superseded" and earlier.turn is None
    return earlier.status == "repeated" or not earlier.layout_version or not earlier.sha256 or is_forgotten


def _was_kept_out(earlier: Submission) -> bool:
    """Return whether a file was refused for what a layout could not read, and by no person."""
    is_refused = earlier.status == "refused" and not earlier.loaded_row_count
    return is_refused and earlier.decision != "refused" and not _was_never_read(earlier)


def _replaced_by(connection: duckdb.DuckDBPyConnection, known: list[Submission]) -> dict[str, str]:
    """Return what replaced each version, as history says, or the ledger where no row of a version is left."""
    replaced = {s.supersedes_submission_id: s.submission_id for s in known if s.supersedes_submission_id}
    for table in history_tables():
        pairs = connection.execute(f"select distinct submission_id, {REPLACED_BY} from {table.fullname}")
        replaced |= dict(pairs.fetchall())
    return replaced


def _restore(connection: duckdb.DuckDBPyConnection, earlier: Submission, *, is_told_by_reading: bool) -> None:
    """Write down again what was known of a submission beyond what reading it tells, such as its message by now."""
    connection.execute(
        "update quality.submission set status = ?, supersedes_submission_id = ?, added_row_count = ?, "
        "changed_row_count = ?, removed_row_count = ?, decision = ?, turn = ?, message = if(?, message, ?) "
        "where submission_id = ?",
        [
            earlier.status, earlier.supersedes_submission_id, earlier.added_row_count, earlier.changed_row_count,
            earlier.removed_row_count, earlier.decision, earlier.turn, is_told_by_reading, earlier.message,
            earlier.submission_id,
        ],
    )  # fmt: skip


def _bring_back_where_unreadable(connection: duckdb.DuckDBPyConnection, earlier: Submission) -> None:
    """Let the next in line count again where the one that counted can no longer be read."""
    now = find(connection, "submission_id = ?", [earlier.submission_id])[0]
    if earlier.status not in CURRENT or now.status != "refused":
        return
    if in_force(connection, str(now.grantee_id), now.program_year, now.slot) is None:
        bring_back_next(connection, now)


def _empty(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the rows of all grantees out of raw, core and history, and every submission out of force."""
    for table in (*core_tables(), *answer_tables(), *history_tables()):
        connection.execute(f"delete from {table.fullname}")
    tables = connection.execute("select table_name from information_schema.tables where table_schema = 'raw'")
    for (name,) in tables.fetchall():
        if name.split("__")[0] in grantee_ids():
            connection.execute(f'drop table raw."{name}"')
    connection.execute(
        "update quality.submission set status = 'refused' where grantee_id is not null and destroyed_at is null"
    )
