"""Can somebody add a grantee, or a whole cohort, with data files alone, by doing exactly what the pages say?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# file: (\S+)\n")
PERSONAL = ("812-12-0003", "812120003", "13/32/1999", "Quillfeather")


@dataclass(frozen=True)
class Followed:
    """The folder after the page was followed, what each command said, and the promised lines that were not said."""

    folder: Path
    said: str
    broken_promises: list[str]


def _typed(commands: str, folder: Path, state: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Run commands as in one shell; return what they say and the environment that they leave."""
    script = f"set -e\n{commands}\necho; echo ENVIRONMENT; env -0"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=state, capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    said, _, environment = done.stdout.partition("\nENVIRONMENT\n")
    return said + done.stderr, dict(pair.split("=", 1) for pair in environment.split("\0") if "=" in pair)


def follow(page: str, folder: Path, dagster: Path) -> Followed:
    """Follow a page of the documentation from top to bottom in an empty folder."""
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", dagster)
    state = {k: v for k, v in os.environ.items() if not k.startswith(("CTE_", "BASH_FUNC"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{state['PATH']}"
    state |= {"PATH": path, "DAGSTER_HOME": str(dagster), "COLUMNS": "200"}
    all_said, said, broken = "", "", []
    for language, text in BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
        named = NAMED.match(text)
        if named:
            (folder / named[1]).write_text(text[named.end() :], encoding="utf-8")
        elif language == "sh":
            said, state = _typed(text, folder, state)
            all_said += said
        else:
            broken += [line for line in text.splitlines() if line not in said]
    return Followed(folder, all_said, broken)


@pytest.mark.slow
def test_who_does_what_the_page_says_has_added_a_grantee_without_a_line_of_code(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """One test, because the page takes several nights' worth of commands and each process would follow it anew."""
    followed = follow("add-a-grantee.md", tmp_path_factory.mktemp("example"), tmp_path_factory.mktemp("dagster"))
    assert followed.broken_promises == [], f"the page promises what no command said:\n{followed.said}"
    _hold_that_records_arrived(followed.folder / "home")
    draft = (followed.folder / "draft.toml").read_text(encoding="utf-8")
    assert [value for value in PERSONAL if value in draft or value in followed.said] == []
    written = [path for path in (followed.folder / "grantees").rglob("*") if path.is_file()]
    assert {path.suffix for path in written} == {".toml"}


def _hold_that_records_arrived(home: Path) -> None:
    assert list((home / "scorecards" / "example" / "2023-24").iterdir())
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as warehouse:
        counts = {
            name: warehouse.execute(f"select count(*) from core.{name} where grantee_id = 'example'").fetchall()[0][0]
            for name in ("institution", "program", "student", "course", "enrollment")
        }
        statuses = {row[0] for row in warehouse.execute("select status from quality.submission").fetchall()}
    assert counts == {"institution": 1, "program": 2, "student": 5, "course": 2, "enrollment": 5}
    assert statuses == {"accepted"}


@pytest.mark.slow
def test_six_sites_of_another_initiative_need_folders_and_no_code(tmp_path_factory: pytest.TempPathFactory) -> None:
    followed = follow("other-cohorts.md", tmp_path_factory.mktemp("cohort"), tmp_path_factory.mktemp("dagster"))
    assert followed.broken_promises == [], f"the page promises what no command said:\n{followed.said}"
    for site in ("boston", "columbus", "dallas", "denver", "indianapolis", "nashville"):
        pages = list((followed.folder / "home" / "scorecards" / site / "2023-24").glob("*.html"))
        assert len(pages) == 1
        assert f"New Skills ready network, {site}" in pages[0].read_text(encoding="utf-8")
