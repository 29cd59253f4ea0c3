"""Taking in reference files: what no grantee submits, exactly as a public body publishes it, zipped or not.

They go the way of submissions (archive, line law, raw, conform), with the source in place of a grantee. A file is told
by its name, which says its collection year; of each kind there is one file a year, and new bytes replace the old ones.
What no layout knows is refused and not kept in the archive: somebody may have named a folder of other things.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.home import make_private
from pipelines.intake.archive import sha256_of, store
from pipelines.intake.arrival import Arrival
from pipelines.intake.core_rows import take_out
from pipelines.intake.inbox import Found, name_of
from pipelines.intake.land import land_with, refuse
from pipelines.intake.members import ArchiveRefused, Member, members
from pipelines.intake.raw import remove_raw
from pipelines.intake.source import FOLDER, Source, sources
from pipelines.intake.submission import IN_FORCE, Submission, find, set_status
from pipelines.intake.submit import Intake
from pipelines.intake.trust import Doubt, repeat
from pipelines.layouts import FileLayout
from pipelines.warehouse import transaction

Say = Callable[[str], None]
_UNKNOWN = Source("reference", FOLDER)
_IN_FORCE = f"grantee_id is null and {IN_FORCE}"
_NO_KEY = b""  # nothing in a reference file is about one person


@dataclass(frozen=True)
class Kind:
    """What a file is: its source, its layout and the program year that it speaks of."""

    source: Source
    layout: FileLayout
    program_year: str


def take_in_reference(
    connection: duckdb.DuckDBPyConnection, home: Path, paths: Sequence[Path], received_at: datetime, say: Say
) -> Intake:
    """Take in what is new among files, archives and folders of them; one transaction a file.

    What lies in the home itself is passed over. Faults of the files end in the ledger. Raises ConfigurationError where
    there is no file at all.
    """
    taken: list[Submission | None] = []
    own = home.resolve()
    files = [file for path in paths for file in _files_below(path) if own not in file.resolve().parents]
    if not files:
        msg = f"{', '.join(map(str, paths))}: no file is there; name files, or folders that hold them"
        raise ConfigurationError(msg)
    for file in files:
        with tempfile.TemporaryDirectory(dir=make_private(home / "tmp")) as folder:
            try:
                inside = members(file, name_of(file), Path(folder), _is_workbook_expected)
            except ArchiveRefused as refusal:
                doubt = Doubt("file_archive_safe", str(refusal))
                taken.append(_refused(connection, Member(name_of(file), name_of(file), file), doubt, received_at))
            else:
                read = [member for member in inside if not _is_ignored(member)]
                whole = Member(name_of(file), name_of(file), file)  # whose refusal names the sheet that is missing
                taken += [_take(connection, home, member, file, received_at) for member in read or [whole]]
    new = tuple(s for s in taken if s is not None)
    for submission in new:
        say(_line(submission))
    return Intake(new, len(taken) - len(new), (), ())


def accept_reference(connection: duckdb.DuckDBPyConnection) -> None:
    """Accept what was read of reference files, after the rules have judged it."""
    connection.execute("update quality.submission set status = 'accepted' where status = 'read' and grantee_id is null")


def kind_of(name: str) -> Kind | None:
    """Return what a file of that name is, or None where no layout of any source knows it."""
    for source in sources():
        for layout in source.layouts:
            form = re.escape(layout.file_name).replace(r"\*", ".*?")
            pattern = form.replace(r"\{collection_year\}", r"(?P<year>[12]\d{3})")
            match = re.fullmatch(pattern, name, re.IGNORECASE)
            if match:
                first = int(match["year"]) - layout.years_before
                program_year = f"{first}-{(first + 1) % 100:02d}"
                if layout.is_effective(program_year):
                    return Kind(source, layout, program_year)
    return None


def _files_below(path: Path) -> Iterator[Path]:
    """Yield a file, or the files below a folder by name, without hidden ones."""
    if path.is_dir():
        below = sorted(p for p in path.rglob("*") if p.is_file())
        yield from (p for p in below if not any(part.startswith(".") for part in p.relative_to(path).parts))
    else:
        yield path


def _is_workbook_expected(name: str) -> bool:
    kind = kind_of(name)
    return kind is not None and kind.layout.kind == "workbook"


def _is_ignored(member: Member) -> bool:
    """Return whether a sheet is one of those that the layout of its workbook leaves out."""
    kind = kind_of(member.name)
    if kind is None or not kind.layout.sheet or member.sheet in ("", kind.layout.sheet):
        return False
    return bool({"*", member.sheet} & set(kind.layout.ignored_sheets))


def _take(
    connection: duckdb.DuckDBPyConnection, home: Path, member: Member, file: Path, received_at: datetime
) -> Submission | None:
    """Take in one file, or one of an archive; None where its bytes are in force already."""
    kind = kind_of(member.name)
    if kind is None:
        patterns = [layout.file_name for source in sources() for layout in source.layouts]
        names = ", ".join(dict.fromkeys(pattern.replace("{collection_year}", "<year>") for pattern in patterns))
        fix = "rename the file as it was published, or register its layout below pipelines/reference"
        doubt = Doubt(
            "file_layout_known", f"no reference layout is for a file of this name; expected are {names}; {fix}"
        )
        return _refused(connection, member, doubt, received_at)
    sha256 = sha256_of(member.path)
    if _of_kind(connection, kind, "sha256 = ?", sha256):
        return None
    with transaction(connection):
        archive = store(home, file).sha256 if member.path != file else None
        stored = store(home, member.path)
        found = Found(kind.source.id, kind.program_year, member.place, stored.path)
        arrival = Arrival(found, stored.sha256, stored.byte_count, stored.path, received_at, archive)
        return _settle(connection, kind, _as_first_seen(connection, arrival))


def _settle(connection: duckdb.DuckDBPyConnection, kind: Kind, arrival: Arrival) -> Submission:
    """Land a file in place of the one of its kind and year, or refuse it. The caller has the transaction."""
    same = f"{_IN_FORCE} and table_name = ? and sha256 = ?"
    for first in find(connection, same, [kind.layout.table, arrival.sha256]):
        return refuse(connection, kind.source, arrival, repeat(first.program_year, first.file_name), [kind.layout])
    earlier = next(iter(_of_kind(connection, kind)), None)
    submission = land_with([kind.layout], connection, kind.source, arrival, _NO_KEY)
    if earlier is None or submission.status != "read":
        return submission
    connection.execute(
        "update quality.submission set supersedes_submission_id = ? where submission_id = ?",
        [earlier.submission_id, submission.submission_id],
    )
    set_status(connection, earlier.submission_id, "superseded")
    take_out(connection, earlier)
    # The archive has it; without its rows, the same bytes can come again and be landed like any others.
    remove_raw(connection, kind.source, kind.layout, earlier.submission_id)
    return replace(submission, supersedes_submission_id=earlier.submission_id)


def _of_kind(
    connection: duckdb.DuckDBPyConnection, kind: Kind, condition: str = "true", *values: object
) -> list[Submission]:
    """Return the submissions in force of that kind and year for which a condition holds."""
    where = f"{_IN_FORCE} and table_name = ? and program_year = ? and {condition}"
    return find(connection, where, [kind.layout.table, kind.program_year, *values])


def _refused(connection: duckdb.DuckDBPyConnection, member: Member, doubt: Doubt, received_at: datetime) -> Submission:
    found = Found(_UNKNOWN.id, "", member.place, member.path)
    arrival = Arrival(found, sha256_of(member.path), member.path.stat().st_size, member.path, received_at)
    with transaction(connection):
        return refuse(connection, _UNKNOWN, _as_first_seen(connection, arrival), doubt)


def _as_first_seen(connection: duckdb.DuckDBPyConnection, arrival: Arrival) -> Arrival:
    """Return the arrival with the moment at which the same file came first."""
    known = find(connection, "submission_id = ?", [arrival.submission_id])
    return replace(arrival, received_at=known[0].received_at.replace(tzinfo=UTC)) if known else arrival


def _line(submission: Submission) -> str:
    s = submission
    if s.status != "read":
        return f"{s.file_name}: {s.status}: {s.message}"
    lost = f", {s.quarantined_line_count} quarantined" if s.quarantined_line_count else ""
    return f"{s.file_name}: program year {s.program_year}, {s.loaded_row_count} rows{lost}"
