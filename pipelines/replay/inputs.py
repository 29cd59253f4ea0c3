"""Whether the records that a run rested on are still there: what was destroyed on purpose is never made again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import duckdb

from pipelines.acts.retention import retention_of
from pipelines.grantee import grantee
from pipelines.intake.archive import archived
from pipelines.provenance.made import Made

_LANDED = ("received", "read", "accepted", "superseded")


class InputsGone(Exception):  # noqa: N818 - a state of the data
    """A run can never be made again, or not before a backup is restored; the message says why (exit code 1)."""


def hold_inputs(connection: duckdb.DuckDBPyConnection, made: Made, ledger: Sequence[Mapping[str, str | None]]) -> None:
    """Raise InputsGone where rows or bytes of the files in a ledger were destroyed, or bytes are missing."""
    destroyed = connection.execute("select submission_id from quality.submission where destroyed_at is not null")
    gone = {row[0] for row in destroyed.fetchall()}
    alive = [one for one in ledger if one["destroyed_at"] is None]
    lost = [one for one in alive if one["submission_id"] in gone]
    if lost:
        raise InputsGone(_destroyed(connection, str(lost[0]["grantee_id"]), len(lost)))
    missing = [one for one in alive if one["status"] in _LANDED and not _is_there(made, one)]
    if missing:
        msg = (
            f"{len(missing)} files of the run are missing in the archive, though nobody destroyed them, the first "
            f"{missing[0]['file_name']} (SHA-256 {missing[0]['sha256']}); restore them from the backup"
        )
        raise InputsGone(msg)


def _is_there(made: Made, one: Mapping[str, str | None]) -> bool:
    return not one["sha256"] or archived(made.home, str(one["sha256"])).is_file()


def _destroyed(connection: duckdb.DuckDBPyConnection, grantee_id: str, count: int) -> str:
    """Return when inputs of a grantee were destroyed and under which schedule, as the log of acts says."""
    found = connection.execute(
        "select acted_at, statement, person_name, details from quality.act "
        "where kind = 'purge' and grantee_id = ? order by act_number desc limit 1",
        [grantee_id],
    ).fetchone()
    if found is None:
        return f"inputs destroyed; the log of acts does not say when ({count} files of {grantee_id})"
    day, statement, person, details = found
    years = ", ".join(json.loads(details).get("program_years", []))
    return (
        f"inputs destroyed on {day[:10]} under {_schedule(grantee_id)}: {count} files of {grantee_id} that this run "
        f"rested on, program years {years} (act of {person}: {statement})"
    )


def _schedule(grantee_id: str) -> str:
    retention = retention_of(grantee(grantee_id))
    if retention is None:
        return "a retention schedule that the grantee's folder no longer holds"
    kept = f"rows {retention.raw_years} and bytes {retention.archive_years} years after the program year"
    return f"the retention schedule of {grantee_id} ({kept}; {retention.evidence})"
