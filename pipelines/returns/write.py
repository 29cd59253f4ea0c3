"""Writes the return packages of a night below ``returns``: those that say something else than their last return.

First the files, then the rows that tell of them: a night that dies in between writes the same files again. Packages
about files that are no longer in force go, because a college would repair lines that nobody reads any more; their rows
stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.desk.directory import Directory, Institution, directory_of
from pipelines.grantee import Grantee, grantee, grantee_ids
from pipelines.home import make_private, write_private
from pipelines.intake.cells import Columns
from pipelines.return_tables import RETURN_PACKAGE
from pipelines.returns.counted import Key, counted, withheld_counts
from pipelines.returns.files import ENDINGS, remove_stale
from pipelines.returns.gather import Last, files_in_force, gathered, hashes, last_returns
from pipelines.returns.package import Counted, File, Package, content_hash
from pipelines.returns.rows import fixed_rows, open_rows
from pipelines.returns.sheets import csv_bytes, workbook_bytes
from pipelines.warehouse import insert_rows, transaction

NOTHING_TOLD = ""  # the hash over no findings
_COLUMNS = tuple(column.name for column in RETURN_PACKAGE.columns)
_TELL = (
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
    files, count = files_in_force(connection, owner.id, years), 0
    with gathered(connection, owner, directory, files):
        columns = Columns.of(connection, owner)
        for due in list(_due(connection, owner, directory, files)):
            institution = directory.find(owner.id, due.recipient) if due.recipient else None
            _return(connection, home, night, _package(connection, night, owner, institution, due, columns), due)
            count += 1
    remove_stale(connection, home / "returns" / owner.id, years, directory, files)
    return count


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
        if _says_something_else(key, told, last, content):
            yield Due(recipient, by_id[submission_id], last.get(key), may.get(key, ()), content, withheld.get(key, 0))


def _says_something_else(key: Key, told: dict[Key, str], last: dict[Key, Last], content: str) -> bool:
    """Return whether to write: not where nothing is open and the last return said so, or there was none."""
    before = last.get(key)
    if key not in told:
        return before is not None and before.open_count > 0
    return before is None or before.content_sha256 != content


def _package(
    connection: duckdb.DuckDBPyConnection, night: Night, owner: Grantee, institution: Institution | None, due: Due,
    columns: Columns,
) -> Package:  # fmt: skip
    rows = open_rows(connection, due.recipient, due.file.submission_id, columns)
    fixed = fixed_rows(connection, due.last.return_id, columns) if due.last else ()
    return Package(
        file=due.file, institution=institution, agency_name=owner.name, is_sample=night.is_sample,
        return_number=due.last.return_number + 1 if due.last else 1, returned_on=night.started_at.date(),
        rows=(*rows, *fixed), counted=due.counted if institution else (), content_sha256=due.content_sha256,
        withheld_count=due.withheld_count,
    )  # fmt: skip


def _return(connection: duckdb.DuckDBPyConnection, home: Path, night: Night, package: Package, due: Due) -> None:
    """Write the files of a package and tell of it."""
    place = home / "returns" / package.path
    for folder in (home / "returns", place.parent.parent, place.parent, home / "tmp"):
        make_private(folder)
    contents = dict(zip(ENDINGS, (workbook_bytes(package, home / "tmp"), csv_bytes(package)), strict=True))
    for ending, content in contents.items():
        write_private(place.with_name(place.name + ending), content)
    xlsx_sha256, csv_sha256 = (hashlib.sha256(contents[ending]).hexdigest() for ending in ENDINGS)
    with transaction(connection):
        connection.execute(_TELL, {
            "return_id": package.return_id, "grantee_id": package.file.grantee_id,
            "institution_id": due.recipient or None, "program_year": package.file.program_year,
            "submission_id": package.file.submission_id, "return_number": package.return_number,
            "run_id": night.run_id, "returned_at": night.started_at, "file_path": package.path,
            "xlsx_sha256": xlsx_sha256, "csv_sha256": csv_sha256, "content_sha256": package.content_sha256,
            "new_count": package.count("new"), "still_open_count": package.count("still_open"),
            "came_back_count": package.count("came_back"), "fixed_count": package.count("fixed"),
            "withheld_count": package.withheld_count,
        })  # fmt: skip
        rows = [(package.return_id, row.finding_id, row.change) for row in package.rows]
        insert_rows(connection, "quality.returned_finding (return_id, finding_id, change)", rows)
