"""One night: the home it works on, what was asked for, the connection it shares, and the books it closes.

What happens in a night, and in which order, stands in ``assets``; each step is a room's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from pipelines import run_book
from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee, grantee_ids
from pipelines.home import claim, is_sample_home, is_sample_inbox, lock
from pipelines.intake.database.nightly import years_asked
from pipelines.intake.database.settings import SourceUnreachable, source_of
from pipelines.intake.inbox import is_program_year
from pipelines.scorecard.people.said import hold_said
from pipelines.warehouse import open_warehouse

NO_GATE_CLOSED, GATE_CLOSED, WRONG_CALL, SYSTEM_FAILED = 0, 1, 2, 3
NIGHTLY, REFERENCE = "nightly", "reference"


@dataclass(frozen=True)
class Settings:
    """What a night is asked to do. Empty ``grantee_ids`` or ``program_years`` mean all that there are.

    ``say`` takes a line for the operator, ``step_done`` the name of each step when it has ended. ``begun`` is the
    moment and id of an earlier night that this one makes again; left out, a night begins now.
    """

    home: Path
    inbox: Path
    grantee_ids: tuple[str, ...] = ()
    program_years: tuple[str, ...] = ()
    is_rebuild: bool = False
    say: Callable[[str], None] = print
    step_done: Callable[[str], None] = lambda _step: None
    begun: tuple[datetime, str] | None = None

    def __post_init__(self) -> None:
        """Refuse grantees and program years that cannot exist. Raises ConfigurationError."""
        for grantee_id in self.grantee_ids:
            grantee(grantee_id)
        for year in self.program_years:
            if not is_program_year(year):
                msg = f"--program-year {year}: a program year is written like 2023-24"
                raise ConfigurationError(msg)

    def check_inbox(self) -> None:
        """Refuse an inbox that is not there. Raises ConfigurationError."""
        if not self.inbox.is_dir():
            msg = f"{self.inbox}: there is no such inbox; make it and put files into <grantee>/<program_year>/"
            raise ConfigurationError(msg)


@dataclass(frozen=True)
class Night:
    """A night under way: the settings, the pipeline's one connection, and the run's id and beginning."""

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    run_id: str
    started_at: datetime
    is_sample: bool | None  # None in a home that is neither yet
    faults: list[SourceUnreachable] = field(default_factory=list)  # sources that could not be read

    def say(self, text: str) -> None:
        """Tell the operator; never with a person's value."""
        self.settings.say(text)


def settings_from_environment(home: str | None = None, inbox: str | None = None) -> Settings:
    """Return the settings of the scheduled night: ``CTE_HOME`` (./data) and ``CTE_INBOX`` (its inbox).

    Raises ConfigurationError where a variable of ours says nothing that can be used.
    """
    _check_environment()
    place = Path(home or os.environ.get("CTE_HOME") or "data").absolute()
    return Settings(home=place, inbox=Path(inbox or os.environ.get("CTE_INBOX") or place / "inbox").absolute())


def _check_environment() -> None:
    first, zone = os.environ.get("CTE_FIRST_PROGRAM_YEAR"), os.environ.get("CTE_TIME_ZONE")
    if first is not None and not is_program_year(first):
        msg = f"CTE_FIRST_PROGRAM_YEAR={first}: a program year is written like 2015-16"
        raise ConfigurationError(msg)
    try:
        ZoneInfo(zone or "UTC")
    except (LookupError, ValueError, ImportError) as fault:
        msg = f"CTE_TIME_ZONE={zone}: no time zone of that name; write one like America/New_York"
        raise ConfigurationError(msg) from fault


def partitions_at_hand(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the grantees and program years that the night is about, in order.

    Those with a folder in the inbox, a scorecard from before or a source database, less what was not asked for: a home
    of one grantee says nothing about the others.
    """
    grantees = settings.grantee_ids or grantee_ids()
    roots = (settings.inbox, settings.home / "scorecards")
    known = {(g, path.name) for g in grantees for root in roots for path in (root / g).glob("*") if path.is_dir()}
    known |= {(g, year) for g in grantees for year in _years_of_source(settings, g)}
    return tuple(sorted((g, y) for g, y in known if is_program_year(y) and y in (settings.program_years or (y,))))


def _years_of_source(settings: Settings, grantee_id: str) -> list[str]:
    """Return the program years for which a grantee's database will be asked."""
    source = (
        None if is_sample_home(settings.home) or is_sample_inbox(settings.inbox) else source_of(grantee(grantee_id))
    )
    return [*settings.program_years] or years_asked(source, datetime.now(UTC).date()) if source else []


def tell_years_not_offered(night: Night, offered: Collection[str]) -> None:
    """Name the program years of the inbox for which there is no partition, because silence would read as "taken in"."""
    for year in sorted({year for _, year in partitions_at_hand(night.settings)}):
        if year not in offered:
            night.say(
                f"{year}: not taken in; the program years are {min(offered)} to {max(offered)}. "
                "CTE_FIRST_PROGRAM_YEAR=2015-16 makes them begin earlier"
            )


@contextmanager
def open_night(settings: Settings) -> Iterator[Night]:
    """Lock the home, open its warehouse and the run's book; on leaving, a run that did not close its book has failed.

    Raises:
        ConfigurationError: there is no inbox, sample and real records would mix, or what people say cannot be read.
        HomeLocked: another run is under way.
    """
    settings.check_inbox()
    started_at, run_id = settings.begun or _begin()
    is_sample = is_sample_inbox(settings.inbox)
    about = sorted({grantee_id for grantee_id, _ in partitions_at_hand(settings)})
    hold_said(about, settings.inbox, is_sample=is_sample)
    with lock(settings.home, run_id):
        claim(settings.home, is_sample=is_sample)
        with _under_way(settings, run_id, started_at, NIGHTLY, is_sample=is_sample) as night:
            yield night


@contextmanager
def open_reference_run(settings: Settings) -> Iterator[Night]:
    """Do the same for a run that adds reference files: public data make a home neither sample nor real.

    Raises HomeLocked where another run is under way.
    """
    started_at, run_id = _begin()
    with lock(settings.home, run_id):
        is_sample = is_sample_home(settings.home)
        with _under_way(settings, run_id, started_at, REFERENCE, is_sample=is_sample) as night:
            yield night


def _begin() -> tuple[datetime, str]:
    started_at = datetime.now(UTC)
    return started_at, run_book.run_id_of(started_at)


@contextmanager
def _under_way(
    settings: Settings, run_id: str, started_at: datetime, kind: str, *, is_sample: bool | None
) -> Iterator[Night]:
    with open_warehouse(settings.home) as connection:
        own_id = run_book.after_all_others(connection, run_id)
        if own_id != run_id:
            settings.say(f"the clock of this machine is behind the run before; set it right. This run is {own_id}")
        run_book.mark_dead(connection, SYSTEM_FAILED)
        run_book.open_book(connection, own_id, started_at, kind, is_sample=is_sample)
        night = Night(settings, connection, own_id, started_at, is_sample)
        try:
            _keep_house(night, kind)
            yield night
        finally:
            run_book.mark_failed_unless_closed(connection, own_id, SYSTEM_FAILED)
            _tell_people(night, kind)


def _keep_house(night: Night, kind: str) -> None:
    """Keep what a night is made under, so that its scorecards can be made again; a replay keeps nothing."""
    from pipelines.provenance.record import note_house

    settings = night.settings
    if kind == NIGHTLY and settings.begun is None:
        note_house(night.connection, settings.home, night.run_id, settings.inbox)


def _tell_people(night: Night, kind: str) -> None:
    """Send notices and write the desk's pages that say how the run ended and who was told, also when it failed.

    What goes wrong here is said and changes nothing: the run is over, and its fault must not be hidden by another.
    """
    from pipelines.notices.send import send_notices
    from pipelines.reports.desk.write import write_first_page

    try:
        home = night.settings.home
        if kind == NIGHTLY:
            send_notices(night.connection, home, night.run_id, night.say, {one.grantee_id for one in night.faults})
        write_first_page(night.connection, home, night.run_id)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the run has ended as its book says
        night.say(f"the desk's first page is that of an earlier run: it could not be written ({type(fault).__name__})")


def close_book(night: Night, rule_book_version: str, refused_count: int = 0) -> int:
    """Write the run's end and return its exit code: 3 where a rule or source could not be read, 1 where a gate closed.

    ``refused_count`` are files whose refusal closes a gate by itself, because no rule of the run speaks of it.
    """
    found = night.connection.execute(
        "select count(*) filter (where status = 'error'), "
        "count(*) filter (where status = 'failed' and severity = 'critical' and not is_waived) "
        "from quality.rule_result where run_id = ? and institution_id is null",
        [night.run_id],
    ).fetchone()
    errors, gates = found or (0, 0)
    code = SYSTEM_FAILED if errors or night.faults else GATE_CLOSED if gates or refused_count else NO_GATE_CLOSED
    run_book.close(night.connection, night.run_id, code, rule_book_version)
    return code
