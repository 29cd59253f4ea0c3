"""Does the command tell a fault of the system from one of the call, and does it end at all?"""

from __future__ import annotations

from itertools import pairwise

import pytest

from pipelines import console
from pipelines.cli import main
from pipelines.home import HomeLocked
from pipelines.layouts import ConfigurationError
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
