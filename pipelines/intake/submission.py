"""The ledger of what arrived: rows of ``quality.submission`` and ``quality.quarantine``, and how a status changes.

What a file holds is read elsewhere; here stands only what became of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import Literal

import duckdb
import polars as pl

Status = Literal["received", "read", "accepted", "refused", "repeated", "superseded"]
CURRENT = ("received", "read", "accepted")
IN_FORCE = f"status in ({', '.join(repr(s) for s in CURRENT)})"  # a condition on quality.submission


class LineLawBroken(RuntimeError):  # noqa: N818 - named after the law
    """Lines of a file are unaccounted for: a bug of ours, never a fault of the data (exit code 3)."""


@dataclass(frozen=True)
class Submission:
    """One row of ``quality.submission``; the columns say what each field means."""

    submission_id: str
    grantee_id: str | None  # None for reference files
    program_year: str
    file_name: str
    sha256: str
    byte_count: int
    received_at: datetime
    due_date: date | None
    is_late: bool | None
    table_name: str | None
    layout_version: str | None
    encoding: str | None
    physical_line_count: int = 0
    header_line_count: int = 0
    loaded_line_count: int = 0
    loaded_row_count: int = 0
    quarantined_line_count: int = 0
    status: Status = "received"
    supersedes_submission_id: str | None = None
    message: str | None = None
    slot: str | None = None
    vintage: str | None = None
    archive_sha256: str | None = None
    added_row_count: int | None = None
    changed_row_count: int | None = None
    removed_row_count: int | None = None
    destroyed_at: datetime | None = None
    decision: str | None = None
    turn: int | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that the file carries."""
        return tuple(self.table_name.split(",")) if self.table_name else ()


_COLUMNS = tuple(f.name for f in fields(Submission))


def submission_id_of(grantee_id: str, program_year: str, file_name: str, sha256: str) -> str:
    """Return the id of a file received: the same file at the same place always has the same one."""
    return hashlib.sha256("\0".join((grantee_id, program_year, file_name, sha256)).encode()).hexdigest()[:16]


def find(connection: duckdb.DuckDBPyConnection, where: str, parameters: Sequence[object]) -> list[Submission]:
    """Return the submissions that a condition on ``quality.submission`` holds for, first received first."""
    rows = connection.execute(
        f"select {', '.join(_COLUMNS)} from quality.submission where {where} "
        "order by received_at, file_name, submission_id",
        parameters,
    )
    return [Submission(*row) for row in rows.fetchall()]


def record(connection: duckdb.DuckDBPyConnection, submission: Submission, quarantine: pl.DataFrame) -> None:
    """Write a submission and its quarantined lines, in place of what stood there under its id.

    Raises LineLawBroken where a physical line is neither header nor loaded nor quarantined.
    """
    _hold_line_law(submission, quarantine)
    for table in ("submission", "quarantine"):
        connection.execute(f"delete from quality.{table} where submission_id = ?", [submission.submission_id])
    marks = ", ".join("?" * len(_COLUMNS))
    # A reference file of unknown name speaks of no program year, which is written as none.
    values = [None if value == "" else value for value in astuple(submission)]
    connection.execute(f"insert into quality.submission ({', '.join(_COLUMNS)}) values ({marks})", values)
    if not quarantine.height:
        return
    connection.register("quarantined_now", quarantine)
    connection.execute(
        "insert into quality.quarantine "
        "(submission_id, file_name, line_number, line_count, reason_code, excerpt_masked) "
        "select ?, ?, line_number, line_count, reason_code, excerpt_masked from quarantined_now",
        [submission.submission_id, submission.file_name],
    )
    connection.unregister("quarantined_now")


def set_status(
    connection: duckdb.DuckDBPyConnection, submission_id: str, status: Status, message: str | None = None
) -> None:
    """Change what has become of a submission; the message stays where none is given."""
    connection.execute(
        "update quality.submission set status = ?, message = coalesce(?, message) where submission_id = ?",
        [status, message, submission_id],
    )


def decide(connection: duckdb.DuckDBPyConnection, submission_id: str, decision: str | None) -> None:
    """Keep what a person has decided about a submission: accepted or refused; None where it is to be decided anew."""
    connection.execute("update quality.submission set decision = ? where submission_id = ?", [decision, submission_id])


def _hold_line_law(submission: Submission, quarantine: pl.DataFrame) -> None:
    s = submission
    quarantined = int(quarantine["line_count"].sum())
    is_whole = s.header_line_count + s.loaded_line_count + s.quarantined_line_count == s.physical_line_count
    if is_whole and quarantined == s.quarantined_line_count:
        return
    msg = (
        f"{s.file_name}: {s.physical_line_count} physical lines, but {s.header_line_count} header + "
        f"{s.loaded_line_count} loaded + {s.quarantined_line_count} quarantined, of which {quarantined} are listed; "
        "report this as a bug"
    )
    raise LineLawBroken(msg)
