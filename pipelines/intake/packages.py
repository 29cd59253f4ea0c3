"""Which files came in which archives and workbooks: the same file may come in several, and stays one submission."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from pipelines.intake.arrival import Arrival
from pipelines.intake.submission import Submission


def note_packages(connection: duckdb.DuckDBPyConnection, parts: Iterable[Arrival]) -> None:
    """Write down what held these parts, once. The caller has the transaction."""
    for part in parts:
        if part.archive_sha256 is not None:
            pair = [part.archive_sha256, part.submission_id]
            connection.execute(
                "insert into quality.package (archive_sha256, submission_id) select $1, $2 where not exists "
                "(from quality.package where archive_sha256 = $1 and submission_id = $2)",
                pair,
            )


def packages_of(connection: duckdb.DuckDBPyConnection, submissions: Iterable[Submission]) -> set[str]:
    """Return the hashes of all archives and workbooks in which these submissions came."""
    known = list(submissions)
    found = connection.execute(
        "select distinct archive_sha256 from quality.package where list_contains(?, submission_id)",
        [[one.submission_id for one in known]],
    )
    first = {one.archive_sha256 for one in known if one.archive_sha256 is not None}
    return first | {sha256 for (sha256,) in found.fetchall()}
