"""What an arrival becomes: a repeat, a new version in force, or an earlier vintage of what is in force already."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from pipelines.grantee import grantee
from pipelines.intake.arrival import Arrival, layouts_for, slot_of
from pipelines.intake.at_hand import AtHand
from pipelines.intake.core_rows import keep, take_out
from pipelines.intake.land import land, refuse
from pipelines.intake.next_in_line import is_later, take_turn
from pipelines.intake.submission import Submission, find, set_status
from pipelines.intake.trust import repeat
from pipelines.intake.versions import first_of, forget_refusals, in_force, supersede


def settle(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, key: bytes, inbox: AtHand | None = None
) -> Submission:
    """Land a file of a grantee, or refuse it as a repeat; what it replaces leaves core. Needs a transaction."""
    file = arrival.found
    supplier = grantee(file.grantee_id)
    layouts = layouts_for(supplier, file.program_year, file.file_name)
    first = first_of(connection, file.grantee_id, arrival.sha256, arrival.submission_id, file.file_name, inbox)
    if first:
        return refuse(connection, supplier, arrival, repeat(first.program_year, first.file_name), layouts)
    earlier = in_force(connection, file.grantee_id, file.program_year, slot_of(layouts, file.file_name))
    if earlier and earlier.submission_id == arrival.submission_id:
        earlier = None
    submission = land(connection, supplier, arrival, key)
    if submission.status != "read":
        return submission
    take_turn(connection, submission)
    forget_refusals(connection, submission)
    if earlier is None:
        return submission
    if is_later(earlier.vintage, submission.vintage):
        return _step_behind(connection, submission, earlier)
    supersede(connection, earlier, submission.submission_id)
    return find(connection, "submission_id = ?", [submission.submission_id])[0]


def _step_behind(connection: duckdb.DuckDBPyConnection, submission: Submission, later: Submission) -> Submission:
    """Let a file that came after a later vintage of it count no more than it would have, had it come in time.

    Why is said now and not kept: it may count one day, and the ledger tells both vintages.
    """
    keep(connection, submission, later.submission_id)
    set_status(connection, submission.submission_id, "superseded")
    take_out(connection, submission)
    message = f"{later.file_name} is a later vintage of this file and counts; this one is kept"
    return replace(submission, status="superseded", message=message)
