"""After a run was killed, or the clock set back: is the next run's word right, and is nothing left lying about?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines import run_book
from pipelines.home import HomeLocked, held_since, lock
from pipelines.night import GATE_CLOSED, NO_GATE_CLOSED, SYSTEM_FAILED, Settings, close_book, open_night
from pipelines.status import report_status
from pipelines.warehouse import open_in_memory, open_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "inbox").mkdir()
    return Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", say=lambda _: None)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_in_memory() as opened:
        yield opened


def _book(home: Path) -> list[tuple[str, int | None]]:
    with open_warehouse(home) as connection:
        return connection.execute("select run_id, exit_code from quality.run order by run_id").fetchall()


def _killed_run(home: Path, moment: datetime) -> str:
    run_id = run_book.run_id_of(moment)
    with open_warehouse(home) as connection:
        run_book.open_book(connection, run_id, moment, "nightly", is_sample=False)
    return run_id


def test_a_run_that_was_killed_is_marked_as_failed_by_the_next_one(settings: Settings) -> None:
    killed = _killed_run(settings.home, datetime(2026, 1, 1, tzinfo=UTC))
    with open_night(settings) as night:
        close_book(night, "rules")
    assert _book(settings.home) == [(killed, SYSTEM_FAILED), (night.run_id, NO_GATE_CLOSED)]


def test_what_a_dead_run_left_half_written_does_not_stay_because_it_holds_clear_identifiers(settings: Settings) -> None:
    halves = [
        settings.home / place
        for place in ("archive/9.part", "tmp/spilled.tmp", "scorecards/udc/2023-24/x.html.9.part", "kind.txt.9.part",
                      "published/.cte.duckdb.9", "published/.cte.duckdb.9.wal", "reports/index.html.9.part")
    ]  # fmt: skip
    keep = [settings.home / "archive" / "ab" / "ab12", settings.home / "published" / "cte.duckdb"]
    for path in (*halves, *keep):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"802-74-2731")
    with lock(settings.home, "run-2"):
        assert [path for path in (*halves, *keep) if path.exists()] == keep


def test_a_run_under_a_clock_set_back_is_still_the_last_one(settings: Settings) -> None:
    future = _killed_run(settings.home, datetime.now(UTC) + timedelta(days=400))
    said: list[str] = []
    for _ in range(2):
        with open_night(replace(settings, say=said.append)) as night:
            close_book(night, "rules")
        assert _book(settings.home)[-1] == (night.run_id, NO_GATE_CLOSED)
    assert night.run_id > future
    assert any("clock" in line for line in said)


def test_the_log_beside_the_warehouse_is_as_private_as_the_warehouse(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)  # a home that an administrator made
    with open_warehouse(tmp_path) as connection:
        connection.execute("create table raw.person as select '802742731' as id")
        connection.execute("checkpoint")
        connection.execute("insert into raw.person select '805771874'")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("warehouse.duckdb*")}
    assert modes == {"warehouse.duckdb": 0o600, "warehouse.duckdb.wal": 0o600}


def test_status_tells_a_run_under_way_from_one_that_hangs_and_from_a_damaged_warehouse(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "warehouse.duckdb").write_bytes(b"no database" * 999)
    with pytest.raises(duckdb.IOException):
        report_status(tmp_path, said.append)
    with lock(tmp_path, "run-1"):
        assert held_since(tmp_path) is not None
        assert report_status(tmp_path, said.append) == NO_GATE_CLOSED
        mark = tmp_path / ".lock"
        mark.write_text('{"run_id": "run-1", "pid": 1, "since": "2026-01-01T02:00:00+00:00"}', encoding="utf-8")
        assert report_status(tmp_path, said.append) == GATE_CLOSED
    assert held_since(tmp_path) is None
    assert "hangs" in said[-1]


def test_a_warehouse_that_somebody_reads_is_named_with_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_: str) -> None:
        msg = 'IO Error: Could not set lock on file "/h": Conflicting lock is held in /usr/bin/duckdb (PID 77). See'
        raise duckdb.IOException(msg)

    monkeypatch.setattr("pipelines.warehouse.time.sleep", lambda _: None)
    monkeypatch.setattr("pipelines.warehouse.duckdb.connect", held)
    with pytest.raises(HomeLocked, match=r"duckdb \(PID 77\).*published"), open_warehouse(tmp_path):
        pass
