"""Are grantees found in the bundled folder and in the user's own, and is each file due on the day its folder says?"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines import grantee as grantees
from pipelines.configuration import ConfigurationError
from pipelines.grantee import OWN_FOLDER, all_grantees, grantee, grantee_ids

YEAR = "2023-24"
FOURTH_WEEK = """
[[due.file]]
file = ["student"]
term_code = "fall"
vintage = "fourth_week"
month_day = "11-01"
years_after = 0
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's own with one grantee, a copy of the template."""
    shutil.copytree(grantees.FOLDER / "_template", tmp_path / "example")
    monkeypatch.setenv(OWN_FOLDER, str(tmp_path))
    return tmp_path


def test_a_grantee_of_the_users_own_stands_beside_the_bundled_ones(own: Path) -> None:
    assert set(grantee_ids()) == {"alabama", "delaware", "example", "florida", "oregon", "udc"}
    assert grantee("example").folder == own / "example"
    assert len(all_grantees()) == len(grantee_ids())


def test_a_grantee_that_is_bundled_already_is_refused_instead_of_hidden(own: Path) -> None:
    (own / "example").rename(own / "udc")
    with pytest.raises(ConfigurationError, match="bundled already"):
        grantee("udc")


def test_a_copied_folder_that_kept_its_old_id_is_refused_before_records_mix(own: Path) -> None:
    shutil.copytree(own / "example", own / "other")
    with pytest.raises(ConfigurationError, match=r"id = 'example': the folder is 'other'"):
        grantee("other")


def test_a_folder_of_grantees_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(OWN_FOLDER, str(tmp_path / "nowhere"))
    with pytest.raises(ConfigurationError, match=r"CTE_GRANTEES=.*nowhere"):
        grantee_ids()


@pytest.mark.parametrize(
    ("file_name", "due"),
    [
        ("student_2023-24_fall_4wk.csv", date(2023, 11, 1)),
        ("all.zip/student_2023-24_fall_4wk.csv", date(2023, 11, 1)),
        ("student_2023-24_fall_eot.csv", date(2024, 8, 15)),
        ("student_2023-24_spring_4wk.csv", date(2024, 8, 15)),
        ("", date(2024, 8, 15)),
    ],
)
def test_a_file_is_due_on_the_day_that_the_first_block_about_it_says(own: Path, file_name: str, due: date) -> None:
    path = own / "example" / "grantee.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n[[identifier]]", f"{FOURTH_WEEK}\n[[identifier]]", 1), encoding="utf-8")
    found = grantee("example")
    layout = replace(
        found.layouts[0],
        name="student",
        file_name="student_{program_year}_{term_code}_{vintage}.csv",
        vintages={"4wk": "fourth_week", "eot": "end_of_term"},
    )
    assert found.due_date(YEAR, layout, file_name) == due
    assert found.due_date(YEAR) == date(2024, 8, 15)


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ("11-01", "11-31", "due.file"),
        ("vintage =", "vintag =", "vintag"),
        ("years_after = 0", 'years_after = "0"', "due"),
    ],
)
def test_a_due_date_that_no_night_could_use_is_named(own: Path, good: str, bad: str, key: str) -> None:
    path = own / "example" / "grantee.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + FOURTH_WEEK.replace(good, bad), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"grantee\.toml: .*{key}"):
        grantee("example")
