"""Is a wrong setting blamed on the setting, with its name, and not on the system or on the data?"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines import grantee as grantees
from pipelines.check.files import check_files
from pipelines.configuration import ConfigurationError
from pipelines.console import _check_dagster_home, _hold_that_the_warehouse_is_closed
from pipelines.faults import explain
from pipelines.night import SYSTEM_FAILED, settings_from_environment
from pipelines.validation import waiver_file

WAIVER = (
    '[[waiver]]\nrule_id = "student_age_plausible"\nprogram_year = "2023-24"\ntolerance_count = 3\nreason = "r"\n'
    'author = "a"\napproved_by = "b"\napproved_at = 2026-07-01\nexpires = {}\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A grantee's folder that may be spoiled, in place of the bundled ones."""
    shutil.copytree(grantees.FOLDER / "udc", tmp_path / "udc")
    monkeypatch.setattr(grantees, "FOLDER", tmp_path)
    monkeypatch.setattr(waiver_file, "grantee", grantees.grantee)
    return tmp_path / "udc"


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ('time_zone = "America/New_York"', 'time_zone = "Mars/Olympus"', "time_zone"),
        ('month_day = "', 'month_day = "13-', "month_day"),
        (r"'^N\d{8}$'", "'['", "pattern"),
    ],
)
def test_a_value_in_a_grantees_folder_that_no_night_could_use_is_named(
    folder: Path, good: str, bad: str, key: str
) -> None:
    path = folder / "grantee.toml"
    text = path.read_text(encoding="utf-8")
    assert good in text
    path.write_text(text.replace(good, bad), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: .*{key}"):
        grantees.grantee("udc")


def test_a_waiver_whose_date_is_in_quotes_is_named_instead_of_failing_the_night(folder: Path) -> None:
    path = folder / "waivers.toml"
    path.write_text(WAIVER.format("2027-06-30"), encoding="utf-8")
    assert len(waiver_file.waivers_of("udc")) == 1
    path.write_text(WAIVER.format('"2027-06-30"'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="without quotes"):
        waiver_file.waivers_of("udc")


@pytest.mark.parametrize(("name", "value"), [("CTE_FIRST_PROGRAM_YEAR", "2015"), ("CTE_TIME_ZONE", "Mars/Olympus")])
def test_a_variable_that_says_nothing_of_use_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        settings_from_environment()


@pytest.mark.parametrize("folder_name", ["relative", "/no/such/folder"])
def test_a_folder_of_dagster_that_is_not_there_is_named(folder_name: str) -> None:
    with pytest.raises(ConfigurationError, match="DAGSTER_HOME"):
        _check_dagster_home(Path(folder_name))


def test_two_files_of_one_name_are_not_checked_as_one_because_the_first_ones_faults_would_vanish(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigurationError, match="given 2 times"):
        check_files([tmp_path / "a" / "x.csv", tmp_path / "b" / "x.csv"], "udc", "2023-24", "text", print)


def test_a_full_disk_is_named_without_what_was_to_be_written() -> None:
    said: list[str] = []
    fault = duckdb.TransactionException("Failed to commit '802-74-2731': No space left on device")
    assert explain(fault, said.append) == SYSTEM_FAILED
    assert "No space left on device" in said[0]
    assert "802-74-2731" not in said[0]


def test_a_warehouse_that_could_not_be_closed_is_a_failure_of_the_system(tmp_path: Path) -> None:
    _hold_that_the_warehouse_is_closed(tmp_path / "warehouse.duckdb.wal")
    (tmp_path / "warehouse.duckdb.wal").touch()
    with pytest.raises(OSError, match="disk full"):
        _hold_that_the_warehouse_is_closed(tmp_path / "warehouse.duckdb.wal")
