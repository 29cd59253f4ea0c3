"""Can what was said once be proved later, when rules, layouts and definitions have moved on? Or is it said why not?"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from replayed_home import GRANTEE, YEAR, Replayed, replayed

pytestmark = pytest.mark.slow
__all__ = ["replayed"]
STEWARD = ("--name", "Ana Invented", "--role", "steward", "--statement", "Due under our schedule")


def _hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@dataclass(frozen=True)
class Replay:
    """A replay of the first run: what it said and wrote, and the home's files before and after."""

    done: subprocess.CompletedProcess[str]
    out: Path
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="module")
def first(replayed: Replayed, tmp_path_factory: pytest.TempPathFactory) -> Replay:
    out, before = tmp_path_factory.mktemp("replay") / "out", _hashes(replayed.home)
    done = replayed.cte("replay", replayed.runs["first"], "--out", out)
    return Replay(done, out, before, _hashes(replayed.home))


def test_a_run_before_a_change_of_rule_layout_and_definition_gives_its_bytes(replayed: Replayed, first: Replay):
    assert "identical" in first.done.stdout, first.done.stdout + first.done.stderr
    assert first.done.returncode == 0
    written = dict(
        replayed.rows(
            "select grantee_id || '/' || program_year || '/' || file_name, sha256 from quality.scorecard_file "
            f"where run_id = '{replayed.runs['first']}'"
        )
    )
    assert len(written) >= 4, "two years of a page and its JSON"
    assert _hashes(first.out) == written


def test_the_changes_between_would_have_shown(replayed: Replayed, first: Replay):
    page = Path(GRANTEE, YEAR, "scorecard-internal.json")
    then, today = (json.loads((folder / page).read_bytes()) for folder in (first.out, replayed.home / "scorecards"))
    assert [key for key in ("indicators", "gates", "rule_book_version") if then[key] == today[key]] == []


def test_a_replay_leaves_the_home_as_it_was(first: Replay):
    assert {name for name, sha256 in first.before.items() if first.after.get(name) != sha256} <= {".lock"}
    assert set(first.after) <= set(first.before)


def test_after_a_purge_a_replay_says_when_and_under_which_schedule_and_makes_nothing(
    replayed: Replayed, tmp_path: Path
):
    home = tmp_path / "home"
    shutil.copytree(replayed.home, home)
    purged = replayed.cte("purge", "--grantee", GRANTEE, "--as-of", "2099-01-01", *STEWARD, home=home)
    assert purged.returncode == 0, purged.stdout + purged.stderr
    day = replace(replayed, home=home).rows("select max(acted_at) from quality.act where kind = 'purge'")[0][0]
    done = replayed.cte("replay", replayed.runs["first"], "--out", tmp_path / "out", home=home)
    assert done.returncode == 1
    assert f"inputs destroyed on {str(day)[:10]} under the retention schedule of {GRANTEE}" in done.stdout
    assert not (tmp_path / "out").exists()


def test_bytes_that_were_lost_are_no_purge_and_are_named(replayed: Replayed, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(replayed.home, home)
    sha256 = replayed.rows("select min(sha256) from quality.submission where status = 'read'")[0][0]
    (home / "archive" / str(sha256)[:2] / str(sha256)).unlink()
    done = replayed.cte("replay", replayed.runs["first"], home=home)
    assert done.returncode == 1
    assert f"{sha256}); restore them from the backup" in done.stdout


def test_a_run_that_was_never_is_a_wrong_call(replayed: Replayed):
    done = replayed.cte("replay", "20200101T000000000Z-0000")
    assert done.returncode == 2
    assert "no such run" in done.stderr
