"""Does a rule that breaks, in whatever way, cost the night that rule alone: an error, and no word about a person?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations.registry import register_expectation
from great_expectations.expectations.row_conditions import Column

from expectations.catalogue import rules_of
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.proof import valid_row
from expectations.rule import Rule
from pipelines.validation.partition import Partition
from pipelines.validation.results import Outcome, judge_partitions
from pipelines.warehouse import open_in_memory

TABLE = "core.student"
pytestmark = pytest.mark.slow
NAME = "Ramona Quimby"
NIGHT = [Partition("oregon", "2022-23"), Partition("oregon", "2023-24")]
TODAY = dt.date(2024, 9, 1)


class ExpectColumnValuesToNotBeNull(gxe.ExpectColumnValuesToNotBeNull):
    """An expectation that raises while it judges, as one would after an upgrade of Great Expectations."""

    def _validate(self, *_: Any, **__: Any) -> Any:
        message = "unexpected_count"
        raise KeyError(message)


# Great Expectations knows a type by its name, and the last class of a name is the one that all others would get.
register_expectation(gxe.ExpectColumnValuesToNotBeNull)


def satisfies(condition: str, *columns: str) -> ExpectRowsToSatisfy:
    return ExpectRowsToSatisfy(column_list=list(columns or ("race_selections",)), condition=condition)


WAYS: dict[str, Any] = {
    "SQL that is none": satisfies("race_selections = = 'x'"),
    "SQL that ends too early": satisfies("race_selections in ('x'"),
    "a cast that fails on one row": satisfies("cast(race_selections as integer) > 0"),
    "a number too large": satisfies("cast(line_number as tinyint) * cast(line_number as tinyint) >= 0", "line_number"),
    "a word that DuckDB raises": satisfies("error(race_selections) is null"),
    "more rows than one": satisfies("race_selections = (select race_selections from core.student)"),
    "a column that is not there": gxe.ExpectColumnValuesToNotBeNull(column="ssn"),
    "a table that is not there": ExpectColumnsToReferToTable(
        column_list=["student_id"], other_table="core.nowhere", other_column_list=["student_id"]
    ),
    "a column that the other table lacks": ExpectColumnsToReferToTable(
        column_list=["student_id"], other_table="core.course", other_column_list=["student_id"]
    ),
    "a lookup in a table that is not there": satisfies("student_id in (select a from mart.nowhere)", "student_id"),
    "a pattern that is none": gxe.ExpectColumnValuesToMatchRegex(column="race_selections", regex="("),
    "a limit of another kind": gxe.ExpectColumnValuesToBeBetween(column="race_selections", min_value=1),
    "an exception inside of Great Expectations": ExpectColumnValuesToNotBeNull(column="race_selections"),
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Students of two years, one of whom has a name where a code should stand."""
    with open_in_memory() as opened:
        for line, year in enumerate(("2022-23", "2023-24", "2023-24"), start=2):
            place = {"grantee_id": "oregon", "program_year": year, "submission_id": "s1", "line_number": line * 100}
            row = valid_row("student") | place | {"race_selections": NAME if line == 4 else "white"}
            marks = ", ".join("?" for _ in row)
            opened.execute(f"insert into core.student ({', '.join(row)}) values ({marks})", list(row.values()))
        yield opened


@pytest.fixture(scope="module")
def sound() -> list[Rule]:
    """The rules of the book that need no other table than the one they speak of."""
    own = [rule for rule in rules_of(TABLE) if not rule.context and "mart." not in str(rule.expectation)]
    return [rule for rule in own if not isinstance(rule.expectation, ExpectColumnsToReferToTable)]


@pytest.fixture(scope="module")
def undisturbed(connection: duckdb.DuckDBPyConnection, sound: list[Rule]) -> list[tuple[Any, ...]]:
    return [told(outcome) for outcome in night(connection, "undisturbed", sound)]


@pytest.mark.parametrize("way", WAYS)
def test_a_rule_that_breaks_is_one_error_and_all_others_are_judged_as_without_it(
    connection: duckdb.DuckDBPyConnection, sound: list[Rule], undisturbed: list[tuple[Any, ...]], way: str
) -> None:
    half = len(sound) // 2
    outcomes = night(connection, way, [*sound[:half], broken(sound[0], WAYS[way]), *sound[half:]])
    assert [told(outcome) for outcome in outcomes if outcome.rule.id != "broken"] == undisturbed
    errors = [outcome for outcome in outcomes if outcome.rule.id == "broken"]
    assert [outcome.partition for outcome in errors] == NIGHT
    for outcome in errors:
        assert told(outcome)[3:] == ("error", None, None)
        assert outcome.verdict.error
        assert "Quimby" not in outcome.verdict.error


def test_a_population_that_breaks_is_an_error_too(connection: duckdb.DuckDBPyConnection, sound: list[Rule]) -> None:
    nobody = replace(broken(sound[0], satisfies("true")), population=Column("ssn") == "x")
    assert [outcome.status for outcome in night(connection, "population", [nobody])] == ["error", "error"]


def broken(like: Rule, expectation: Any) -> Rule:
    return replace(like, id="broken", table=TABLE, expectation=expectation, population=None)


def night(connection: duckdb.DuckDBPyConnection, run_id: str, rules: list[Rule]) -> list[Outcome]:
    return judge_partitions(connection, NIGHT, run_id, TODAY, lambda _: [(TABLE, rules)])


def told(outcome: Outcome) -> tuple[Any, ...]:
    verdict = outcome.verdict
    place = (outcome.rule.id, outcome.partition, outcome.institution_id)
    return (*place, outcome.status, verdict.population_count, verdict.failed_count)
