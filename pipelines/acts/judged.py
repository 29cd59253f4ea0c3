"""What the last judgement says of a grantee's program year: whether it covers what is there now, and closed gates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from pipelines.acts.office import Subject
from pipelines.configuration import ConfigurationError
from pipelines.intake.submission import Submission


def hold_judged(connection: duckdb.DuckDBPyConnection, subject: Subject, files: Sequence[Submission]) -> str:
    """Return the run whose judgement covers these files as they are now.

    Raises ConfigurationError where none does: no run judged the program year, or files came or left after it.
    """
    found = connection.execute(
        # A run that died may have judged some tables and others not; only its end writes the rule book's version.
        "select run_id, started_at from quality.run as run where rule_book_version is not null and exists ("
        "select 1 from quality.rule_result as result where result.run_id = run.run_id "
        "and result.grantee_id = ? and result.program_year = ?) order by run_id desc limit 1",
        [subject.grantee_id, subject.program_year],
    ).fetchone()
    place = f"{subject.grantee_id} {subject.program_year}"
    if found is None:
        msg = f"{place}: no run has judged it yet; `cte run` does"
        raise ConfigurationError(msg)
    run_id, started_at = found
    late = [one.file_name for one in files if one.received_at > started_at]
    if late or _changed_since(connection, subject, started_at):
        what = f"{', '.join(late)} came" if late else "a file was refused by a person"
        msg = f"{place}: {what} after the last judgement (run {run_id}); let `cte run` judge what is there now"
        raise ConfigurationError(msg)
    return str(run_id)


def hold_gates_open(connection: duckdb.DuckDBPyConnection, subject: Subject, run_id: str) -> None:
    """Refuse where the judgement closed a gate or could not be made. Raises ConfigurationError that lists the rules."""
    rows = connection.execute(
        "select rule_id, status, failed_count, threshold from quality.rule_result where run_id = ? "
        "and grantee_id = ? and program_year = ? and institution_id is null and (status = 'error' "
        "or (status = 'failed' and severity = 'critical' and not is_waived)) order by rule_id",
        [run_id, subject.grantee_id, subject.program_year],
    ).fetchall()
    if not rows:
        return
    gates = "; ".join(
        f"{rule} ({'could not be judged' if status == 'error' else f'{failed} rows fail, allowed: {threshold}'})"
        for rule, status, failed, threshold in rows
    )
    msg = (
        f"{subject.grantee_id} {subject.program_year}: {len(rows)} gates are closed: {gates}. Have the files corrected "
        "and sent again, or a waiver approved in waivers.toml, and run `cte run` again; or refuse the files"
    )
    raise ConfigurationError(msg)


def _changed_since(connection: duckdb.DuckDBPyConnection, subject: Subject, started_at: datetime) -> bool:
    """Return whether a person refused a file of the program year after that moment: core is another since."""
    since = f"{started_at.replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return bool(
        connection.execute(
            "select 1 from quality.act where kind = 'refuse' and grantee_id = ? and program_year = ? and acted_at > ?",
            [subject.grantee_id, subject.program_year, since],
        ).fetchone()
    )
