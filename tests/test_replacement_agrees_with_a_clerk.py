"""Does what counts after any nights and decisions agree with a clerk who keeps files by hand, and survive a rebuild?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from dialect_example import GRANTEE, set_up
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_clerk import BROKEN, COUNT, FILES, LAYOUT, PACKED, Clerk, content_of, zipped
from intake_example import YEAR

from pipelines.acts.decide import accept, refuse
from pipelines.acts.office import Office, Subject
from pipelines.acts.people import STEWARD, Person
from pipelines.intake.rebuild import rebuild
from pipelines.intake.submit import take_in
from pipelines.warehouse import open_in_memory

EXAMPLES = 8  # by hand: hundreds
ANA = Person("Ana Diaz", STEWARD, "Reviewed")
SUBJECT = Subject(GRANTEE, YEAR)
Step = tuple[str, str, int]  # send, remove, night, accept, refuse or rebuild; the place; the version


@dataclass
class Playing:
    """A home with its inbox, its warehouse in memory, and the moment."""

    root: Path
    connection: duckdb.DuckDBPyConnection
    now: datetime = datetime(2024, 8, 1, 9, tzinfo=UTC)

    def rows(self, query: str) -> list[tuple[str, ...]]:
        return self.connection.execute(query).fetchall()

    def night(self, lying: dict[str, int]) -> None:
        self.now += timedelta(days=1)
        folder = self.root / "inbox" / GRANTEE / YEAR
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for place, version in lying.items():
            if "/" not in place:
                (folder / place).write_text(content_of(place, version))
        members = {place.partition("/")[2]: content_of(place, v) for place, v in sorted(lying.items()) if "/" in place}
        if members:
            (folder / PACKED).write_bytes(zipped(members))
        take_in(self.connection, self.root / "home", self.root / "inbox", self.now)

    @contextmanager
    def acting(self) -> Iterator[Office]:
        """A run has judged all that is there, and a person acts an hour later."""
        self.now += timedelta(hours=1)
        run_id = f"{self.now:%Y%m%dT%H}0000000Z-0001"
        self.connection.execute(
            "insert into quality.run (run_id, started_at, kind, rule_book_version) values (?, ?, 'nightly', 'one')",
            [run_id, self.now.replace(tzinfo=None)],
        )
        self.connection.execute(
            "insert into quality.rule_result (run_id, rule_id, severity, grantee_id, program_year, status, is_waived) "
            "values (?, 'r', 'critical', ?, ?, 'passed', false)",
            [run_id, GRANTEE, YEAR],
        )
        yield Office(self.root / "home", self.connection, self.now + timedelta(minutes=1))


@pytest.fixture(scope="module", autouse=True)
def _small_grantee(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        set_up(tmp_path_factory.mktemp("clerk"), patched, LAYOUT)
        yield


PLACES = st.sampled_from(sorted(FILES))
SENT = st.tuples(st.just("send"), PLACES, st.sampled_from((0, 0, 1, 1, 2, 2, BROKEN)))
ACTED = st.tuples(st.sampled_from(("accept", "refuse", "refuse", "rebuild", "remove")), PLACES, st.just(0))
NIGHTS = st.lists(
    st.tuples(st.lists(SENT, min_size=1, max_size=4), st.lists(ACTED, max_size=3)), min_size=1, max_size=6
)


def _do(office: Playing, clerk: Clerk, step: Step) -> None:
    kind, place, _ = step
    statuses = {one.status for one in clerk.known.values() if one.place == place}
    if kind == "remove":
        clerk.lying.pop(place, None)
    elif kind == "rebuild":
        _hold_rebuild(office)
    elif kind == "accept" and "read" in statuses:
        with office.acting() as desk:
            accept(desk, SUBJECT, ANA, [place])
        clerk.accept(place)
    elif kind == "refuse" and statuses & set(COUNT):
        with office.acting() as desk:
            refuse(desk, SUBJECT, ANA, "not what was meant", [place])
        clerk.refuse(place)


KEPT = (
    "select * from core.course order by all",
    "select * from history.course order by all",
    "select * from quality.transaction order by all",
    "select * from quality.submission order by all",
    "select * from quality.quarantine order by all",
)


def _hold_rebuild(office: Playing) -> None:
    before = [office.rows(query) for query in KEPT]
    rebuild(office.connection, office.root / "home")
    for query, rows in zip(KEPT, before, strict=True):
        assert office.rows(query) == rows, query


def _hold_agreement(office: Playing, clerk: Clerk) -> None:
    statuses = "select file_name, status, coalesce(decision, '') from quality.submission order by all"
    assert office.rows(statuses) == clerk.statuses()
    assert office.rows("select course_id, course_title from core.course order by all") == clerk.core()
    assert office.rows("select course_id, course_title from history.course order by all") == clerk.history()


def hold(nights: list[tuple[list[Step], list[Step]]]) -> None:
    """Play these nights and acts before both, and hold them to each other after each."""
    clerk = Clerk()
    with tempfile.TemporaryDirectory() as folder:
        office = Playing(Path(folder), open_in_memory())
        for sent, acts in nights:
            clerk.lying |= {place: version for _, place, version in sent}
            office.night(clerk.lying)
            clerk.take_in()
            _hold_agreement(office, clerk)
            for act in acts:
                _do(office, clerk, act)
                _hold_agreement(office, clerk)
        _hold_rebuild(office)
        office.connection.close()


@pytest.mark.slow
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(nights=NIGHTS)
def test_any_nights_and_decisions_leave_what_a_clerk_would_have_left(
    nights: list[tuple[list[Step], list[Step]]],
) -> None:
    hold(nights)
