"""The run's book, ``quality.run``: a row when a run begins, its exit code when it ends, also for runs that died.

Exit codes are decided by the caller (``night``), ids of runs here.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import duckdb

_STAMP, _STAMP_LENGTH = "%Y%m%dT%H%M%S%f", 18  # cut to milliseconds


def run_id_of(moment: datetime) -> str:
    """Return an id for a run that began then; ids sort by time."""
    return f"{moment:{_STAMP}}"[:_STAMP_LENGTH] + f"Z-{secrets.token_hex(2)}"


def after_all_others(connection: duckdb.DuckDBPyConnection, run_id: str) -> str:
    """Return the id, or one just behind the last run's: where the clock was set back, the last run is still the newest.

    Without it the command would report, and the published file show, the run before.
    """
    last = (connection.execute("select max(run_id) from quality.run").fetchone() or (None,))[0]
    if last is None or last < run_id:
        return run_id
    # strptime needs microseconds as written by strftime: three more digits than the id keeps.
    return run_id_of(datetime.strptime(last[:_STAMP_LENGTH] + "000", _STAMP).replace(tzinfo=UTC) + timedelta(seconds=1))


def open_book(
    connection: duckdb.DuckDBPyConnection, run_id: str, started_at: datetime, kind: str, *, is_sample: bool | None
) -> None:
    """Begin the row of a run."""
    connection.execute(
        "insert into quality.run (run_id, started_at, code_version, is_sample, kind) values (?, ?, ?, ?, ?)",
        [run_id, utc(started_at), version("cte-data-quality"), is_sample, kind],
    )


def close(connection: duckdb.DuckDBPyConnection, run_id: str, exit_code: int, rule_book_version: str) -> None:
    """Write the end of a run."""
    connection.execute(
        "update quality.run set finished_at = ?, exit_code = ?, rule_book_version = ? where run_id = ?",
        [utc(datetime.now(UTC)), exit_code, rule_book_version, run_id],
    )


def mark_failed_unless_closed(connection: duckdb.DuckDBPyConnection, run_id: str, exit_code: int) -> None:
    """Write the end of a run that did not write it itself."""
    connection.execute(
        "update quality.run set finished_at = ?, exit_code = ? where run_id = ? and finished_at is null",
        [utc(datetime.now(UTC)), exit_code, run_id],
    )


def mark_dead(connection: duckdb.DuckDBPyConnection, exit_code: int) -> None:
    """Give the runs that were killed their exit code; when they ended, nobody knows. The caller holds the lock."""
    connection.execute("update quality.run set exit_code = ? where finished_at is null", [exit_code])


def last_night(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the last night that came to its end, whatever it found; None before the first."""
    found = connection.execute(
        "select max(run_id) from quality.run where kind is distinct from 'reference' and rule_book_version is not null"
    ).fetchone()
    return None if found is None else found[0]


def utc(moment: datetime) -> datetime:
    """Return the moment as DuckDB's timestamp without a zone, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)
