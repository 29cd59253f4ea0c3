"""The tables of ``history``: rows of ``core`` that a later file has replaced, as they were when it came.

One for each canonical table, with what replaced the row. Raw keeps the text of every version; this is its meaning.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Column, String, Table

from pipelines.schema import METADATA, answer_tables, core_tables

REPLACED_BY = "replaced_by_submission_id"


@cache
def history_tables() -> tuple[Table, ...]:
    """Return a table of replaced rows for each canonical table, the columns in the same order and one more."""
    return tuple(_history_of(table) for table in [*core_tables(), *answer_tables()])


def _history_of(table: Table) -> Table:
    columns = [Column(c.name, c.type, comment=c.comment, info=c.info) for c in table.columns]
    by = Column(REPLACED_BY, String, comment="The file received that replaced the row's file.", info={"pii": None})
    comment = f"Rows of {table.fullname} that a later file has replaced."
    return Table(table.name, METADATA, *columns, by, schema="history", comment=comment, info={"key": ()})
