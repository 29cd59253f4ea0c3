"""What no longer stands for anything: refusals that the sender has overtaken, and rows read in another way.

What replaces what is decided in ``versions``.
"""

from __future__ import annotations

import duckdb

from pipelines.grantee import grantee
from pipelines.intake.arrival import layouts_for
from pipelines.intake.at_hand import AtHand
from pipelines.intake.raw import make_raw, remove_raw
from pipelines.intake.submission import IN_FORCE, Submission, find, set_status


def forget_overtaken(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str, inbox: AtHand) -> None:
    """Let refusals of a program year go whose file was put right in a way that nothing new had to be read for.

    The sender went back to what counts, or an archive or workbook that was refused whole could be opened at last.
    Refusals by a person stay.
    """
    partition = "grantee_id = ? and program_year = ?"
    refused = find(connection, f"status = 'refused' and decision is null and {partition}", [grantee_id, program_year])
    for one in refused:
        inside = f"{IN_FORCE} and {partition} and (starts_with(slot, ?) or starts_with(slot, ?))"
        values = [grantee_id, program_year, f"{one.slot}/", f"{one.slot}!"]
        parts = find(connection, inside, values)
        same = find(connection, f"{IN_FORCE} and {partition} and slot = ?", [grantee_id, program_year, one.slot])
        is_overtaken = inbox.hold_another(one) and any(inbox.hold(connection, other) for other in (*same, *parts))
        if is_overtaken or any(other.archive_sha256 == one.sha256 for other in parts):
            set_status(connection, one.submission_id, "superseded")


def forget_rows(connection: duckdb.DuckDBPyConnection, known: Submission) -> None:
    """Take the rows of a version that does not count out of raw and history, to be read with new layouts."""
    supplier = grantee(str(known.grantee_id))
    for layout in layouts_for(supplier, known.program_year, known.file_name):
        make_raw(connection, supplier, layout)
        remove_raw(connection, supplier, layout, known.submission_id)
    for table in known.tables:
        connection.execute(f"delete from history.{table} where submission_id = ?", [known.submission_id])
