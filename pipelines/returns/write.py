"""Writes the return packages of a night below ``returns``: those that say something else than their last return.

First the files, aside; then the rows that tell of them; then the files come to their places: a night that dies in
between leaves what the last return said, or all of the new one. Packages about files that are no longer in force go,
because a college would repair lines that nobody reads any more; their rows stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.desk.directory import Directory, directory_of
from pipelines.grantee import Grantee, grantee, grantee_ids
from pipelines.home import make_private, write_private
from pipelines.intake.cells import Columns
from pipelines.return_tables import RETURN_PACKAGE
from pipelines.returns.counted import counted, withheld_counts
from pipelines.returns.files import ENDINGS, aside, remove_stale, settle
from pipelines.returns.gather import Last, files_in_force, gathered, hashes, last_returns
from pipelines.returns.package import STATUS_WORDS, Counted, File, Package, content_hash
from pipelines.returns.rows import fixed_rows, open_rows
from pipelines.returns.sheets import csv_bytes, workbook_bytes
from pipelines.warehouse import insert_rows, transaction

NOTHING_TOLD = ""  # the hash over no findings
_COLUMNS = tuple(column.name for column in RETURN_PACKAGE.columns)
_INTO = (
    f"insert into quality.return_package ({', '.join(_COLUMNS)}) values ({', '.join(f'${name}' for name in _COLUMNS)})"
)


@dataclass(frozen=True)
class Night:
    """The run that writes packages."""

    run_id: str
    started_at: datetime
    is_sample: bool


@dataclass(frozen=True)
class Due:
    """A package that says something else than its last return: to whom (empty: the agency), about which file."""

    recipient: str
    file: File
    last: Last | None
    counted: tuple[Counted, ...]
    content_sha256: str
    withheld_count: int


def write_returns(
    connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, partitions: Collection[tuple[str, str]]
) -> int:
    """Write the packages whose content has changed since their last return, and return how many those are.

    ``partitions`` are (grantee, program year) that the run has judged.
    """
    night, directory, written = _night(connection, run_id), directory_of(connection), 0
    for grantee_id in sorted({grantee_id for grantee_id, _ in partitions} & set(grantee_ids())):
        years = sorted(year for of, year in partitions if of == grantee_id)
        written += _write_grantee(connection, home, night, grantee(grantee_id), directory, years)
    return written


def _night(connection: duckdb.DuckDBPyConnection, run_id: str) -> Night:
    found = connection.execute("select started_at, is_sample from quality.run where run_id = ?", [run_id]).fetchone()
    started_at, is_sample = found or (None, None)
    return Night(run_id, started_at or datetime.now(UTC).replace(tzinfo=None), bool(is_sample))


def _write_grantee(
    connection: duckdb.DuckDBPyConnection, home: Path, night: Night, owner: Grantee, directory: Directory,
    years: list[str],
) -> int:  # fmt: skip
    files, folder = files_in_force(connection, owner.id, years), home / "returns" / owner.id
    settle(connection, folder)
    with gathered(connection, owner, directory, files):
        columns, all_due = Columns.of(connection, owner), list(_due(connection, owner, directory, files))
        with transaction(connection):
            for due in all_due:
                package = _package(connection, night, owner, directory, due, columns)
                _tell(connection, night, package, _write_files(home, package))
    settle(connection, folder)
    remove_stale(connection, folder, years, directory, files)
    return len(all_due)


def _due(
    connection: duckdb.DuckDBPyConnection, owner: Grantee, directory: Directory, files: list[File]
) -> Iterator[Due]:
    """Yield what is to be returned, in the order of files and recipients."""
    told, last, may = hashes(connection), last_returns(connection, owner.id, files), counted(connection, owner)
    withheld, by_id = withheld_counts(connection), {file.submission_id: file for file in files}
    for key in sorted({*told, *last}, key=lambda key: (by_id[key[1]].program_year, key[1], key[0])):
        recipient, submission_id = key
        if recipient and not directory.find(owner.id, recipient).is_listed:
            continue
        content = content_hash(submission_id, told.get(key, NOTHING_TOLD), may.get(key, ()))
        if _says_something_else(by_id[submission_id], last.get(key), content, is_open=key in told):
            yield Due(recipient, by_id[submission_id], last.get(key), may.get(key, ()), content, withheld.get(key, 0))


def _says_something_else(file: File, before: Last | None, content: str, *, is_open: bool) -> bool:
    """Return whether to write.

    That nothing is open is said once, and not where nobody knows: of a file whose records a person has refused, or
    while a rule is broken.
    """
    if before is None or is_open:
        return is_open and (before is None or before.content_sha256 != content)
    return before.open_count > 0 and before.is_settled and not file.is_refused


def _package(
    connection: duckdb.DuckDBPyConnection, night: Night, owner: Grantee, directory: Directory, due: Due,
    columns: Columns,
) -> Package:  # fmt: skip
    institution = directory.find(owner.id, due.recipient) if due.recipient else None
    rows = open_rows(connection, due.recipient, due.file.submission_id, columns)
    fixed = fixed_rows(connection, due.recipient, due.last.line, columns) if due.last else ()
    return Package(
        file=due.file, institution=institution, agency_name=owner.name, is_sample=night.is_sample,
        return_number=due.last.return_number + 1 if due.last else 1, returned_on=night.started_at.date(),
        rows=(*rows, *fixed), counted=due.counted if institution else (), content_sha256=due.content_sha256,
        withheld_count=due.withheld_count,
    )  # fmt: skip


def _write_files(home: Path, package: Package) -> tuple[str, str]:
    """Write the workbook and the CSV of a package, aside, and return their hashes."""
    place = home / "returns" / package.path
    for folder in (home / "returns", place.parent.parent, place.parent, home / "tmp"):
        make_private(folder)
    contents = (workbook_bytes(package, home / "tmp"), csv_bytes(package))
    for ending, content in zip(ENDINGS, contents, strict=True):
        write_private(aside(place.with_name(place.name + ending)), content)
    return hashlib.sha256(contents[0]).hexdigest(), hashlib.sha256(contents[1]).hexdigest()


def _tell(connection: duckdb.DuckDBPyConnection, night: Night, package: Package, sums: tuple[str, str]) -> None:
    """Add a package to the ledger."""
    code = package.institution.institution_id if package.institution else None
    connection.execute(_INTO, {
        "return_id": package.return_id, "grantee_id": package.file.grantee_id, "institution_id": code,
        "program_year": package.file.program_year, "submission_id": package.file.submission_id,
        "return_number": package.return_number, "run_id": night.run_id, "returned_at": night.started_at,
        "file_path": package.path, "xlsx_sha256": sums[0], "csv_sha256": sums[1],
        "content_sha256": package.content_sha256, "withheld_count": package.withheld_count,
        **{f"{change}_count": package.count(change) for change in STATUS_WORDS},
    })  # fmt: skip
    rows = [(package.return_id, row.finding_id, row.change) for row in package.rows]
    insert_rows(connection, "quality.returned_finding (return_id, finding_id, change)", rows)
