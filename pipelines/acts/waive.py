"""What the log of acts says of waivers: who approved which, and when it ended, opened again or covers again.

A waiver is approved in a grantee's file, not by a command, so the night that sees it logs it. How a waiver stands is
told by ``validation``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.acts.log import Act, acts_of, append, canonical, copy, sha256_of_json
from pipelines.acts.people import account
from pipelines.warehouse import transaction

WAIVE, ENDED, REOPENED, RESUMED = KINDS = ("waive", "waiver_ended", "waiver_reopened", "waiver_resumed")
APPROVER, PROGRAM, NIGHT = "approver", "program", "cte run"


@dataclass(frozen=True)
class WaiverNote:
    """What is to be logged: the kind, the waiver's whole content, the standing, in words too, and counts or the run."""

    kind: str
    content: Mapping[str, Any]
    standing: str
    words: str
    more: Mapping[str, Any]


def last_acts(connection: duckdb.DuckDBPyConnection) -> dict[str, Act]:
    """Return the last act about each waiver, by the waiver's id."""
    return {act.signed_sha256: act for act in acts_of(connection) if act.kind in KINDS}


def log_waiver(connection: duckdb.DuckDBPyConnection, home: Path, now: datetime, note: WaiverNote) -> Act:
    """Write an act about a waiver to the log and its copy, and return it. No transaction may be open.

    A waiver is the word of who approved it; what follows from it is noted by the night, in nobody's name.
    """
    said = note.content
    person, role, statement = NIGHT, PROGRAM, note.words
    if note.kind == WAIVE:
        person, role, statement = said["approved_by"], APPROVER, said["reason"]
    details = {"files": [], "waiver": dict(said), "standing": note.standing, **note.more}
    act = Act(
        act_number=0,
        kind=note.kind,
        grantee_id=said["grantee_id"],
        institution_id=said["institution_id"] or None,
        program_year=said["program_year"],
        person_name=person.strip(),
        role=role,
        statement=statement.strip(),
        account=account(),
        acted_at=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        signed_sha256=sha256_of_json(said),
        details=canonical(details),
    )
    with transaction(connection):
        act = append(connection, home, act)
    copy(connection, home)
    return act
