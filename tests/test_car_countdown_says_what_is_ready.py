"""Does the first page tell a State director how many days are left to the annual report, and what is still to do?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from core_rows import received
from test_scorecard_pages_are_safe_to_open import Reader
from worksheet_example import GRANTEE, LAST_YEAR, YEAR, colleges, worksheet

from pipelines.acts.log import sha256_of_json
from pipelines.acts.office import files_signed
from pipelines.car.standing import due_on, year_to_report
from pipelines.desk.countdown import Countdown, countdown
from pipelines.desk.desk import open_desk
from pipelines.desk.overview import overview
from pipelines.desk.sources import read_sources
from pipelines.intake.submission import find
from pipelines.reports.desk import overview as first_page


@pytest.fixture(autouse=True)
def _no_rule_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.desk.standing.rule_words", dict)  # the countdown needs none, and it takes seconds


@pytest.fixture(scope="module")
def built() -> duckdb.DuckDBPyConnection:
    connection = colleges()
    worksheet(connection)
    return connection


@pytest.fixture
def warehouse(built: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same rows for every test: what a test changes is taken back."""
    built.begin()
    yield built
    built.rollback()


def _on(connection: duckdb.DuckDBPyConnection, day: datetime) -> str:
    """Let a night begin on that day; return its id."""
    run_id = f"{day:%Y%m%d}T020000000Z-0001"
    connection.execute(
        "insert into quality.run (run_id, started_at, kind, exit_code, is_sample, rule_book_version, code_version) "
        "values (?, ?, 'nightly', 0, true, 'one', '0')", [run_id, day],
    )  # fmt: skip
    return run_id


def _told(connection: duckdb.DuckDBPyConnection, home: Path, *day: int) -> Countdown:
    sources = read_sources(open_desk(connection, home, _on(connection, datetime(*day))))  # type: ignore[arg-type] # noqa: DTZ001
    return countdown(sources, overview(sources).cells)[0]


def _page(connection: duckdb.DuckDBPyConnection, home: Path, *day: int) -> str:
    run_id = _on(connection, datetime(*day))  # type: ignore[arg-type] # noqa: DTZ001
    text = "".join(Reader(first_page.page(open_desk(connection, home, run_id)).content).text)
    return re.sub(r"\s+", " ", text).split("What is ready of")[-1].split("Reference sources")[0]


def _act(connection: duckdb.DuckDBPyConnection, number: int, kind: str, signed: str = "", **more: Any) -> None:
    connection.execute(
        "insert into quality.act (act_number, kind, grantee_id, program_year, institution_id, signed_sha256, details, "
        "person_name, role, statement, account, acted_at, previous_sha256, act_sha256) "
        "values (?, ?, ?, ?, ?, ?, '{}', '', '', '', '', '', '', '')",
        [number, kind, GRANTEE, YEAR, more.get("institution_id"), signed],
    )


def _signed(connection: duckdb.DuckDBPyConnection) -> str:
    return sha256_of_json(files_signed(find(connection, "program_year = ?", [YEAR])))


@pytest.mark.parametrize(
    ("today", "year", "due"),
    [
        (date(2024, 6, 30), "2022-23", date(2024, 1, 31)),
        (date(2024, 7, 1), "2023-24", date(2025, 1, 31)),
        (date(2025, 1, 31), "2023-24", date(2025, 1, 31)),
        (date(2025, 2, 1), "2023-24", date(2025, 1, 31)),
        (date(2000, 7, 1), "1999-00", date(2001, 1, 31)),
    ],
)
def test_the_report_is_about_the_year_that_ended_last_june_and_due_the_january_after(
    today: date, year: str, due: date
) -> None:
    assert year_to_report(today) == year
    assert due_on(year) == due


def test_the_days_are_counted_down_and_what_is_not_ready_is_said(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    received(warehouse, "waiting", program_year=YEAR, status="read")
    warehouse.execute("update quality.submission set sha256 = submission_id")
    one = _told(warehouse, tmp_path, 2025, 1, 20)
    assert (one.standing.days_left, one.is_late) == (11, False)
    assert (one.accepted_count, one.waiting_count, one.closed_gates) == (1, 1, 0)
    assert one.standing.without_number == (("1P1", "not_computable"), ("2P1", "not_computable"))
    assert (one.standing.failed_checks, one.standing.certified_by, one.standing.frozen_by) == (0, None, None)
    text = _page(warehouse, tmp_path, 2025, 1, 21)
    for said in (
        "1 accepted",
        "1 to accept",
        "1P1 not computable, 2P1 not computable",
        "add up",
        "not yet",
        "10 days left",
    ):
        assert said in text, said


def test_after_the_day_it_says_how_late_it_is_until_it_is_frozen(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert "9 days late" in _page(warehouse, tmp_path, 2025, 2, 9)
    _freeze(warehouse)
    text = _page(warehouse, tmp_path, 2025, 2, 10)
    assert "late" not in text
    assert "frozen by act 8" in text.replace("frozenby", "frozen by")


def test_a_certification_holds_for_the_files_that_were_signed_and_no_others(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute("update quality.submission set sha256 = submission_id")
    _act(warehouse, 6, "certify", _signed(warehouse), institution_id="A")
    assert _told(warehouse, tmp_path, 2025, 1, 1).standing.certified_by is None, "a college's own is not the agency's"
    _act(warehouse, 7, "certify", _signed(warehouse))
    now = _told(warehouse, tmp_path, 2025, 1, 2).standing
    assert (now.certified_by, now.is_certified_now) == (7, True)
    received(warehouse, "later", program_year=YEAR, sha256="other")
    now = _told(warehouse, tmp_path, 2025, 1, 3).standing
    assert (now.certified_by, now.is_certified_now) == (7, False)
    assert "other files since" in _page(warehouse, tmp_path, 2025, 1, 4)


def test_a_frozen_worksheet_that_today_would_say_otherwise_is_pointed_out(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    _freeze(warehouse)
    assert not _told(warehouse, tmp_path, 2025, 1, 2).standing.is_restated
    warehouse.execute(
        "update mart.worksheet_line set person_count = 4 where line_code = 'total' and measure = 'participant'"
    )
    assert _told(warehouse, tmp_path, 2025, 1, 3).standing.is_restated
    assert "numbers of today differ from it" in _page(warehouse, tmp_path, 2025, 1, 4)


def test_lines_that_do_not_add_up_are_on_the_first_page(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    warehouse.execute("update mart.worksheet_line set person_count = 9 where line_code = 'male'")
    assert _told(warehouse, tmp_path, 2025, 1, 2).standing.failed_checks
    assert "checks fail" in _page(warehouse, tmp_path, 2025, 1, 3)


def test_earlier_years_that_were_never_frozen_are_not_forgotten(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute("insert into quality.worksheet (grantee_id, program_year) values (?, ?)", [GRANTEE, LAST_YEAR])
    assert _told(warehouse, tmp_path, 2025, 1, 2).never_frozen == (LAST_YEAR,)


def test_a_year_of_which_nothing_came_is_not_shown_as_ready(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = _page(warehouse, tmp_path, 2026, 9, 1)
    for said in ("none received", "nothing judged", "nothing counted", "no worksheet", "152 days left"):
        assert said in text, said


def test_a_night_that_broke_off_before_the_figures_has_its_first_page_all_the_same(tmp_path: Path) -> None:
    one = _told(colleges(), tmp_path, 2025, 1, 2)
    assert (one.standing.without_number, one.standing.failed_checks) == (None, None)


def _freeze(connection: duckdb.DuckDBPyConnection) -> None:
    _act(connection, 8, "freeze")
    columns = [row[0] for row in connection.execute("describe mart.worksheet_line").fetchall()]
    names = ", ".join(columns)
    connection.execute(
        f"insert into quality.certified_worksheet (act_number, certified_by_act, {names}) select 8, 7, {names} "
        "from mart.worksheet_line where program_year = ?", [YEAR],
    )  # fmt: skip
