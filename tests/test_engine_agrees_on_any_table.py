"""Does our engine count as Great Expectations does on tables that nobody thought of: nulls, repeats, odd text, no rows?

Where a table is counted in parts, or by the distinct values of a column, the numbers must be those of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from judging_cases import COLUMNS, DAY, EXPECTATIONS, POPULATIONS, fill, rule
from stock_engines import stock_over

from pipelines.validation.clauses import Condition
from pipelines.validation.counting import count
from pipelines.validation.judge import ROWS, Book, open_book
from pipelines.validation.reduction import Scope

ON_ROWS = {name: e for name, e in EXPECTATIONS.items() if e.expectation_type in ROWS}
# Of rules on one column the stock engine cannot show the values: we say the column twice, and it finds that ambiguous.
SHOWN_BY_STOCK = [name for name in ON_ROWS if name not in ("satisfy, one column", "refer")]
# Not among the texts: a line end at the end of a value, where Python's `$` matches and DuckDB's (RE2's) does not.
TEXTS = ["i1", "i2", "F", "M", "52.0301", "5203", "x'%:?", r"52\0301", "", " ", "É", "e\u0301", "null", "o'r; --", None]
DAYS = [None, DAY(1, 1, 1), DAY(1900, 2, 28), DAY(2019, 12, 31), DAY(2020, 1, 1), DAY(9999, 12, 31)]
NUMBERS = [None, -1, 0, 1, 9, 10, 12, 60, 61, 2**31 - 1, -(2**31)]
VALUES = {"varchar": st.sampled_from(TEXTS), "integer": st.sampled_from(NUMBERS), "date": st.sampled_from(DAYS)}
GRANTEES = st.sampled_from(["oregon", "florida"])
ROW = st.tuples(GRANTEES, *(VALUES[kind] for kind in list(COLUMNS.values())[1:]))
TABLES = st.lists(ROW, max_size=14)
# A failing table is small as it is; to shrink it, with Great Expectations in between, takes minutes.
AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
ANY_SIZE, NO_SIZE = 0, 10**9  # from how many rows on a column is asked by its distinct values


Counting = tuple[duckdb.DuckDBPyConnection, Book]


@pytest.fixture(scope="module")
def counting() -> Iterator[Counting]:
    """A database without rows, and what counting all our types of rules on rows over all populations takes."""
    rules = [rule(f"{name}|{kind}", ON_ROWS[name], POPULATIONS[kind]) for name in ON_ROWS for kind in POPULATIONS]
    with duckdb.connect() as connection:
        fill(connection, [])
        connection.execute("create schema other")
        with open_book(connection, "student", rules) as book:
            yield connection, book


@pytest.mark.slow
@pytest.mark.parametrize("kind", POPULATIONS)
@given(rows=TABLES)
@settings(max_examples=3, phases=AS_FOUND)
def test_on_any_table_each_count_is_stock_great_expectations_count(
    counting: Counting, tmp_path_factory: pytest.TempPathFactory, kind: str, rows: list[tuple[Any, ...]]
) -> None:
    connection, book = put(counting, rows)
    verdicts = {v.rule_id: v for v in book.verdicts(count(connection, book.wanted(Scope("student"))))}
    with stock_over(rows, tmp_path_factory.getbasetemp()) as stock:
        for name in SHOWN_BY_STOCK:
            ours = verdicts[f"{name}|{kind}"]
            assert (ours.population_count, ours.failed_count) == stock.counts(name, POPULATIONS[kind]), name


@given(rows=TABLES)
@settings(phases=AS_FOUND, max_examples=8)
def test_counts_of_parts_are_those_of_the_parts_alone_and_sum_to_the_whole(
    counting: Counting, rows: list[tuple[Any, ...]]
) -> None:
    connection, book = put(counting, rows)
    by = ("grantee_id", "institution_id")
    whole, parts = (count(connection, book.wanted(Scope("student", keys=by[:1]), part)) for part in ((), by))
    assert not whole.broken
    cells = [cell for cell in parts.cells if len(cell) == len(by)]
    assert set(cells) == {(row[0], row[2]) for row in rows}
    for condition in wanted(book):
        assert whole.of(condition) == parts.of(condition) == sum(parts.of(condition, cell) for cell in cells)
    for grantee_id in {row[0] for row in rows}:
        own = f"from student where grantee_id = '{grantee_id}'"
        connection.execute(f"create or replace table other.student as {own}")
        alone = count(connection, book.wanted(Scope("other.student")))
        told = {condition: parts.of(condition, (grantee_id,)) for condition in wanted(book)}
        assert told == {condition: alone.of(condition) for condition in wanted(book)}


@given(rows=TABLES)
@settings(phases=AS_FOUND, max_examples=8)
def test_asking_the_distinct_values_changes_no_count(counting: Counting, rows: list[tuple[Any, ...]]) -> None:
    connection, book = put(counting, rows)
    of_rows, of_values = (count(connection, book.wanted(Scope("student")), size) for size in (NO_SIZE, ANY_SIZE))
    assert [of_rows.of(one) for one in wanted(book)] == [of_values.of(one) for one in wanted(book)]


def wanted(book: Book) -> list[Condition]:
    """Return all that is counted for the rules of the book."""
    counted = book.wanted(Scope(book.table))
    return list(dict.fromkeys((*counted.populations, *counted.failing)))


def put(counting: Counting, rows: list[tuple[Any, ...]]) -> Counting:
    """Make these rows, and no others, the rows of the table."""
    connection, _ = counting
    connection.execute("delete from student")
    if rows:
        connection.executemany(f"insert into student values ({', '.join('?' * len(COLUMNS))})", rows)
    return counting
