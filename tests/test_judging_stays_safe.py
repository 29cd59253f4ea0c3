"""Does judging stay safe: on any data, beside a broken rule, inside a partition, and for the pipeline around it?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from great_expectations.expectations.row_conditions import Column
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging_cases import COLUMNS, DAY, EXPECTATIONS, POPULATIONS, ROWS_OF_DATA, E, counted, fill, rule

from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from pipelines.validation.judge import AGGREGATES, ROWS, judge


@dataclass
class Recorder:
    """A connection that remembers what it was asked."""

    connection: duckdb.DuckDBPyConnection
    statements: list[str] = field(default_factory=list)

    def execute(self, statement: str, *rest: Any) -> duckdb.DuckDBPyConnection:
        """Remember the statement and run it."""
        self.statements.append(statement)
        return self.connection.execute(statement, *rest)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB database with the rows above."""
    with duckdb.connect() as connection:
        fill(connection, ROWS_OF_DATA)
        yield connection


def test_a_key_repeated_in_another_grantees_partition_is_no_duplicate(warehouse: duckdb.DuckDBPyConnection) -> None:
    rules = [
        rule("one", EXPECTATIONS["unique"]),
        rule("two", EXPECTATIONS["compound unique"]),
        rule("some", EXPECTATIONS["unique"], Column("credits_earned") > 3),
    ]
    verdicts = judge(warehouse, "main.student", rules, {"grantee_id": "oregon"})
    assert [(verdict.population_count, verdict.failed_count) for verdict in verdicts] == [(6, 3), (5, 2), (4, 2)]
    assert [counted(warehouse, verdict, "grantee_id = 'oregon'") for verdict in verdicts] == [3, 2, 2]
    whole = judge(warehouse, "main.student", rules)
    assert [verdict.failed_count for verdict in whole] == [5, 4, 2]


def test_a_null_in_the_table_referred_to_hides_no_orphan(warehouse: duckdb.DuckDBPyConnection) -> None:
    [verdict] = judge(warehouse, "student", [rule("orphans", EXPECTATIONS["refer"])])
    assert (verdict.population_count, verdict.failed_count) == (7, 1)


def test_a_condition_that_cannot_be_judged_on_a_row_does_not_flag_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    [verdict] = judge(warehouse, "student", [rule("credits", EXPECTATIONS["satisfy"])])
    assert (verdict.population_count, verdict.failed_count) == (8, 1)  # two rows lack one of the credits


def test_an_empty_table_is_judged_only_where_it_must_have_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("delete from student")
    rules = [rule(name, expectation) for name, expectation in EXPECTATIONS.items()]
    verdicts = {verdict.rule_id: verdict for verdict in judge(warehouse, "student", rules)}
    size = verdicts.pop("row count")
    assert (size.population_count, size.failed_count) == (1, 1)
    assert {(v.population_count, v.failed_count, v.error) for v in verdicts.values()} == {(0, 0, None)}


BROKEN: dict[str, Any] = {
    "a cast that fails on data": ExpectRowsToSatisfy(column_list=["cip_code"], condition="cast(cip_code as int) > 0"),
    "a column that is not there": E.ExpectColumnValuesToNotBeNull(column="ssn"),
    "a condition on a column that is not there": ExpectRowsToSatisfy(column_list=["sex_code"], condition="ssn > 0"),
    "a table that is not there": ExpectColumnsToReferToTable(
        column_list=["sex_code"], other_table="nowhere", other_column_list=["sex_code"]
    ),
    "a bound on text": E.ExpectColumnValuesToBeBetween(column="sex_code", min_value=1),
}


def test_a_rule_that_breaks_takes_no_other_rule_down(warehouse: duckdb.DuckDBPyConnection) -> None:
    sound = [rule(name, expectation) for name, expectation in EXPECTATIONS.items()]
    broken = [rule(name, expectation) for name, expectation in BROKEN.items()]
    judged = judge(warehouse, "student", [*broken[:2], *sound, *broken[2:]])
    assert [verdict.rule_id for verdict in judged if verdict.error] == list(BROKEN)
    assert [verdict for verdict in judged if not verdict.error] == judge(warehouse, "student", sound)
    silent = {(v.population_count, v.failed_count, v.success, v.predicate) for v in judged if v.error}
    assert silent == {(None, None, None, None)}


def test_an_error_never_repeats_a_value_of_a_person(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("update student set cip_code = 'Ramona Quimby'")
    judged = judge(warehouse, "student", [rule(name, expectation) for name, expectation in BROKEN.items()])
    assert not [verdict for verdict in judged if "Quimby" in str(verdict.error)]
    assert "ConversionException" in str(judged[0].error)
    assert "ssn" in str(judged[1].error)
    assert "nowhere" in str(judged[3].error)


def test_a_type_that_was_never_compared_is_refused_by_name(warehouse: duckdb.DuckDBPyConnection) -> None:
    untested = rule("kl", E.ExpectColumnMedianToBeBetween(column="credits_earned", min_value=1))
    with pytest.raises(TypeError, match="rule kl: expect_column_median_to_be_between is not tested on DuckDB"):
        judge(warehouse, "student", [untested])
    twice = rule(
        "twice", EXPECTATIONS["not null"].copy(update={"row_condition": POPULATIONS["text"]}), POPULATIONS["or"]
    )
    with pytest.raises(ValueError, match="rule twice: say the population once"):
        judge(warehouse, "student", [twice])


def test_mostly_does_not_soften_a_verdict_because_thresholds_are_ours(warehouse: duckdb.DuckDBPyConnection) -> None:
    lenient = E.ExpectColumnValuesToNotBeNull(column="sex_code", mostly=0.1)
    [verdict] = judge(warehouse, "student", [rule("lenient", lenient)])
    assert (verdict.failed_count, verdict.success) == (1, False)


def test_one_scan_serves_all_rules_and_populations_of_a_table(warehouse: duckdb.DuckDBPyConnection) -> None:
    on_rows = [name for name in EXPECTATIONS if EXPECTATIONS[name].expectation_type not in AGGREGATES]
    rules = [rule(f"{name}|{kind}", EXPECTATIONS[name], POPULATIONS[kind]) for name in on_rows for kind in POPULATIONS]
    assert len(rules) > 100
    recorder: Any = Recorder(warehouse)
    judge(recorder, "student", rules)
    statements = asked(recorder)
    assert len([one for one in statements if "count_if" in one]) == 1
    picked = [one for one in statements if one.startswith("insert into picked_tonight")]
    assert len([one for one in picked if "case when" in one]) == 1
    assert len(picked) == 2, "and one for the rows that are found by their key"
    found = {one.split(" as ")[0] for one in statements if 'create or replace temp table "key_' in one}
    keys = {name for name in found if not name.endswith('_hash"')}
    assert len(keys) <= 2 * len(POPULATIONS) + 2, "one for each key that is unique in a population, or referred to"


def asked(recorder: Recorder) -> list[str]:
    """Return the statements about data since the last call."""
    statements, recorder.statements = recorder.statements, []
    return [statement for statement in statements if "txid_current" not in statement]


def test_the_engine_sees_what_only_the_pipelines_own_connection_sees(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("create temp table staged as select * from student")
    [verdict] = judge(warehouse, "staged", [rule("size", EXPECTATIONS["not null"])])
    assert verdict.population_count == 8
    assert warehouse.execute("select count(*) from staged").fetchone() == (8,)


def test_no_rule_can_abort_a_transaction_of_the_pipeline(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("begin")
    warehouse.execute("insert into student select * from student")
    with pytest.raises(ValueError, match="cannot judge student within an open transaction: commit before"):
        judge(warehouse, "student", [rule("size", EXPECTATIONS["not null"])])
    warehouse.execute("commit")
    assert warehouse.execute("select count(*) from student").fetchone() == (16,)


def test_a_partition_named_with_signs_of_sql_is_only_a_name(warehouse: duckdb.DuckDBPyConnection) -> None:
    odd = "o'r:%(x)s?:a"
    warehouse.execute("update student set grantee_id = ? where grantee_id = 'florida'", [odd])
    [verdict] = judge(warehouse, "student", [rule("size", EXPECTATIONS["not null"])], {"grantee_id": odd})
    assert (verdict.population_count, verdict.error) == (1, None)


values = {
    "varchar": st.sampled_from(["i1", "i2", "F", "M", "52.0301", "x'%:?", "", None]),
    "integer": st.sampled_from([None, -1, 0, 9, 12, 2_000_000_000]),
    "date": st.sampled_from([None, DAY(1900, 1, 1), DAY(2023, 9, 1), DAY(9999, 12, 31)]),
}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.tuples(*(values[kind] for kind in COLUMNS.values())), max_size=12),
    kind=st.sampled_from(list(POPULATIONS)),
)
def test_on_any_data_the_rows_picked_are_the_rows_counted_and_belong_to_the_population(
    rows: list[tuple[Any, ...]], kind: str
) -> None:
    rules = [rule(name, e, POPULATIONS[kind]) for name, e in EXPECTATIONS.items() if e.expectation_type in ROWS]
    with duckdb.connect() as connection:
        fill(connection, rows)
        for verdict in judge(connection, "student", rules):
            assert verdict.error is None
            assert verdict.failed_count is not None
            assert verdict.population_count is not None
            assert counted(connection, verdict) == verdict.failed_count <= verdict.population_count <= len(rows)
            assert verdict.success == (verdict.failed_count == 0)


@pytest.mark.slow
def test_judging_leaves_no_file_no_project_and_no_noise_behind(tmp_path: Path) -> None:
    script = (
        "import duckdb; from great_expectations.expectations import ExpectColumnValuesToNotBeNull as E\n"
        "from expectations.rule import Rule; from pipelines.validation.judge import judge\n"
        "c = duckdb.connect(); c.execute('create table t as select 1 as a')\n"
        "r = Rule('r', 't', 'r', 'validity', 'info', E(column='a'), ('a',), '', '', (), ())\n"
        "print(judge(c, 't', [r])[0].population_count)"
    )
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert list(tmp_path.iterdir()) == []
