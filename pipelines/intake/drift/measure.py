"""The one way in: what a file that has just landed looks like, and how that differs from before, into ``quality``."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.intake.reading.read import FileReading
from pipelines.intake.source import Supplier
from pipelines.intake.submission import Submission
from pipelines.layouts import FileLayout
from pipelines.measurement_tables import measurement_tables


def measure_drift(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    submission: Submission,
    layouts: Sequence[FileLayout],
    reading: FileReading,
    parts: Sequence[FileLayout],
) -> None:
    """Measure a file whose rows stand in raw and core, in place of what was measured before under its id.

    ``layouts`` are those that the file was read with, ``parts`` those whose records had rows. The caller has the
    transaction.
    """
    for table in measurement_tables():
        connection.execute(f"delete from {table.fullname} where submission_id = ?", [submission.submission_id])
