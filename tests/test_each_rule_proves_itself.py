"""Does each rule flag its own bad rows, and no others?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from expectations.catalogue import all_rules
from expectations.rule import Row, Rule
from pipelines.schema import METADATA
from pipelines.validation.dialect import Dialect
from pipelines.validation.judge import Verdict, judge

ROLE = "proof_role"  # tells the rows of the proof apart; no rule knows it
SQL_TYPES = {bool: "boolean", int: "bigint", float: "double", Decimal: "decimal(18, 4)", dt.date: "date"}


def prove(connection: duckdb.DuckDBPyConnection, rule: Rule) -> tuple[Verdict, list[Row], list[Row]]:
    """Return the verdict on the rule's rows, the rows that it flags, and the rows that it should flag."""
    tagged = [{**row, ROLE: n} for n, row in enumerate((*rule.passes, *rule.fails))]
    own = [{**row, ROLE: None} for row in rule.context.get(rule.table, ())]
    tables = {**rule.context, rule.table: (*tagged, *own)}
    for table, rows in tables.items():
        fill(connection, table, rows)
    verdict = judge(connection, rule.table, [rule])[0]
    flagged = flagged_rows(connection, rule, verdict)
    for table in tables:
        connection.execute(f"drop table {table}")
    return verdict, [tagged[n] for n in flagged], tagged[len(rule.passes) :]


def flagged_rows(connection: duckdb.DuckDBPyConnection, rule: Rule, verdict: Verdict) -> list[int]:
    """Return which rows of the proof the verdict's predicate selects; context rows of the same table show as -1."""
    assert verdict.error is None, f"{rule.id}: {verdict.error}"
    query = f"select coalesce({ROLE}, -1) from {rule.table} where {verdict.predicate} order by 1"
    return [number for (number,) in connection.execute(query).fetchall()]


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Create ``table`` with the declared types, or with those of the values where it is derived, and fill it."""
    rows = list(rows)
    types = column_types(table, rows)
    connection.execute(f"create schema if not exists {table.split('.', maxsplit=1)[0]}")
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
    connection.execute(f"create table {table} ({columns})")
    places = ", ".join("?" for _ in types)
    for row in rows:
        connection.execute(f"insert into {table} values ({places})", [row.get(name) for name in types])


def column_types(table: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return name and SQL type of each column."""
    if table in METADATA.tables:
        columns = METADATA.tables[table].columns
        return {c.name: str(c.type.compile(Dialect())) for c in columns} | {ROLE: "bigint"}
    types: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None or name not in types:
                types[name] = SQL_TYPES.get(type(value), "varchar")
    return types | {ROLE: "bigint"}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_flags_its_own_bad_rows_and_no_others(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    verdict, flagged, expected = prove(connection, rule)
    assert flagged == expected
    assert verdict.failed_count == len(rule.fails)
    assert verdict.population_count is not None
    assert verdict.population_count >= verdict.failed_count
