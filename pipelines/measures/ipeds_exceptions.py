"""Known exceptions from agreement with IPEDS as a table, ``reference.ipeds_exception``, from the grantees' folders."""

from __future__ import annotations

import duckdb

from pipelines.grantee import all_grantees
from pipelines.measures.commented_table import CommentedTable
from pipelines.warehouse import insert_rows

IPEDS_EXCEPTION = CommentedTable(
    "reference.ipeds_exception",
    "Where awards are known to differ from IPEDS Completions, and who approved it.",
    {
        "grantee_id": ("varchar", "The grantee."),
        "unitid": ("varchar", "IPEDS UNITID of the institution."),
        "cip_code": ("varchar", "CIP code that the exception speaks of; null for all."),
        "award_level_code": ("varchar", "Award level that the exception speaks of; null for all."),
        "first_program_year": ("varchar", "First program year."),
        "last_program_year": ("varchar", "Last program year, inclusive."),
        "reason": ("varchar", "Why the records and IPEDS differ."),
        "approved_by": ("varchar", "Who approved that they may."),
    },
)


def load_ipeds_exceptions(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the table for all grantees, anew. Raises ConfigurationError that names the file of a block in error."""
    rows = [
        [owner.id, one.unitid, one.cip_code or None, one.award_level_code or None, one.first_program_year,
         one.last_program_year, one.reason, one.approved_by]
        for owner in all_grantees() for one in owner.ipeds_exceptions
    ]  # fmt: skip
    IPEDS_EXCEPTION.create(connection)
    insert_rows(connection, IPEDS_EXCEPTION.name, rows)
