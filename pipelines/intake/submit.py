"""Taking in an inbox: what is new is landed, what is known is left alone.

Also: all over again from the archive. A look at files that leaves no trace stands in ``preview``.

How one file is read stands in ``land``, which version counts in ``versions``. One transaction a file: a night that dies
keeps what it has finished.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.grantee import grantee, grantee_ids
from pipelines.intake.archive import archived, sha256_of, store
from pipelines.intake.identity import key_of
from pipelines.intake.inbox import Found, Stray, look_into
from pipelines.intake.land import Arrival, land, refuse
from pipelines.intake.missing import MissingFile, missing_files
from pipelines.intake.submission import Submission, find, submission_id_of
from pipelines.intake.trust import repeat
from pipelines.intake.versions import first_of, go_back, in_force, is_settled, layout_for, replace_again, supersede
from pipelines.schema import core_tables

Say = Callable[[str], None]


@dataclass(frozen=True)
class Intake:
    """What became of an inbox. ``submissions`` are the files looked at anew this time, in the order of the inbox."""

    submissions: tuple[Submission, ...]
    known_count: int
    strays: tuple[Stray, ...]
    missing: tuple[MissingFile, ...]

    def count(self, status: str) -> int:
        """Return how many of the files looked at anew have that status."""
        return sum(s.status == status for s in self.submissions)

    @property
    def line_count(self) -> int:
        """Physical lines of the files looked at anew."""
        return sum(s.physical_line_count for s in self.submissions)


def take_in(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    inbox: Path,
    received_at: datetime,
    *,
    grantees: Collection[str] | None = None,
    program_years: Collection[str] | None = None,
    say: Say = lambda _: None,
) -> Intake:
    """Take in what is new in an inbox, for all grantees and program years or for those named.

    ``received_at`` (with its time zone) is stored for files seen for the first time. Faults of the data end in the
    ledger; raises ConfigurationError for layouts and keys that cannot be used, OSError where the disk fails.
    """
    found, strays = look_into(inbox, grantees, program_years)
    taken = [_take(connection, home, file, received_at, say) for file in found]
    for stray in strays:
        say(f"{stray.place}: {stray.message}")
    partitions = sorted({(f.grantee_id, f.program_year) for f in found})
    missing = [m for g, y in partitions for m in missing_files(connection, grantee(g), y)]
    for gap in missing:
        say(f"{gap.grantee_id}/{gap.program_year}: no file {gap.file_name} has come yet")
    new = tuple(s for s in taken if s is not None)
    return Intake(new, len(taken) - len(new), tuple(strays), tuple(missing))


def rebuild(connection: duckdb.DuckDBPyConnection, home: Path, say: Say = lambda _: None) -> int:
    """Make raw and core anew from the archive, with the layouts of today; return how many files there were.

    Every file ever received is taken in again; what the sender has replaced stays replaced, whatever came last, because
    he may have gone back to an earlier version. The ledger keeps when each came. All or nothing. Raises
    FileNotFoundError where the archive no longer has a file.
    """
    known = sorted(find(connection, "grantee_id is not null", []), key=_order)
    with transaction(connection):
        _empty(connection)
        for earlier in known:
            file = Found(
                str(earlier.grantee_id), earlier.program_year, earlier.file_name, archived(home, earlier.sha256)
            )
            received_at = earlier.received_at.replace(tzinfo=UTC)
            arrival = Arrival(file, earlier.sha256, earlier.byte_count, file.path, received_at)
            again = settle(connection, arrival, key_of(home, file.grantee_id))
            if again.status == "read" and earlier.status == "superseded":
                supersede(connection, again)
            replace_again(connection, again, earlier.supersedes_submission_id)
            say(_line(again))
    return len(known)


def _order(earlier: Submission) -> int:
    """What was replaced comes before what counts, repeats come after their first; otherwise as received."""
    return {"superseded": 0, "repeated": 2}.get(earlier.status, 1)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do all of something or nothing."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _take(
    connection: duckdb.DuckDBPyConnection, home: Path, file: Found, received_at: datetime, say: Say
) -> Submission | None:
    """Take in one file; None where there was nothing to do."""
    submission_id = submission_id_of(file.grantee_id, file.program_year, file.file_name, sha256_of(file.path))
    known = next(iter(find(connection, "submission_id = ?", [submission_id])), None)
    if known and is_settled(connection, known, file):
        return None
    with transaction(connection):
        if known and known.status == "superseded":
            submission = go_back(connection, known, file)
        else:
            stored = store(home, file.path)
            first_seen = known.received_at.replace(tzinfo=UTC) if known else received_at
            arrival = Arrival(file, stored.sha256, stored.byte_count, stored.path, first_seen)
            submission = settle(connection, arrival, key_of(home, file.grantee_id))
    say(_line(submission))
    return submission


def settle(connection: duckdb.DuckDBPyConnection, arrival: Arrival, key: bytes) -> Submission:
    """Land a file, or refuse it as a repeat; what it replaces leaves core. The caller has the transaction."""
    file = arrival.found
    first = first_of(connection, file.grantee_id, arrival.sha256, arrival.submission_id)
    if first:
        doubt = repeat(first.program_year, first.file_name)
        return refuse(connection, grantee(file.grantee_id), arrival, doubt, layout_for(file))
    earlier = in_force(connection, file)
    supersedes = earlier.submission_id if earlier else None
    submission = land(connection, grantee(file.grantee_id), arrival, key, supersedes)
    if earlier and submission.status == "read":
        supersede(connection, earlier)
    return submission


def _empty(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the rows of all grantees out of raw and core, and every submission out of force."""
    for table in core_tables():
        connection.execute(f"delete from {table.fullname}")
    tables = connection.execute("select table_name from information_schema.tables where table_schema = 'raw'")
    for (name,) in tables.fetchall():
        if name.split("__")[0] in grantee_ids():
            connection.execute(f'drop table raw."{name}"')
    connection.execute("update quality.submission set status = 'refused' where grantee_id is not null")


def _line(submission: Submission) -> str:
    s = submission
    place = f"{s.grantee_id}/{s.program_year}/{s.file_name}"
    if s.status != "read":
        return f"{place}: {s.status}: {s.message}"
    lost = f", {s.quarantined_line_count} quarantined" if s.quarantined_line_count else ""
    return f"{place}: {s.loaded_row_count} rows{lost}" + (f"; {s.message}" if s.message else "")
