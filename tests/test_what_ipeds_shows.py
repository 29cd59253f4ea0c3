"""Does the page on IPEDS say what the published files say, of whom, and nothing that they do not?"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from ipeds_example import ReferenceHome, completers, completers_row, directory, zipped

from pipelines.console import add_reference
from pipelines.grantee import grantee
from pipelines.measures.ipeds import PROPOSED, WITHOUT_DEGREES, IpedsView, ipeds_view, proposed_unitids
from pipelines.reports.ipeds import render_ipeds, write_ipeds_pages
from pipelines.validation.partition import Partition
from pipelines.validation.results import Outcome, judge_partitions

PUBLISHED = ("c2021_c.csv", "c2022_c.csv", "HD2021.zip", "HD2022.zip")
UDC, LANE, CLATSOP = "131399", "209038", "208415"


@pytest.fixture(scope="module")
def published(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceHome:
    home = ReferenceHome(tmp_path_factory.mktemp("published"))
    home.add(*(real_data / "ipeds" / name for name in PUBLISHED))
    return home


@pytest.fixture
def home(tmp_path: Path) -> ReferenceHome:
    return ReferenceHome(tmp_path / "home")


def _judged(home: ReferenceHome) -> dict[str, Outcome]:
    with home.open() as connection:
        outcomes = judge_partitions(connection, [Partition(None, None)], "run-1", date(2026, 11, 21))
    return {outcome.rule.id: outcome for outcome in outcomes}


def _view(home: ReferenceHome, grantee_id: str) -> IpedsView:
    with home.open() as connection:
        view = ipeds_view(connection, grantee(grantee_id))
    assert view is not None
    return view


def test_the_four_published_rows_whose_races_miss_the_total_are_found_and_no_other(published: ReferenceHome) -> None:
    outcomes = _judged(published)
    found = published.rows(
        "select f.program_year, t.unitid, t.ipeds_award_level, f.file_name, f.line_number from quality.finding as f "
        "join reference.ipeds_completers as t using (submission_id, line_number) order by all"
    )
    assert found == [
        ("2020-21", "393524", "02", "c2021_c.csv", 11962),
        ("2020-21", "393524", "12", "c2021_c.csv", 11963),
        ("2020-21", "461829", "02", "c2021_c.csv", 14309),
        ("2020-21", "461829", "12", "c2021_c.csv", 14310),
    ]
    assert [rule for rule, o in outcomes.items() if o.status not in ("passed", "not_applicable")] == [
        "ipeds_completers_races_sum_to_total"
    ]
    for parts in ("races", "sexes", "ages"):
        assert outcomes[f"ipeds_completers_{parts}_sum_to_total"].verdict.population_count == 15_984 + 16_146


@pytest.mark.parametrize("program_year", ["2021-22", "2022-23"])
def test_instcat_proposes_the_public_colleges_that_were_counted_by_hand(
    published: ReferenceHome, program_year: str
) -> None:
    with published.open() as connection:
        counts = {
            state: tuple(
                len(proposed_unitids(connection, state, program_year, c)) for c in (PROPOSED, (WITHOUT_DEGREES,))
            )
            for state in ("AL", "DE", "FL", "OR", "DC")
        }
    assert counts == {"AL": (24, 0), "DE": (1, 1), "FL": (28, 48), "OR": (17, 0), "DC": (0, 0)}


def test_each_institution_of_the_five_lists_is_in_the_published_files(published: ReferenceHome) -> None:
    for grantee_id in ("alabama", "delaware", "udc", "florida", "oregon"):
        view = _view(published, grantee_id)
        assert [(year.missing, len(year.institutions)) for year in view.years] == [
            ((), len(view.owner.institutions))
        ] * 2
        assert [(p.missing, p.not_in_list) for p in view.proposals] == [((), ())] * 2


def test_the_university_is_not_passed_off_as_its_community_college(published: ReferenceHome) -> None:
    view = _view(published, "udc")
    assert [place.unitid for place in view.proposals[0].not_proposed] == [UDC]
    page = render_ipeds(view)
    assert "University of the District of Columbia, of which the Community College is a part" in page


def _add_small(home: ReferenceHome, folder: Path, *rows: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "c2022_c.csv").write_bytes(completers(*rows))
    places = [(LANE, "Lane Community College", "OR", 1, 4), ("999999", "New <b>College</b>", "OR", 1, 4)]
    zipped(folder / "HD2022.zip", hd2022__csv=directory(*places, ("888888", "Private College", "OR", 2, 4)))
    home.add(folder)


def test_levels_are_shown_side_by_side_and_never_added_up(home: ReferenceHome, tmp_path: Path) -> None:
    rows = [completers_row(LANE, level, count) for level, count in (("03", 5000), ("11", 600), ("05", 70))]
    _add_small(home, tmp_path / "files", *rows, completers_row(CLATSOP, "03", 8), completers_row("999999", "03", 9))
    year = _view(home, "oregon").years[0]
    assert [(level.code, level.is_sub_baccalaureate, level.counts["total"]) for level in year.levels] == [
        ("11", True, 600), ("03", True, 5008), ("05", False, 70)
    ]  # fmt: skip
    assert {line.institution.unitid: line.counts for line in year.institutions} == {
        LANE: (600, 5000, 70), CLATSOP: (None, 8, None)
    }  # fmt: skip
    page = render_ipeds(_view(home, "oregon"))
    assert "5,008" in page
    assert "5,678" not in page
    assert "5,608" not in page


def test_an_institution_without_a_row_is_named_as_missing_and_not_as_zero(home: ReferenceHome, tmp_path: Path) -> None:
    _add_small(home, tmp_path / "files", completers_row(LANE, "03", 5))
    view = _view(home, "oregon")
    assert len(view.years[0].missing) == 16
    assert CLATSOP in {institution.unitid for institution in view.years[0].missing}
    assert [place.unitid for place in view.proposals[0].not_in_list] == ["999999"]
    assert "Portland Community College (209746)" in render_ipeds(view)


def test_a_count_that_cannot_be_read_is_no_zero(home: ReferenceHome, tmp_path: Path) -> None:
    spoiled = completers_row(LANE, "03", 5) | {"CSASIAT": "five"}
    _add_small(home, tmp_path / "files", spoiled, completers_row(CLATSOP, "03", 8, CSASIAT=8, CSWHITT=0))
    level = _view(home, "oregon").years[0].levels[0]
    assert (level.counts["asian"], level.counts["white"]) == (None, 5)
    assert _judged(home)["ipeds_completers_asian_count_readable"].verdict.failed_count == 1


def test_the_page_names_its_source_and_is_no_count_of_cte_students(home: ReferenceHome, tmp_path: Path) -> None:
    _add_small(home, tmp_path / "files", completers_row(LANE, "03", 5))
    page = render_ipeds(_view(home, "oregon"))
    words = re.sub(r"\s+", " ", page)
    assert "National Center for Education Statistics" in words
    assert "not a count of CTE students" in words
    assert "do not add up to persons" in words
    assert "restricted" not in words
    assert "name no release" in words
    for sha256, name in home.rows("select sha256, file_name from quality.submission"):
        assert sha256 in page
        assert name in page


def test_the_page_asks_nothing_of_the_network_and_escapes_what_was_published(
    home: ReferenceHome, tmp_path: Path
) -> None:
    _add_small(home, tmp_path / "files", completers_row(LANE, "03", 5))
    page = render_ipeds(_view(home, "oregon"))
    assert "<b>College" not in page
    assert "New &lt;b&gt;College" in page
    assert not re.search(r"https?://|<script", page)


def test_no_page_is_written_before_a_file_was_added_and_the_same_bytes_after(
    home: ReferenceHome, tmp_path: Path
) -> None:
    with home.open() as connection:
        assert write_ipeds_pages(connection, home.path) == ()
    _add_small(home, tmp_path / "files", completers_row(LANE, "03", 5))
    with home.open() as connection:
        pages = write_ipeds_pages(connection, home.path)
        first = [page.read_bytes() for page in pages]
        assert [page.read_bytes() for page in write_ipeds_pages(connection, home.path)] == first
    assert [page.name for page in pages] == ["alabama.html", "delaware.html", "florida.html", "oregon.html", "udc.html"]
    assert {page.stat().st_mode & 0o777 for page in pages} == {0o600}


def test_the_command_ends_like_a_night_and_leaves_the_home_neither_sample_nor_real(
    home: ReferenceHome, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "c2022_c.csv").write_bytes(
        completers(completers_row(LANE, "03", 5), completers_row(LANE, "05", 5, CSASIAT=2))
    )
    assert add_reference(home.path, [files]) == 0  # a finding, but no gate
    (files / "notes.txt").write_text("What is this?\n", encoding="utf-8")
    assert add_reference(home.path, [files]) == 1
    assert home.rows("select exit_code, kind, is_sample, finished_at is null from quality.run order by run_id") == [
        (0, "reference", None, False),
        (1, "reference", None, False),
    ]
    assert home.rows("select rule_id, program_year, state, change from quality.finding") == [
        ("ipeds_completers_races_sum_to_total", "2021-22", "open", "still_open")
    ]
    assert home.rows("select file_name, status from quality.submission order by 1") == [
        ("c2022_c.csv", "accepted"),
        ("notes.txt", "refused"),
    ]
    assert not (home.path / "kind.txt").exists()
    assert "ipeds/oregon.html" in (home.path / "reports" / "index.html").read_text(encoding="utf-8")


def test_a_finding_that_a_revised_file_repairs_is_fixed(home: ReferenceHome, tmp_path: Path) -> None:
    path = tmp_path / "c2022_c.csv"
    for others in ({"CSASIAT": 2}, {}):
        path.write_bytes(completers(completers_row(LANE, "03", 5, **others)))
        add_reference(home.path, [path])
    assert home.rows("select program_year, state, change from quality.finding") == [("2021-22", "fixed", "fixed")]
