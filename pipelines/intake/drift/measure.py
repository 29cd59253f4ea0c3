"""The one way in: what a file that has just landed looks like, and how that differs from before, into ``quality``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from pipelines.intake.drift import books
from pipelines.intake.drift.change import Measured, together
from pipelines.intake.drift.earlier import before, layout_then
from pipelines.intake.drift.header import header_drift, positions, unknown_columns
from pipelines.intake.drift.origin import place_drift, with_modal_year, year_drift
from pipelines.intake.drift.profile import Profile, profiles_of
from pipelines.intake.drift.rows import ending, row_drift
from pipelines.intake.drift.spreadsheet import spreadsheet_drift
from pipelines.intake.drift.values import value_drift
from pipelines.intake.reading.read import FileReading
from pipelines.intake.source import Supplier
from pipelines.intake.submission import Submission
from pipelines.layouts import FileLayout
from pipelines.schema import core_table, is_answer


def measure_drift(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    submission: Submission,
    layouts: Sequence[FileLayout],
    reading: FileReading,
    parts: Sequence[FileLayout],
) -> None:
    """Measure a file whose rows stand in raw and core, in place of what was measured before under its id.

    ``layouts`` are those that the file was read with, ``parts`` those whose records had rows. Files of reference
    sources have nobody to be compared with by a grantee, and are not measured; nor are answers to returns, whose form
    is ours and whose rows are as many as there was to repair. The caller has the transaction.
    """
    if submission.grantee_id is None or any(is_answer(core_table(layout.table)) for layout in layouts):
        return
    books.forget(connection, submission.submission_id)
    unknown = unknown_columns(reading) if layouts else []
    profiles: list[Profile] = list(unknown)
    measured: list[Measured] = [ending(reading)]
    for layout in parts:
        places = positions(layout, reading)
        columns = profiles_of(
            connection, supplier, layout, submission.submission_id, places, submission.loaded_row_count
        )
        columns = [with_modal_year(profile) for profile in columns]
        measured += _compared(connection, supplier, submission, layout, columns, unknown)
        profiles += columns
    books.write(connection, submission, profiles, together(measured))


def _compared(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    submission: Submission,
    layout: FileLayout,
    columns: Sequence[Profile],
    unknown: Sequence[Profile],
) -> Iterator[Measured]:
    """Yield all that can be measured of one kind of record."""
    if not columns or not columns[0].row_count:
        return
    earlier = before(connection, supplier, submission, layout)
    yield from header_drift(layout, columns, unknown, earlier.last)
    yield from value_drift(layout, columns, earlier.last, layout_then(supplier, layout, earlier.last))
    yield from spreadsheet_drift(layout, columns, earlier.last)
    yield from year_drift(submission, layout, columns, earlier.other_year)
    yield from place_drift(connection, submission, columns, earlier)
    yield from row_drift(connection, supplier, submission, layout, columns[0].row_count, earlier)
