"""Does everybody learn who approved a waiver, when it opened again, and that one is about to end?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from acts_example import copy_of, cte, log_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_example import Example
from waivers_example import BLOCK, FIRST, LAST, RULE, YEAR, own_folder, waiver, write

from pipelines.acts.chain import faults_of_log
from pipelines.acts.log import COPY, Act, acts_of
from pipelines.acts.waive import KINDS
from pipelines.validation.waiver_book import note_waivers
from pipelines.validation.waiver_file import Waiver
from pipelines.validation.waivers import Waivers
from pipelines.warehouse import open_in_memory, open_warehouse

NOW = datetime(2026, 9, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A home without acts: made once, because a new warehouse takes a second."""
    made = Example(tmp_path_factory.mktemp("first"))
    with open_warehouse(made.home):
        pass
    return made


@pytest.fixture
def example(first: Example, tmp_path: Path) -> Example:
    return copy_of(first, tmp_path / "own")


def night(example: Example, day: date, failed: int, *waivers: Waiver, number: int = 1) -> list[str]:
    """Note how waivers stand after a night that judged UDC's year, where so many of 100 rows fail everywhere."""
    counts = {(one.rule_id, one.institution_id or None): (100, failed) for one in waivers}
    with example.warehouse() as connection:
        connection.execute(
            "insert into quality.rule_result (run_id, rule_id, grantee_id, program_year) values (?, ?, 'udc', ?)",
            [f"run-{number}", RULE, YEAR],
        )
        standings = Waivers(waivers, day).standings(counts)
        return note_waivers(connection, example.home, f"run-{number}", standings, NOW)


def _kinds(example: Example) -> list[str]:
    return [kind for (kind,) in example.rows("select kind from quality.act order by act_number")]


def _faults(example: Example) -> list[str]:
    with example.warehouse() as connection:
        return faults_of_log(connection, example.home)


def test_the_log_names_who_approved_a_waiver_and_every_word_of_it(example: Example) -> None:
    one = waiver(institution_id="C1", approver_institution_id="")
    assert night(example, FIRST, 5, one) == [f"udc {YEAR} C1: waive: {RULE}: 5 rows fail, 10 are waived"]
    with example.warehouse() as connection:
        (act,) = acts_of(connection)
    assert (act.kind, act.person_name, act.role, act.statement) == ("waive", "Bo Lee", "approver", one.reason)
    assert (act.grantee_id, act.program_year, act.institution_id) == ("udc", YEAR, "C1")
    assert act.detail["waiver"] == one.content
    assert act.signed_sha256 == one.id
    assert _faults(example) == []
    assert f"udc {YEAR} C1 {RULE}  Bo Lee, approver" in cte(example, "acts", "--verify").output


def test_each_change_is_logged_once_however_many_nights_it_lasts_and_the_chain_holds(example: Example) -> None:
    nights = [(FIRST, 5), (FIRST, 6), (FIRST, 11), (FIRST, 12), (FIRST, 3), (FIRST, 11), (FIRST, 0), (LAST, 9)]
    for number, (day, failed) in enumerate(nights):
        night(example, day, failed, waiver(), number=number)
    for number in (8, 9):
        night(example, LAST + timedelta(days=1), 9, waiver(), number=number)
    night(example, LAST + timedelta(days=2), 9, number=10)
    assert _kinds(example) == [
        "waive", "waiver_reopened", "waiver_resumed", "waiver_reopened", "waiver_resumed", "waiver_reopened",
        "waiver_ended",
    ]  # fmt: skip
    assert _faults(example) == []
    reopened = example.rows("select statement, person_name, role from quality.act where kind = 'waiver_reopened'")
    assert reopened[0] == ("11 rows fail, 10 were waived: open again", "cte run", "program")
    assert "expired 1 day ago" in reopened[-1][0]


def test_a_waiver_changed_in_one_word_is_another_one_that_somebody_has_approved(example: Example) -> None:
    night(example, FIRST, 5, waiver())
    night(example, FIRST, 5, waiver(tolerance_count=20), number=2)
    assert _kinds(example) == ["waive", "waive", "waiver_ended"]


def test_a_night_that_did_not_judge_the_year_ends_no_waiver_of_it(example: Example) -> None:
    night(example, FIRST, 5, waiver())
    with example.warehouse() as connection:
        assert note_waivers(connection, example.home, "run-of-another-grantee", [], NOW) == []
    assert example.rows("select standing from quality.waiver") == [("active",)]
    assert _kinds(example) == ["waive"]


def test_a_rule_that_breaks_for_a_night_does_not_make_an_exceeded_waiver_cover_again(example: Example) -> None:
    night(example, FIRST, 11, waiver())
    with example.warehouse() as connection:
        note_waivers(connection, example.home, "run-2", Waivers((waiver(),), FIRST).standings({}), NOW)
    assert _kinds(example) == ["waive", "waiver_reopened"]


def test_nothing_is_logged_on_top_of_a_log_that_was_changed_and_all_of_it_once_it_is_mended(example: Example) -> None:
    night(example, FIRST, 5, waiver())
    whole = b"".join(log_lines(example))
    (example.home / COPY).write_bytes(whole.replace(b"Bo Lee", b"Eve Ray"))
    (told,) = night(example, FIRST, 11, waiver(), number=2)
    assert "not logged, because the log of acts is not whole: acts.jsonl, line 1" in told
    assert example.rows("select standing from quality.waiver") == [("exceeded",)], "how it stands is known all the same"
    (example.home / COPY).write_bytes(whole)
    night(example, FIRST, 12, waiver(), number=3)
    assert _kinds(example) == ["waive", "waiver_reopened"]
    assert _faults(example) == []


def test_the_table_shows_each_waiver_as_last_judged(example: Example) -> None:
    night(example, FIRST, 5, waiver(), waiver(institution_id="C1", tolerance_count=4))
    night(example, LAST - timedelta(days=9), 8, waiver(), number=2)
    assert example.rows(
        "select grantee_id, program_year, institution_id, rule_id, tolerance_count, approved_by, expires, standing, "
        "standing_words, days_left, population_count, failed_count, judged_run_id from quality.waiver"
    ) == [
        ("udc", YEAR, None, RULE, 10, "Bo Lee", LAST, "expiring", "expires in 9 days; 8 rows fail, 10 are waived", 9,
         100, 8, "run-2")
    ]  # fmt: skip


@pytest.fixture(scope="module")
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in memory in which a run has judged UDC's year."""
    with open_in_memory() as connection:
        connection.execute(
            "insert into quality.rule_result (run_id, rule_id, grantee_id, program_year) values ('r', 'x', 'udc', ?)",
            [YEAR],
        )
        yield connection


@settings(deadline=None, max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 20), st.booleans()), max_size=8))
def test_whatever_comes_over_the_nights_the_chain_holds_and_the_log_tells_how_each_waiver_stands(
    memory: duckdb.DuckDBPyConnection,
    tmp_path_factory: pytest.TempPathFactory,
    nights: Sequence[tuple[int, int, bool]],
) -> None:
    home = tmp_path_factory.mktemp("home")
    memory.execute("delete from quality.act")
    for days, failed, is_there in nights:
        waivers = Waivers((waiver(),) if is_there else (), FIRST + timedelta(days=days))
        standings = waivers.standings({(RULE, None): (100, failed)})
        note_waivers(memory, home, "r", standings, NOW)
        assert faults_of_log(memory, home) == []
        assert _told(acts_of(memory)) == {s.waiver.id: s.word for s in standings if s.is_open_again}
        assert note_waivers(memory, home, "r", standings, NOW) == [], "the same night again says nothing new"


def _told(acts: Sequence[Act]) -> dict[str, str]:
    """What the log says of the waivers that are open again."""
    last = {act.signed_sha256: act for act in acts if act.kind in KINDS}
    return {one: act.detail["standing"] for one, act in last.items() if act.kind == "waiver_reopened"}


@pytest.mark.parametrize(
    ("days", "failed", "code", "told"),
    [
        (200, 3, 0, f"udc {YEAR} {RULE}: active: 3 rows fail, 10 are waived (3 of 100)"),
        (14, 3, 1, "expiring: expires in 14 days"),
        (200, 11, 1, "exceeded: 11 rows fail, 10 were waived: open again"),
        (-1, 3, 1, "expired: expired 1 day ago: open again"),
        (200, 0, 0, "idle: nothing fails"),
        (200, None, 0, "idle: not judged there yet"),
    ],
    ids=["active", "expiring", "exceeded", "expired", "idle", "not judged"],
)
def test_the_list_of_waivers_mails_the_operator_what_is_to_be_done(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, failed: int | None, code: int,
    told: str,
) -> None:  # fmt: skip
    _declare(tmp_path, monkeypatch, days)
    _count(example, failed)
    done = cte(example, "waivers")
    assert told in done.output, done.output
    assert "approved by Bo Lee on" in done.output
    assert done.exit_code == code
    assert ("1 waiver, 1 to renew, correct or take out" in done.output) == (code == 1)


def test_a_waiver_for_one_institution_is_listed_by_the_rows_that_fail_there(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _declare(tmp_path, monkeypatch, 200, institution_id="C1", approver_institution_id="")
    _count(example, 99)
    _count(example, 3, "C1")
    _count(example, 98, "C2")
    done = cte(example, "waivers")
    assert f"udc {YEAR} C1 {RULE}: active: 3 rows fail, 10 are waived (3 of 100)" in done.output


def test_waivers_can_be_looked_over_before_the_first_night_and_for_one_grantee(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _declare(tmp_path, monkeypatch, 200)
    fresh = Example(tmp_path / "fresh")
    assert "idle: not judged there yet" in cte(fresh, "waivers", "--grantee", "udc").output
    assert not fresh.home.exists(), "looking makes no home"
    unknown = cte(fresh, "waivers", "--grantee", "oregn")
    assert (unknown.exit_code, "no grantee 'oregn'" in unknown.output) == (2, True)


def test_the_status_names_a_waiver_that_ends_or_is_open_again_and_no_other(example: Example) -> None:
    today = datetime.now(UTC).date()

    def ending(days: int, **other: Any) -> Waiver:
        return waiver(approved_at=FIRST.replace(year=2020), expires=today + timedelta(days=days), **other)

    short = ending(200, institution_id="C2", tolerance_count=4)
    night(example, today, 5, ending(200), ending(9, institution_id="C1"), short)
    lines = [line for line in cte(example, "status").output.splitlines() if "waiver" in line]
    assert lines == [
        f"udc {YEAR} C1: waiver of {RULE}: expires in 9 days; 5 rows fail, 10 are waived",
        f"udc {YEAR} C2: waiver of {RULE}: 5 rows fail, 4 were waived: open again",
    ]


def test_the_status_counts_the_days_from_today_and_not_from_the_last_night(example: Example) -> None:
    night(example, FIRST, 5, waiver(approved_at=date(2020, 1, 1), expires=date(2020, 6, 30)))
    with example.warehouse() as connection:
        connection.execute("update quality.waiver set standing = 'active', days_left = 99")
    assert "days ago: open again" in cte(example, "status").output


def test_the_status_says_how_many_of_the_open_findings_are_waived_because_they_stay_findings(example: Example) -> None:
    with example.warehouse() as connection:
        connection.execute(
            "insert into quality.finding (finding_id, rule_id, severity, state, is_waived) values "
            "('1', 'r', 'critical', 'open', true), ('2', 'r', 'critical', 'open', false), "
            "('3', 'r', 'warning', 'open', false), ('4', 'r', 'info', 'fixed', true)"
        )
    assert "open findings: 2 critical (1 waived), 1 warning, 0 info" in cte(example, "status").output


def test_the_status_of_a_home_from_before_there_were_waivers_is_told_all_the_same(example: Example) -> None:
    with example.warehouse() as connection:
        connection.execute("drop table quality.waiver")
    done = cte(example, "status")
    assert (done.exit_code, "open findings" in done.output) == (1, True), "no night has run in it"


def _declare(root: Path, monkeypatch: pytest.MonkeyPatch, days: int, **other: str) -> None:
    dates = {"approved_at": FIRST.replace(year=2020), "expires": datetime.now(UTC).date() + timedelta(days=days)}
    write(own_folder(root, monkeypatch) / "waivers.toml", "waiver", {**BLOCK, **dates, **other})


def _count(example: Example, failed: int | None, institution_id: str | None = None) -> None:
    with example.warehouse() as connection:
        connection.execute(
            "insert into quality.rule_count (rule_id, grantee_id, program_year, institution_id, population_count, "
            "failed_count) values (?, 'udc', ?, ?, 100, ?)",
            [RULE, YEAR, institution_id, failed],
        )
