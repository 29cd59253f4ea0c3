"""Writes the worksheets of a night below ``worksheets``. A night that counts the same leaves the same bytes.

Frozen worksheets lie beside them under the number of their act; they are written by ``freeze`` and never here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.car.document import Document, document_of
from pipelines.car.sheets import csv_bytes, workbook_bytes
from pipelines.car.worksheet import read_worksheet
from pipelines.grantee import grantee_ids
from pipelines.home import make_private, write_private

FOLDER, NAME = "worksheets", "car"
CERTIFIED = f"{NAME}-certified-"  # begins the name of a frozen file; the number of its act follows
_LAST = """
    select run_id, counted_at, content_sha256 from quality.worksheet
    where grantee_id = ? and program_year = ? order by run_id desc limit 1
"""


def write_worksheets(
    connection: duckdb.DuckDBPyConnection, home: Path, run_id: str, pairs: Collection[tuple[str, str]]
) -> int:
    """Write the worksheet of each (grantee, program year) that has figures; return how many files changed.

    Pairs of no known grantee, and years without figures, are passed over.
    """
    known, (started_at, is_sample) = set(grantee_ids()), _run(connection, run_id)
    written = 0
    for grantee_id, program_year in sorted(pairs):
        disown_unsigned(connection, home, grantee_id, program_year)
        worksheet = read_worksheet(connection, grantee_id, program_year) if grantee_id in known else None
        if worksheet is not None:
            document = document_of(connection, worksheet, run_id, started_at, is_sample=is_sample)
            written += write_files(home, NAME, _as_first_counted(connection, document))
    return written


def write_files(home: Path, name: str, document: Document) -> int:
    """Write workbook and CSV of a document where they say something else than before; return how many did."""
    folder = folder_of(home, document.worksheet.grantee_id, document.worksheet.program_year)
    contents = {".xlsx": workbook_bytes(document), ".csv": csv_bytes(document)}
    changed = 0
    for ending, content in contents.items():
        path = folder / f"{name}{ending}"
        if not path.is_file() or path.read_bytes() != content:
            write_private(path, content)
            changed += 1
    return changed


def disown_unsigned(connection: duckdb.DuckDBPyConnection, home: Path, grantee_id: str, program_year: str) -> None:
    """Rename files that say they were certified where no act has frozen them: a kill came before the act was kept.

    Its number goes to some other act, and the files would pass for that one's.
    """
    frozen = connection.execute(
        "select distinct act_number from quality.certified_worksheet where grantee_id = ? and program_year = ?",
        [grantee_id, program_year],
    ).fetchall()
    numbers = {str(number) for (number,) in frozen}
    for path in (home / FOLDER / grantee_id / program_year).glob(f"{CERTIFIED}*"):
        if path.name.removeprefix(CERTIFIED).partition(".")[0] not in numbers:
            path.replace(path.with_name(f"{NAME}-not-certified-{path.name.removeprefix(CERTIFIED)}"))


def folder_of(home: Path, grantee_id: str, program_year: str) -> Path:
    """Return the folder of a program year's worksheets, made where it is not there, for the owner's eyes only."""
    place = home / FOLDER / grantee_id / program_year
    for folder in (home / FOLDER, place.parent, place):
        make_private(folder)
    return place


def _run(connection: duckdb.DuckDBPyConnection, run_id: str) -> tuple[datetime, bool]:
    found = connection.execute("select started_at, is_sample from quality.run where run_id = ?", [run_id]).fetchone()
    started_at, is_sample = found or (None, None)
    return started_at or datetime.now(UTC).replace(tzinfo=None), bool(is_sample)


def _as_first_counted(connection: duckdb.DuckDBPyConnection, document: Document) -> Document:
    """Return the document with the run that first counted so, and write that run down where it is this one."""
    worksheet, content = document.worksheet, document.content_sha256
    last = connection.execute(_LAST, [worksheet.grantee_id, worksheet.program_year]).fetchone()
    if last and last[2] == content:
        return replace(document, run_id=last[0], counted_at=last[1])
    failed = sum(check.outcome == "failed" for check in document.checks)
    connection.execute(
        "insert into quality.worksheet (grantee_id, program_year, run_id, counted_at, content_sha256, "
        "failed_check_count) values (?, ?, ?, ?, ?, ?)",
        [worksheet.grantee_id, worksheet.program_year, document.run_id, document.counted_at, content, failed],
    )
    return document
