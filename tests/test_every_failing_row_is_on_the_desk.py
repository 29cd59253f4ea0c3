"""Is every failing row on the desk once, as text and nothing but text? A row that is missing is never repaired."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from pipelines.desk import rows as desk_rows
from pipelines.desk.desk import Desk, open_desk
from pipelines.reports.desk import places, row_html
from pipelines.reports.desk import rows as pages_of_rows
from pipelines.reports.desk.page import Page
from pipelines.reports.desk.rows import page_of, pages
from tests.scorecard_example import GRANTEE, RUN, YEAR, insert, warehouse

RULE, SIZE = "student_sex_readable", 4
HOSTILE = ("<script>alert(1)</script>", "=cmd|'/c calc'!A0", "\u202etxt.exe", "a\u0000b", '"><img src=x>', "&amp;")
STRAY = "812120001"  # an institution's code that is a person's number


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk with four rows a page, and findings of listed institutions, of none, and of reference tables."""
    for module in (desk_rows, row_html, pages_of_rows):
        monkeypatch.setattr(module, "ROWS_A_PAGE", SIZE)
    connection = warehouse(3)
    connection.execute("delete from quality.finding")
    yield open_desk(connection, Path("home"), RUN.run_id)
    connection.close()


def finding(desk: Desk, number: int, institution_id: str | None = "C01", **other: Any) -> None:
    row = {
        "finding_id": f"finding-{number:03}", "rule_id": RULE, "severity": "warning", "grantee_id": GRANTEE,
        "institution_id": institution_id, "program_year": YEAR, "submission_id": "s1", "table_name": "core.student",
        "file_name": "Student_Fall_2023.csv", "line_number": 100 + number, "column_name": "sex_status",
        "record_key_masked": f"institution_id={institution_id} student_id=(masked) mark-{number:03}-",
        "value_masked": "X", "state": "open", "change": "new", "is_waived": False, "first_seen_run_id": RUN.run_id,
        "last_seen_run_id": RUN.run_id, **other,
    }  # fmt: skip
    insert(desk.connection, "quality.finding", **row)


def marks(page: Page) -> list[str]:
    return re.findall(r"mark-(\d{3})-", page.content)


def test_each_open_finding_stands_once_and_none_that_is_fixed(desk: Desk) -> None:
    places_of = ["C01", "C02", "C03", STRAY, None]
    for number in range(60):
        year = ("2022-23", YEAR)[number % 2]
        finding(desk, number, places_of[number % 5], program_year=year, submission_id=f"s{number % 3}")
    finding(desk, 60, grantee_id=None, institution_id=None)
    finding(desk, 61, line_number=None, submission_id=None, file_name=None)
    finding(desk, 62, state="fixed", change="fixed")
    found = [mark for page in pages(desk) for mark in marks(page)]
    assert sorted(found) == [f"{number:03}" for number in range(62)]


def test_rows_stand_in_the_order_of_institution_file_and_line(desk: Desk) -> None:
    for number, (institution_id, file, line) in enumerate(
        [("C02", "s1", 9), (STRAY, "s1", 1), ("C01", "s2", 1), ("C01", "s1", 10), ("C01", "s1", 9), ("C01", "s1", None)]
    ):
        finding(desk, number, institution_id, submission_id=file, line_number=line)
    ordered = sorted(pages(desk), key=lambda page: page.place)
    assert [mark for page in ordered for mark in marks(page)] == ["002", "004", "003", "005", "000", "001"]


def test_pages_lead_to_their_neighbors_and_say_which_rows_they_have(desk: Desk) -> None:
    for number in range(2 * SIZE + 1):
        finding(desk, number)
    by_place = {page.place: page.content for page in pages(desk)}
    names = [places.of_rows(GRANTEE, YEAR, RULE, number) for number in (1, 2, 3)]
    assert set(by_place) == set(names)
    leads = [re.findall(r'href="([^"]+)" rel="(\w+)"', by_place[name]) for name in names]
    first, second, third = (f"{RULE}-{number}.html" for number in (1, 2, 3))
    assert [set(found) for found in leads] == [
        {(second, "next")},
        {(first, "prev"), (third, "next")},
        {(second, "prev")},
    ]
    assert [re.findall(r"Rows (\d+ to \d+ of \d+)<", by_place[name]) for name in names] == [
        ["1 to 4 of 9"], ["5 to 8 of 9"], ["9 to 9 of 9"]
    ]  # fmt: skip


def test_other_pages_are_led_to_the_first_row_of_an_institution(desk: Desk) -> None:
    for number in range(30):
        finding(desk, number, ("C01", "C02", "C03", STRAY, None)[number % 5])
    by_place = {page.place: page for page in pages(desk)}
    told = page_of(desk)
    assert {slug for *_, slug in told} == {"C01", "C02", "C03", "unlisted"}
    for (*_, slug), target in told.items():
        place, _, anchor = target.partition("#")
        own = [int(mark) for page in by_place.values() for mark in marks(page) if _slug(int(mark)) == slug]
        assert anchor == slug
        assert by_place[place].content.count(f'id="{slug}"') == 1
        assert f"{min(own):03}" in marks(by_place[place])


def _slug(number: int) -> str:
    return ("C01", "C02", "C03", "unlisted", "unlisted")[number % 5]


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "formula", "right-to-left", "nul", "attribute", "reference"])
def test_text_that_was_planted_stays_text(desk: Desk, text: str) -> None:
    desk.connection.execute("update quality.submission set file_name = $1 where submission_id = 's1'", [text])
    finding(desk, 1, value_masked=text, column_name=text, cell=text, file_name=text,
            record_key_masked=f"institution_id=C01 {text}")  # fmt: skip
    (page,) = pages(desk)
    assert f"<td>{escape(text)}<td>{escape(text)}<td>{escape(text)}<td>" in page.content
    assert f"<bdi>{escape(text)}</bdi>" in page.content, "a name may not turn what stands beside it around"
    if escape(text) != text:
        assert text not in page.content.replace(str(escape(text)), "")


def test_a_code_that_no_list_has_is_never_shown_because_it_may_be_a_persons_number(desk: Desk) -> None:
    finding(desk, 1, STRAY, value_masked=STRAY, column_name="institution_id")
    (page,) = pages(desk)
    assert STRAY not in page.content + page.place
    assert 'id="unlisted"' in page.content


def test_what_an_institution_explained_stands_with_its_row(desk: Desk) -> None:
    finding(desk, 1)
    desk.connection.execute(
        "create or replace view quality.finding_explanation as "
        "select 'finding-001' as finding_id, 'the <old> system' as explanation"
    )
    (page,) = pages(desk)
    assert "<small>Explained: the &lt;old&gt; system</small>" in page.content


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One DuckDB for all texts."""
    with duckdb.connect() as connection:
        yield connection


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_duckdb_escapes_is_what_markupsafe_escapes(engine: duckdb.DuckDBPyConnection, text: str) -> None:
    query = f"select {row_html.escaped('sent')} from (select cast($1 as varchar) as sent)"
    assert engine.execute(query, [text]).fetchall() == [(str(escape(text)),)]
