"""What was measured, written to ``quality`` and read back for the files that come after. Nothing is worked out here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import duckdb

from pipelines.intake.drift.change import Measured
from pipelines.intake.drift.profile import Profile
from pipelines.intake.submission import Submission
from pipelines.measurement_tables import measurement_tables

Profiles = Mapping[tuple[str, str], Profile]  # by layout and column as in the file
_OF_COLUMN = (
    "layout_name", "table_name", "column_name", "position", "our_column", "row_count", "blank_count", "distinct_count",
    "modal_program_year",
)  # fmt: skip
_OF_CHANGE = ("layout_name", "table_name", "column_name", "kind", "measured", "expected", "n", "previous_n", "detail")


def forget(connection: duckdb.DuckDBPyConnection, submission_id: str) -> None:
    """Take out what was measured of a file that has landed before. The caller has the transaction."""
    known = connection.execute("select 1 from quality.drift_scope where submission_id = ? limit 1", [submission_id])
    if known.fetchall():
        for table in measurement_tables():
            connection.execute(f"delete from {table.fullname} where submission_id = ?", [submission_id])


def write(
    connection: duckdb.DuckDBPyConnection,
    submission: Submission,
    profiles: Iterable[Profile],
    measured: Sequence[Measured],
) -> None:
    """Write the columns of a file and how it differs. The caller has the transaction."""
    s, profiles = submission, list(profiles)
    file: dict[str, str | None] = {"submission_id": s.submission_id}
    _insert(connection, "submission_column", file, _OF_COLUMN, [[getattr(p, c) for c in _OF_COLUMN] for p in profiles])
    counts = [
        (p.layout_name, p.column_name, is_shape, *one)
        for p in profiles
        for is_shape, found in ((True, p.patterns), (False, p.codes))
        for one in found.items()
    ]
    _insert(connection, "code_count", file, ("layout_name", "column_name", "is_shape", "code", "row_count"), counts)
    scopes = [(m.kind, m.compared_with, m.subject_count) for m in measured]
    _insert(connection, "drift_scope", file, ("kind", "compared_submission_id", "subject_count"), scopes)
    file |= {"grantee_id": s.grantee_id, "program_year": s.program_year, "file_name": s.file_name}
    changes = [[getattr(c, name) for name in _OF_CHANGE] for m in measured for c in m.changes]
    _insert(connection, "drift", file, _OF_CHANGE, changes)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    same: Mapping[str, str | None],
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Insert rows of the columns ``names``; ``same`` are the columns in which all rows are alike."""
    if not rows:
        return
    lists = [list(column) for column in zip(*rows, strict=True)]
    places = ", ".join([*("?" for _ in same), *("unnest(?)" for _ in names)])
    columns = ", ".join((*same, *names))
    connection.execute(f"insert into quality.{table} ({columns}) select {places}", [*same.values(), *lists])


def read(connection: duckdb.DuckDBPyConnection, submission_id: str) -> Profiles:
    """Return the columns of a file as they were measured when it landed; empty where that was never done."""
    names = ", ".join(_OF_COLUMN)
    rows = connection.execute(f"select {names} from quality.submission_column where submission_id = ?", [submission_id])
    profiles = {(row[0], row[2]): Profile(**dict(zip(_OF_COLUMN, row, strict=True))) for row in rows.fetchall()}
    counted = connection.execute(
        "select layout_name, column_name, is_shape, code, row_count from quality.code_count where submission_id = ?",
        [submission_id],
    )
    found: dict[tuple[str, str, bool], dict[str, int]] = {}
    for layout_name, column_name, is_shape, text, count in counted.fetchall():
        found.setdefault((layout_name, column_name, is_shape), {})[text] = count
    return {
        key: replace(profile, patterns=found.get((*key, True), {}), codes=found.get((*key, False), {}))
        for key, profile in profiles.items()
    }


def known_places(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return the institution ids that the accepted files of each grantee name."""
    rows = connection.execute(
        "select distinct submission.grantee_id, code from quality.submission as submission "
        "inner join quality.submission_column as named using (submission_id) "
        "inner join quality.code_count as codes using (submission_id, layout_name, column_name) "
        "where status = 'accepted' and our_column = 'institution_id'"
    )
    found: dict[str, set[str]] = {}
    for grantee_id, code in rows.fetchall():
        found.setdefault(grantee_id, set()).add(code)
    return found
