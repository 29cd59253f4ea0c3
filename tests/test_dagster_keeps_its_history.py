"""Is Dagster's history the same over connections that stay open? Without it nobody can say what a night did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.event_log import MOST_OPEN, PooledEventLogStorage
from tests.conftest import ROOT


@dg.asset(check_specs=[dg.AssetCheckSpec("is_there", asset="counted")])
def counted() -> dg.MaterializeResult:  # unlike its other forms, Dagster reads this one beside a check
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="is_there", passed=True)])


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", tmp_path)
    with dg.DagsterInstance.get() as opened:
        yield opened


def _log(instance: dg.DagsterInstance) -> PooledEventLogStorage:
    log = instance.event_log_storage
    assert isinstance(log, PooledEventLogStorage), "dagster.yaml names another storage"
    return log


def test_dagsters_own_storage_reads_every_event_in_its_usual_place(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    run = dg.materialize([counted], instance=instance)
    stock = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    written = [(entry.dagster_event_type, entry.timestamp) for entry in _log(instance).get_logs_for_run(run.run_id)]
    assert len(written) > 10
    assert written == [(entry.dagster_event_type, entry.timestamp) for entry in stock.get_logs_for_run(run.run_id)]
    key = dg.AssetKey("counted")
    assert stock.get_latest_materialization_events([key])[key].run_id == run.run_id  # type: ignore[union-attr]
    [check] = stock.get_asset_check_execution_history(dg.AssetCheckKey(key, "is_there"), limit=5)
    assert check.run_id == run.run_id


def test_a_server_that_has_shown_many_runs_does_not_run_out_of_open_files(instance: dg.DagsterInstance) -> None:
    log, runs = _log(instance), [dg.materialize([counted], instance=instance) for _ in range(MOST_OPEN + 1)]
    seen = [len(log.get_logs_for_run(run.run_id)) for run in runs]
    assert min(seen) > 10
    assert len(set(seen)) == 1
    assert len(log._engines) <= MOST_OPEN


def test_an_event_that_cannot_be_written_leaves_nothing_half_written(instance: dg.DagsterInstance) -> None:
    log = _log(instance)

    def write_and_fail() -> None:
        with log.index_connection() as connection:
            connection.exec_driver_sql("delete from secondary_indexes")
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - it has no words
        write_and_fail()
    with log.index_connection() as connection:
        assert connection.exec_driver_sql("select count(*) from secondary_indexes").scalar_one() > 0
