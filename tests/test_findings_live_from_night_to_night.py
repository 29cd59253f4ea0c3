"""Can a steward follow a finding: is it new, still open, fixed, or back? A finding that changes its id is lost work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from expectations.catalogue import rule_named
from expectations.proof import valid_row
from expectations.rule import Rule
from pipelines.validation.partition import Partition
from pipelines.validation.results import Outcome, judge_partitions
from pipelines.warehouse import open_in_memory

PARTITION = Partition("oregon", "2023-24")
TODAY = dt.date(2024, 9, 1)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_in_memory() as opened:
        yield opened


def _insert(connection: duckdb.DuckDBPyConnection, table: str, *rows: dict[str, Any]) -> None:
    for row in rows:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        connection.execute(f"insert into core.{table} ({names}) values ({marks})", list(row.values()))


def _course(line: int, **changes: Any) -> dict[str, Any]:
    place = {"grantee_id": "oregon", "program_year": "2023-24", "submission_id": "s1", "line_number": line}
    return valid_row("course") | place | {"course_id": f"C{line}"} | changes


def _night(connection: duckdb.DuckDBPyConnection, run_id: str, *rules: Rule) -> list[Outcome]:
    book = rules or (rule_named("course_course_id_present"),)
    return judge_partitions(connection, [PARTITION], run_id, TODAY, lambda _: [("core.course", list(book))])


def _findings(connection: duckdb.DuckDBPyConnection, what: str = "state, change") -> list[tuple[Any, ...]]:
    return connection.execute(f"select {what} from quality.finding order by finding_id").fetchall()


def test_a_finding_is_new_then_still_open_then_fixed_then_back_and_stays_one_row(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _insert(connection, "course", _course(2), _course(3, course_id=None))
    told = []
    for run, repair in (("r1", None), ("r2", "C3"), ("r3", None), ("r4", None)):
        connection.execute("update core.course set course_id = ? where line_number = 3", [repair])
        _night(connection, run)
        told += _findings(connection)
    assert told == [("open", "new"), ("fixed", "fixed"), ("open", "came_back"), ("open", "still_open")]
    assert _findings(connection, "first_seen_run_id, last_seen_run_id") == [("r1", "r4")]


def test_a_record_that_moves_to_another_line_of_a_new_file_keeps_its_finding(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rule = rule_named("course_credit_status_readable")
    _insert(connection, "course", _course(2, unreadable_columns=",credit_status,"))
    _night(connection, "r1", rule)
    before = _findings(connection, "finding_id")
    connection.execute("update core.course set line_number = 40, submission_id = 's2'")
    _night(connection, "r2", rule)
    assert _findings(connection, "finding_id, line_number, submission_id") == [(*before[0], 40, "s2")]


def test_two_records_with_the_same_key_are_two_findings(connection: duckdb.DuckDBPyConnection) -> None:
    _insert(connection, "course", _course(2, course_id="C"), _course(9, course_id="C"), _course(5))
    _night(connection, "r1", rule_named("course_key_unique"))
    assert sorted(_findings(connection, "line_number")) == [(2,), (9,)]


def test_a_rule_that_breaks_leaves_its_findings_as_they_were_because_nothing_is_known(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rule = rule_named("course_program_known")
    _insert(connection, "course", _course(2, program_id="P"))
    _night(connection, "r1", rule)
    connection.execute("alter table core.program rename column program_id to lost")
    outcomes = _night(connection, "r2", rule)
    assert [o.status for o in outcomes] == ["error"]
    assert _findings(connection) == [("open", "new")]


def test_a_finding_of_another_year_is_not_called_fixed_by_a_night_about_this_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _insert(connection, "course", _course(2, course_id=None))
    _night(connection, "r1")
    judge_partitions(
        connection, [Partition("oregon", "2024-25")], "r2", TODAY,
        lambda _: [("core.course", [rule_named("course_course_id_present")])],
    )  # fmt: skip
    assert _findings(connection) == [("open", "new")]


@pytest.mark.parametrize("number", ["812120001", "812-12-0001", "812 12 0001"])
def test_a_number_like_a_persons_is_masked_in_any_column_and_key_and_the_finding_keeps_its_id(
    connection: duckdb.DuckDBPyConnection, number: str
) -> None:
    """A number that slipped into the column of the course would stand on the desk, in a return and in a check."""
    rule = rule_named("course_program_known")
    _insert(connection, "course", _course(2, course_id=number, program_id=f"of {number}"), _course(3, program_id="P9"))
    _night(connection, "r1", rule)
    shown = connection.execute(
        "select value_masked, record_key_masked from quality.finding order by line_number"
    ).fetchall()
    assert shown[0][0] == "of (masked)"
    assert shown[0][1].endswith("course_id=(masked)")
    assert (shown[1][0], shown[1][1].endswith("course_id=C3")) == ("P9", True)
    connection.execute("update core.course set course_id = '812120002' where line_number = 2")
    _night(connection, "r2", rule)
    assert len(_findings(connection)) == 3, "what is masked alike is still told apart"


def test_a_personal_value_is_masked_and_so_is_the_key_that_names_the_person(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    student = valid_row("student") | {
        "grantee_id": "oregon", "program_year": "2023-24", "submission_id": "s1", "line_number": 7,
        "student_id": "f00dfeed", "birth_date": dt.date(1899, 5, 5),
    }  # fmt: skip
    _insert(connection, "student", student)
    judge_partitions(
        connection, [PARTITION], "r1", TODAY,
        lambda _: [("core.student", [rule_named("student_birth_date_plausible")])],
    )  # fmt: skip
    (value, key), = _findings(connection, "value_masked, record_key_masked")  # fmt: skip
    assert value == "(masked)"
    assert "f00dfeed" not in key
    assert "student_id=(masked)" in key


def test_a_table_whose_layout_no_file_has_used_yet_yields_findings_all_the_same(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Raw has no table then; the night must not fail for want of the value as sent."""
    _insert(connection, "course", _course(2, course_id=None))
    assert [o.status for o in _night(connection, "r1")] == ["failed"]


def test_a_file_that_the_night_accepts_keeps_its_finding(connection: duckdb.DuckDBPyConnection) -> None:
    rule = rule_named("submission_on_time")
    connection.execute(
        "insert into quality.submission (submission_id, grantee_id, program_year, file_name, is_late) "
        "values ('s1', 'oregon', '2023-24', 'a.csv', true)"
    )
    for run_id, status in (("r1", "read"), ("r2", "accepted")):
        connection.execute("update quality.submission set status = ?, message = ?", [status, run_id])
        judge_partitions(connection, [PARTITION], run_id, TODAY, lambda _: [(rule.table, [rule])])
    assert _findings(connection) == [("open", "still_open")]


def test_a_fault_of_a_file_that_is_sent_again_keeps_its_finding(connection: duckdb.DuckDBPyConnection) -> None:
    """Else each repair of one record calls its other faults fixed and new, and drops what explained them."""
    rule = rule_named("submission_on_time")
    for submission_id, name in (("aa11", "a.csv"), ("bb22", "b.csv")):
        connection.execute(
            "insert into quality.submission (submission_id, grantee_id, program_year, file_name, is_late, status) "
            "values (?, 'oregon', '2023-24', ?, true, 'read')", [submission_id, name],
        )  # fmt: skip
    judge_partitions(connection, [PARTITION], "r1", TODAY, lambda _: [(rule.table, [rule])])
    before = dict(_findings(connection, "file_name, finding_id"))
    connection.execute("update quality.submission set submission_id = 'cc33' where file_name = 'a.csv'")
    judge_partitions(connection, [PARTITION], "r2", TODAY, lambda _: [(rule.table, [rule])])
    assert dict(_findings(connection, "file_name, finding_id")) == before
    told = _findings(connection, "file_name, submission_id, change")
    assert sorted(told) == [("a.csv", "cc33", "still_open"), ("b.csv", "bb22", "still_open")]
