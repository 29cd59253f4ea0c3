"""Accepting and refusing: the agency's steward moves submissions on after the rules have judged them.

Why a file is refused at once, before anybody has looked, is decided by intake. Certifying stands in ``certify``.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.acts.judged import hold_gates_open, hold_judged
from pipelines.acts.log import Act
from pipelines.acts.office import Office, Subject, log_act, one_act
from pipelines.acts.people import STEWARD, Person, hold_fit_for_the_log, hold_role
from pipelines.configuration import ConfigurationError
from pipelines.intake.submission import Submission, find
from pipelines.intake.versions import accept_after_reading, in_force, refuse_after_reading

_PLACE = "grantee_id = ? and program_year = ? and destroyed_at is null"


def accept(office: Office, subject: Subject, person: Person, file_names: Sequence[str] = ()) -> Act:
    """Accept what was read of a program year, or the files named, and return the act.

    Raises ConfigurationError where the role may not, a file is not ``read``, or a gate is closed.
    """
    hold_role(person, STEWARD, "accept")
    files = chosen(office.connection, subject, file_names, ("read",))
    hold_gates_open(office.connection, subject, hold_judged(office.connection, subject, files))
    with one_act(office):
        for submission in files:
            accept_after_reading(office.connection, submission)
        return log_act(office, "accept", subject, person, files)


def refuse(office: Office, subject: Subject, person: Person, reason: str, file_names: Sequence[str]) -> Act:
    """Refuse files that were read, accepted ones too: their rows leave core, what they replaced counts again.

    ``reason`` is what the sender is told. Raises ConfigurationError where the role may not or no such file counts.
    """
    hold_role(person, STEWARD, "refuse")
    hold_fit_for_the_log("--reason", reason)
    if not file_names:
        msg = "which files? name each with --file NAME; a whole program year is not refused by leaving it out"
        raise ConfigurationError(msg)
    files = chosen(office.connection, subject, file_names, ("read", "accepted"))
    with one_act(office):
        for submission in files:
            refuse_after_reading(office.connection, submission, f"refused by the agency: {reason.strip()}")
        back = _in_place_of(office.connection, files)
        return log_act(office, "refuse", subject, person, files, {"reason": reason.strip(), "in_force_again": back})


def chosen(
    connection: duckdb.DuckDBPyConnection, subject: Subject, file_names: Sequence[str], statuses: tuple[str, ...]
) -> list[Submission]:
    """Return the submissions meant: those of these statuses, all of them or those of the names given.

    Raises ConfigurationError where there are none, or one named has another status.
    """
    place = f"{subject.grantee_id} {subject.program_year}"
    listed = find(connection, _PLACE, [subject.grantee_id, subject.program_year])
    able = [one for one in listed if one.status in statuses]
    missing = sorted(set(file_names) - {one.file_name for one in able})
    if missing:
        states = {one.file_name: one.status for one in listed}
        told = ", ".join(f"{name} ({states.get(name, 'unknown here')})" for name in missing)
        names = ", ".join(sorted(one.file_name for one in able)) or "none"
        msg = f"{place}: {told}: not {' or '.join(statuses)}. Those that are: {names}"
        raise ConfigurationError(msg)
    meant = [one for one in able if not file_names or one.file_name in file_names]
    if not meant:
        msg = f"{place}: no file is {' or '.join(statuses)}; `cte status` shows what became of each"
        raise ConfigurationError(msg)
    return meant


def _in_place_of(connection: duckdb.DuckDBPyConnection, refused: Sequence[Submission]) -> list[list[str]]:
    """Return name and hash of the earlier versions that count again."""
    again = [in_force(connection, str(one.grantee_id), one.program_year, one.slot) for one in refused]
    return sorted([one.file_name, one.sha256] for one in again if one)
