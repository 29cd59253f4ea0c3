"""Known exceptions from agreement with IPEDS as a table, ``reference.ipeds_exception``, from the grantees' folders."""

from __future__ import annotations

import duckdb

from pipelines.grantee import all_grantees
from pipelines.warehouse import insert_rows, quoted

_COLUMNS = {
    "grantee_id": "The grantee.",
    "unitid": "IPEDS UNITID of the institution.",
    "cip_code": "CIP code that the exception speaks of; null for all.",
    "award_level_code": "Award level that the exception speaks of; null for all.",
    "first_program_year": "First program year.",
    "last_program_year": "Last program year, inclusive.",
    "reason": "Why the records and IPEDS differ.",
    "approved_by": "Who approved that they may.",
}


def load_ipeds_exceptions(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the table for all grantees, anew. Raises ConfigurationError that names the file of a block in error."""
    rows = [
        [owner.id, one.unitid, one.cip_code or None, one.award_level_code or None, one.first_program_year,
         one.last_program_year, one.reason, one.approved_by]
        for owner in all_grantees() for one in owner.ipeds_exceptions
    ]  # fmt: skip
    connection.execute("create schema if not exists reference")
    declared = ", ".join(f"{name} varchar" for name in _COLUMNS)
    connection.execute(f"create or replace table reference.ipeds_exception ({declared})")
    comment = "Where awards are known to differ from IPEDS Completions, and who approved it."
    connection.execute(f"comment on table reference.ipeds_exception is {quoted(comment)}")
    for name, told in _COLUMNS.items():
        connection.execute(f"comment on column reference.ipeds_exception.{name} is {quoted(told)}")
    insert_rows(connection, "reference.ipeds_exception", rows)
