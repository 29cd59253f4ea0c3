"""Does each bad file get a message with the fix, while the rest of the night goes on and nobody blames the system?"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.home import lock
from tests.conftest import ROOT, Ran, run_cte

pytestmark = pytest.mark.slow
OREGON = ROOT / "sample_data" / "oregon"
YEAR = "2023-24"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A night on Oregon's sample in which seven files are bad, each in its own way."""
    inbox = tmp_path_factory.mktemp("inbox")
    folder = inbox / "oregon" / YEAR
    shutil.copytree(OREGON / YEAR, folder)
    (inbox / "FICTIONAL.txt").write_text("invented", encoding="utf-8")
    (folder / f"institution_{YEAR}.csv").write_bytes(b"")
    program = folder / f"program_{YEAR}.csv"
    program.write_bytes(program.read_bytes()[:-9])
    (folder / f"course_{YEAR}_fall_eot.csv").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)
    student = folder / f"student_{YEAR}_fall_eot.csv"
    student.write_bytes(student.read_text(encoding="utf-8").encode("utf-16"))
    (folder / "notes_of_the_registrar.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    shutil.copy(OREGON / "2022-23" / "major_2022-23.csv", folder / f"major_{YEAR}.csv")
    shutil.copy(folder / f"credential_{YEAR}.csv", folder / f"credential_{YEAR}a.csv")
    (inbox / "lost.csv").write_text("x\n", encoding="utf-8")
    return run_cte("run", "--inbox", inbox, "--grantee", "oregon", home=tmp_path_factory.mktemp("home"))


def _messages(home: Path) -> dict[str, tuple[str, str]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("select file_name, status, coalesce(message, '') from quality.submission").fetchall()
    return {name: (status, message) for name, status, message in rows}


def test_the_night_ends_with_a_closed_gate_and_not_with_a_failure_of_the_system(night: Ran) -> None:
    assert night.exit_code == 1, night.output


@pytest.mark.parametrize(
    ("file_name", "words"),
    [
        (f"institution_{YEAR}.csv", ("empty",)),
        (f"course_{YEAR}_fall_eot.csv", ("zip", "text")),
        (f"student_{YEAR}_fall_eot.csv", ("UTF-16",)),
        ("notes_of_the_registrar.csv", ("layout",)),
        (f"major_{YEAR}.csv", ("2022-23",)),
        (f"credential_{YEAR}a.csv", (f"credential_{YEAR}.csv",)),
    ],
)
def test_each_bad_file_is_refused_with_a_message_that_names_the_trouble(
    night: Ran, file_name: str, words: tuple[str, ...]
) -> None:
    status, message = _messages(night.home)[file_name]
    assert status in ("refused", "repeated")
    assert any(word.lower() in message.lower() for word in words), message
    assert file_name in night.output


def test_a_truncated_file_loses_its_last_line_to_quarantine_and_keeps_the_others(night: Ran) -> None:
    with duckdb.connect(str(night.home / "warehouse.duckdb"), read_only=True) as connection:
        reasons = connection.execute(
            f"select reason_code from quality.quarantine where file_name = 'program_{YEAR}.csv'"
        ).fetchall()
    assert ("file_complete",) in reasons
    assert _messages(night.home)[f"program_{YEAR}.csv"][0] != "refused"


def test_a_stray_file_is_named(night: Ran) -> None:
    assert "lost.csv" in night.output


def test_good_files_of_the_same_folder_are_taken_in_all_the_same(night: Ran) -> None:
    assert _messages(night.home)[f"enrollment_{YEAR}_fall_eot.csv"][0] in ("read", "accepted")
    assert (night.home / "scorecards" / "oregon" / YEAR / "scorecard-internal.html").is_file()


def test_a_second_night_on_the_same_home_is_turned_away_and_told_who_holds_it(tmp_path: Path) -> None:
    with lock(tmp_path, "20260101T000000000Z-abcd"):
        turned_away = run_cte("run", "--inbox", ROOT / "sample_data", home=tmp_path)
    assert turned_away.exit_code == 3
    assert "20260101T000000000Z-abcd" in turned_away.output


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("run", "--grantee", "atlantis"), "atlantis"),
        (("run", "--program-year", "2024"), "2023-24"),
        (("run", "--inbox", "no/such/folder"), "no such inbox"),
    ],
)
def test_a_wrong_call_exits_with_two_and_says_what_to_change(
    tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    (tmp_path / "inbox").mkdir()
    done = run_cte(*arguments, home=tmp_path)
    assert done.exit_code == 2, done.output
    assert word in done.output
