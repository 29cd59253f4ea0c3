"""Which version of a file is in force: repeats, newer versions that replace earlier ones, and the way back.

A file of the same name in the same program year replaces the one before. The rows of the earlier one leave core and
stay in raw, because a gate may refuse the newer one, and then the earlier one counts again.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.intake.conform import conform, withdraw
from pipelines.intake.inbox import Found
from pipelines.intake.submission import CURRENT, Submission, find, set_status
from pipelines.layout_files import layout_of
from pipelines.layouts import FileLayout

_IN_FORCE = f"status in ({', '.join(repr(s) for s in CURRENT)})"


def layout_for(file: Found) -> FileLayout | None:
    """Return the layout in force for a file found; None where there is none."""
    return layout_of(grantee(file.grantee_id).folder, file.file_name, file.program_year)


def in_force(connection: duckdb.DuckDBPyConnection, file: Found) -> Submission | None:
    """Return the submission of that grantee, year and name that counts now."""
    same = f"{_IN_FORCE} and grantee_id = ? and program_year = ? and file_name = ?"
    return next(iter(find(connection, same, [file.grantee_id, file.program_year, file.file_name])), None)


def first_of(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, sha256: str, submission_id: str
) -> Submission | None:
    """Return another submission in force with the same bytes; None where the bytes are new.

    One without rows is no first (files that hold a header alone are all alike), nor is one refused: whoever corrects a
    wrong name or folder sends the same bytes again, and rightly.
    """
    same = f"{_IN_FORCE} and loaded_row_count > 0 and grantee_id = ? and sha256 = ? and submission_id <> ?"
    return next(iter(find(connection, same, [grantee_id, sha256, submission_id])), None)


def is_settled(connection: duckdb.DuckDBPyConnection, known: Submission, file: Found) -> bool:
    """Return whether nothing has changed for a file that is known.

    A repeat is one as long as the first counts; a refusal stands as long as the layout does; what was superseded and
    lies in the inbox again is what the sender means now.
    """
    if known.status == "repeated":
        return first_of(connection, str(known.grantee_id), known.sha256, known.submission_id) is not None
    if known.status == "refused":
        layout = layout_for(file)
        return known.layout_version == (layout.version if layout else None)
    return known.status != "superseded"


def supersede(connection: duckdb.DuckDBPyConnection, earlier: Submission) -> None:
    """Take an earlier version out of core. The caller has the transaction."""
    set_status(connection, earlier.submission_id, "superseded")
    withdraw(connection, earlier.submission_id, str(earlier.table_name))


def go_back(connection: duckdb.DuckDBPyConnection, known: Submission, file: Found) -> Submission:
    """Put a superseded version in force again, in place of the one in force. The caller has the transaction."""
    current = in_force(connection, file)
    if current:
        supersede(connection, current)
        connection.execute(
            "update quality.submission set supersedes_submission_id = ? where submission_id = ?",
            [current.submission_id, known.submission_id],
        )
    return _bring_back(connection, known)


def refuse_after_reading(connection: duckdb.DuckDBPyConnection, submission: Submission, message: str) -> None:
    """Refuse what was read, because a gate closed: its rows leave core, and the version it had replaced counts again.

    The caller has the transaction.
    """
    set_status(connection, submission.submission_id, "refused", message)
    withdraw(connection, submission.submission_id, str(submission.table_name))
    _bring_back_replaced(connection, submission.supersedes_submission_id)


def replace_again(connection: duckdb.DuckDBPyConnection, submission: Submission, replaced_id: str | None) -> None:
    """Say once more what a submission replaces; where it can no longer be read, the earlier version counts again.

    The caller has the transaction.
    """
    if replaced_id is None:
        return
    connection.execute(
        "update quality.submission set supersedes_submission_id = ? where submission_id = ?",
        [replaced_id, submission.submission_id],
    )
    if submission.status == "refused" and in_force(connection, _found(submission)) is None:
        _bring_back_replaced(connection, replaced_id)


def _found(submission: Submission) -> Found:
    return Found(str(submission.grantee_id), submission.program_year, submission.file_name, Path())


def _bring_back_replaced(connection: duckdb.DuckDBPyConnection, replaced_id: str | None) -> None:
    for earlier in find(connection, "submission_id = ? and status = 'superseded'", [replaced_id]):
        _bring_back(connection, earlier)


def _bring_back(connection: duckdb.DuckDBPyConnection, known: Submission) -> Submission:
    layout = layout_of(grantee(str(known.grantee_id)).folder, known.file_name, known.program_year)
    if layout is None:
        msg = f"{known.grantee_id}: no layout is left for {known.program_year}/{known.file_name}; put it back"
        raise ConfigurationError(msg)
    conform(connection, str(known.grantee_id), known.program_year, known.submission_id, layout)
    set_status(connection, known.submission_id, "read")
    return find(connection, "submission_id = ?", [known.submission_id])[0]
