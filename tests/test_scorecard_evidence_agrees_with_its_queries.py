"""A query beside a number must give that number. Do the queries that a scorecard names agree with it?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from conftest import Ran
from forms_example import not_given, tables_of

from pipelines.models import sql_root
from pipelines.query import named_rows
from pipelines.reports.forms.internal import internal_sections
from pipelines.scorecard.build import build_scorecard, run_of
from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.share import Share, at_rank

pytestmark = pytest.mark.slow
YEAR = "2023-24"


@pytest.fixture(scope="module")
def warehouse(demonstration: Ran) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demonstration.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    return named_rows(connection, (sql_root() / "queries" / f"{name}.sql").read_text(encoding="utf-8"))


def card(connection: duckdb.DuckDBPyConnection, grantee_id: str) -> Scorecard:
    run_id = connection.execute("select max(run_id) from quality.run").fetchone()
    return build_scorecard(connection, grantee_id, YEAR, run_of(connection, (run_id or ("",))[0]), {})


def share(found: Scorecard, number: int, label: str) -> Share:
    return next(item.share for item in found.elements[number - 1].evidence if item.label == label)


def test_the_median_and_the_worst_institution_are_those_of_the_query(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(warehouse, "rules_passed_by_institution")
    shares = [Share(r["passed_count"], r["judged_count"]) for r in found if r["severity"] == "warning"]
    mine = card(warehouse, "oregon")

    title = "Rules of severity warning passed"
    assert share(mine, 1, f"{title}: median institution") == at_rank(shares, Fraction(1, 2))
    assert share(mine, 1, f"{title}: worst decile") == at_rank(shares, Fraction(1, 10))


def test_the_cells_that_may_be_told_are_those_of_the_query(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = Counter(row["standing"] for row in rows(warehouse, "reportable_cells"))
    mine = card(warehouse, "florida")

    assert share(mine, 4, "Of these, in numbers and not only as a band").numerator == found["in_numbers"]
    told = share(mine, 4, "Indicator-by-subgroup cells that may be reported").numerator
    assert told == found["in_numbers"] + found["in_band"]
    assert told


def test_match_rates_are_those_of_the_query(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = [r for r in rows(warehouse, "match_rate_by_subgroup") if r["subgroup_dimension"] == "all"]
    mine = card(warehouse, "oregon")
    wages = next(row for row in found if row["placement_source"] == "wage_record")

    assert share(mine, 3, "Unemployment insurance wage records: matched") == Share(
        wages["matched_count"], wages["denominator_count"]
    )


def test_rates_by_year_are_those_of_the_query(warehouse: duckdb.DuckDBPyConnection) -> None:
    by_year = {
        f"{r['indicator_code']} {r['program_year']}": Share(r["numerator_count"], r["denominator_count"])
        for r in rows(warehouse, "indicator_by_year")
        if r["subgroup_dimension"] == "all" and r["status"] == "computed"
    }
    sections = {section.id: section for section in card(warehouse, "oregon").sections}
    shown = {row[0]: row[2] for row in sections["trend"].tables[0].rows if isinstance(row[2], Share)}

    assert shown == by_year
    assert shown


def answer(connection: duckdb.DuckDBPyConnection, name: str, grantee_id: str) -> list[dict[str, Any]]:
    """Run a query as it stands, for another grantee than the one that it names."""
    text = (sql_root() / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    return named_rows(connection, re.sub(r"grantee_id = '\w+'", f"grantee_id = '{grantee_id}'", text))


@pytest.mark.parametrize("grantee_id", ["alabama", "delaware", "florida", "oregon", "udc"])
def test_each_query_beside_a_table_gives_every_count_of_it(
    warehouse: duckdb.DuckDBPyConnection, grantee_id: str
) -> None:
    tables = [t for t in tables_of(internal_sections(card(warehouse, grantee_id))).values() if t.query]
    assert len(tables) > 10
    missing = [m for table in tables for m in not_given(table, answer(warehouse, table.query, grantee_id))]
    assert missing == []


def test_a_query_that_leaves_one_line_out_would_be_seen(warehouse: duckdb.DuckDBPyConnection) -> None:
    tables = tables_of(internal_sections(card(warehouse, "florida")))
    table = tables["gaps_tested"]
    whole = answer(warehouse, table.query, "florida")
    shown = next(cell for cell in table.rows[0] if isinstance(cell, Share))
    others = [row for row in whole if not {shown.numerator, shown.denominator} <= set(row.values())]
    assert len(others) < len(whole)
    assert not_given(table, others) != []
