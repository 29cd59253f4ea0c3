"""Where people act: the home under its lock, its warehouse open, and the log of acts healed and whole.

What an act does stands in ``decide``, ``certify``, ``purge`` and ``rotate``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.acts.chain import hold_whole
from pipelines.acts.compact import compact, is_compaction_due
from pipelines.acts.log import Act, append, canonical, copy, sha256_of_json
from pipelines.acts.people import Person, account
from pipelines.configuration import ConfigurationError
from pipelines.home import lock
from pipelines.intake.submission import Submission
from pipelines.run_book import run_id_of
from pipelines.warehouse import FILE_NAME, open_warehouse, transaction


@dataclass(frozen=True)
class Office:
    """A home open for one act: the warehouse's only connection, and when the act is done (UTC)."""

    home: Path
    connection: duckdb.DuckDBPyConnection
    now: datetime


@dataclass(frozen=True)
class Subject:
    """What an act is about: a grantee, and a program year and an institution where it is about one."""

    grantee_id: str | None
    program_year: str | None = None
    institution_id: str | None = None


@contextmanager
def open_office(home: Path, now: datetime | None = None) -> Iterator[Office]:
    """Lock a home and open its warehouse and log; an act whose copy a kill prevented is copied first.

    Where something was destroyed the warehouse is written anew at the end, because it must be closed for that.

    Raises ConfigurationError where no night has run or the log was changed, HomeLocked where a run is under way.
    """
    hold_used(home)
    now = now or datetime.now(UTC)
    with lock(home, run_id_of(now)):
        with open_warehouse(home) as connection:
            copy(connection, home)
            hold_whole(connection, home)
            yield Office(home, connection, now)
        if is_compaction_due(home):
            compact(home)


@contextmanager
def open_log(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse of a home to look at its log, whole or not. Raises as ``open_office`` does."""
    hold_used(home)
    with lock(home, run_id_of(datetime.now(UTC))), open_warehouse(home) as connection:
        yield connection


def hold_used(home: Path) -> None:
    """Refuse a home without a warehouse. Raises ConfigurationError."""
    if not (home / FILE_NAME).is_file():
        msg = f"{home}: no night has run in this home yet, so there is nothing to decide; `cte run` runs one"
        raise ConfigurationError(msg)


@contextmanager
def one_act(office: Office) -> Iterator[None]:
    """Do all that an act changes or nothing, then copy what was logged."""
    with transaction(office.connection):
        yield
    copy(office.connection, office.home)


def log_act(
    office: Office,
    kind: str,
    subject: Subject,
    person: Person,
    submissions: Sequence[Submission] = (),
    details: Mapping[str, Any] | None = None,
) -> Act:
    """Write an act to the log and return it. Within ``one_act`` only."""
    files = files_signed(submissions)
    act = Act(
        act_number=0,
        kind=kind,
        grantee_id=subject.grantee_id,
        institution_id=subject.institution_id,
        program_year=subject.program_year,
        person_name=person.name.strip(),
        role=person.role,
        statement=person.statement.strip(),
        account=account(),
        acted_at=f"{office.now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        signed_sha256=sha256_of_json(files),
        details=canonical({"files": files, **(details or {})}),
    )
    return append(office.connection, office.home, act)


def files_signed(submissions: Sequence[Submission]) -> list[list[str]]:
    """Return what a person signs: name and SHA-256 of each file, sorted. Names alone could stand for any bytes."""
    return sorted([submission.file_name, submission.sha256] for submission in submissions)
