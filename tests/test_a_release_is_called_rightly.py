"""Does the command tell a wrong call from a blocked release, and does it name what the person has to do?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from release_example import House, house, students

from pipelines import cli_publish
from pipelines.acts.office import Office
from pipelines.acts.people import Person
from pipelines.cli import main
from pipelines.disclosure.release.every import release_all

SIGNED = ("--name", "Bo Lee", "--role", "reporting_officer", "--statement", "Reviewed")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = house(tmp_path_factory.mktemp("first"))
    made.figures(students("oregon", "2023-24", white=80, asian=6))
    return made


@pytest.fixture
def home(first: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A copy of the home, in which the command finds the rooms that decide without a solver."""
    copied = first.copy_to(tmp_path / "home")

    def release(office: Office, grantees: Sequence[str], years: Sequence[str], who: Person | None) -> Any:
        return release_all(office, grantees, years, who, copied.rooms(), copied.said.append)

    monkeypatch.setattr(cli_publish, "_release", release)
    return copied


def cte(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "publish", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--release",), "releasing is signed"),
        (("--release", "--name", "Bo Lee"), "Missing --role, --statement"),
        (("--dry-run",), "go with --release"),
        (SIGNED, "go with --release"),
        (("--release", *SIGNED, "--grantee", "oregn"), "oregn"),
        (("--release", *SIGNED, "--program-year", "2023"), "2023-24"),
        (("--release", *SIGNED[:3], "steward", *SIGNED[4:]), "reporting officer"),
    ],
    ids=["unsigned", "half signed", "rehearsal of nothing", "signed nothing", "grantee", "year", "steward"],
)
def test_a_wrong_call_ends_with_2_and_names_the_fix(home: House, arguments: tuple[str, ...], said: str) -> None:
    done = cte(home.home, *arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert home.asked("select count(*) from quality.release") == [(0,)]


def test_a_home_without_a_night_has_nothing_to_release(tmp_path: Path) -> None:
    done = cte(tmp_path / "none", "--release", *SIGNED)
    assert done.exit_code == 2
    assert "cte run" in done.output


def test_what_is_released_stands_in_the_file_and_ends_with_0(home: House) -> None:
    done = cte(home.home, "--release", *SIGNED, "--grantee", "oregon")
    assert done.exit_code == 0, done.output
    assert _students(home) == [("all", 86), ("white", 80), ("asian", None)]


def test_a_blocked_year_ends_with_1(home: House) -> None:
    home.blocked["oregon", "2023-24"] = "certify it"
    assert cte(home.home, "--release", *SIGNED, "--grantee", "oregon").exit_code == 1
    assert _students(home) == []


def test_a_file_that_was_lost_is_written_anew_from_the_releases_in_force(home: House) -> None:
    cte(home.home, "--release", *SIGNED, "--grantee", "oregon")
    before = _students(home)
    (home.home / "published" / "cte.duckdb").unlink()
    done = cte(home.home)
    assert done.exit_code == 0, done.output
    assert _students(home) == before


def _students(home: House) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.home / "published" / "cte.duckdb"), read_only=True) as connection:
        query = "select subgroup_code, student_count from publish.student_count order by 2 desc nulls last"
        return connection.execute(query).fetchall()
