"""Taking in an inbox: what is new is landed, what is known is left alone.

How one file is read stands in ``land``, what it replaces in ``settle``, the way back from the archive in ``rebuild``, a
look that leaves no trace in ``preview``. One transaction a file received, with all that is in it: a night that dies
keeps what it has finished.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.grantee import grantee
from pipelines.home import make_private
from pipelines.intake.archive import sha256_of, store
from pipelines.intake.arrival import Arrival, layouts_for
from pipelines.intake.at_hand import AtHand, at_hand
from pipelines.intake.identity import key_id, key_of
from pipelines.intake.inbox import Found, Stray, look_into
from pipelines.intake.key_book import note_key
from pipelines.intake.land import refuse
from pipelines.intake.missing import MissingFile, missing_files
from pipelines.intake.overtaken import forget_overtaken, forget_rows
from pipelines.intake.packages import note_packages
from pipelines.intake.parts import NothingInside, doubt_about, parts_of
from pipelines.intake.reading.read import FileRefused
from pipelines.intake.reading.unpack import ArchiveRefused
from pipelines.intake.settle import settle
from pipelines.intake.submission import Submission, find
from pipelines.intake.trust import Doubt, unreadable
from pipelines.intake.versions import go_back, is_read_as_before, is_settled
from pipelines.warehouse import transaction

Say = Callable[[str], None]
_UNREADABLE = ""  # stands for the hash of a file that nobody could read


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
    now = at_hand(found)
    taken = [_take(connection, home, now, file, received_at, say) for file in found]
    for stray in strays:
        say(f"{stray.place}: {stray.message}")
    partitions = sorted({(f.grantee_id, f.program_year) for f in found})
    missing = [m for g, y in partitions for m in missing_files(connection, grantee(g), y)]
    for grantee_id, program_year in partitions:
        forget_overtaken(connection, grantee_id, program_year, now)
    for gap in missing:
        say(f"{gap.grantee_id}/{gap.program_year}: no file {gap.file_name} has come yet")
    new = tuple(s for of_file in taken for s in of_file)
    return Intake(new, sum(not of_file for of_file in taken), tuple(strays), tuple(missing))


def _take(
    connection: duckdb.DuckDBPyConnection, home: Path, inbox: AtHand, file: Found, received_at: datetime, say: Say
) -> list[Submission]:
    """Take in one file received with all that is in it; nothing where there was nothing to do."""
    try:
        known = _known(connection, file, sha256_of(file.path))
        if known and all(is_settled(connection, s, _found(file, s), inbox) for s in known):
            return []
        with transaction(connection):
            taken = _take_all(connection, home, inbox, file, received_at)
    except (FileRefused, PermissionError, FileNotFoundError) as fault:
        if not (isinstance(fault, FileRefused) or _is_about(fault, file.path)):
            raise
        whole = Arrival(file, _UNREADABLE, 0, file.path, received_at)
        taken = [_refused(connection, _as_first_seen(connection, whole), unreadable(fault))]
    for submission in taken:
        say(line_of(submission))
    return taken


def _take_all(
    connection: duckdb.DuckDBPyConnection, home: Path, inbox: AtHand, file: Found, received_at: datetime
) -> list[Submission]:
    stored = store(home, file.path)
    whole = Arrival(file, stored.sha256, stored.byte_count, stored.path, received_at)
    supplier, key = grantee(file.grantee_id), key_of(home, file.grantee_id)
    note_key(connection, supplier.id, key_id(key), received_at)
    with tempfile.TemporaryDirectory(dir=make_private(home / "tmp")) as folder:
        try:
            parts = parts_of(supplier, whole, Path(folder), lambda path: store(home, path))
        except (ArchiveRefused, NothingInside) as fault:
            return [_refused(connection, _as_first_seen(connection, whole), doubt_about(fault))]
        opened = inbox.opened(parts)
        settled = [_settle_unless_settled(connection, part, key, opened) for part in parts]
    note_packages(connection, parts)
    return [submission for submission in settled if submission]


def _settle_unless_settled(
    connection: duckdb.DuckDBPyConnection, part: Arrival, key: bytes, inbox: AtHand
) -> Submission | None:
    known = next(iter(find(connection, "submission_id = ?", [part.submission_id])), None)
    if known and is_settled(connection, known, part.found, inbox):
        return None
    if known and known.status == "superseded" and known.loaded_row_count:
        if is_read_as_before(known):
            return go_back(connection, known)
        forget_rows(connection, known)
    return settle(connection, _as_first_seen(connection, part), key, inbox)


def _known(connection: duckdb.DuckDBPyConnection, file: Found, sha256: str) -> list[Submission]:
    """Return what is known of the bytes at this place: of the file itself, or of what it holds."""
    partition = [file.grantee_id, file.program_year]
    packed = "? in (from quality.package select archive_sha256 where package.submission_id = submission.submission_id)"
    at_place = "(starts_with(file_name, ?) or starts_with(file_name, ?) or file_name = ?)"
    names = [f"{file.file_name}/", f"{file.file_name}!", file.file_name]
    inside = find(
        connection, f"grantee_id = ? and program_year = ? and {packed} and {at_place}", [*partition, sha256, *names]
    )
    itself = "grantee_id = ? and program_year = ? and archive_sha256 is null and sha256 = ? and file_name = ?"
    return inside or find(connection, itself, [*partition, sha256, file.file_name])


def _found(file: Found, submission: Submission) -> Found:
    return replace(file, file_name=submission.file_name)


def _is_about(fault: OSError, path: Path) -> bool:
    """Return whether a fault of the system speaks of the file that was sent, and not of one of ours."""
    return fault.filename is not None and Path(str(fault.filename)) == path


def _refused(connection: duckdb.DuckDBPyConnection, whole: Arrival, doubt: Doubt) -> Submission:
    supplier = grantee(whole.found.grantee_id)
    layouts = layouts_for(supplier, whole.found.program_year, whole.found.file_name)
    return refuse(connection, supplier, whole, doubt, layouts)


def _as_first_seen(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> Arrival:
    """Return the arrival with the moment at which the same file came first."""
    known = find(connection, "submission_id = ?", [arrival.submission_id])
    return replace(arrival, received_at=known[0].received_at.replace(tzinfo=UTC)) if known else arrival


def line_of(submission: Submission) -> str:
    """Say in one line what became of a file, for the operator."""
    s = submission
    place = f"{s.grantee_id}/{s.program_year}/{s.file_name}"
    if s.status != "read":
        return f"{place}: {s.status}: {s.message}"
    lost = f", {s.quarantined_line_count} quarantined" if s.quarantined_line_count else ""
    return f"{place}: {s.loaded_row_count} rows{lost}" + (f"; {s.message}" if s.message else "")
