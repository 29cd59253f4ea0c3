"""Which version of a file is in force: repeats, newer versions that replace earlier ones, and the way back.

A file in the same slot of the same program year replaces the one before: one of the same name, or a later vintage of
it. The rows of the earlier one leave core for ``history`` and stay in raw, because a gate or a person may refuse the
newer one, and then the earlier one counts again.
"""

from __future__ import annotations

from dataclasses import astuple

import duckdb

from pipelines.code_sets import code_set
from pipelines.grantee import grantee
from pipelines.intake.arrival import layouts_for
from pipelines.intake.changes import changes
from pipelines.intake.core_rows import bring_back, keep, take_out
from pipelines.intake.inbox import Found
from pipelines.intake.place import sheet_in
from pipelines.intake.submission import IN_FORCE, Submission, find, set_status


def in_force(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str, slot: str | None
) -> Submission | None:
    """Return the submission of that grantee, year and slot that counts now."""
    same = f"{IN_FORCE} and grantee_id = ? and program_year = ? and slot = ?"
    return next(iter(find(connection, same, [grantee_id, program_year, slot])), None)


def first_of(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, sha256: str, submission_id: str, file_name: str = ""
) -> Submission | None:
    """Return another submission in force with the same bytes; None where the bytes are new.

    One without rows is no first (files that hold a header alone are all alike), nor is one refused: whoever corrects a
    wrong name or folder sends the same bytes again, and rightly. Sheets have the bytes of their workbook in common.
    """
    same = f"{IN_FORCE} and loaded_row_count > 0 and grantee_id = ? and sha256 = ? and submission_id <> ?"
    others = find(connection, same, [grantee_id, sha256, submission_id])
    return next((other for other in others if sheet_in(other.file_name) == sheet_in(file_name)), None)


def is_settled(connection: duckdb.DuckDBPyConnection, known: Submission, file: Found) -> bool:
    """Return whether nothing has changed for a file that is known.

    A repeat is one as long as the first counts; a refusal stands as long as the layout does; what was superseded and
    lies in the inbox again is what the sender means now, unless a later vintage has replaced it.
    """
    if known.destroyed_at is not None:
        return True
    if known.status == "repeated":
        return first_of(connection, file.grantee_id, known.sha256, known.submission_id, file.file_name) is not None
    if known.status == "refused":
        layouts = layouts_for(grantee(file.grantee_id), file.program_year, file.file_name)
        return known.layout_version == (layouts[0].version if layouts else None)
    if known.status == "superseded":
        current = in_force(connection, file.grantee_id, file.program_year, known.slot)
        return current is not None and is_later(current.vintage, known.vintage)
    return True


def is_later(vintage: str | None, other: str | None) -> bool:
    """Return whether a vintage is more final than another; without vintages nothing is."""
    order = list(code_set("vintage"))
    return vintage in order and other in order and order.index(str(vintage)) > order.index(str(other))


def supersede(connection: duckdb.DuckDBPyConnection, earlier: Submission, later_id: str) -> None:
    """Take an earlier version out of core, in favor of a later one, and count what that changes.

    The rows of both are in core. The caller has the transaction.
    """
    layouts = layouts_for(grantee(str(earlier.grantee_id)), earlier.program_year, earlier.file_name)
    is_update = any(layout.transactions for layout in layouts)
    counts = (None,) * 3 if is_update else astuple(changes(connection, earlier, later_id))
    connection.execute(
        "update quality.submission set supersedes_submission_id = ?, added_row_count = ?, changed_row_count = ?, "
        "removed_row_count = ? where submission_id = ?",
        [earlier.submission_id, *counts, later_id],
    )
    keep(connection, earlier, later_id)
    set_status(connection, earlier.submission_id, "superseded")
    take_out(connection, earlier)


def forget_refusals(connection: duckdb.DuckDBPyConnection, submission: Submission) -> None:
    """Let a file that could be read stand for those of its slot that were refused before it."""
    connection.execute(
        "update quality.submission set status = 'superseded' where status in ('refused', 'repeated') "
        "and grantee_id = ? and program_year = ? and slot = ? and submission_id <> ?",
        [submission.grantee_id, submission.program_year, submission.slot, submission.submission_id],
    )


def go_back(connection: duckdb.DuckDBPyConnection, known: Submission) -> Submission:
    """Put a superseded version in force again, in place of the one in force. The caller has the transaction."""
    current = in_force(connection, str(known.grantee_id), known.program_year, known.slot)
    again = _bring_back(connection, known)
    if current:
        supersede(connection, current, known.submission_id)
        again = find(connection, "submission_id = ?", [known.submission_id])[0]
    return again


def refuse_after_reading(connection: duckdb.DuckDBPyConnection, submission: Submission, message: str) -> None:
    """Refuse what was read, because a person does: its rows leave core, and the version it had replaced counts again.

    The caller has the transaction.
    """
    set_status(connection, submission.submission_id, "refused", message)
    take_out(connection, submission)
    bring_back_replaced(connection, submission.supersedes_submission_id)


def bring_back_replaced(connection: duckdb.DuckDBPyConnection, submission_id: str | None) -> None:
    """Let a version count again that was replaced, unless its bytes are destroyed. The caller has the transaction."""
    where = "submission_id = ? and status = 'superseded' and destroyed_at is null and loaded_row_count > 0"
    for earlier in find(connection, where, [submission_id]):
        _bring_back(connection, earlier)


def _bring_back(connection: duckdb.DuckDBPyConnection, known: Submission) -> Submission:
    set_status(connection, known.submission_id, "read")
    again = find(connection, "submission_id = ?", [known.submission_id])[0]
    bring_back(connection, again)
    return again
