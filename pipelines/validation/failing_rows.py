"""Every failing row of every rule, from the predicate that counted it, into a table of tonight.

Values are shown as sent, personal ones masked. What becomes of a finding over the nights stands in ``findings``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.grantee import grantee
from pipelines.intake.raw_names import raw_columns, raw_table
from pipelines.schema import METADATA, PARTITION
from pipelines.warehouse import quoted

if TYPE_CHECKING:
    from expectations.rule import Rule

FOUND = "found_tonight"
# Text that changes while the record stays the same: the night accepts a file, a file takes the place of another.
PASSING = (*PARTITION, "message", "status", "supersedes_submission_id", "layout_version", "encoding")
MASK = "(masked)"


@dataclass(frozen=True)
class Failing:
    """A rule that some rows fail, and the SQL that is true for exactly those."""

    rule: Rule
    predicate: str
    is_waived: bool


@dataclass(frozen=True)
class _Place:
    """Where a table keeps what a finding shows; SQL expressions over the table as ``t``."""

    columns: frozenset[str]
    key: tuple[str, ...]
    masked: frozenset[str]

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def get(self, column: str) -> str:
        """Return the column, or a typed null where the table has none of that name."""
        return f"t.{column}" if column in self.columns else "cast(null as varchar)"


def collect(
    connection: duckdb.DuckDBPyConnection, failing: list[Failing], grantee_id: str | None, program_year: str | None
) -> None:
    """Put every failing row of a partition into the temporary table ``found_tonight``, one pass a table."""
    connection.execute(
        f"create or replace temp table {FOUND} (rule_id varchar, submission_id varchar, line_number bigint, "
        "institution_id varchar, program_year varchar, record_key varchar, record_key_masked varchar, "
        "value_masked varchar, rule_version integer, severity varchar, table_name varchar, column_name varchar, "
        "is_waived boolean)"
    )
    for table in sorted({f.rule.table for f in failing}):
        rules = [f for f in failing if f.rule.table == table]
        connection.execute(_rows_of(connection, table, rules, grantee_id, program_year))


def _rows_of(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    failing: list[Failing],
    grantee_id: str | None,
    program_year: str | None,
) -> str:
    place = _place(connection, table)
    partition = "true"
    if grantee_id is not None:
        values = zip(PARTITION, (grantee_id, program_year), strict=True)
        partition = " and ".join(f"{column} = {quoted(value or '')}" for column, value in values)
    joins, values_sent = _as_sent(connection, table, failing, grantee_id, place)
    flags = ", ".join(f"({f.predicate}) as is_failing_{i}" for i, f in enumerate(failing))
    any_flag = " or ".join(f"is_failing_{i}" for i in range(len(failing)))
    per_rule = " union all ".join(
        f"select t.*, {i} as rule_number from judged as t where is_failing_{i}" for i in range(len(failing))
    )
    described = ", ".join(
        f"({i}, {quoted(f.rule.id)}, {f.rule.version}, {quoted(f.rule.severity)}, {quoted(table)}, "
        f"{quoted(f.rule.columns[0])}, {str(f.is_waived).lower()})"
        for i, f in enumerate(failing)
    )
    return f"""
    insert into {FOUND}
    with flagged as materialized (select *, {flags} from {table} where {partition}),
    judged as (select * from flagged where {any_flag}),
    t as ({per_rule}),
    rule (rule_number, rule_id, version, severity, table_name, column_name, is_waived) as (values {described})
    select rule.rule_id, {place.get("submission_id")}, {place.get("line_number")}, {place.get("institution_id")},
        {place.get("program_year")}, {_key(place, masked=False)}, {_key(place, masked=True)}, {values_sent},
        rule.version, rule.severity, rule.table_name, rule.column_name, rule.is_waived
    from t join rule using (rule_number) {joins}
    """


def _place(connection: duckdb.DuckDBPyConnection, table: str) -> _Place:
    described = connection.execute(f"describe {table}").fetchall()
    columns = frozenset(row[0] for row in described)
    declared = METADATA.tables.get(table)
    if declared is not None:
        # Reference tables are judged over all their years at once, so the year is part of what tells their rows apart.
        shared = PARTITION if table.startswith("core.") else ()
        key = tuple(c for c in declared.info["key"] if c not in shared)
        masked = frozenset(c.name for c in declared.columns if c.info["pii"])
        return _Place(columns, key, masked)
    # A derived table has no row of its own in the schema: what is text, less the measures, tells its rows apart.
    key = tuple(row[0] for row in described if row[1] == "VARCHAR" and row[0] not in PASSING)
    return _Place(columns, key, frozenset({"student_id"}))


def _key(place: _Place, *, masked: bool) -> str:
    """Return SQL for the record's key as ``name=value`` pairs; a record whose key has a hole is told by its line."""
    parts = []
    for column in place.key:
        hidden = masked and column in place.masked
        value = quoted(MASK) if hidden else f"coalesce(cast(t.{column} as varchar), '?')"
        parts.append(f"{quoted(column + '=')} || {value}")
    if not masked and "line_number" in place and place.key:
        hole = " or ".join(f"t.{column} is null" for column in place.key)
        parts.append(f"case when {hole} then cast(t.line_number as varchar) else '' end")
    return f"concat_ws(' ', {', '.join(parts)})" if parts else "''"


def _as_sent(
    connection: duckdb.DuckDBPyConnection, table: str, failing: list[Failing], grantee_id: str | None, place: _Place
) -> tuple[str, str]:
    """Return joins to raw and the SQL for each rule's value: as sent, masked where personal."""
    landed = _landed(connection, table, grantee_id)
    joins = [
        f"left join {raw} as sent_{n} "
        f"on t.submission_id = sent_{n}.submission_id and t.line_number = sent_{n}.line_number"
        for n, (raw, _) in enumerate(landed)
    ]
    cases = []
    for i, f in enumerate(failing):
        column = f.rule.columns[0]
        sent = [f'sent_{n}."{name}"' for n, (_, columns) in enumerate(landed) for name in columns.get(column, ())]
        if column in place:
            sent.append(f"cast(t.{column} as varchar)")
        value = f"coalesce({', '.join(sent)})" if sent else "cast(null as varchar)"
        if column in place.masked:
            value = f"case when {value} is null then null else {quoted(MASK)} end"
        cases.append(f"when {i} then {value}")
    return " ".join(joins), f"case t.rule_number {' '.join(cases)} end"


def _landed(
    connection: duckdb.DuckDBPyConnection, table: str, grantee_id: str | None
) -> list[tuple[str, dict[str, list[str]]]]:
    """Return the raw tables that have filled a core table, each with our columns and what they are called there.

    Only what has landed: a layout that no file has used yet has no table, one of a later version not all columns.
    """
    if grantee_id is None or not table.startswith("core."):
        return []
    found: dict[str, dict[str, list[str]]] = {}
    for layout in grantee(grantee_id).layouts:
        if f"core.{layout.table}" != table:
            continue
        raw = raw_table(grantee_id, layout)
        there = connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?",
            [raw.split('"')[1]],
        ).fetchall()
        names, columns = raw_columns(layout), found.setdefault(raw, {})
        for column in layout.columns:
            name = names[column.name]
            if (name,) in there and name not in columns.setdefault(column.to, []):
                columns[column.to].append(name)
    return [(raw, columns) for raw, columns in found.items() if columns]
