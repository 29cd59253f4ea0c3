"""Does a release keep of the rules' verdicts only what may leave, and coverage only what published counts tell?"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from released_rows import YEAR, build_published, cell, empty_warehouse, insert, release

from expectations.catalogue import all_rules, rule_named
from pipelines import run_book
from pipelines.disclosure.quality import ABOUT_NO_PERSON, allowed, freeze_quality, is_of_all_rows, is_released
from pipelines.disclosure.quality_code import Allowed
from pipelines.suppression_policy import Policy

POLICY = Policy(10, 10, (Fraction("0.05"), Fraction("0.10")), 3, 1, 10, "", None, "test")
STATES = ("unknown", "declined", "not_reported", "not_collected")


@pytest.fixture
def home() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = empty_warehouse()
    release(connection)
    yield connection
    connection.close()


def judged(home: duckdb.DuckDBPyConnection, rule_id: str, population: int | None, failed: int | None, status: str,
           day: int = 1, **values: Any) -> str:  # fmt: skip
    run_id = run_book.run_id_of(datetime(2026, 1, day, tzinfo=UTC))
    if not home.execute("select 1 from quality.run where run_id = ?", [run_id]).fetchone():
        run_book.open_book(home, run_id, datetime(2026, 1, day, tzinfo=UTC), "nightly", is_sample=True)
    row = {"run_id": run_id, "rule_id": rule_id, "grantee_id": "oregon", "program_year": YEAR, "status": status,
           "population_count": population, "failed_count": failed, "is_waived": False,
           "threshold": str(rule_named(rule_id).threshold), **values}  # fmt: skip
    insert(home, "rule_result", row)
    return run_id


def published(home: duckdb.DuckDBPyConnection, rule_id: str) -> Any:
    freeze_quality(home, "r1", "oregon", YEAR, POLICY, all_rules())
    build_published(home, "rule_result")
    return home.execute(
        "select population_count, failed_count, suppression_code, status from publish.rule_result where rule_id = ?",
        [rule_id],
    ).fetchone()


def test_a_rule_that_holds_says_so_of_roughly_so_many_rows(home: duckdb.DuckDBPyConnection) -> None:
    judged(home, "credential_award_date_present", 407, 0, "passed")
    assert published(home, "credential_award_date_present") == (400, 0, None, "passed")


def test_a_few_failing_rows_are_a_part_and_no_number(home: duckdb.DuckDBPyConnection) -> None:
    judged(home, "line_width", 4000, 3, "passed")
    assert published(home, "line_width") == (4000, None, "at_most_5_percent", None)


def test_how_many_programs_were_completed_is_no_population_to_publish(home: duckdb.DuckDBPyConnection) -> None:
    judged(home, "program_enrollment_completion_takes_time", 823, 40, "failed")
    assert published(home, "program_enrollment_completion_takes_time") == (None, None, "withheld", None)


@pytest.mark.parametrize(
    "rule_id", ["student_sex_readable", "student_birth_date_readable", "student_race_selections_readable"]
)
def test_how_many_said_nothing_of_themselves_stands_nowhere_beside_the_counts_of_persons(
    home: duckdb.DuckDBPyConnection, rule_id: str
) -> None:
    """Were 11 shown here, a withheld not_reported of 11 would tell the 4 persons that it was withheld for."""
    judged(home, rule_id, 896, 11, "failed")
    assert published(home, rule_id) is None


def test_a_late_file_is_told_however_few_files_there_are(home: duckdb.DuckDBPyConnection) -> None:
    judged(home, "submission_on_time", 3, 1, "failed")
    assert published(home, "submission_on_time") == (None, None, "withheld", "failed")


def test_a_fault_of_the_system_is_no_failure_of_the_agency(home: duckdb.DuckDBPyConnection) -> None:
    judged(home, "credential_award_date_present", None, None, "error")
    assert published(home, "credential_award_date_present") == (None, None, "not_computable", "error")


def test_a_status_that_the_words_of_its_threshold_do_not_explain_is_left_out(home: duckdb.DuckDBPyConnection) -> None:
    judged(home, "credential_award_date_present", 4000, 100, "passed", threshold="as the agency pleases")
    assert published(home, "credential_award_date_present")[-1] is None


def test_a_night_that_died_is_not_what_a_release_keeps(home: duckdb.DuckDBPyConnection) -> None:
    first = judged(home, "credential_award_date_present", 400, 0, "passed")
    run_book.close(home, first, 0, "rules")
    judged(home, "credential_award_date_present", 800, 0, "passed", day=2)
    run_book.mark_dead(home, 3)
    assert published(home, "credential_award_date_present") == (400, 0, None, "passed")


def test_later_nights_change_nothing_until_the_next_release(home: duckdb.DuckDBPyConnection) -> None:
    judged(home, "credential_award_date_present", 400, 0, "passed")
    before = published(home, "credential_award_date_present")
    judged(home, "credential_award_date_present", 800, 700, "failed", day=2)
    build_published(home, "rule_result")
    assert home.execute("select count(*), max(population_count) from publish.rule_result").fetchone() == (1, before[0])


def test_thresholds_are_read_as_the_verdict_says_them() -> None:
    for rule in all_rules():
        own = rule.threshold
        assert allowed(str(own)) == Allowed(str(Fraction(own.share)), own.count), rule.id


def test_no_rule_that_leaves_reads_who_a_person_is() -> None:
    released = [rule for rule in all_rules() if is_released(rule)]
    told = {column for rule in released for column in rule.columns}
    assert len(released) > 200
    assert not told & {"sex", "birth_date", "race_selections", "hispanic_ethnicity", "disability_status"}
    assert {rule.table for rule in released if rule.table not in ABOUT_NO_PERSON and is_of_all_rows(rule)}


def participants(home: duckdb.DuckDBPyConnection, total: int, groups: dict[str, int], hidden: frozenset[str]) -> None:
    cell(home, "participant", total)
    for code, count in groups.items():
        told = {"subgroup_dimension": "sex", "subgroup_code": code, "code": "withheld" if code in hidden else None}
        cell(home, "participant", count, **told)


def coverage(home: duckdb.DuckDBPyConnection) -> Any:
    build_published(home, "student_count", "coverage")
    return home.execute(
        "select row_count, informative_count, suppression_code from publish.coverage where subgroup_dimension = 'sex'"
    ).fetchone()


def test_coverage_counts_whom_it_may_count(home: duckdb.DuckDBPyConnection) -> None:
    participants(home, 200, {"female": 120, "male": 60, "unknown": 20}, frozenset())
    assert coverage(home) == (200, 180, None)


def test_coverage_adds_up_what_anybody_could_add_up(home: duckdb.DuckDBPyConnection) -> None:
    participants(
        home, 400, {"female": 220, "male": 165, "unknown": 4, "declined": 11}, frozenset(("unknown", "declined"))
    )
    assert coverage(home) == (400, 385, None)


def test_coverage_does_not_tell_the_4_whom_two_withheld_groups_leave(home: duckdb.DuckDBPyConnection) -> None:
    participants(home, 400, {"female": 385, "male": 11, "unknown": 4}, frozenset(("male", "unknown")))
    assert coverage(home) == (400, None, "at_least_95_percent")


def test_coverage_is_the_same_for_all_worlds_that_look_alike(home: duckdb.DuckDBPyConnection) -> None:
    """Every world of a small place: what is told follows from the shown counts, whatever the hidden ones are."""
    said: dict[tuple[int, int], set[Any]] = defaultdict(set)
    for female, male, unknown in itertools.product((10, 14), (3, 5, 9), (2, 4, 8)):
        home.execute("delete from quality.release_cell")
        total = female + male + unknown
        participants(home, total, {"female": female, "male": male, "unknown": unknown}, frozenset(("male", "unknown")))
        said[total, female].add(coverage(home))
    assert all(len(found) == 1 for found in said.values())


def test_without_a_release_both_tables_are_empty_and_say_what_they_mean(home: duckdb.DuckDBPyConnection) -> None:
    home.execute("delete from quality.release")
    build_published(home, "student_count", "rule_result", "coverage")
    for table in ("rule_result", "coverage"):
        assert home.execute(f"select count(*) from publish.{table}").fetchone() == (0,)
