"""Can everybody read a scorecard's workbook, by eye, by ear or by program, and can nothing in it run?"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from forms_example import sheet_tables

from pipelines.reports.forms.form import Form
from pipelines.reports.forms.workbook import sheet_names, workbook_bytes
from pipelines.scorecard.section import Cell, Column, Section, Table
from pipelines.scorecard.share import Share

COLUMNS = (Column("group", "Group"), Column("rate", "Rate", "share"), Column("students", "Students", "count"))
HOSTILE = '=HYPERLINK("http://example.org","x")'


def form(*rows: tuple[Cell, ...], title: str = "Core indicators", fictional: str = "", **about: str) -> Form:
    table = Table("rates", "Rates of groups", "CTE concentrators", "publish.indicator", "program year 2023-24", COLUMNS,
                  rows, "A note.", "published/rate_by_race")  # fmt: skip
    sections = (Section("one", title, ("A sentence.",), (table,)), Section("two", title, (), ()))
    return Form("internal", "restricted: unprotected counts", fictional, "A scorecard", (("Grantee", "Oregon"),),
                sections, date(2024, 10, 1), (("Run", "r1"),))  # fmt: skip


def book(made: Form) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(made)))


def texts(made: Form, sheet: int) -> list[str]:
    return [str(c.value) for row in book(made).worksheets[sheet].rows for c in row if c.value is not None]


def part(made: Form, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(made))) as parts:
        return parts.read(name).decode()


def test_the_first_sheet_says_what_the_numbers_are_and_leads_to_each_section() -> None:
    made = form(fictional="FICTIONAL, not data of Oregon")
    cover = book(made).worksheets[0]
    links = [cell.hyperlink.location for row in cover.rows for cell in row if cell.hyperlink]

    assert cover["A1"].value == "restricted: unprotected counts; FICTIONAL, not data of Oregon"
    assert links == ["'Core indicators'!A1", "'Core indicators 2'!A1"]
    assert texts(made, 0)[-3:] == ["Run", "Run", "r1"]


def test_the_file_tells_its_title_and_what_the_numbers_are_before_it_is_opened() -> None:
    about = part(form(fictional="FICTIONAL, not data of Oregon"), "docProps/core.xml")
    assert f"<dc:title>{form().title}</dc:title>" in about
    assert "restricted: unprotected counts" in about
    assert "FICTIONAL, not data of Oregon" in about


def test_every_sheet_carries_the_notice_where_it_stays_in_sight_and_on_each_printed_page() -> None:
    for sheet in book(form(fictional="FICTIONAL, not data of Oregon")).worksheets[1:]:
        assert str(sheet["A1"].value).startswith("restricted: unprotected counts; FICTIONAL")
        assert sheet.print_title_rows == "$1:$2"
        assert sheet.freeze_panes == "B3"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_whom_the_numbers_are_of_stands_above_them_with_source_date_note_and_query() -> None:
    assert texts(form(), 1)[2:9] == [
        "A sentence.", "Rates of groups", "Numbers are of: CTE concentrators", "Source: publish.indicator",
        "As of: program year 2023-24", "Note: A note.", "Query: sql/queries/published/rate_by_race.sql",
    ]  # fmt: skip


def test_a_share_is_a_number_beside_both_of_its_counts() -> None:
    rows = sheet_tables(workbook_bytes(form(("Women", Share(36, 100), 120))))["t_rates"]

    assert rows == [["Women", 0.36, 36, 100, 120]]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (Share(None, 12), ["cannot tell", None, 12]),
        (Share(0, 0), ["n/a", 0, 0]),
        ("withheld", ["withheld", None, None]),
        (None, [None, None, None]),
    ],
)
def test_what_is_no_number_is_a_word_and_never_a_zero(cell: Cell, shown: list[Cell]) -> None:
    rows = sheet_tables(workbook_bytes(form(("Women", cell, "pending"))))["t_rates"]

    assert rows == [["Women", *shown, "pending"]]


def test_a_text_too_long_for_a_cell_says_that_it_was_cut_instead_of_going_missing() -> None:
    [row] = sheet_tables(workbook_bytes(form(("W" * 40_000, "x", 1))))["t_rates"]

    assert len(str(row[0])) == 32_767
    assert str(row[0]).endswith("in the JSON)")


def test_a_day_before_spreadsheets_count_days_stands_as_it_was_written() -> None:
    [row] = sheet_tables(workbook_bytes(form((date(204, 7, 1), "x", 1))))["t_rates"]

    assert row[0] == "0204-07-01"


@pytest.mark.parametrize("place", ["row", "status", "title", "about", "note"])
def test_no_text_becomes_a_formula_or_a_link_wherever_it_stands(place: str) -> None:
    made = form((HOSTILE if place == "row" else "Women", "x", HOSTILE if place == "status" else 1))
    made = replace(made, about=(("Grantee", HOSTILE),)) if place == "about" else made
    made = replace(made, title=HOSTILE) if place == "title" else made
    if place == "note":
        made = replace(made, sections=(replace(made.sections[0], says=(HOSTILE,)),))
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(made))) as parts:
        everything = {name: parts.read(name).decode() for name in parts.namelist()}

    assert not any("<f>" in text or "<f " in text for name, text in everything.items() if "worksheets" in name)
    assert not any("External" in text for text in everything.values())


def test_tables_are_real_with_titles_for_screen_readers_and_no_cell_is_merged() -> None:
    made = form(("Women", Share(1, 2), 2))
    table = part(made, "xl/tables/table1.xml")

    assert 'headerRowCount="0"' not in table
    assert re.findall(r'<tableColumn id="\d" name="([^"]+)"', table) == [
        "Group", "Rate, %", "Rate: numerator", "Rate: denominator", "Students",
    ]  # fmt: skip
    assert 'altText="Rates of groups"' in table
    assert "Numbers are of: CTE concentrators" in table
    assert all(not sheet.merged_cells.ranges for sheet in book(made).worksheets)


def test_names_of_sheets_are_short_and_differ_though_titles_are_long_or_the_same() -> None:
    long = "A title that is far too long for the name of a sheet: [really]"
    names = sheet_names([Section("a", long, (), ()), Section("b", long.upper(), (), ()), Section("c", "Cover", (), ())])

    assert len({name.lower() for name in names} | {"cover"}) == 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_the_same_scorecard_gives_the_same_bytes() -> None:
    assert workbook_bytes(form(("Women", Share(1, 3), 3))) == workbook_bytes(form(("Women", Share(1, 3), 3)))


def test_a_table_without_rows_says_so() -> None:
    assert sheet_tables(workbook_bytes(form()))["t_rates"] == [["None.", None, None, None, None]]
