"""Do page, workbook, JSON, published file and queries say the same number wherever they say one?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from forms_example import (
    as_on_a_sheet,
    internal_card,
    not_given,
    page_numbers,
    page_tables,
    shareable_card,
    sheet_tables,
    shown_numbers,
    tables_of,
)

from pipelines.reports.document import scorecard_json
from pipelines.reports.forms.internal import internal_form, internal_sections
from pipelines.reports.forms.plain import plain_cell
from pipelines.reports.forms.shareable import shareable_form, shareable_sections
from pipelines.reports.forms.workbook import workbook_bytes
from pipelines.reports.scorecard import render_scorecard
from pipelines.reports.shareable import render_shareable
from pipelines.reports.shareable_document import shareable_json
from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.section import Table
from pipelines.scorecard.share import Share
from pipelines.shareable.card import Shareable

QUERIES = Path(__file__).parents[1] / "sql" / "queries" / "published"
# Tables that a page shows by hand, by caption, and those of the sections that must say the same, row by row.
BY_HAND = {
    "indicators-caption": "indicators_grantee",
    "coverage-caption": "coverage_states",
    "readiness-caption": "readiness",
    "themes-caption": "rules_by_dimension",
    "open-caption": "open_findings",
    "top-caption": "top_rules",
    "records-caption": "records",
    "excluded-caption": "rows_excluded",
    "waivers-caption": "waivers_table",
}
# Tables that a page turns or splits: every number of the page stands in one of these.
TURNED = {
    "by-institution-caption": ("indicators_by_institution",),
    "evidence-1-caption": ("evidence",),
    "evidence-4-caption": ("evidence",),
    "criteria-1-caption": ("criteria",),
    "criteria-4-caption": ("criteria",),
    "files-caption": ("files_received",),
}


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return internal_card()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shareable, Path]:
    folder = tmp_path_factory.mktemp("shared")
    return shareable_card(folder), folder / "published" / "cte.duckdb"


def differences_of_page(card: Scorecard, page: str) -> list[str]:
    """Return where a page says a number that the sections do not."""
    shown, tables = page_tables(page), tables_of(internal_sections(card))
    found = []
    for caption, key in BY_HAND.items():
        numbers, expected = page_numbers(shown[caption]), shown_numbers(tables[key])
        if len(numbers) != len(expected):
            found.append(f"{caption}: rows")
        found += [f"{caption}: {a - b}" for a, b in zip(numbers, expected, strict=False) if a - b]
    for caption, keys in TURNED.items():
        if caption in shown:
            everything = {n for key in keys for row in shown_numbers(tables[key]) for n in row}
            said = {n for row in page_numbers(shown[caption]) for n in row}
            found += [f"{caption}: {said - everything}"] if said - everything else []
    for section in card.sections:
        for table in section.tables:
            numbers = page_numbers(shown[f"{table.id}-caption"])
            if table.rows and numbers != shown_numbers(table):
                found.append(table.id)
    return found


def test_every_number_on_the_internal_page_stands_in_workbook_and_json(card: Scorecard) -> None:
    assert differences_of_page(card, render_scorecard(card)) == []


def test_a_number_changed_on_the_page_alone_is_found(card: Scorecard) -> None:
    line = next(i for i in card.indicators if i.lowest)
    planted = replace(line, numerator_count=(line.numerator_count or 0) + 1)
    page = render_scorecard(replace(card, indicators=(planted, *card.indicators[1:])))

    assert any(found.startswith("indicators-caption") for found in differences_of_page(card, page))


@pytest.mark.parametrize("edition", ["internal", "shareable"])
def test_workbook_and_json_hold_each_cell_of_each_table(
    edition: str, card: Scorecard, shared: tuple[Shareable, Path]
) -> None:
    form = internal_form(card) if edition == "internal" else shareable_form(shared[0])
    text = scorecard_json(card) if edition == "internal" else shareable_json(shared[0], form)
    tables = tables_of(form.sections)
    sheets = sheet_tables(workbook_bytes(form))
    document = {t["id"]: t for section in json.loads(text)["sections"] for t in section["tables"]}

    assert set(sheets) == {f"t_{key}" for key in tables}
    assert set(document) == set(tables)
    for key, table in tables.items():
        assert document[key]["rows"] == [[plain_cell(cell) for cell in row] for row in table.rows], key
        if table.rows:
            assert sheets[f"t_{key}"] == _near(as_on_a_sheet(table)), key
        else:
            assert sheets[f"t_{key}"][0][0] == "None."


def _near(rows: list[list[object]]) -> list[list[object]]:
    return [[pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell for cell in row] for row in rows]


def test_every_number_of_persons_on_the_shareable_page_stands_in_its_tables(shared: tuple[Shareable, Path]) -> None:
    shown, tables = page_tables(render_shareable(shared[0])), tables_of(shareable_sections(shared[0]))
    pairs = {
        "indicators-caption": "indicators_everybody", "coverage-caption": "attributes_known",
        "gaps-caption": "gaps_shown", "institutions-caption": "institutions_rates",
        "programs-caption": "programs_rates", "years-caption": "years_together",
        "tallies-caption": "rules_by_dimension", "rules-caption": "rules_failed", "kept-caption": "shown_by_kind",
        "changes-caption": "release_changes",
    }  # fmt: skip
    pairs |= {f"{f.anchor}-caption": f"groups_{f.anchor.replace('-', '_')}" for f in shared[0].families}
    pairs |= {f"{f.anchor}-caption": f.anchor.replace("-", "_") for f in shared[0].student_families}
    for caption, key in pairs.items():
        if caption in shown:
            said = {n for row in page_numbers(shown[caption]) for n in row}
            assert said <= _all_numbers(tables[key]) | {"0", "100", "3"}, caption


def _all_numbers(table: Table) -> set[str]:
    return {n for row in shown_numbers(table) for n in row}


def published(file: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_no_rate_of_the_shareable_edition_is_missing_from_the_published_file(shared: tuple[Shareable, Path]) -> None:
    card, file = shared
    told = set(published(file, "select indicator_code, numerator_count, denominator_count from publish.indicator"))
    told |= set(
        published(file, "select indicator_code, numerator_count, denominator_count from publish.indicator_pooled")
    )
    for table in tables_of(shareable_sections(card)).values():
        keys = [column.key for column in table.columns]
        if "indicator" in keys and "rate" in keys:
            for row in table.rows:
                rate = row[keys.index("rate")]
                if isinstance(rate, Share):
                    assert (row[keys.index("indicator")], rate.numerator, rate.denominator) in told, table.id


def test_a_withheld_rate_is_a_word_in_every_form(shared: tuple[Shareable, Path]) -> None:
    card, _ = shared
    document = json.loads(shareable_json(card, shareable_form(card)))
    race = next(t for s in document["sections"] for t in s["tables"] if t["id"] == "groups_race")
    asian = next(row for row in race["rows"] if row[0] == "Asian")

    assert asian[4:] == ["withheld", "withheld", "withheld", "withheld"]
    sheet = sheet_tables(workbook_bytes(shareable_form(card)))["t_groups_race"]
    assert next(row for row in sheet if row[0] == "Asian")[4:] == ["withheld", None, None, *["withheld"] * 3]


def run_query(file: Path, name: str) -> list[dict[str, object]]:
    """Run a worked query as it stands, for the grantee of the example."""
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8").replace("'oregon'", "'udc'").replace("'2P1'", "'1P1'")
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(text)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_the_query_named_beside_the_indicators_gives_their_numbers(shared: tuple[Shareable, Path]) -> None:
    table = tables_of(shareable_sections(shared[0]))["indicators_everybody"]
    assert table.query == "published/grantees_side_by_side"
    rows = run_query(shared[1], "grantees_side_by_side")

    assert [row[0] for row in table.rows] == [row["indicator_code"] for row in rows]
    for row, found in zip(table.rows, rows, strict=True):
        rate = row[4]
        counts = (rate.numerator, rate.denominator) if isinstance(rate, Share) else (None, None)
        assert counts == (found["numerator_count"], found["denominator_count"])
        if found["rate_percent"] is not None:
            assert row[5] == f"{found['rate_percent']}%"


def test_the_query_on_several_years_gives_the_numbers_of_its_table(shared: tuple[Shareable, Path]) -> None:
    table = tables_of(shareable_sections(shared[0]))["years_together"]
    rows = run_query(shared[1], "years_put_together")
    found = sorted((r["indicator_code"], r["numerator_count"], r["denominator_count"]) for r in rows)
    shown = [(r[3], r[4].numerator, r[4].denominator) for r in table.rows if isinstance(r[4], Share)]

    assert table.query == "published/years_put_together"
    assert sorted(shown) == found


def test_the_queries_on_attributes_and_changes_give_the_numbers_of_their_tables(shared: tuple[Shareable, Path]) -> None:
    tables = tables_of(shareable_sections(shared[0]))
    known = {(r["row_count"], r["informative_count"]) for r in run_query(shared[1], "coverage_of_attributes")}
    shown = {(r[1], r[2].numerator if isinstance(r[2], Share) else None) for r in tables["attributes_known"].rows}
    assert shown == known

    changes = run_query(shared[1], "what_changed")
    told = {(r["change"].replace("_", " "), r["row_count"], r["previous_number"]) for r in changes}  # type: ignore[attr-defined]
    assert {tuple(r[1:]) for r in tables["release_changes"].rows} <= told


def test_each_query_beside_a_table_gives_every_count_of_it(shared: tuple[Shareable, Path]) -> None:
    tables = [t for t in tables_of(shareable_sections(shared[0])).values() if t.query and t.rows]
    assert len(tables) > 5
    answers = {t.query: run_query(shared[1], t.query.removeprefix("published/")) for t in tables}
    assert [m for table in tables for m in not_given(table, answers[table.query])] == []


def test_each_gap_of_the_shareable_edition_is_that_of_the_published_file(shared: tuple[Shareable, Path]) -> None:
    query = "select indicator_code, round(100 * gap, 1), students_needed from publish.gap where gap is not null"
    told = {(code, float(gap), needed) for code, gap, needed in published(shared[1], query)}  # type: ignore[arg-type]
    table = tables_of(shareable_sections(shared[0]))["gaps_shown"]
    assert table.rows
    assert {(row[1], float(row[4]), row[5]) for row in table.rows} <= told  # type: ignore[arg-type]


def test_two_tables_never_share_a_name_so_that_links_and_keys_lead_to_one(
    card: Scorecard, shared: tuple[Shareable, Path]
) -> None:
    for sections in (internal_sections(card), shareable_sections(shared[0])):
        tables = [table for section in sections for table in section.tables]
        assert len({t.id for t in tables}) == len(tables)
        assert len({s.id for s in sections}) == len(sections)
        assert all(t.population and t.source and t.as_of for t in tables)
