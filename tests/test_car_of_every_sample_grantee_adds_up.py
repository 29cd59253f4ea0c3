"""Does the worksheet of each sample grantee add up by the rules of its form, and lie where the desk says?"""

from __future__ import annotations

import csv
from collections.abc import Iterator

import duckdb
import pytest

from pipelines.car.checks import checks, failed
from pipelines.car.worksheet import MEASURES, read_worksheet
from pipelines.grantee import grantee_ids
from pipelines.home import is_sample_home
from tests.conftest import Ran

pytestmark = pytest.mark.slow
YEARS = ("2022-23", "2023-24")
PAIRS = [(grantee_id, year) for grantee_id in grantee_ids() for year in YEARS]


@pytest.fixture(scope="module")
def warehouse(demonstration: Ran) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demonstration.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(("grantee_id", "year"), PAIRS)
def test_every_line_adds_up(warehouse: duckdb.DuckDBPyConnection, grantee_id: str, year: str) -> None:
    sheet = read_worksheet(warehouse, grantee_id, year)
    assert sheet is not None
    assert failed(sheet) == ()
    assert (sheet.total.count("participant").persons or 0) > 0
    assert [line.code for line in sheet.lines if line.label.startswith("Code without")] == []
    if year == YEARS[-1]:
        assert {check.outcome for check in checks(sheet)} == {"passed"}, "everything is computed in the last year"


@pytest.mark.parametrize(("grantee_id", "year"), PAIRS)
def test_the_files_lie_in_the_home_say_fictional_and_hold_the_same_numbers(
    demonstration: Ran, warehouse: duckdb.DuckDBPyConnection, grantee_id: str, year: str
) -> None:
    assert is_sample_home(demonstration.home)
    folder = demonstration.home / "worksheets" / grantee_id / year
    assert sorted(path.name for path in folder.iterdir()) == ["car.csv", "car.xlsx"]
    sheet = read_worksheet(warehouse, grantee_id, year)
    assert sheet is not None
    with (folder / "car.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all("FICTIONAL, not data of" in row["notice"] for row in rows)
    told = {(row["line_code"], row["measure"]): row["person_count"] for row in rows}
    for line in sheet.lines:
        for measure in MEASURES:
            persons = line.count(measure).persons
            assert told[line.code, measure] == ("" if persons is None else str(persons))
