"""One file to raw and core: read it, decide whether it can be trusted as a whole, pseudonymize, write, measure.

A file refused leaves nothing in raw. Which files there are, and what was known before, is the matter of ``submit``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from pipelines.grantee import Grantee
from pipelines.intake.arrival import Arrival, layouts_for, slot_of
from pipelines.intake.core_rows import bring_in
from pipelines.intake.drift.measure import measure_drift
from pipelines.intake.place import name_in
from pipelines.intake.raw import make_raw
from pipelines.intake.raw_writer import RawWriter
from pipelines.intake.reading.lines_format import QUARANTINE_SCHEMA
from pipelines.intake.reading.lines_mask import tell_names
from pipelines.intake.reading.read import FileReading, FileRefused, count_physical_lines, read_file
from pipelines.intake.source import Supplier
from pipelines.intake.submission import Submission, record
from pipelines.intake.trust import Doubt, doubt_about_name, doubt_about_rows, no_layout
from pipelines.layout_files import table_names
from pipelines.layouts import FileLayout
from pipelines.schema import core_table, is_answer

_MOST_NAMES_TOLD = 20
LISTED_LINES = 1000  # of a refused file; the others count in its one row without a line number
_NO_LINES = pl.DataFrame(schema=QUARANTINE_SCHEMA)


def land(connection: duckdb.DuckDBPyConnection, supplier: Supplier, arrival: Arrival, key: bytes) -> Submission:
    """Land one file and record it as ``read`` or ``refused``. The caller has the transaction."""
    layouts = layouts_for(supplier, arrival.found.program_year, arrival.found.file_name)
    if not layouts:
        return refuse(connection, supplier, arrival, no_layout(supplier, arrival.found))
    return land_with(layouts, connection, supplier, arrival, key)


def land_with(
    layouts: Sequence[FileLayout],
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    arrival: Arrival,
    key: bytes,
) -> Submission:
    """Land one file that is read with these layouts. The caller has the transaction."""
    writer = RawWriter(connection, supplier, arrival, key)
    try:
        reading = read_file(arrival.path, layouts, writer.take, arrival.sheet)
    except FileRefused as refusal:
        writer.undo(layouts)
        return refuse(connection, supplier, arrival, Doubt(refusal.reason_code, str(refusal)), layouts, refusal.reading)
    reading = writer.less_unknown(reading)
    doubt = doubt_about_name(layouts[0], arrival.found) or doubt_about_rows(
        layouts[0], arrival.found, reading, writer.years
    )
    if doubt:
        writer.undo(layouts)
        return refuse(connection, supplier, arrival, doubt, layouts, reading)
    for layout in layouts:
        make_raw(connection, supplier, layout)
    submission = replace(
        _received(supplier, arrival, layouts),
        encoding=reading.encoding,
        physical_line_count=reading.physical_line_count,
        header_line_count=reading.header_line_count,
        loaded_line_count=reading.loaded_line_count,
        loaded_row_count=reading.loaded_row_count,
        quarantined_line_count=reading.quarantined_line_count,
        status="read",
        message=_remark(layouts[0], reading),
    )
    record(connection, submission, reading.quarantined)
    parts = [layout for layout in layouts if layout.name in writer.row_counts]
    bring_in(connection, supplier, submission, parts)
    measure_drift(connection, supplier, submission, layouts, reading, parts)
    return submission


def refuse(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    arrival: Arrival,
    doubt: Doubt,
    layouts: Sequence[FileLayout] = (),
    reading: FileReading | None = None,
) -> Submission:
    """Record a file that was not taken in: ``refused``, or ``repeated`` where its bytes were taken in before.

    Its lines count as quarantined: those known to be bad one by one, the others in one row without a line number.
    """
    physical = reading.physical_line_count if reading else _line_count(layouts, arrival, doubt)
    header = reading.header_line_count if reading else 0
    listed = reading.quarantined.head(LISTED_LINES) if reading else _NO_LINES
    whole = {
        "line_number": None,
        "line_count": physical - header - int(listed["line_count"].sum()),
        "reason_code": doubt.reason_code,
        "excerpt_masked": None,
    }
    submission = replace(
        _received(supplier, arrival, layouts),
        physical_line_count=physical,
        header_line_count=header,
        quarantined_line_count=physical - header,
        status="repeated" if doubt.reason_code == "file_not_repeated" else "refused",
        message=doubt.message,
    )
    names = _NO_LINES.columns
    record(connection, submission, pl.concat([pl.DataFrame([whole], schema=_NO_LINES.schema), listed.select(names)]))
    return submission


def _line_count(layouts: Sequence[FileLayout], arrival: Arrival, doubt: Doubt) -> int:
    """Return how many lines a file has that nobody has read; none are known of one that cannot be opened."""
    if doubt.reason_code == "file_readable":
        return 0
    return count_physical_lines(arrival.path, layouts, arrival.sheet)


def _received(supplier: Supplier, arrival: Arrival, layouts: Sequence[FileLayout]) -> Submission:
    """Return what is known of a submission before it is read."""
    found, layout = arrival.found, next(iter(layouts), None)
    due = _due_date(supplier, arrival, layout)
    return Submission(
        submission_id=arrival.submission_id,
        grantee_id=supplier.id if isinstance(supplier, Grantee) else None,
        program_year=found.program_year,
        table_name=table_names(layouts),
        file_name=found.file_name,
        sha256=arrival.sha256,
        byte_count=arrival.byte_count,
        received_at=arrival.received_at.astimezone(UTC).replace(tzinfo=None),
        due_date=due,
        is_late=None if due is None else _day_of(supplier, arrival.received_at) > due,
        layout_version=layout.version if layout else None,
        encoding=layout.encoding if layout else None,
        slot=slot_of(tuple(layouts), found.file_name),
        vintage=(layout.vintage_of(name_in(found.file_name)) or None) if layout else None,
        archive_sha256=arrival.archive_sha256,
    )


def _due_date(supplier: Supplier, arrival: Arrival, layout: FileLayout | None) -> date | None:
    """Return when a file was due; None for reference files and answers to returns, of which nothing is due."""
    if not isinstance(supplier, Grantee) or (layout and is_answer(core_table(layout.table))):
        return None
    return supplier.due_date(arrival.found.program_year, layout, name_in(arrival.found.file_name))


def _day_of(supplier: Supplier, moment: datetime) -> date:
    zone = supplier.time_zone if isinstance(supplier, Grantee) else "UTC"
    return moment.astimezone(ZoneInfo(zone)).date()


def _remark(layout: FileLayout, reading: FileReading) -> str | None:
    """Say what was noticed about a file that was read all the same."""
    remarks = list(reading.remarks)
    if reading.unexpected_columns and not layout.is_partial:
        names = tell_names(reading.unexpected_columns)
        more = f" and {len(names) - _MOST_NAMES_TOLD} more" if len(names) > _MOST_NAMES_TOLD else ""
        remarks.append(
            "columns that the layout does not know were left in the archive: "
            f"{', '.join(names[:_MOST_NAMES_TOLD])}{more}; add them to the layout or omit them"
        )
    return "; ".join(remarks) or None
