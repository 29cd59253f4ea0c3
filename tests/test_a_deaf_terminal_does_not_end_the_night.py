"""Does the night go on, with its own exit code, when nobody can read what it says?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pipelines import console
from pipelines.cli import main
from pipelines.night import SYSTEM_FAILED
from pipelines.terminal import teller

SAY_MUCH = "from rich.console import Console; from pipelines.terminal import teller; say = teller(Console())\n"
GOES_ON = "for _ in range(9999): say('a line')\nimport sys; sys.stderr.write('went on')\n"


def _python(code: str, stdout: int, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        env={**os.environ, **environment}, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    return done.returncode, done.stderr


def test_a_reader_who_went_away_does_not_make_a_closed_gate_of_half_a_night() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert _python(SAY_MUCH + GOES_ON, writing) == (0, "went on")
    finally:
        os.close(writing)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_log_on_a_full_disk_costs_the_log_and_not_the_night() -> None:
    with Path("/dev/full").open("w") as full:
        assert _python(SAY_MUCH + GOES_ON, full.fileno()) == (0, "went on")


def test_who_hangs_up_on_the_status_is_told_no_fault_of_the_system(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.argv = ['cte', 'status', '--home', {str(tmp_path)!r}]; from pipelines.cli import main; main()"
    )
    reading, writing = os.pipe()
    os.close(reading)
    try:
        hung_up = _python(code, writing)
    finally:
        os.close(writing)
    assert hung_up == _python(code, subprocess.DEVNULL)
    assert hung_up[0] != SYSTEM_FAILED


def test_a_log_that_knows_no_accents_spells_them_out() -> None:
    code = "from pipelines.terminal import write_what_it_can\nwrite_what_it_can()\n" + SAY_MUCH + "say('é[/red]')\n"
    assert _python(code, subprocess.DEVNULL, PYTHONIOENCODING="ascii") == (0, "")


def test_names_that_look_like_markup_are_told_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    teller(Console())("columns [/red], [bold] and :smile: " + "x" * 200)
    assert capsys.readouterr().out == "columns [/red], [bold] and :smile: " + "x" * 200 + "\n"


def test_a_night_that_was_stopped_by_hand_does_not_say_that_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(console, "run_night", stop)
    monkeypatch.setattr("sys.argv", ["cte", "run"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == SYSTEM_FAILED
