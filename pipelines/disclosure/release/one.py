"""The release of one grantee: written, attacked as it would leave, and kept, refused or, in a rehearsal, taken back.

All of it is one transaction, so that who dies on the way leaves the last release.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

import polars as pl

from pipelines.acts.certify import files_that_count
from pipelines.acts.log import Act
from pipelines.acts.office import Office, Subject, log_act, one_act
from pipelines.acts.people import Person
from pipelines.disclosure.release.draft import Draft, Say, make_draft
from pipelines.disclosure.release.record import (
    SPAN,
    Entry,
    Try,
    entry_counts,
    next_number,
    write_cells,
    write_context,
    write_entries,
    write_policies,
    write_proof,
)
from pipelines.disclosure.release.rooms import Proof, Rooms
from pipelines.disclosure.release.tables import make_anew
from pipelines.disclosure.release.years import CARRIED, FRESH, REFUSED, Year
from pipelines.grantee import Grantee
from pipelines.home import is_sample_home
from pipelines.run_book import last_night
from pipelines.warehouse import transaction

_NOTHING: Mapping[str, int] = {"cell_count": 0, "sensitive_count": 0, "shown_count": 0, "coded_count": 0,
                               "withheld_count": 0}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How it ended: the years with what became of each, the cells that left or would, and what the attack proved.

    ``proof`` is None where no year was to be released, ``act`` where none was.
    """

    grantee_id: str
    years: Mapping[str, Year]
    blockers: Mapping[str, tuple[str, ...]]
    cells: pl.DataFrame
    proof: Proof | None
    timings: Mapping[str, int]
    act: Act | None = None


class _TakenBack(Exception):  # noqa: N818 - how a transaction is left, not a mistake
    """Leaves a transaction without what it wrote."""


def release_one(
    office: Office, one: Grantee, wanted: Sequence[str], person: Person | None, rooms: Rooms, say: Say
) -> Ended:
    """Release a grantee, or rehearse it where nobody signs, and return how it ended."""
    is_sample = bool(is_sample_home(office.home))
    draft = make_draft(office.connection, one, wanted, rooms, is_sample=is_sample, is_rehearsal=person is None, say=say)
    tried = _try_of(office, one, person, is_sample=is_sample)
    proof, timings, act = (
        _try_it(office, draft, tried, person, rooms, say) if draft.fresh else (None, draft.timings, None)
    )
    years = dict(draft.years)
    if proof is not None and not proof.is_safe:
        years = {name: _refused(year, proof.reason) if year.fate == FRESH else year for name, year in years.items()}
    if person is not None:
        with transaction(office.connection):
            write_entries(office.connection, tried, _kept_back(years, timings))
    return Ended(one.id, years, draft.blockers, draft.cells, proof, timings, act)


def _try_of(office: Office, one: Grantee, person: Person | None, *, is_sample: bool) -> Try:
    # Random: a token made of what is released could be guessed by who guesses the counts.
    token, moment = secrets.token_hex(16), office.now.astimezone(UTC).replace(tzinfo=None)
    by = person.name.strip() if person else ""
    return Try(token, next_number(office.connection), one, last_night(office.connection), moment, by, is_sample)


def _try_it(
    office: Office, draft: Draft, tried: Try, person: Person | None, rooms: Rooms, say: Say
) -> tuple[Proof, Mapping[str, int], Act | None]:
    """Write the release, attack it, and keep it where it is safe and somebody signs."""
    proof, timings, act = None, dict(draft.timings), None
    try:
        with one_act(office):
            _write(office, draft, tried, rooms)
            say(f"{draft.grantee.id}: attacking what would leave")
            started = time.monotonic()
            proof = rooms.audit(office.connection, draft.gathered, draft.grantee.id, draft.worlds)
            timings["audit"] = round((time.monotonic() - started) * 1000)
            if person is None or not proof.is_safe:
                raise _TakenBack
            write_proof(office.connection, tried, proof.frame)
            act = _sign(office, draft, tried, person, timings["audit"])
    except _TakenBack:
        pass
    assert proof is not None  # noqa: S101 - set before the only exception that is caught
    return proof, timings, act


def _write(office: Office, draft: Draft, tried: Try, rooms: Rooms) -> None:
    connection = office.connection
    names = sorted({*draft.fresh, *draft.cells["program_year"]})
    entries = [_entry(draft, name) for name in names]
    gone = [Entry(span, FRESH, counts=_NOTHING) for span in draft.withdrawn_spans]
    write_entries(connection, tried, [*entries, *gone])
    write_cells(connection, tried, draft.cells)
    write_context(connection, tried, draft.fresh)
    write_policies(connection, tried, names)
    for year in draft.fresh:
        rooms.freeze_quality(connection, tried.release_id, draft.grantee.id, year)
    make_anew(connection)


def _entry(draft: Draft, name: str) -> Entry:
    year = draft.years.get(name)
    touched = year.change.touched if year and year.change else None
    counts = entry_counts(draft.cells, name)
    return Entry(name, FRESH, None, touched, counts, draft.timings, draft.words)


def _sign(office: Office, draft: Draft, tried: Try, person: Person, audit_milliseconds: int) -> Act:
    subject = Subject(draft.grantee.id, draft.fresh[0] if len(draft.fresh) == 1 else None)
    files = [
        one for year in draft.fresh
        for one in files_that_count(office.connection, Subject(draft.grantee.id, year))
    ]  # fmt: skip
    years = {year: entry_counts(draft.cells, year) for year in draft.fresh}
    act = log_act(office, "release", subject, person, files, {"release_id": tried.release_id, "years": years})
    office.connection.execute(
        "update quality.release set act_number = ?, audit_milliseconds = ? where release_id = ?",
        [act.act_number, audit_milliseconds, tried.release_id],
    )
    return act


def _refused(year: Year, reason: str) -> Year:
    return replace(year, fate=REFUSED, reasons=(reason,))


def _kept_back(years: Mapping[str, Year], timings: Mapping[str, int]) -> list[Entry]:
    return [
        Entry(name, year.fate, "; ".join(year.reasons), year.change.touched if year.change else None, timings=timings)
        for name, year in years.items() if year.fate in (CARRIED, REFUSED) and SPAN not in name
    ]  # fmt: skip
