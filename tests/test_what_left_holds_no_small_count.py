"""Did anything leave that the policy forbids, and is what is left of a small college still of use?

Two homes: the sample's own after accepting, certifying and releasing a year by the commands of the handbook, and an
invented college of the real one's size (896 concentrators), of which three years are released together.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import Ran, run_cte
from desk_browser import WIDTHS, browser, uri, visit
from playwright.sync_api import Browser
from search_for_small_counts import found_in_published, shown_pairs, told_pairs

from benchmarks.disclosure import Spent, released
from benchmarks.disclosure_world import YEARS, fill
from pipelines.home import claim
from pipelines.publish.file import publish
from pipelines.publish.fill import fill_publish
from pipelines.reports.shareable import write_shareable
from pipelines.warehouse import open_warehouse

pytestmark = pytest.mark.slow
SIGNED = ("--statement", "Reviewed against the fall report", "--name")
SECONDS = 300.0
KINDS = ("sample", "college of 896")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, demonstration: Ran) -> Path:
    """The demonstration's home after one year of one grantee was released by the commands."""
    home = tmp_path_factory.mktemp("sample") / "home"
    shutil.copytree(demonstration.home, home)
    of = ("--grantee", "udc", "--program-year", "2023-24")
    for step in (
        ("accept", *of, *SIGNED, "Ana Diaz", "--role", "steward"),
        ("certify", *of, *SIGNED, "Bo Lee", "--role", "reporting_officer"),
        ("publish", "--release", *of, *SIGNED, "Bo Lee", "--role", "reporting_officer"),
    ):
        ran = run_cte(*step, home=home)
        assert ran.exit_code == 0, ran.output
    return home


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Spent]:
    """A home with three released years of a college with 896 concentrators, and what its release took."""
    home = tmp_path_factory.mktemp("college")
    claim(home, is_sample=True)
    with open_warehouse(home) as connection:
        fill(connection, YEARS, 1.0, ("udc",))
        spent = released(connection, "udc", YEARS, "optimal", 1, SECONDS)
        fill_publish(connection, [], "run-1", is_sample=True)
        write_shareable(publish(connection, home), home)
    return home, spent


@pytest.fixture(scope="module", params=KINDS)
def home(request: pytest.FixtureRequest) -> Path:
    if request.param == "sample":
        return Path(request.getfixturevalue("sample"))
    return Path(request.getfixturevalue("college")[0])


def pages(home: Path) -> list[Path]:
    found = sorted(home.glob("scorecards/*/*/scorecard.html"))
    assert found, "no shareable scorecard was written"
    return found


def test_no_count_under_the_policy_left_in_the_file_or_its_copies(home: Path) -> None:
    assert found_in_published(home / "published") == []


def test_every_count_on_a_page_is_one_that_was_published(home: Path) -> None:
    shown = shown_pairs(home / "published")
    for page in pages(home):
        told = list(told_pairs(page))
        assert told or not shown, "the search read no number of a page that has some"
        assert [pair for pair in told if pair not in shown] == []


def test_a_college_of_896_concentrators_is_proven_safe(college: tuple[Path, Spent]) -> None:
    _, spent = college
    assert (spent.verdict, spent.leaks, spent.late) == ("proven", 0, 0)


def test_its_page_is_coarsened_rather_than_blank(college: tuple[Path, Spent]) -> None:
    """Every total, both sexes' sizes, the larger groups by race and most special populations' complements stand."""
    with duckdb.connect(str(college[0] / "published" / "cte.duckdb"), read_only=True) as file:
        at = "where program_year = '2023-24' and institution_id is null and cip_code is null"
        shown = "count(*) filter (where suppression_code is null), count(*)"
        totals = file.execute(
            f"select {shown} from publish.student_count {at} and subgroup_dimension = 'all'"
        ).fetchone()
        rates = file.execute(f"select {shown} from publish.indicator {at} and subgroup_dimension = 'all'").fetchone()
        groups = file.execute(f"""
            select subgroup_dimension, count(*) filter (where numerator_count is not null)
            from publish.indicator {at} and subgroup_dimension in ('sex', 'race_ethnicity', 'career_cluster')
            group by all order by all
        """).fetchall()
    assert totals is not None
    assert totals[0] >= 9, "a page without totals says nothing"
    assert rates == (3, 3)
    assert all(count >= 4 for _, count in groups), groups
    assert len(groups) == 3


def test_its_page_says_how_it_was_coarsened(college: tuple[Path, Spent]) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", pages(college[0])[-1].read_text(encoding="utf-8")))
    for sentence in (
        "has 896 concentrators, some groups are too small to show",
        "Programs stand together in career clusters",
        "Groups that are withheld stand together as one line, all other groups",
    ):
        assert sentence in text


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_a_shareable_page(home: Path, chromium: Browser, scheme: str) -> None:
    options = {"color_scheme": scheme, "java_script_enabled": True}
    with visit(chromium, uri(pages(home)[-1]), **options) as visited:
        assert visited.findings(colors_only=scheme == "dark") == []
        assert visited.heard == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_shareable_page_fits_every_window(home: Path, chromium: Browser, width: int) -> None:
    with visit(chromium, uri(pages(home)[-1]), viewport={"width": width, "height": 900}) as visited:
        assert not visited.is_wider_than_its_window()
