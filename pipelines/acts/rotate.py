"""Changing a grantee's key: a new one is put in place, and every pseudonym made anew from the archive.

The old key is not needed, so a key that was lost is made good in the same way. A change that is broken off goes on
with its new key when the command is called again; until then no run takes that grantee's key (``identity``).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from pipelines.acts.compact import ask_for_compaction
from pipelines.acts.log import Act, acts_of
from pipelines.acts.office import Office, Subject, log_act, one_act
from pipelines.acts.people import STEWARD, Person, hold_role
from pipelines.configuration import ConfigurationError
from pipelines.home import make_private, write_private
from pipelines.intake.archive import archived
from pipelines.intake.identity import CHANGE, key_id, key_of, key_variable
from pipelines.intake.key_book import note_key, retire_other_keys
from pipelines.intake.rebuild import rebuild
from pipelines.intake.submission import find

NEXT = "_NEXT"  # CTE_KEY_OREGON_NEXT gives the new key where CTE_KEY_OREGON gives the old one


@dataclass(frozen=True)
class _Place:
    """Where the key of a grantee stands: its folder in the home, and the environment variable that may give it."""

    folder: Path
    grantee_id: str

    @property
    def key(self) -> Path:
        return self.folder / f"{self.grantee_id}.key"

    @property
    def next(self) -> Path:
        return self.folder / f"{self.grantee_id}.key-next"

    @property
    def mark(self) -> Path:
        return self.folder / f"{self.grantee_id}.key-id"

    @property
    def journal(self) -> Path:
        return self.folder / f"{self.grantee_id}.changing"

    @property
    def variable(self) -> str:
        return key_variable(self.grantee_id)


def rotate(office: Office, grantee_id: str, person: Person, say: Callable[[str], None]) -> Act:
    """Change the key of a grantee and return the act; call ``compact`` when the warehouse is closed.

    Raises ConfigurationError where the role may not, the archive lacks a file, or the environment gives the old key
    and no new one.
    """
    hold_role(person, STEWARD, "change a key")
    place = _Place(make_private(office.home / "keys"), grantee_id)
    _hold_archive_whole(office, grantee_id)
    _hold_new_key_given(place)
    ask_for_compaction(office.home)
    with _under_change(place) as before:
        new = key_id(key_of(office.home, grantee_id))
        rebuild(office.connection, office.home, say)
        with one_act(office):
            _write_key_book(office, grantee_id, before, new)
            act = _act_of(office, grantee_id, new) or log_act(
                office, "rotate_key", Subject(grantee_id), person, details={"key_id": new}
            )
    if os.environ.get(place.variable):
        say(f"set {place.variable} to the new key from now on, and unset {place.variable}{NEXT}")
    return act


@contextmanager
def _under_change(place: _Place) -> Iterator[str]:
    """Put a new key in place, or go on with that of a change broken off, and yield the id of the key before it.

    The journal is there from before the old key goes until all is done: a fault leaves it, and the command called
    again goes on. The id is empty where there was no key.
    """
    if not place.journal.exists():
        _begin(place)
    journal = place.journal.read_text(encoding="utf-8")
    was = {name: os.environ.get(name) for name in (CHANGE, place.variable)}
    os.environ[CHANGE] = journal
    try:
        _put_new_key_in_place(place)
        yield journal.partition(" ")[2]
        place.journal.unlink()
    finally:
        for name, value in was.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin(place: _Place) -> None:
    """Make the new key, unless the environment gives it, and write the journal: a token and the id of the old key."""
    if not os.environ.get(place.variable):
        write_private(place.next, secrets.token_hex(32).encode())
    before = place.mark.read_text(encoding="utf-8") if place.mark.is_file() else ""
    write_private(place.journal, f"{secrets.token_hex(16)} {before}".encode())


def _put_new_key_in_place(place: _Place) -> None:
    if os.environ.get(place.variable):
        os.environ[place.variable] = os.environ[place.variable + NEXT]
    elif place.next.exists():
        place.next.replace(place.key)
    place.mark.unlink(missing_ok=True)  # key_of writes it anew for the new key


def _hold_new_key_given(place: _Place) -> None:
    if os.environ.get(place.variable) and not os.environ.get(place.variable + NEXT):
        msg = f"{place.variable}: this key comes from the environment; give the new one as {place.variable}{NEXT}"
        raise ConfigurationError(msg)


def _hold_archive_whole(office: Office, grantee_id: str) -> None:
    """Refuse where pseudonyms could not be made anew, before anything is changed. Raises ConfigurationError."""
    read = find(office.connection, "destroyed_at is null and loaded_row_count > 0 and grantee_id is not null", [])
    gone = sorted(
        f"{one.grantee_id}/{one.program_year}/{one.file_name}"
        for one in read
        if not archived(office.home, one.sha256).is_file()
    )
    if gone:
        msg = f"{office.home / 'archive'}: {', '.join(gone)} is missing, so the key of {grantee_id} cannot be changed; "
        raise ConfigurationError(msg + "restore the archive from its safe copy")


def _write_key_book(office: Office, grantee_id: str, before: str, new: str) -> None:
    if before:
        first = find(office.connection, "grantee_id = ?", [grantee_id])[:1]
        note_key(
            office.connection, grantee_id, before, first[0].received_at.replace(tzinfo=UTC) if first else office.now
        )
    note_key(office.connection, grantee_id, new, office.now)
    retire_other_keys(office.connection, grantee_id, new, office.now)


def _act_of(office: Office, grantee_id: str, new: str) -> Act | None:
    """Return the act of a change that was broken off after it had been logged."""
    changes = (act for act in acts_of(office.connection) if act.kind == "rotate_key" and act.grantee_id == grantee_id)
    return next((act for act in changes if act.detail["key_id"] == new), None)
