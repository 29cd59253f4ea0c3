"""Releasing one grantee after another: one that is refused or dies leaves its last release and holds nobody up."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.acts.office import Office
from pipelines.acts.people import REPORTING_OFFICER, Person, hold_role
from pipelines.disclosure.release.draft import Say
from pipelines.disclosure.release.one import Ended, release_one
from pipelines.disclosure.release.rehearsal import write_rehearsal
from pipelines.disclosure.release.rooms import Rooms
from pipelines.disclosure.release.words import kind_lines, lines_of
from pipelines.grantee import grantee, grantee_ids
from pipelines.home import is_sample_home


def release_all(
    office: Office, grantees: Sequence[str], years: Sequence[str], person: Person | None, rooms: Rooms, say: Say
) -> list[Ended]:
    """Release the grantees named, or all, and return how each ended; where nobody signs, only rehearse.

    Raises ConfigurationError where the role may not release.
    """
    if person is not None:
        hold_role(person, REPORTING_OFFICER, "release")
    endings = []
    for grantee_id in grantees or grantee_ids():
        ended = release_one(office, grantee(grantee_id), years, person, rooms, say)
        _tell(office, ended, say, is_rehearsal=person is None)
        endings.append(ended)
    return endings


def _tell(office: Office, ended: Ended, say: Say, *, is_rehearsal: bool) -> None:
    for line in lines_of(ended, is_rehearsal=is_rehearsal):
        say(line)
    if ended.act is not None:
        say(f"{ended.grantee_id}: act {ended.act.act_number}, {ended.act.act_sha256}: write this hash down elsewhere")
    if not ended.years:
        say(f"{ended.grantee_id}: no figures, so nothing to release")
    if is_rehearsal and ended.years:
        if ended.cells.height:
            say("  restricted, not to be passed on:")
            for line in kind_lines(ended.cells):
                say(f"  {line}")
        for path in write_rehearsal(office.home, ended, is_sample=bool(is_sample_home(office.home))):
            say(f"  written: {path}")
