"""Does the page that lays grantees side by side rank nobody, and warn where their figures must not be compared?"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from forms_example import page_numbers, page_tables
from shareable_example import YEAR, add, published_file

from pipelines.configuration import ConfigurationError
from pipelines.reports.cohort import write_cohort
from pipelines.reports.shareable import write_shareable

NAMES = {"udc": "Zebra College", "oregon": "Aspen Agency"}


def home_of(folder: Path, grantee: str, *, met: int = 254, **decisions: str) -> Path:
    """Return a home of one grantee whose definition says what is given."""
    file = published_file(folder / grantee / "cte.duckdb", name=NAMES[grantee])
    with duckdb.connect(str(file)) as connection:
        for (table,) in connection.execute(
            "select table_name from duckdb_columns() where schema_name = 'publish' and column_name = 'grantee_id'"
        ).fetchall():
            connection.execute(f"update publish.{table} set grantee_id = ?", [grantee])
        connection.execute(
            "update publish.indicator set numerator_count = ?, rate = ? / 412.0 "
            "where indicator_code = '1P1' and subgroup_dimension = 'all' "
            "and coalesce(institution_id, cip_code) is null",
            [met, met],
        )
        for key, value in decisions.items():
            add(connection, "definition", grantee_id=grantee, program_year=YEAR, definition_version=f"{grantee}-1",
                key=key, value=value, words=f"What {key} decides.")  # fmt: skip
    home = folder / grantee / "home"
    assert write_shareable(file, home) == 1
    return home


def cohort(folder: Path, *homes: Path) -> str:
    """Return the page made of the JSON files of several homes, collected in one folder."""
    for home in homes:
        for path in home.glob("scorecards/*/*/scorecard.json"):
            place = folder / "all" / path.relative_to(home / "scorecards")
            place.parent.mkdir(parents=True)
            place.write_bytes(path.read_bytes())
    page = write_cohort(folder / "all")
    assert page is not None
    return page.read_text(encoding="utf-8")


def rows_of(page: str, code: str) -> list[list[str]]:
    return page_tables(page)[f"year-{YEAR}-{code}-caption"]


@pytest.mark.parametrize("better", ["udc", "oregon"])
def test_grantees_stand_by_name_whoever_has_the_higher_rate(tmp_path: Path, better: str) -> None:
    homes = [home_of(tmp_path, g, met=300 if g == better else 200, denominator_1p1="completed") for g in NAMES]
    page = cohort(tmp_path, *homes)

    assert [row[0] for row in rows_of(page, "1P1")] == ["Aspen Agency", "Zebra College"]
    text = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL).lower().partition('<section id="glossary"')[0]
    for word in ("best", "worst", "top ", "leader", "average", "highest", "lowest", "total"):
        assert word not in text
    assert "no ranking" in text


def test_numbers_are_those_of_the_files_and_what_is_not_told_is_a_word(tmp_path: Path) -> None:
    page = cohort(tmp_path, *(home_of(tmp_path, g, denominator_1p1="completed") for g in NAMES))

    assert {"61.7", "254", "412"} <= page_numbers(rows_of(page, "1P1"))[0]
    assert "not yet complete" in rows_of(page, "2P1")[0]


def test_rates_under_other_definitions_must_not_be_compared_and_it_says_why(tmp_path: Path) -> None:
    page = cohort(tmp_path, home_of(tmp_path, "udc", denominator_1p1="completed", denominator_3p1="all"),
                  home_of(tmp_path, "oregon", denominator_1p1="left", denominator_3p1="all"))  # fmt: skip
    table = page_tables(page)[f"year-{YEAR}-definitions-caption"]

    assert page.count("Do not compare these rates.") == 1
    assert "What denominator_1p1 decides." in page
    assert [row[1:] for row in table] == [["left", "completed"]]


def test_definitions_that_nobody_tells_are_not_taken_for_the_same(tmp_path: Path) -> None:
    page = cohort(tmp_path, home_of(tmp_path, "udc"), home_of(tmp_path, "oregon"))

    assert page.count("Do not compare these rates.") == 3
    assert "The released definitions of" not in page


def test_a_page_of_samples_says_whose_data_it_is_not(tmp_path: Path) -> None:
    page = cohort(tmp_path, *(home_of(tmp_path, g, denominator_1p1="completed") for g in NAMES))

    assert "FICTIONAL, not data of Aspen Agency, Zebra College" in page


def test_the_page_is_for_everybody_and_goes_with_the_last_release(tmp_path: Path) -> None:
    home = home_of(tmp_path, "udc")
    page = home / "scorecards" / "index.html"
    forms = sorted(path.name for path in home.glob("scorecards/*/*/*"))
    assert forms == ["scorecard.html", "scorecard.json", "scorecard.xlsx"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in (page, *home.glob("scorecards/*/*/*"))} == {0o644}

    file = tmp_path / "udc" / "cte.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("delete from publish.release")
    assert write_shareable(file, home) == 0
    assert [path for path in home.rglob("*") if path.is_file()] == []


def _spoil(folder: Path, kind: str) -> None:
    found: Any = next(folder.glob("*/*/scorecard.json"))
    if kind == "twice":
        (folder / "copy").mkdir()
        (folder / "copy" / "scorecard.json").write_bytes(found.read_bytes())
    elif kind == "other format":
        text = found.read_text(encoding="utf-8").replace("cte-scorecard-shareable/1", "cte-scorecard-shareable/9")
        found.write_text(text, encoding="utf-8")
    else:
        found.write_text("{}", encoding="utf-8")


@pytest.mark.parametrize("kind", ["twice", "other format", "empty"])
def test_a_file_that_cannot_be_used_is_named_and_never_passed_over(tmp_path: Path, kind: str) -> None:
    folder = home_of(tmp_path, "udc") / "scorecards"
    _spoil(folder, kind)

    with pytest.raises(ConfigurationError, match=r"scorecard\.json"):
        write_cohort(folder)
