"""What a file changes against the one that it replaces: rows added, changed and removed, told by their keys."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.intake.submission import Submission
from pipelines.schema import PROVENANCE, core_table, key_of

_NONE, _BETWEEN = "chr(30)", "chr(31)"  # stand for null and between the parts of a key; intake lets neither in


@dataclass(frozen=True)
class Changes:
    """Rows added, changed and removed. Rows that share a key count as one record with several rows."""

    added: int
    changed: int
    removed: int


def changes(connection: duckdb.DuckDBPyConnection, earlier: Submission, submission_id: str) -> Changes:
    """Count what a submission changes, while the rows of both are in core."""
    counts = [_of_table(connection, table, earlier.submission_id, submission_id) for table in earlier.tables]
    return Changes(*(sum(count[place] for count in counts) for place in range(3)))


def _of_table(
    connection: duckdb.DuckDBPyConnection, table: str, earlier_id: str, submission_id: str
) -> tuple[int, int, int]:
    found = connection.execute(
        f"with earlier as ({_records(table)}), later as ({_records(table)}) "
        "select coalesce(sum(later.row_count) filter (where earlier.record_key is null), 0), "
        "coalesce(sum(later.row_count) filter (where earlier.content <> later.content), 0), "
        "coalesce(sum(earlier.row_count) filter (where later.record_key is null), 0) "
        "from earlier full join later on earlier.record_key = later.record_key",
        [earlier_id, submission_id],
    ).fetchone()
    return (int(found[0]), int(found[1]), int(found[2])) if found else (0, 0, 0)


def _records(table: str) -> str:
    """Return SQL for the records of a submission: key, rows, and a sum of hashes that any change of content moves."""
    key = key_of(core_table(table))
    own = [c.name for c in core_table(table).columns if c.name not in (*key, *PROVENANCE)]
    content = ", ".join(own) or "1"
    parts = ", ".join(f"coalesce(cast({name} as varchar), {_NONE})" for name in key)
    return (
        f"select concat_ws({_BETWEEN}, {parts}) as record_key, count(*) as row_count, "
        f"sum(cast(hash({content}) as hugeint)) as content "
        f"from core.{table} where submission_id = ? group by all"
    )
