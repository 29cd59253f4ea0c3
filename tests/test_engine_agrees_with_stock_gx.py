"""Does our DuckDB engine say what Great Expectations says, and does it point at the rows that it counted?"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import sqlalchemy as sa
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.validator.validator import Validator
from judging_cases import CASES, EXPECTATIONS, POPULATIONS, ROWS_OF_DATA, counted, fill, rule
from stock_engines import Stock, stock_over

from pipelines.validation.dialect import open_engine
from pipelines.validation.judge import AGGREGATES, ROWS, Verdict, judge


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
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    with stock_over(ROWS_OF_DATA, tmp_path_factory.mktemp("sqlite")) as engines:
        yield engines


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_verdict_is_stock_great_expectations_verdict(
    name: str, kind: str, verdicts: dict[tuple[str, str], Verdict], stock: Stock
) -> None:
    ours = verdicts[name, kind]
    assert ours.error is None
    if kind == "nobody" and name in ("mean", "sum", "max", "min", "complete"):
        assert (ours.population_count, ours.failed_count) == (
            0,
            0,
        )  # stock engines differ: the sum of nothing is 0 or null
        return
    theirs = stock.judges(name, POPULATIONS[kind])
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


def test_stock_great_expectations_still_needs_our_engine_on_duckdb(warehouse: duckdb.DuckDBPyConnection) -> None:
    # When this fails, an upgrade has learnt DuckDB: see what of pipelines/validation can go.
    engine = SqlAlchemyExecutionEngine(engine=open_engine(warehouse))
    source = sa.select(sa.text("*")).select_from(sa.table("student"))
    engine.load_batch_data("student", SqlAlchemyBatchData(engine, selectable=source, create_temp_table=False))
    [result] = Validator(execution_engine=engine).graph_validate([EXPECTATIONS["regex"].configuration])
    engine.close()
    assert not result.success
    assert "exception_traceback" in str(result.exception_info)
