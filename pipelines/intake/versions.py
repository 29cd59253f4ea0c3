"""Which version of a file is in force: repeats, newer versions that replace earlier ones, and the way back.

A file in the same slot of the same program year replaces the one before: one of the same name, or a later vintage of
it. The rows of the earlier one leave core for ``history`` and stay in raw, because a gate or a person may refuse the
newer one, and then the earlier one counts again.
"""

from __future__ import annotations

from dataclasses import astuple

import duckdb

from pipelines.grantee import grantee
from pipelines.intake.arrival import layouts_for
from pipelines.intake.at_hand import AtHand
from pipelines.intake.changes import changes
from pipelines.intake.core_rows import bring_back, keep, take_out
from pipelines.intake.inbox import Found
from pipelines.intake.next_in_line import is_later, next_in_line, take_turn
from pipelines.intake.place import sheet_in
from pipelines.intake.submission import IN_FORCE, Submission, decide, find, set_status


def in_force(
    connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str, slot: str | None
) -> Submission | None:
    """Return the submission of that grantee, year and slot that counts now."""
    same = f"{IN_FORCE} and grantee_id = ? and program_year = ? and slot = ?"
    return next(iter(find(connection, same, [grantee_id, program_year, slot])), None)


def first_of(
    connection: duckdb.DuckDBPyConnection,
    grantee_id: str,
    sha256: str,
    submission_id: str,
    file_name: str = "",
    inbox: AtHand | None = None,
) -> Submission | None:
    """Return another submission in force with the same bytes; None where the bytes are new.

    One without rows is no first (files that hold a header alone are all alike), nor is one refused: whoever corrects a
    wrong name or folder sends the same bytes again, and rightly. Nor is one at whose place the inbox holds something
    else by now: the names of two files were exchanged. Sheets have the bytes of their workbook in common.
    """
    same = f"{IN_FORCE} and loaded_row_count > 0 and grantee_id = ? and sha256 = ? and submission_id <> ?"
    others = find(connection, same, [grantee_id, sha256, submission_id])
    alike = (other for other in others if sheet_in(other.file_name) == sheet_in(file_name))
    return next((other for other in alike if inbox is None or not inbox.hold_another(other)), None)


def is_settled(connection: duckdb.DuckDBPyConnection, known: Submission, file: Found, inbox: AtHand) -> bool:
    """Return whether nothing has changed for a file that is known.

    What a person has refused stays so. A repeat is one as long as the first counts; a refusal stands as long as the
    layout does; what was superseded and lies in the inbox again is what the sender means now, unless a later vintage
    has replaced it or the version that counts lies there as well.
    """
    if known.destroyed_at is not None or known.decision == "refused":
        return True
    if known.status == "repeated":
        return (
            first_of(connection, file.grantee_id, known.sha256, known.submission_id, file.file_name, inbox) is not None
        )
    if known.status == "refused":
        return is_read_as_before(known)
    if known.status == "superseded":
        current = in_force(connection, file.grantee_id, file.program_year, known.slot)
        return current is not None and (is_later(current.vintage, known.vintage) or inbox.hold(connection, current))
    return True


def is_read_as_before(known: Submission) -> bool:
    """Return whether the layout that a file was read with, or refused without, is still the one for it."""
    layouts = layouts_for(grantee(str(known.grantee_id)), known.program_year, known.file_name)
    return known.layout_version == (layouts[0].version if layouts else None)


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
    """Let a file that could be read stand for those of its slot that were refused before it, unless by a person.

    A later vintage that was refused is still awaited.
    """
    slot = [submission.grantee_id, submission.program_year, submission.slot, submission.submission_id]
    same = "grantee_id = ? and program_year = ? and slot = ? and submission_id <> ?"
    undecided = "status in ('refused', 'repeated') and decision is distinct from 'refused'"
    for other in find(connection, f"{undecided} and {same}", slot):
        if not is_later(other.vintage, submission.vintage):
            set_status(connection, other.submission_id, "superseded")


def go_back(connection: duckdb.DuckDBPyConnection, known: Submission) -> Submission:
    """Put a superseded version in force again, in place of the one in force. The caller has the transaction.

    What was decided about it, was about another moment: a person decides anew.
    """
    current = in_force(connection, str(known.grantee_id), known.program_year, known.slot)
    decide(connection, known.submission_id, None)
    take_turn(connection, known)
    again = _bring_back(connection, find(connection, "submission_id = ?", [known.submission_id])[0])
    if current:
        supersede(connection, current, known.submission_id)
        again = find(connection, "submission_id = ?", [known.submission_id])[0]
    return again


def accept_after_reading(connection: duckdb.DuckDBPyConnection, submission: Submission) -> None:
    """Accept what was read, because a person does. The caller has the transaction."""
    set_status(connection, submission.submission_id, "accepted")
    decide(connection, submission.submission_id, "accepted")


def refuse_after_reading(connection: duckdb.DuckDBPyConnection, submission: Submission, message: str) -> None:
    """Refuse what was read, because a person does: its rows leave core, and the next in line of its slot counts again.

    The caller has the transaction.
    """
    set_status(connection, submission.submission_id, "refused", message)
    decide(connection, submission.submission_id, "refused")
    take_out(connection, submission)
    bring_back_next(connection, submission)


def bring_back_next(connection: duckdb.DuckDBPyConnection, left: Submission) -> Submission | None:
    """Let the version count that is next in line where another no longer does; return it, None where there is none.

    What a person had accepted is accepted again. The caller has the transaction.
    """
    earlier = next_in_line(connection, left)
    return _bring_back(connection, earlier) if earlier else None


def _bring_back(connection: duckdb.DuckDBPyConnection, known: Submission) -> Submission:
    set_status(connection, known.submission_id, "accepted" if known.decision == "accepted" else "read")
    again = find(connection, "submission_id = ?", [known.submission_id])[0]
    bring_back(connection, again)
    return again
