"""Who counts again where a version no longer does: the most final of its slot, and of these the last that was sent.

How it is brought back stands in ``versions``.
"""

from __future__ import annotations

import duckdb

from pipelines.code_sets import code_set
from pipelines.intake.submission import Submission, find

_SLOT = "grantee_id = ? and program_year = ? and slot = ?"
_ABLE = (
    "status = 'superseded' and destroyed_at is null and loaded_row_count > 0 and decision is distinct from 'refused'"
)


def is_later(vintage: str | None, other: str | None) -> bool:
    """Return whether a vintage is more final than another; without vintages nothing is."""
    order = list(code_set("vintage"))
    return vintage in order and other in order and order.index(str(vintage)) > order.index(str(other))


def next_in_line(connection: duckdb.DuckDBPyConnection, left: Submission) -> Submission | None:
    """Return what counts in the slot of a version that has just left; None where nothing could.

    What a person refused, what was never read and what is destroyed cannot. The version that the one that left had
    replaced is not always it: it may have been refused as well, or a more final vintage have come too late to count.
    """
    order = list(code_set("vintage"))
    candidates = find(connection, f"{_SLOT} and {_ABLE}", [left.grantee_id, left.program_year, left.slot])
    return max(
        candidates, key=lambda s: (order.index(s.vintage) if s.vintage in order else -1, s.turn or 0), default=None
    )


def take_turn(connection: duckdb.DuckDBPyConnection, submission: Submission) -> None:
    """Note that a version is the last that was sent into its slot. The caller has the transaction."""
    connection.execute(
        "update quality.submission set turn = 1 + "
        f"(select coalesce(max(turn), 0) from quality.submission where {_SLOT}) where submission_id = ?",
        [submission.grantee_id, submission.program_year, submission.slot, submission.submission_id],
    )
