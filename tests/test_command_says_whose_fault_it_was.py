"""Does the command tell a fault of the system from one of the call, and does it end at all?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError

from pipelines import asset_step, console
from pipelines.cli import main
from pipelines.configuration import ConfigurationError
from pipelines.faults import explain, words_kept_back
from pipelines.home import HomeLocked
from pipelines.night import SYSTEM_FAILED, WRONG_CALL


def _run_that_raises(monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> int:
    def fail(*_: object, **__: object) -> int:
        raise fault

    monkeypatch.setattr(console, "run_night", fail)
    monkeypatch.setattr("sys.argv", ["cte", "run"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def _chained(*faults: BaseException) -> BaseException:
    """Return the first fault, each being caused by the next one."""
    for fault, cause in pairwise(faults):
        fault.__cause__ = cause
    return faults[0]


def test_faults_that_name_each_other_as_their_cause_do_not_hang_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Dagster does so with every fault of a step; a night that failed at two must not still run at eight.
    outer, inner = RuntimeError("step"), ZeroDivisionError("123-45-6789")
    fault = _chained(outer, inner, outer)
    assert _run_that_raises(monkeypatch, fault) == SYSTEM_FAILED
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "123-45-6789" not in said


def test_a_fault_of_the_configuration_is_found_below_what_wraps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = _chained(RuntimeError("step"), ConfigurationError("grantee.toml: the fix"))
    assert _run_that_raises(monkeypatch, fault) == WRONG_CALL


def test_a_home_in_use_is_a_state_of_the_system_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = _chained(RuntimeError("resource"), HomeLocked("in use by run 7"))
    assert _run_that_raises(monkeypatch, fault) == SYSTEM_FAILED
    assert "in use by run 7" in capsys.readouterr().err


@pytest.mark.parametrize("stop", [KeyboardInterrupt, DagsterExecutionInterruptedError])
def test_a_night_that_somebody_stops_never_reads_as_one_that_ended(
    stop: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run_that_raises(monkeypatch, stop()) == SYSTEM_FAILED
    assert capsys.readouterr().err.startswith("cte: stopped before the end")


def test_the_event_log_of_dagster_never_stores_the_value_that_an_error_quotes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: dg.AssetExecutionContext) -> None:
        int("802-74-2731")

    step = asset_step.step_of("spoiled", "core", [dg.AssetSpec("spoiled")], fail, is_whole=True)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance, pytest.raises(Exception) as raised:  # noqa: PT011 - any
        dg.materialize([step], instance=instance, resources={"night": dg.ResourceDefinition.none_resource()})
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"kept back" in stored, "the fault itself must be in the log"
    assert b"802-74-2731" not in stored
    assert explain(raised.value, print) == SYSTEM_FAILED
    said = capsys.readouterr().out
    assert "ValueError" in said, "the operator must see what failed"
    assert "invalid literal" not in said


def test_faults_with_words_of_ours_pass_through_a_step_as_they_are() -> None:
    fault = ConfigurationError("grantee.toml: the fix")
    with pytest.raises(ConfigurationError, match="the fix"), words_kept_back():
        raise fault
