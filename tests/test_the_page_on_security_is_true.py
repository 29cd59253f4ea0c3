"""Does the page on which a security office relies name what is there, with the modes that it says?"""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from conftest import ROOT, Ran

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
FAMILIES = ("AC", "AU", "CM", "CP", "IA", "IR", "MP", "PE", "RA", "SA", "SR", "SC", "SI", "PT")
OPEN_TO_READERS = {"published": 0o755, "published/cte.duckdb": 0o444}


def test_every_file_and_test_that_the_page_points_to_is_there():
    linked = [ROOT / "docs" / target for target in re.findall(r"\]\(([a-z-]+\.(?:md|json))\)", PAGE)]
    named = [ROOT / name for name in re.findall(r"`(tests/\w+\.py)`", PAGE)]
    assert len(linked) >= 3
    assert len(named) >= 3
    assert [str(path) for path in (*linked, *named) if not path.is_file()] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_controls_has_a_row_that_says_who_does_what(family):
    rows = [line.split("|") for line in PAGE.splitlines() if re.match(rf"\| .*\b{family}\b", line)]
    assert len(rows) == 1
    assert all(cell.strip() for cell in rows[0][1:4])


@pytest.mark.slow
def test_a_home_is_as_closed_as_the_page_says(demonstration: Ran):
    home: Path = demonstration.home
    ours = [path for path in home.rglob("*") if path.relative_to(home).parts[0] != "dagster" and not path.is_symlink()]
    modes = {path.relative_to(home).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in ours}
    assert {name: modes.pop(name) for name in OPEN_TO_READERS} == OPEN_TO_READERS
    copies = {name: modes.pop(name) for name in list(modes) if name.startswith("published/")}
    assert set(copies.values()) == {0o755, 0o444}, "folders of the copies can be entered, files read, nothing written"
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


@pytest.mark.slow
def test_every_place_of_a_home_stands_on_the_page(demonstration: Ran):
    places = {path.name for path in demonstration.home.iterdir()} - {"dagster", ".lock", "kind.txt"}
    assert {name for name in places if f"`{name}" not in PAGE} == set()
