"""One file to raw and core: read it, decide whether it can be trusted as a whole, pseudonymize, write.

A file refused leaves nothing in raw. Which files there are, and what was known before, is the matter of ``submit``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from pipelines.grantee import Grantee
from pipelines.intake.conform import conform
from pipelines.intake.inbox import Found
from pipelines.intake.raw import write_raw
from pipelines.intake.reading.lines import FileRefused, Reading, count_lines, read_text
from pipelines.intake.reading.lines_mask import tell_names
from pipelines.intake.source import Supplier
from pipelines.intake.submission import Submission, record, submission_id_of
from pipelines.intake.trust import Doubt, doubt_about_name, doubt_about_rows, no_layout, text_format
from pipelines.layout_files import layout_of
from pipelines.layouts import FileLayout

LISTED_LINES = 1000  # of a refused file; the others count in its one row without a line number
_NO_LINES = pl.DataFrame(
    schema={"line_number": pl.Int64, "line_count": pl.Int64, "reason_code": pl.String, "excerpt_masked": pl.String}
)


@dataclass(frozen=True)
class Arrival:
    """A file to be landed: where it was found, where its bytes are now, and when they were first seen (UTC)."""

    found: Found
    sha256: str
    byte_count: int
    path: Path
    received_at: datetime

    @property
    def submission_id(self) -> str:
        """The id of the submission that the file makes."""
        return submission_id_of(self.found.grantee_id, self.found.program_year, self.found.file_name, self.sha256)


def land(
    connection: duckdb.DuckDBPyConnection,
    grantee: Grantee,
    arrival: Arrival,
    key: bytes,
    supersedes: str | None = None,
) -> Submission:
    """Land one file and record it as ``read`` or ``refused``. The caller has the transaction."""
    found = arrival.found
    layout = layout_of(grantee.folder, found.file_name, found.program_year)
    if layout is None:
        return refuse(connection, grantee, arrival, no_layout(grantee, found))
    return land_with(layout, connection, grantee, arrival, key, supersedes)


def land_with(
    layout: FileLayout,
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    arrival: Arrival,
    key: bytes,
    supersedes: str | None = None,
) -> Submission:
    """Land one file that is read with this layout. The caller has the transaction."""
    found = arrival.found
    try:
        reading = read_text(arrival.path, text_format(layout))
    except FileRefused as refusal:
        return refuse(connection, supplier, arrival, Doubt(refusal.reason_code, str(refusal)), layout)
    doubt = doubt_about_name(layout, found) or doubt_about_rows(layout, found, reading)
    if doubt:
        return refuse(connection, supplier, arrival, doubt, layout, reading)
    write_raw(connection, supplier, layout, arrival.submission_id, reading.rows, key)
    conform(connection, found.grantee_id, found.program_year, arrival.submission_id, layout)
    submission = replace(
        _received(supplier, arrival, layout),
        physical_line_count=reading.physical_line_count,
        header_line_count=reading.header_line_count,
        loaded_line_count=reading.loaded_line_count,
        loaded_row_count=reading.rows.height,
        quarantined_line_count=reading.quarantined_line_count,
        status="read",
        supersedes_submission_id=supersedes,
        message=_remark(layout, reading),
    )
    record(connection, submission, reading.quarantined)
    return submission


def refuse(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    arrival: Arrival,
    doubt: Doubt,
    layout: FileLayout | None = None,
    reading: Reading | None = None,
) -> Submission:
    """Record a file that was not taken in: ``refused``, or ``repeated`` where its bytes were taken in before.

    Its lines count as quarantined: those known to be bad one by one, the others in one row without a line number.
    """
    physical = reading.physical_line_count if reading else count_lines(arrival.path)
    header = reading.header_line_count if reading else 0
    listed = reading.quarantined.head(LISTED_LINES) if reading else _NO_LINES
    whole = {
        "line_number": None,
        "line_count": physical - header - int(listed["line_count"].sum()),
        "reason_code": doubt.reason_code,
        "excerpt_masked": None,
    }
    submission = replace(
        _received(supplier, arrival, layout),
        physical_line_count=physical,
        header_line_count=header,
        quarantined_line_count=physical - header,
        status="repeated" if doubt.reason_code == "file_not_repeated" else "refused",
        message=doubt.message,
    )
    names = _NO_LINES.columns
    record(connection, submission, pl.concat([pl.DataFrame([whole], schema=_NO_LINES.schema), listed.select(names)]))
    return submission


def _received(supplier: Supplier, arrival: Arrival, layout: FileLayout | None) -> Submission:
    """Return what is known of a submission before it is read."""
    found = arrival.found
    due = supplier.due_date(found.program_year) if isinstance(supplier, Grantee) else None
    return Submission(
        submission_id=arrival.submission_id,
        grantee_id=supplier.id if isinstance(supplier, Grantee) else None,
        program_year=found.program_year,
        table_name=layout.table if layout else None,
        file_name=found.file_name,
        sha256=arrival.sha256,
        byte_count=arrival.byte_count,
        received_at=arrival.received_at.astimezone(UTC).replace(tzinfo=None),
        due_date=due,
        is_late=_is_late(supplier, arrival),
        layout_version=layout.version if layout else None,
        encoding=layout.encoding if layout else None,
    )


def _is_late(supplier: Supplier, arrival: Arrival) -> bool | None:
    """Return whether a file came after its due date, on the grantee's own calendar; None where nothing is due."""
    if not isinstance(supplier, Grantee):
        return None
    day = arrival.received_at.astimezone(ZoneInfo(supplier.time_zone)).date()
    return day > supplier.due_date(arrival.found.program_year)


def _remark(layout: FileLayout, reading: Reading) -> str | None:
    """Say what was noticed about a file that was read all the same."""
    if layout.is_partial or not reading.unexpected_columns:
        return None
    names = ", ".join(tell_names(reading.unexpected_columns))
    return (
        f"columns that the layout does not know were left in the archive: {names}; add them to the layout or omit them"
    )
