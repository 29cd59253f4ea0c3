"""A number without its source, date and denominator is a rumor. Does every item of evidence carry all of them?"""

from __future__ import annotations

from typing import Any

import pytest
from measures_example import measured_warehouse
from scorecard_example import GRANTEE, RUN, WORDS, YEAR, insert, warehouse

from pipelines.models import sql_root
from pipelines.reports.scorecard import render_scorecard
from pipelines.scorecard.build import build_scorecard
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.section import Table
from pipelines.scorecard.share import Share

MINE = (1, 3, 4)
SECTIONS = ("trend", "gaps", "timeliness", "comparability", "methods")


def card(connection: Any) -> Any:
    return build_scorecard(connection, GRANTEE, YEAR, RUN, WORDS)


def items(connection: Any, number: int) -> dict[str, Evidence]:
    return {item.label: item for item in card(connection).elements[number - 1].evidence}


def tables(connection: Any) -> list[Table]:
    return [table for section in card(connection).sections if section.id in SECTIONS for table in section.tables]


@pytest.fixture(scope="module")
def filled() -> Any:
    return card(measured_warehouse())


@pytest.mark.parametrize("number", MINE)
def test_every_item_says_of_whom_whence_and_of_what_date(filled: Any, number: int) -> None:
    for item in filled.elements[number - 1].evidence:
        assert item.population, item.label
        assert item.source, item.label
        assert item.as_of, item.label


@pytest.mark.parametrize("number", MINE)
def test_every_number_names_the_query_or_table_that_gives_it(filled: Any, number: int) -> None:
    written = {path.stem for path in (sql_root() / "queries").glob("*.sql")}
    for item in filled.elements[number - 1].evidence:
        if item.source != "none":
            assert item.query in written or "." in item.query, item.label


def test_the_date_is_the_day_on_which_the_last_file_came_and_never_today(filled: Any) -> None:
    dates = {item.as_of for number in MINE for item in filled.elements[number - 1].evidence}

    assert f"program year {YEAR}, files received through 2024-08-19" in dates
    assert all("received through 2024-08-19" in one or one.startswith(("CEDS", "not dated")) for one in dates)


def test_the_page_shows_date_and_query_beside_the_number() -> None:
    page = render_scorecard(card(warehouse()))

    assert "files received through 2024-08-19" in page
    assert "rules_passed_by_institution" in page


def test_a_large_college_does_not_hide_a_small_one() -> None:
    connection = warehouse(12)
    connection.execute(
        "update quality.rule_result set status = 'passed' where institution_id is not null and severity = 'critical'"
    )
    connection.execute(
        "update quality.rule_result set status = 'failed' where institution_id = 'C12' and severity = 'critical'"
    )
    found = items(connection, 1)

    assert found["Rules of severity critical passed: median institution"].share.percent == "100.0%"
    assert found["Rules of severity critical passed: worst decile"].share.percent == "100.0%"
    connection.execute(
        "update quality.rule_result set status = 'failed' where institution_id = 'C11' and severity = 'critical'"
    )
    assert items(connection, 1)["Rules of severity critical passed: worst decile"].share.percent == "0.0%"


def test_a_failure_that_is_waived_is_not_counted_as_passed() -> None:
    connection = warehouse()
    before = items(connection, 1)["Rules of severity critical passed"].share
    connection.execute("update quality.rule_result set is_waived = true where status = 'failed'")

    assert items(connection, 1)["Rules of severity critical passed"].share == before


def test_nothing_compared_is_not_nothing_drifted() -> None:
    connection = warehouse()
    assert items(connection, 1)["Columns and codes that drifted"].share == Share(None, None)

    connection.execute(
        "create table if not exists quality.drift_check (grantee_id text, program_year text, drift_count bigint, "
        "subject_count bigint)"
    )
    assert items(connection, 1)["Columns and codes that drifted"].share == Share(None, None)
    insert(connection, "quality.drift_check", grantee_id=GRANTEE, program_year=YEAR, drift_count=0, subject_count=9)
    assert items(connection, 1)["Columns and codes that drifted"].share == Share(0, 9)


def test_the_group_that_a_source_of_placements_knows_least_is_named() -> None:
    found = items(measured_warehouse(), 3)
    worst = [label for label in found if "knows least" in label]

    assert len(worst) == 1
    assert "Single parents" in worst[0]
    assert found[worst[0]].share == Share(20, 60)


def test_noncredit_is_asked_for_by_the_four_sections_of_the_taxonomy() -> None:
    found = [label for label in items(warehouse(), 3) if label.startswith("Noncredit")]

    assert [label.partition(":")[0].removeprefix("Noncredit, ") for label in found] == [
        "Purpose and Design", "Outcomes", "Enrollment and Demographics", "Finance and Policy",
    ]  # fmt: skip


def test_there_are_nine_special_populations_and_one_that_nobody_asks_for_is_not_complete_to_zero_percent() -> None:
    connection = warehouse()
    found = next(table for table in tables(connection) if table.id == "special_populations")
    keys = [column.key for column in found.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in found.rows]

    assert len(rows) == 9
    foster = next(row for row in rows if "foster" in str(row["population"]))
    assert (foster["known"], foster["yes"]) == ("not collected", "not collected")
    item = items(connection, 4)["Youth in, or aged out of, foster care: answer known"]
    assert item.share.percent == "n/a"
    assert "not collected" in item.population


@pytest.mark.parametrize("made", [warehouse, measured_warehouse, lambda: warehouse(is_filled=False)])
def test_every_table_says_of_whom_whence_and_of_what_date_even_without_records(made: Any) -> None:
    for table in tables(made()):
        assert table.population, table.id
        assert table.source, table.id
        assert table.as_of, table.id
        assert all(len(row) == len(table.columns) for row in table.rows), table.id
        assert not table.query or (sql_root() / "queries" / f"{table.query}.sql").is_file(), table.id


def test_no_two_parts_of_a_page_share_an_anchor() -> None:
    sections = card(measured_warehouse()).sections
    anchors = [section.id for section in sections] + [table.id for section in sections for table in section.tables]

    assert len(anchors) == len(set(anchors))


def test_a_gap_shows_interval_family_and_what_it_cannot_find() -> None:
    found = next(table for table in tables(measured_warehouse()) if table.id == "gaps_tested")
    keys = [column.key for column in found.columns]
    rows = {str(row[0]): dict(zip(keys, row, strict=True)) for row in found.rows}
    row = rows["1P1 Single parents"]

    assert str(row["gap"]) == "-26.7"
    assert row["interval"] == "\N{MINUS SIGN}29.7 to \N{MINUS SIGN}21.7"
    assert str(row["detectable"]) == "9.1"


def test_a_gap_that_is_not_computed_says_why() -> None:
    found = next(table for table in tables(measured_warehouse()) if table.id == "gaps_not_told")

    assert str(found.rows[0][2]).startswith("no subgroup")


def test_a_layout_that_changes_between_years_is_listed_with_both_versions() -> None:
    connection = warehouse()
    insert(connection, "quality.submission", submission_id="old", grantee_id=GRANTEE, program_year="2022-23",
           table_name="student", file_name="Student_Fall_2022.csv", status="accepted",
           layout_version="oregon-term-files 0")  # fmt: skip
    found = next(table for table in tables(connection) if table.id == "comparability_changes")
    layouts = [row for row in found.rows if str(row[0]).startswith("Layout of")]

    assert [row[:4] for row in layouts] == [
        ("Layout of student", YEAR, "oregon-term-files 0", "oregon-term-files 1"),
    ]


def test_what_is_known_from_memory_alone_is_marked_so() -> None:
    found = next(table for table in tables(warehouse()) if table.id == "comparability_changes")
    aid = next(row for row in found.rows if "FAFSA" in str(row[0]))

    assert "from memory" in str(aid[5])
