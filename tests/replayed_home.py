"""A home after three nights on invented records of one small grantee, each after something was changed, to replay.

The house that runs is a copy, so that rules, layouts and definitions can be changed as their owners would change them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROOT = Path(__file__).parents[1]
GRANTEE, YEAR = "udc", "2023-24"
RULE = 'title="A student is reported with one sex in all terms of a year",\n    dimension="consistency", severity="{}"'


@dataclass(frozen=True)
class Replayed:
    """A house, its home, the runs by what was changed before each, and what each counted for 1P1 at its end."""

    house: Path
    home: Path
    runs: dict[str, str]
    counted: dict[str, list[Any]]

    def cte(self, *arguments: str | Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command of the house in a process of its own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CTE_", "DAGSTER_"))}
        return subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *map(str, arguments), "--home", str(home or self.home)],
            cwd=self.house, env=kept | {"PYTHONPATH": str(self.house)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """The home, one for all processes of tests: ask it, or copy it first."""
    place = tmp_path_factory.getbasetemp()
    place = (place.parent if "PYTEST_XDIST_WORKER" in os.environ else place) / "replayed"
    place.mkdir(exist_ok=True)
    told = place / "runs.json"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(json.dumps(_nights(place)), encoding="utf-8")
    return Replayed(place / "house", place / "home", **json.loads(told.read_text(encoding="utf-8")))


def _nights(place: Path) -> dict[str, dict[str, Any]]:
    """Run the nights: as it was, after new data and another layout, after another rule and definition."""
    for name in ("house", "home", "inbox"):  # what a try that broke off has left
        shutil.rmtree(place / name, ignore_errors=True)
    for name in ("pipelines", "expectations", "sql"):
        shutil.copytree(ROOT / name, place / "house" / name, ignore=shutil.ignore_patterns("__pycache__"))
    inbox = place / "inbox"
    shutil.copytree(ROOT / "sample_data" / GRANTEE, inbox / GRANTEE)
    shutil.copy(ROOT / "sample_data" / "FICTIONAL.txt", inbox)
    made = Replayed(place / "house", place / "home", {}, {})
    folder = made.house / "pipelines" / "grantees" / GRANTEE
    _night(made, inbox, "first")
    _change(inbox / GRANTEE / YEAR / f"placement_{YEAR}.txt", '"E"', '"N"', times=-1)
    _change(folder / "layout.toml", 'M = "military"', 'M = "not_engaged"')
    _change(folder / "layout.toml", 'version = "2023.3"', 'version = "2023.4"')
    _night(made, inbox, "data_and_layout")
    _change(folder / "grantee.toml", 'concentrator_credits = "12"', 'concentrator_credits = "20"')
    rules = made.house / "expectations" / "student_identity.py"
    _change(rules, RULE.format("warning"), RULE.format("critical"))
    _night(made, inbox, "rule_and_definition")
    return {"runs": made.runs, "counted": made.counted}


def _night(made: Replayed, inbox: Path, name: str) -> None:
    done = made.cte("run", "--inbox", inbox, "--rebuild")
    last = (done.stdout.strip().splitlines() or [""])[-1]
    assert last.startswith("run "), done.stdout[-2000:] + done.stderr[-2000:]
    made.runs[name] = last.split()[1]
    (counted,) = made.rows(
        "select numerator_count, denominator_count, unknown_count from mart.indicator where indicator_code = '1P1' "
        f"and program_year = '{YEAR}' and institution_id is null and cip_code is null and subgroup_dimension = 'all'"
    )
    made.counted[name] = list(counted)


def _change(path: Path, old: str, new: str, times: int = 1) -> None:
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{path.name} no longer holds {old}"
    path.write_text(content.replace(old, new, times), encoding="utf-8")
