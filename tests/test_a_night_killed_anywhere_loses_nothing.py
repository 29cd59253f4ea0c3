"""After kill -9 in the middle of intake, does the next run leave the same rows as if nothing had happened?

``CTE_KILLS=40`` kills that often at steps, and a quarter as often by the clock, instead of twice and once.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import every_format
import pytest
from conftest import ROOT
from night_that_dies import intake

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("CTE_KILLS", "2"))
FIRST, SECOND = 1, 2  # nights: into an empty home, and of corrections
DRIVER = ROOT / "tests" / "night_that_dies.py"
SHARES = [random.Random(number).random() for number in range(1000)]  # the same on every machine
Rows = dict[str, Counter[tuple[Any, ...]]]


@dataclass(frozen=True)
class Undisturbed:
    """What each night leaves if nobody kills it: where it began, its rows, its files, and how long it takes."""

    before: dict[int, Path]
    rows: dict[int, Rows]
    files: dict[int, set[str]]
    step_count: dict[int, int]
    seconds: dict[int, float]
    grantees: Path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    base = tmp_path_factory.mktemp("undisturbed")
    found = Undisturbed({}, {}, {}, {}, {}, every_format.write_grantee(base))
    people = list(islice(every_format.people(), 40))
    deliveries = {FIRST: every_format.first_delivery(people), SECOND: every_format.second_delivery(people)}
    root = base / "place"
    root.mkdir()
    for night, delivery in deliveries.items():
        every_format.put(root, delivery)
        every_format.write_database(root, people[: 2 + night])
        found.before[night] = shutil.copytree(root, base / f"before_{night}")
        child = _begin(root, night, found.grantees)
        began = time.monotonic()
        said, _ = child.communicate(timeout=300)
        found.seconds[night] = time.monotonic() - began
        assert child.returncode == 0
        found.step_count[night] = int(said)
        found.rows[night], found.files[night] = rows_of(root), files_of(root)
    return found


def _begin(root: Path, night: int, grantees: Path, step: int = 0) -> subprocess.Popen[str]:
    """Start a process that does the intake of a night, and return it when that begins."""
    environment = {**os.environ, **every_format.environment(root, grantees)}
    child = subprocess.Popen(
        [sys.executable, str(DRIVER), str(step), str(root), str(night)],
        stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert child.stdout
    assert child.stdout.readline() == "begun\n"
    return child


def _end(child: subprocess.Popen[str]) -> int:
    """Wait for a process and return how it ended."""
    child.communicate(timeout=300)
    return child.returncode


def _next_run(root: Path, night: int, grantees: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in every_format.environment(root, grantees).items():
            patched.setenv(name, value)
        intake(root, night, hour=10)


def rows_of(root: Path) -> Rows:
    """Return the rows of every table, without the moments and runs that cannot be the same twice."""
    with duckdb.connect(str(root / "home" / "warehouse.duckdb"), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name || '.\"' || table_name || '\"', list(column_name order by column_name) from "
            "duckdb_columns() where not internal and data_type not like 'TIMESTAMP%' "
            "and column_name not like '%run_id' group by all"
        ).fetchall()
        return {
            table: Counter(connection.execute(f"select {', '.join(map(_quoted, names))} from {table}").fetchall())
            for table, names in columns
        }


def _quoted(name: str) -> str:
    return f'"{name}"'


def files_of(root: Path) -> set[str]:
    """Return every file and folder below the home."""
    return {str(path.relative_to(root)) for path in (root / "home").rglob("*")}


def _hold_that_nothing_is_lost(root: Path, night: int, undisturbed: Undisturbed) -> None:
    found, expected = rows_of(root), undisturbed.rows[night]
    assert found.keys() == expected.keys()
    differences = {table: (found[table] - rows, rows - found[table]) for table, rows in expected.items()}
    assert {table: d for table, d in differences.items() if any(d)} == {}
    assert files_of(root) == undisturbed.files[night], "bytes in clear, or half a file, were left behind"


def test_both_nights_hold_what_a_night_can_hold(undisturbed: Undisturbed) -> None:
    tables = {t for night in (FIRST, SECOND) for t, rows in undisturbed.rows[night].items() if rows}
    assert {t.split(".")[0] for t in tables} >= {"raw", "core", "history", "quality"}
    assert len([t for t in tables if t.startswith("raw.")]) == 12
    assert undisturbed.rows[FIRST] != undisturbed.rows[SECOND]


@pytest.mark.parametrize("night", [FIRST, SECOND])
@pytest.mark.parametrize("kill", range(KILLS))
def test_a_night_that_dies_at_any_step_is_made_good_by_the_next(
    undisturbed: Undisturbed, tmp_path: Path, night: int, kill: int
) -> None:
    root = shutil.copytree(undisturbed.before[night], tmp_path / "place")
    step = 1 + int(SHARES[2 * kill + night] * undisturbed.step_count[night] * 0.98)
    child = _begin(root, night, undisturbed.grantees, step)
    assert _end(child) == -signal.SIGKILL, "the night ended before it could die"
    _next_run(root, night, undisturbed.grantees)
    _hold_that_nothing_is_lost(root, night, undisturbed)


@pytest.mark.parametrize("kill", range(max(1, KILLS // 4)))
def test_a_night_that_is_killed_at_any_moment_is_made_good_by_the_next(
    undisturbed: Undisturbed, tmp_path: Path, kill: int
) -> None:
    root = shutil.copytree(undisturbed.before[SECOND], tmp_path / "place")
    child = _begin(root, SECOND, undisturbed.grantees)
    time.sleep(SHARES[500 + kill] * undisturbed.seconds[SECOND])
    child.kill()
    _end(child)
    _next_run(root, SECOND, undisturbed.grantees)
    _hold_that_nothing_is_lost(root, SECOND, undisturbed)


def test_nights_that_die_one_after_the_other_lose_nothing_either(undisturbed: Undisturbed, tmp_path: Path) -> None:
    root = shutil.copytree(undisturbed.before[FIRST], tmp_path / "place")
    for share in (0.2, 0.6):
        child = _begin(root, FIRST, undisturbed.grantees, int(share * undisturbed.step_count[FIRST]))
        assert _end(child) in (0, -signal.SIGKILL)  # what the first had finished, the second need not do
    _next_run(root, FIRST, undisturbed.grantees)
    _hold_that_nothing_is_lost(root, FIRST, undisturbed)
