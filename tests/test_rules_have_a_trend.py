"""Can a steward see whether a rule fares better or worse, and never from a run that died or from another rule?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from pipelines import warehouse
from pipelines.models import all_models, build

BOTH = (100, 10)


@pytest.fixture
def book() -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.open_in_memory() as connection:
        (model,) = [m for m in all_models() if m.table == "quality.rule_trend"]
        build(connection, model)
        yield connection


def ran(connection: duckdb.DuckDBPyConnection, run_id: str, counts: tuple[int | None, int | None], *,
        exit_code: int | None = 0, version: int = 1, institution: str | None = None) -> None:  # fmt: skip
    """Let a run judge one rule of one year. ``exit_code`` None: it never ended."""
    ended = None if exit_code is None else "2026-01-02"
    connection.execute(
        "insert into quality.run (run_id, started_at, finished_at, exit_code) select ?, '2026-01-01', ?, ? "
        "where not exists (from quality.run where run_id = ?)", [run_id, ended, exit_code, run_id],
    )  # fmt: skip
    connection.execute(
        "insert into quality.rule_result (run_id, rule_id, rule_version, severity, grantee_id, institution_id, "
        "program_year, population_count, failed_count, status) "
        "values (?, 'a_rule', ?, 'warning', 'oregon', ?, '2023-24', ?, ?, 'failed')",
        [run_id, version, institution, *counts],
    )


def trend(connection: duckdb.DuckDBPyConnection, columns: str, where: str = "true") -> list[Any]:
    return connection.execute(f"select {columns} from quality.rule_trend where {where} order by all").fetchall()


@pytest.mark.parametrize(
    ("now", "change"),
    [((100, 9), "better"), ((100, 11), "worse"), ((200, 20), "same"), ((200, 19), "better"), ((10, 1), "same"),
     ((0, 0), "cannot_be_said"), ((None, None), "cannot_be_said")],
)  # fmt: skip
def test_shares_decide_what_is_better_because_files_differ_in_size(book: Any, now: Any, change: str) -> None:
    ran(book, "run-1", BOTH)
    ran(book, "run-2", now)
    assert trend(book, "change, last_run_id, previous_run_id") == [(change, "run-2", "run-1")]


def test_a_first_time_is_said_to_be_one(book: Any) -> None:
    ran(book, "run-1", BOTH)
    columns = "change, failed_share, previous_failed_share, first_failed_share, first_run_id, run_count"
    assert trend(book, columns) == [("first_time", 0.1, None, 0.1, "run-1", 1)]


def test_the_first_the_last_and_the_one_before_are_told_apart_in_whatever_order_they_were_written(book: Any) -> None:
    for run_id, failed in (("run-3", 40), ("run-1", 10), ("run-4", 20), ("run-2", 30)):
        ran(book, run_id, (100, failed))
    columns = "failed_share, previous_failed_share, first_failed_share, run_count, change"
    assert trend(book, columns) == [(0.2, 0.4, 0.1, 4, "better")]


@pytest.mark.parametrize("exit_code", [None, 3])
def test_a_run_that_died_or_failed_is_no_part_of_a_trend(book: Any, exit_code: int | None) -> None:
    ran(book, "run-1", BOTH)
    ran(book, "run-2", (100, 90), exit_code=exit_code)
    ran(book, "run-3", BOTH, exit_code=1)  # a gate closed: it ran to its end
    assert trend(book, "change, previous_run_id, run_count") == [("same", "run-1", 2)]


def test_another_version_of_a_rule_is_not_held_against_the_one_before(book: Any) -> None:
    ran(book, "run-1", BOTH)
    ran(book, "run-2", (100, 90), version=2)
    assert trend(book, "change") == [("rule_changed",)]


def test_each_institution_has_its_own_trend_beside_that_of_all(book: Any) -> None:
    for run_id, mine, others in (("run-1", 5, 5), ("run-2", 1, 9)):
        ran(book, run_id, (100, mine + others))
        ran(book, run_id, (50, mine), institution="A")
        ran(book, run_id, (50, others), institution="B")
    assert trend(book, "institution_id, change") == [("A", "better"), ("B", "worse"), (None, "same")]
