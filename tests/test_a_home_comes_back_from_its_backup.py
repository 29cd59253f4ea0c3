"""Does a home come back whole by doing exactly what docs/operations.md says, and are its keys kept apart?"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from acts_example import PLACE, STEWARDS, cte, taken_in
from handbook import block, typed
from intake_example import Example

from pipelines.home import HomeLocked, lock

pytestmark = pytest.mark.skipif(shutil.which("flock") is None, reason="the commands are those of Linux (util-linux)")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home in which a night has run and a person has decided."""
    example = taken_in(tmp_path_factory.mktemp("original"))
    assert cte(example, "accept", *PLACE, *STEWARDS).exit_code == 0
    return example


def _places(root: Path, home: Path) -> dict[str, Path]:
    places = {
        "CTE_HOME": home,
        "BACKUP": root / "backup",
        "KEYS": root / "keys",
        "RESTORED": root / "restored" / "home",
    }
    for name in ("BACKUP", "KEYS"):
        places[name].mkdir()
    return places


def _files(home: Path) -> dict[str, bytes]:
    passing = (home / ".lock", home / "tmp")  # whose run it was, and what was never finished
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not any(path.is_relative_to(one) for one in passing)
    }


def test_who_follows_the_page_has_every_byte_the_log_of_acts_and_the_keys_again(
    original: Example, tmp_path: Path
) -> None:
    places = _places(tmp_path, original.home)
    before, status = _files(original.home), cte(original, "status").output
    saved = typed(block("sh", "# backup"), **places)
    assert (saved.returncode, saved.stderr) == (0, "")
    said = typed(block("sh", "# restore"), **places)
    assert said.stderr == ""
    assert "the log is whole" in said.stdout.lower()
    assert said.stdout.endswith(status)
    assert _files(places["RESTORED"]) == before


def test_the_next_night_of_a_restored_home_knows_what_it_knew(original: Example, tmp_path: Path) -> None:
    places = _places(tmp_path, original.home)
    typed(block("sh", "# backup"), **places)
    typed(block("sh", "# restore"), **places)
    (tmp_path / "restored" / "inbox").symlink_to(original.root / "inbox")
    restored = replace(original, root=tmp_path / "restored", said=[])
    people = "select student_id from core.enrollment order by all"
    taken = restored.night()
    assert (len(taken.submissions), taken.known_count) == (0, 2)
    assert restored.rows(people) == original.rows(people)
    restored.rebuild()  # pseudonyms are made anew from the bytes as sent with the key: both are there
    assert restored.rows(people) == original.rows(people)


def test_who_takes_the_backup_of_the_records_has_no_key_and_nobody_else_may_read_it(
    original: Example, tmp_path: Path
) -> None:
    places = _places(tmp_path, original.home)
    typed(block("sh", "# backup"), **places)
    (records,), (keys,) = places["BACKUP"].iterdir(), places["KEYS"].iterdir()
    with tarfile.open(records) as archive:
        assert [name for name in archive.getnames() if "key" in name] == []
    with tarfile.open(keys) as archive:
        assert "keys/oregon.key" in archive.getnames()
    assert {path.stat().st_mode & 0o077 for path in (records, keys)} == {0}


def test_no_night_begins_while_a_home_is_copied_and_none_is_copied_while_a_night_runs(
    original: Example, tmp_path: Path
) -> None:
    held = ["flock", "--shared", str(original.home / ".lock"), "sh", "-c", "echo held; read _"]
    with subprocess.Popen(held, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as copying:
        assert copying.stdout is not None and copying.stdout.readline() == "held\n"  # noqa: PT018 - for mypy
        with pytest.raises(HomeLocked), lock(original.home, "another"):
            pass
        assert "a run is under way" not in cte(original, "status").output
        copying.communicate("\n")
    places = _places(tmp_path, original.home)
    with lock(original.home, "a night"):
        impatient = block("sh", "# backup").replace("--timeout 7200", "--timeout 0")
        typed(impatient, **places)
    assert list(places["BACKUP"].iterdir()) == []
