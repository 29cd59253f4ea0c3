"""Does our DuckDB engine say what Great Expectations says, and does it point at the rows that it counted?"""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import duckdb
import great_expectations as gx
import pandas as pd
import pytest
import sqlalchemy as sa
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.expectations.row_conditions import Column
from great_expectations.validator.validator import Validator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.rule import Rule
from pipelines.validation.dialect import open_engine
from pipelines.validation.judge import AGGREGATES, ROWS, Verdict, judge

DAY = dt.date
# name, type; the rows below hold nulls, repeats, text with SQL's and SQLAlchemy's own signs, and a second partition.
COLUMNS = {
    "grantee_id": "varchar",
    "student_id": "varchar",
    "institution_id": "varchar",
    "sex_code": "varchar",
    "cip_code": "varchar",
    "credits_attempted": "integer",
    "credits_earned": "integer",
    "entry_date": "date",
    "exit_date": "date",
}
ROWS_OF_DATA: list[tuple[Any, ...]] = [
    ("oregon", "s1", "i1", "F", "52.0301", 12, 12, DAY(2023, 9, 1), DAY(2024, 6, 1)),
    ("oregon", "s2", "i1", "M", "11.0101", 9, 15, DAY(2023, 9, 1), DAY(2023, 1, 1)),
    ("oregon", "s2", "i2", "x'%:?", "5203", None, 3, DAY(2024, 1, 8), None),
    ("oregon", "s3", "i2", None, None, 3, None, None, DAY(2024, 6, 1)),
    ("oregon", "s4", None, "F", "52.0301", 200, 12, DAY(2019, 1, 1), DAY(2019, 1, 1)),
    ("oregon", None, "i9", "M", r"52\0301", 12, 12, DAY(2023, 9, 1), DAY(2024, 6, 1)),
    ("oregon", "s2", "i1", "F", "11.0101", 9, 9, DAY(2023, 9, 1), DAY(2024, 6, 1)),
    ("florida", "s1", "i1", "M", "52.0301", 1, 1, DAY(2023, 9, 1), DAY(2024, 6, 1)),
]
INSTITUTIONS: list[tuple[str | None, ...]] = [("i1",), ("i2",), (None,)]
E = gx.expectations
ANY: Literal["any_value_is_missing"] = "any_value_is_missing"
EITHER: Literal["either_value_is_missing"] = "either_value_is_missing"
EXPECTATIONS: dict[str, Any] = {
    "not null": E.ExpectColumnValuesToNotBeNull(column="sex_code"),
    "null": E.ExpectColumnValuesToBeNull(column="exit_date"),
    "in set": E.ExpectColumnValuesToBeInSet(column="sex_code", value_set=["F", "M"]),
    "not in set": E.ExpectColumnValuesToNotBeInSet(column="sex_code", value_set=["x'%:?", "X"]),
    "regex": E.ExpectColumnValuesToMatchRegex(column="cip_code", regex=r"^\d{2}\.\d{4}$"),
    "regex, partial": E.ExpectColumnValuesToMatchRegex(column="cip_code", regex=r"03"),
    "not regex": E.ExpectColumnValuesToNotMatchRegex(column="cip_code", regex=r"[\\%:?]"),
    "between": E.ExpectColumnValuesToBeBetween(column="credits_attempted", min_value=0, max_value=60),
    "between, strict": E.ExpectColumnValuesToBeBetween(column="credits_attempted", min_value=9, strict_min=True),
    "between dates": E.ExpectColumnValuesToBeBetween(column="entry_date", min_value=DAY(2020, 1, 1)),
    "lengths": E.ExpectColumnValueLengthsToBeBetween(column="cip_code", min_value=7, max_value=7),
    "unique": E.ExpectColumnValuesToBeUnique(column="student_id"),
    "compound unique": E.ExpectCompoundColumnsToBeUnique(
        column_list=["student_id", "institution_id"], ignore_row_if=ANY
    ),
    "pair equal": E.ExpectColumnPairValuesToBeEqual(
        column_A="credits_attempted", column_B="credits_earned", ignore_row_if=EITHER
    ),
    "pair greater": E.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="exit_date", column_B="entry_date", ignore_row_if=EITHER
    ),
    "pair greater or equal": E.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="credits_attempted", column_B="credits_earned", or_equal=True, ignore_row_if=EITHER
    ),
    "satisfy": ExpectRowsToSatisfy(
        column_list=["credits_attempted", "credits_earned"], condition="credits_earned <= credits_attempted"
    ),
    "satisfy, one column": ExpectRowsToSatisfy(column_list=["sex_code"], condition="sex_code not like '%:%'"),
    "refer": ExpectColumnsToReferToTable(
        column_list=["institution_id"], other_table="institution", other_column_list=["institution_id"]
    ),
    "refer by two": ExpectColumnsToReferToTable(
        column_list=["grantee_id", "institution_id"],
        other_table="grantee_institution",
        other_column_list=["grantee_id", "institution_id"],
    ),
    "row count": E.ExpectTableRowCountToBeBetween(min_value=5),
    "mean": E.ExpectColumnMeanToBeBetween(column="credits_earned", min_value=0, max_value=9),
    "sum": E.ExpectColumnSumToBeBetween(column="credits_earned", min_value=0, max_value=9999),
    "max": E.ExpectColumnMaxToBeBetween(column="credits_attempted", max_value=60),
    "min": E.ExpectColumnMinToBeBetween(column="credits_attempted", min_value=1),
    "complete": E.ExpectColumnProportionOfNonNullValuesToBeBetween(column="sex_code", min_value=0.9),
}
POPULATIONS: dict[str, Any] = {
    "all": None,
    "text": Column("institution_id") == "i1",
    "number": Column("credits_earned") > 9,
    "null": Column("exit_date").is_not_null(),
    "list": Column("sex_code").is_in(["F", "M"]),
    "and": (Column("credits_earned") >= 9) & (Column("sex_code") == "F"),
    "or": (Column("institution_id") == "i2") | (Column("credits_earned") == 12),
    "nobody": Column("institution_id") == "nowhere",
}
CASES = [(name, population) for name in EXPECTATIONS for population in POPULATIONS]
# Pandas knows no SQL, hence none of our two types: they are compared on SQLite.
ONLY_SQL = (ExpectRowsToSatisfy, ExpectColumnsToReferToTable)


def rule(name: str, expectation: Any, population: Any = None) -> Rule:
    """Return a rule of which only the parts that the engine reads matter."""
    return Rule(
        id=name,
        table="student",
        title=name,
        dimension="validity",
        severity="warning",
        expectation=expectation,
        columns=("sex_code",),
        why="",
        fix="",
        passes=(),
        fails=(),
        population=population,
    )


@dataclass
class Recorder:
    """A connection that remembers what it was asked."""

    connection: duckdb.DuckDBPyConnection
    statements: list[str] = field(default_factory=list)

    def execute(self, statement: str, *rest: Any) -> duckdb.DuckDBPyConnection:
        """Remember the statement and run it."""
        self.statements.append(statement)
        return self.connection.execute(statement, *rest)


def fill(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    """Make the table of students and the two that it refers to."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create table student ({columns})")
    connection.execute("create table institution (institution_id varchar)")
    connection.execute("create table grantee_institution (grantee_id varchar, institution_id varchar)")
    if rows:
        connection.executemany(f"insert into student values ({', '.join('?' * len(COLUMNS))})", rows)
    connection.executemany("insert into institution values (?)", INSTITUTIONS)
    connection.executemany("insert into grantee_institution values ('oregon', ?)", INSTITUTIONS)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB database with the rows above."""
    with duckdb.connect() as connection:
        fill(connection, ROWS_OF_DATA)
        yield connection


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, str], Verdict]:
    """Ours, all cases judged together, as the pipeline does."""
    with duckdb.connect() as connection:
        fill(connection, ROWS_OF_DATA)
        rules = [rule(f"{name}|{kind}", EXPECTATIONS[name], POPULATIONS[kind]) for name, kind in CASES]
        judged = judge(connection, "student", rules)
    return dict(zip(CASES, judged, strict=True))


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Stock Great Expectations, on pandas and on SQLite."""
    context = gx.get_context(mode="ephemeral")
    frame = pd.DataFrame(ROWS_OF_DATA, columns=list(COLUMNS)).astype(
        {"credits_attempted": "Int64", "credits_earned": "Int64"}
    )
    pandas = context.data_sources.add_pandas("pandas").add_dataframe_asset("student")
    path = tmp_path_factory.mktemp("sqlite") / "stock.sqlite"
    connection = sqlite3.connect(path)
    text = [tuple(str(value) if isinstance(value, DAY) else value for value in row) for row in ROWS_OF_DATA]
    fill(connection, text)
    connection.commit()
    connection.close()
    engine = SqlAlchemyExecutionEngine(connection_string=f"sqlite:///{path}")
    source = sa.select(sa.text("*")).select_from(sa.table("student"))
    engine.load_batch_data(
        "student", SqlAlchemyBatchData(engine, selectable=source, create_temp_table=False, source_table_name="student")
    )
    yield {
        "pandas": pandas.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame}),
        "sqlite": Validator(execution_engine=engine),
    }
    engine.close()


def ask_stock(stock: dict[str, Any], name: str, population: Any) -> Any:
    """Return stock Great Expectations' result, from the engine that supports the type."""
    expectation = EXPECTATIONS[name]
    if population is not None:
        expectation = expectation.copy(update={"row_condition": population})
    if not isinstance(expectation, ONLY_SQL):
        return stock["pandas"].validate(expectation, result_format="BASIC")
    configuration = expectation.configuration
    [result] = stock["sqlite"].graph_validate([configuration], {"result_format": {"result_format": "BASIC"}})
    return result


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_verdict_is_stock_great_expectations_verdict(
    name: str, kind: str, verdicts: dict[tuple[str, str], Verdict], stock: dict[str, Any]
) -> None:
    ours = verdicts[name, kind]
    assert ours.error is None
    if kind == "nobody" and name in ("mean", "sum", "max", "min", "complete"):
        assert (ours.population_count, ours.failed_count) == (
            0,
            0,
        )  # stock engines differ: the sum of nothing is 0 or null
        return
    theirs = ask_stock(stock, name, POPULATIONS[kind])
    assert ours.success == bool(theirs.success), theirs
    if "element_count" in theirs.result:
        assert ours.population_count == theirs.result["element_count"] - (theirs.result.get("missing_count") or 0)
        assert ours.failed_count == theirs.result["unexpected_count"]


def test_the_cases_are_no_formality_each_type_passes_somewhere_and_fails_somewhere(
    verdicts: dict[tuple[str, str], Verdict],
) -> None:
    said = {name: {verdicts[name, kind].success for kind in POPULATIONS} for name in EXPECTATIONS}
    assert {name for name, successes in said.items() if successes != {True, False}} <= {"sum", "min"}
    assert {type(e).__name__ for e in EXPECTATIONS.values()} == {
        "".join(part.title() for part in kind.split("_")) for kind in ROWS + AGGREGATES
    }


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if not case[0].startswith(("row count", "mean"))])
def test_the_rows_pointed_at_are_the_rows_counted(
    name: str, kind: str, verdicts: dict[tuple[str, str], Verdict], warehouse: duckdb.DuckDBPyConnection
) -> None:
    verdict = verdicts[name, kind]
    if EXPECTATIONS[name].expectation_type in AGGREGATES:
        assert verdict.predicate is None
    else:
        assert counted(warehouse, verdict) == verdict.failed_count


def counted(connection: duckdb.DuckDBPyConnection, verdict: Verdict, where: str = "true") -> int:
    """Return how many rows the predicate picks."""
    row = connection.execute(f"select count(*) from student where {where} and ({verdict.predicate})").fetchone()
    assert row is not None
    return int(row[0])


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


def test_a_rule_that_breaks_takes_no_other_rule_down(
    warehouse: duckdb.DuckDBPyConnection, verdicts: dict[tuple[str, str], Verdict]
) -> None:
    sound = [rule(name, expectation) for name, expectation in EXPECTATIONS.items()]
    broken = [rule(name, expectation) for name, expectation in BROKEN.items()]
    judged = judge(warehouse, "student", [*broken[:2], *sound, *broken[2:]])
    assert [verdict.rule_id for verdict in judged if verdict.error] == list(BROKEN)
    untouched = [verdict for verdict in judged if not verdict.error]
    assert untouched == [replace(verdicts[name, "all"], rule_id=name) for name in EXPECTATIONS]
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
    simple = [name for name in EXPECTATIONS if name not in ("unique", "compound unique")]
    simple = [name for name in simple if EXPECTATIONS[name].expectation_type not in AGGREGATES] + ["row count"]
    rules = [rule(f"{name}|{kind}", EXPECTATIONS[name], POPULATIONS[kind]) for name in simple for kind in POPULATIONS]
    assert len(rules) > 100
    recorder: Any = Recorder(warehouse)
    judge(recorder, "student", rules)
    assert len(asked(recorder)) == 2  # names and types, then the counts of all rules
    judge(
        recorder,
        "student",
        [*rules, rule("unique", EXPECTATIONS["unique"]), rule("key", EXPECTATIONS["compound unique"])],
    )
    assert len(asked(recorder)) == 4  # one more for each key


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


def test_stock_great_expectations_still_needs_our_engine_on_duckdb(warehouse: duckdb.DuckDBPyConnection) -> None:
    # When this fails, an upgrade has learnt DuckDB: see what of pipelines/validation can go.
    engine = SqlAlchemyExecutionEngine(engine=open_engine(warehouse))
    source = sa.select(sa.text("*")).select_from(sa.table("student"))
    engine.load_batch_data("student", SqlAlchemyBatchData(engine, selectable=source, create_temp_table=False))
    [result] = Validator(execution_engine=engine).graph_validate([EXPECTATIONS["regex"].configuration])
    engine.close()
    assert not result.success
    assert "exception_traceback" in str(result.exception_info)


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
