"""Do the verbs of the Makefile say what happened, in words and in exit codes?

A stub stands for the command `cte`, so that each exit code can be had without a night.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERBS = {"run", "test", "proof", "check", "sample", "docs", "ui", "bench", "clean"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile, a set-up that does nothing, and a `cte` that repeats its call and ends with $CODE."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for file, body in ((".ci/setup", ""), (".venv/bin/cte", 'echo "called: home=$CTE_HOME $*"\nexit $CODE')):
        path = tmp_path / file
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
    return tmp_path


def make(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "CTE_"))}
    return subprocess.run(
        ["make", *words],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_make_alone_does_nothing_but_print_the_verbs_each_with_its_meaning(checkout: Path) -> None:
    (checkout / ".ci" / "setup").write_text("#!/bin/sh\nexit 9\n", encoding="utf-8")
    done = make(checkout)
    assert done.returncode == 0
    assert set(re.findall(r"^  make (\w+) +\S", done.stdout, re.MULTILINE)) == VERBS


def test_make_run_shows_the_sample_in_a_home_of_its_own_and_never_in_a_real_one(checkout: Path) -> None:
    assert "called: home=data-demo run --inbox sample_data" in make(checkout, "run", CODE="0").stdout


def test_make_run_with_a_home_reads_that_home_s_inbox_and_not_the_sample(checkout: Path) -> None:
    assert "called: home=/srv/cte run\n" in make(checkout, "run", CODE="0", CTE_HOME="/srv/cte").stdout


def test_the_planted_faults_of_the_sample_do_not_look_like_a_broken_installation(checkout: Path) -> None:
    done = make(checkout, "run", CODE="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "on purpose" in done.stdout


def test_a_closed_gate_on_real_data_is_not_excused_as_the_sample_s(checkout: Path) -> None:
    done = make(checkout, "run", CODE="1", CTE_HOME="/srv/cte")
    assert done.returncode == 0
    assert "A gate closed" in done.stdout
    assert "on purpose" not in done.stdout


@pytest.mark.parametrize(("code", "says"), [("2", "configuration"), ("3", "system failed"), ("137", "system failed")])
def test_a_night_that_did_not_finish_stops_whoever_called_make(checkout: Path, code: str, says: str) -> None:
    done = make(checkout, "run", CODE=code)
    assert done.returncode != 0
    assert says in done.stderr
    assert "finished" not in done.stdout


def test_make_clean_removes_the_demonstration_and_never_a_home(checkout: Path) -> None:
    for home in ("data", "data-demo"):
        (checkout / home / "archive").mkdir(parents=True)
    assert make(checkout, "clean").returncode == 0
    assert (checkout / "data" / "archive").is_dir()
    assert not (checkout / "data-demo").exists()
    assert not (checkout / ".venv").exists()
