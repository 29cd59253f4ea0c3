"""Adds spoiled rows to core, so that both ways of judging have something to find and to agree on.

Each column of each table in turn is absent, unreadable or wrong in some copies of good rows. What the faults of real
submissions look like is the matter of `pipelines.sample.faults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
from sqlalchemy import Column, Date, Integer, Numeric, Table

from pipelines.code_sets import codes_of
from pipelines.schema import content_columns, core_tables

SPOILED_ROWS = 200  # one in so many


def spoil(connection: duckdb.DuckDBPyConnection) -> None:
    """Add to each table that has rows a spoiled copy of some of them for each fault that its columns can have."""
    for table in core_tables():
        found = connection.execute(f"select count(*) from {table.fullname}").fetchone()
        if found and found[0]:
            connection.execute(_insert(table, int(found[0])))


def _insert(table: Table, row_count: int) -> str:
    faults = list(_faults(table))
    copies = max(1, row_count // SPOILED_ROWS // len(faults))
    changed: dict[str, str] = {}
    for number, fault in enumerate(faults):
        for name, value in fault.items():
            changed[name] = f"{changed.get(name, '')} when {number} then {value}"
    values = [f"case fault{changed[c.name]} else {c.name} end" if c.name in changed else c.name for c in table.columns]
    return (
        f"insert into {table.fullname} select {', '.join(values)} from "
        f"(select * from {table.fullname} order by hash(submission_id, line_number) limit {copies}), "
        f"(select unnest(range({len(faults)})) as fault)"
    )


def _faults(table: Table) -> Iterator[dict[str, str]]:
    """Yield what becomes of a row: columns to SQL values."""
    yield {}  # the whole record twice
    yield {"unreadable_columns": "',program_year,'"}
    for column in content_columns(table):
        absent = "'unknown'" if column.info["states"] else "null"
        yield {column.name: absent}
        yield {column.name: absent, "unreadable_columns": f"',{column.name},'"}
        yield {column.name: _wrong(column)}


def _wrong(column: Column[Any]) -> str:
    if isinstance(column.type, Date):
        return "date '1890-01-01'"
    if isinstance(column.type, (Integer, Numeric)):
        return "4001"
    if not column.info["codes"]:
        return f"'nobody known to {column.table.name}'"  # nothing that it refers to carries the same stand-in
    first, second = codes_of(column)[:2] if len(codes_of(column)) > 1 else codes_of(column) * 2
    return f"case when {column.name} = '{first}' then '{second}' else '{first}' end"
