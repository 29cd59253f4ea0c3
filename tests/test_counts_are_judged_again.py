"""Does an agency learn what a threshold, a severity or a waiver would change, before a night does it?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from waivers_example import BLOCK, FIRST, LAST, RULE, YEAR, own_folder, write

from expectations.catalogue import rule_named
from pipelines.configuration import ConfigurationError
from pipelines.night import GATE_CLOSED, NO_GATE_CLOSED
from pipelines.rule_book.rejudge import Again, Rejudged, rejudge
from pipelines.rule_book.rejudge_words import COLUMNS, tell
from pipelines.validation.ruling import Ruling
from pipelines.validation.status import status
from pipelines.warehouse import FILE_NAME, insert_rows, open_warehouse
from tests.conftest import Ran

DAY = FIRST + timedelta(days=30)
BOOK = rule_named(RULE)
Counts = dict[str | None, tuple[int | None, int | None]]
Write = Callable[..., None]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of UDC, which alone there is."""
    return own_folder(tmp_path / "grantees", monkeypatch)


def _home(folder: Path, counts: Counts, version: int = BOOK.version) -> Path:
    """A home after a night of UDC that judged one rule as the book says, in all and by institution."""
    home = folder / "home"
    with open_warehouse(home) as connection:
        for run_id in ("run-1", "run-2"):
            said = [
                (run_id, RULE, version, BOOK.severity, "udc", place, YEAR, str(BOOK.threshold), False,
                 "passed" if run_id == "run-1" else status(*count, BOOK.threshold))
                for place, count in counts.items()
            ]  # fmt: skip
            columns = (
                "run_id, rule_id, rule_version, severity, grantee_id, institution_id, program_year, threshold, "
                "is_waived, status"
            )
            insert_rows(connection, f"quality.rule_result ({columns})", said)
        counted = [(RULE, version, "udc", YEAR, place, *count) for place, count in counts.items()]
        columns = "rule_id, rule_version, grantee_id, program_year, institution_id, population_count, failed_count"
        insert_rows(connection, f"quality.rule_count ({columns})", counted)
    return home


def _told(again: Again, form: str = "text") -> tuple[int, str]:
    lines: list[str] = []
    return tell(again, form, lines.append), "\n".join(lines)


def test_where_nothing_was_declared_since_nothing_comes_out_otherwise(own: Path, tmp_path: Path) -> None:
    again = rejudge(_home(tmp_path, {None: (1000, 100), "UDC": (1000, 100)}), "udc", YEAR, DAY)
    assert [one.after.status for one in again.rejudged] == ["failed", "failed"]
    assert not any(one.is_changed for one in again.rejudged)
    code, told = _told(again)
    assert code == NO_GATE_CLOSED
    assert told == "2 counts judged again, 0 come out otherwise; gates: 0 would close, 0 would open, 0 stay closed"


def test_a_wider_threshold_lets_pass_what_failed_and_both_are_shown(own: Path, tmp_path: Path) -> None:
    write(own / "thresholds.toml", "threshold", {"rule_id": RULE, "share": "0.2", "evidence": "Decision 7"})
    code, told = _told(rejudge(_home(tmp_path, {None: (1000, 100)}), None, None, DAY))
    assert code == NO_GATE_CLOSED
    assert told.splitlines()[0] == (
        f"udc {YEAR} {RULE}: failed -> passed; 100 of 1000 fail, "
        "at most 0.5% of the population -> at most 20% of the population; warning"
    )


def test_a_severity_that_turns_critical_on_a_day_closes_the_gate_from_that_day_on(own: Path, tmp_path: Path) -> None:
    block = {"rule_id": RULE, "severity": "critical", "effective_from": DAY, "evidence": "Decision 7"}
    write(own / "thresholds.toml", "threshold", block)
    home = _home(tmp_path, {None: (1000, 100)})
    assert _told(rejudge(home, None, None, DAY - timedelta(days=1)))[0] == NO_GATE_CLOSED
    code, told = _told(rejudge(home, None, None, DAY))
    assert code == GATE_CLOSED
    assert "warning -> critical; gate closes" in told
    assert "1 would close" in told


def test_a_waiver_is_shown_as_a_waiver_and_never_as_a_pass(own: Path, tmp_path: Path) -> None:
    write(own / "waivers.toml", "waiver", BLOCK | {"tolerance_count": 100})
    home = _home(tmp_path, {None: (1000, 100), "UDC": (1000, 100)})
    code, told = _told(rejudge(home, None, None, DAY))
    assert code == NO_GATE_CLOSED
    assert told.count("failed -> failed (waived)") == 2, "what the grantee as a whole waives, its institutions do"
    assert "passed" not in told
    again = rejudge(home, None, None, LAST + timedelta(days=1))
    assert not any(one.after.is_waived for one in again.rejudged), "an expired waiver covers nothing"


def test_one_row_more_than_was_waived_opens_the_failure_again(own: Path, tmp_path: Path) -> None:
    write(own / "waivers.toml", "waiver", BLOCK | {"tolerance_count": 99})
    again = rejudge(_home(tmp_path, {None: (1000, 100)}), None, None, DAY)
    assert [one.after.is_waived for one in again.rejudged] == [False]


def test_an_institution_over_its_own_threshold_closes_no_gate_of_the_grantee(own: Path, tmp_path: Path) -> None:
    block = {"rule_id": RULE, "severity": "critical", "institution_id": "UDC", "evidence": "Decision 7"}
    write(own / "thresholds.toml", "threshold", block)
    again = rejudge(_home(tmp_path, {None: (100_000, 100), "UDC": (1000, 100)}), None, None, DAY)
    assert [(one.institution_id, one.after.status, one.gate) for one in again.rejudged] == [
        (None, "passed", ""),
        ("UDC", "failed", ""),
    ]
    assert _told(again)[0] == NO_GATE_CLOSED


@pytest.mark.parametrize(
    ("counts", "word"), [((0, 0), "not_applicable"), ((None, None), "error")], ids=["nobody", "broken"]
)
def test_an_empty_population_and_a_broken_rule_are_never_judged_into_a_pass(
    counts: tuple[int | None, int | None], word: str, own: Path, tmp_path: Path
) -> None:
    write(own / "thresholds.toml", "threshold", {"rule_id": RULE, "share": "1", "evidence": "Decision 7"})
    again = rejudge(_home(tmp_path, {None: counts}), None, None, DAY)
    assert [one.after.status for one in again.rejudged] == [word]


def test_counts_of_a_rule_that_says_something_else_now_are_named_and_not_judged(own: Path, tmp_path: Path) -> None:
    again = rejudge(_home(tmp_path, {None: (1000, 100)}, version=BOOK.version + 1), None, None, DAY)
    assert again == Again((), (RULE,))
    assert f"say something else now: {RULE}" in _told(again)[1]


def test_judging_again_changes_no_byte_of_the_home(own: Path, tmp_path: Path) -> None:
    home = _home(tmp_path, {None: (1000, 100)})
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    rejudge(home, None, None, DAY)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_home_without_counts_says_so_instead_of_that_nothing_would_change(own: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no night has run"):
        rejudge(tmp_path / "home", None, None, DAY)
    home = _home(tmp_path, {None: (1000, 100)})
    with pytest.raises(ConfigurationError, match="nothing that was asked for has been counted"):
        rejudge(home, "udc", "2019-20", DAY)


def test_as_csv_each_change_is_a_row_that_a_spreadsheet_can_sort(own: Path, tmp_path: Path) -> None:
    write(own / "thresholds.toml", "threshold", {"rule_id": RULE, "share": "0.2", "evidence": "Decision 7"})
    told = _told(rejudge(_home(tmp_path, {None: (1000, 100)}), None, None, DAY), "csv")[1]
    rows = list(csv.DictReader(io.StringIO(told)))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["status_before"], row["status_after"], row["failed_count"]) for row in rows] == [
        ("failed", "passed", "100")
    ]


def _one(before: dict[str, Any], after: dict[str, Any], institution_id: str | None = None) -> Rejudged:
    usual = {"status": "failed", "threshold": "none may fail", "severity": "critical", "is_waived": False}
    return Rejudged(RULE, "udc", YEAR, institution_id, 9, 1, Ruling(**usual | before), Ruling(**usual | after))


@pytest.mark.parametrize(
    ("before", "after", "gate"),
    [
        ({"status": "passed"}, {}, "closes"),
        ({"severity": "warning"}, {}, "closes"),
        ({"is_waived": True}, {}, "closes"),
        ({}, {"status": "passed"}, "opens"),
        ({}, {"is_waived": True}, "opens"),
        ({}, {}, "stays closed"),
        ({"status": "error"}, {"status": "not_applicable"}, ""),
    ],
)
def test_a_gate_follows_severity_status_and_waiver_together(
    before: dict[str, Any], after: dict[str, Any], gate: str
) -> None:
    assert _one(before, after).gate == gate
    assert _one(before, after, "UDC").gate == ""


@pytest.mark.slow
def test_judged_again_right_after_a_night_every_count_comes_out_as_the_night_said(demonstration: Ran) -> None:
    with duckdb.connect(str(demonstration.home / FILE_NAME), read_only=True) as connection:
        [(night,)] = connection.execute("select max(started_at) from quality.run").fetchall()
    again = rejudge(demonstration.home, None, None, night.date())
    assert len(again.rejudged) > 1000
    assert [one for one in again.rejudged if one.is_changed] == []
    assert any(one.gate == "stays closed" for one in again.rejudged)
