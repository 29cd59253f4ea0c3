"""Is a night on unchanged input idle and its result the same, byte for byte? Else nobody can tell what moved."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, Ran, run_cte

pytestmark = pytest.mark.slow
RUN_BLOCK = re.compile(r'<section id="run".*?</section>', re.DOTALL)


def _scorecards(home: Path) -> dict[str, str]:
    """Return every page, workbook and JSON file of the scorecards without what names the run."""
    content = {}
    for path in sorted((home / "scorecards").rglob("*-internal.*")):
        if path.suffix == ".json":
            without = {key: value for key, value in json.loads(path.read_bytes()).items() if key != "run"}
            text = json.dumps(without, sort_keys=True)
        elif path.suffix == ".xlsx":
            text = _workbook(path, json.loads(path.with_suffix(".json").read_bytes())["run"])
        else:
            text = RUN_BLOCK.sub("", path.read_text(encoding="utf-8"))
        content[str(path.relative_to(home))] = text
    return content


def _workbook(path: Path, run: dict[str, str]) -> str:
    """Return all parts of a workbook without the words that name the run."""
    with zipfile.ZipFile(path) as book:
        text = "".join(name + book.read(name).decode() for name in book.namelist())
    for words in run.values():
        text = text.replace(words, "")
    return text


@pytest.fixture(scope="module")
def nights(demonstration: Ran, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str], Ran]:
    """The second night runs in a copy: other files of tests read the home after one night, whichever comes first."""
    home = tmp_path_factory.mktemp("second") / "home"
    shutil.copytree(demonstration.home, home)
    before = _scorecards(home)
    again = run_cte("run", "--inbox", ROOT / "sample_data", home=home)
    return before, _scorecards(home), again


def test_the_scorecards_are_the_same_apart_from_the_block_that_names_the_run(
    nights: tuple[dict[str, str], dict[str, str], Ran],
) -> None:
    before, after, _ = nights
    assert len(before) >= 30
    assert before == after


def test_no_file_is_taken_in_again(nights: tuple[dict[str, str], dict[str, str], Ran]) -> None:
    assert "0 files taken in" in nights[2].output


def test_findings_stay_one_row_each_and_are_still_open(nights: tuple[dict[str, str], dict[str, str], Ran]) -> None:
    with duckdb.connect(str(nights[2].home / "warehouse.duckdb"), read_only=True) as connection:
        changes = connection.execute("select change, count(*) from quality.finding group by 1").fetchall()
        runs = connection.execute("select count(distinct run_id) from quality.rule_result").fetchall()
    assert [word for word, _ in changes] == ["still_open"]
    assert runs == [(2,)]
