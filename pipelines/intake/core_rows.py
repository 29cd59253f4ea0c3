"""Rows of submissions in core: brought in from raw, taken out again, and kept where a later file replaces them.

Update files, whose records add, change and delete, are replayed as a whole in ``transactions``.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.history_tables import REPLACED_BY
from pipelines.intake.arrival import layouts_for
from pipelines.intake.conform import conform
from pipelines.intake.raw import make_raw
from pipelines.intake.source import Supplier
from pipelines.intake.submission import Submission
from pipelines.intake.transactions import replay, said_sql
from pipelines.layouts import FileLayout
from pipelines.schema import core_table


def bring_in(
    connection: duckdb.DuckDBPyConnection, supplier: Supplier, submission: Submission, layouts: Iterable[FileLayout]
) -> None:
    """Write the rows of a submission from raw to core. The caller has the transaction and records it as in force."""
    updated = []
    for layout in layouts:
        if layout.transactions:
            updated.append(layout.table)
        else:
            conform(connection, supplier.id, submission.program_year, submission.submission_id, layout)
    if updated:
        replay(connection, supplier, submission.program_year, updated)


def bring_back(connection: duckdb.DuckDBPyConnection, submission: Submission) -> None:
    """Write the rows of a submission that counts again. Raises ConfigurationError where its layout is gone."""
    supplier = grantee(str(submission.grantee_id))
    layouts = layouts_for(supplier, submission.program_year, submission.file_name)
    if not layouts:
        msg = f"{supplier.id}: no layout is left for {submission.program_year}/{submission.file_name}; put it back"
        raise ConfigurationError(msg)
    for table in submission.tables:
        connection.execute(f"delete from history.{table} where submission_id = ?", [submission.submission_id])
    for layout in layouts:  # which may have grown since the rows came
        make_raw(connection, supplier, layout)
    bring_in(connection, supplier, submission, layouts)


def take_out(connection: duckdb.DuckDBPyConnection, submission: Submission) -> None:
    """Take the rows of a submission out of core; raw keeps them. It must not be in force any more."""
    for table in submission.tables:
        connection.execute(
            f"delete from {core_table(table).fullname} where submission_id = ?", [submission.submission_id]
        )
    if submission.grantee_id is None:
        return
    supplier = grantee(submission.grantee_id)
    layouts = layouts_for(supplier, submission.program_year, submission.file_name)
    updated = [layout.table for layout in layouts if layout.transactions]
    if updated:
        replay(connection, supplier, submission.program_year, updated)


def keep(connection: duckdb.DuckDBPyConnection, submission: Submission, replaced_by: str) -> None:
    """Copy the rows of a submission to ``history`` before they are replaced.

    Of an update file these are the records that it added or changed, whatever later files have made of them since.
    """
    supplier = grantee(str(submission.grantee_id))
    layouts = layouts_for(supplier, submission.program_year, submission.file_name)
    updates = [layout for layout in layouts if layout.transactions]
    for table in submission.tables:
        names = ", ".join(c.name for c in core_table(table).columns)
        into = f"insert into history.{table} ({names}, {REPLACED_BY})"
        for layout in (layout for layout in updates if layout.table == table):
            said = said_sql(connection, supplier, layout)
            connection.execute(f"{into} select {names}, $replaced_by from ({said})", {
                "replaced_by": replaced_by, "program_year": submission.program_year,
                "submission_id": submission.submission_id, "grantee_id": supplier.id,
            })  # fmt: skip
        if not any(layout.table == table for layout in updates):
            rows = f"select {names}, ? from core.{table} where submission_id = ?"
            connection.execute(f"{into} {rows}", [replaced_by, submission.submission_id])
