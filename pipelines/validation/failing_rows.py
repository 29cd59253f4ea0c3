"""Every failing row of every rule, from the predicate that counted it, into a table of tonight.

Values are shown as sent, personal ones masked. What becomes of a finding over the nights stands in ``findings``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.grantee import grantee
from pipelines.intake.raw_names import raw_columns, raw_table
from pipelines.layouts import FileLayout
from pipelines.schema import METADATA, PARTITION
from pipelines.warehouse import quoted

if TYPE_CHECKING:
    from expectations.rule import Rule

FOUND = "found_tonight"
# Text that changes while the record stays the same: the night accepts a file, a file takes the place of another.
PASSING = (*PARTITION, "message", "status", "supersedes_submission_id", "layout_version", "encoding")
MASK = "(masked)"
_Landed = list[tuple[str, dict[str, list[str]]]]  # a raw table, and what our columns are called there


@dataclass(frozen=True)
class Failing:
    """A rule that some rows fail, and the SQL that is true for exactly those."""

    rule: Rule
    predicate: str


@dataclass(frozen=True)
class _Place:
    """Where a table keeps what a finding shows; SQL expressions over the table as ``t``."""

    columns: frozenset[str]
    key: tuple[str, ...]
    masked: frozenset[str]

    def shown(self, failing: list[Failing]) -> set[str]:
        """Return the columns that findings need: where a row stands, its key, and the values shown."""
        named = {"submission_id", "line_number", "institution_id", *PARTITION, *self.key}
        return (named | {f.rule.columns[0] for f in failing}) & self.columns

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def get(self, column: str) -> str:
        """Return the column, or a typed null where the table has none of that name."""
        return f"t.{column}" if column in self.columns else "cast(null as varchar)"


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table ``found_tonight`` anew: a row for each rule and row that fails it."""
    connection.execute(
        f"create or replace temp table {FOUND} (rule_id varchar, rule_version integer, submission_id varchar, "
        "line_number bigint, grantee_id varchar, institution_id varchar, program_year varchar, record_key varchar, "
        "record_key_masked varchar, value_masked varchar, table_name varchar, column_name varchar)"
    )


def collect(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    failing: list[Failing],
    exactly: str,
    grantees: Collection[str],
) -> None:
    """Add every failing row of ``table``, of those for which ``exactly`` (SQL) is true, in one pass."""
    if failing:
        connection.execute(_rows_of(connection, table, failing, exactly, grantees))


def _rows_of(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    failing: list[Failing],
    exactly: str,
    grantees: Collection[str],
) -> str:
    place = _place(connection, table)
    joins, values_sent = _as_sent(failing, place, _landed(connection, table, grantees))
    numbers = ", ".join(f"case when {f.predicate} then {i} end" for i, f in enumerate(failing))
    any_fails = " or ".join(f"({f.predicate})" for f in failing)
    needed = ", ".join(f't."{column}"' for column in sorted(place.shown(failing)))
    described = ", ".join(
        f"({i}, {quoted(f.rule.id)}, {f.rule.version}, {quoted(f.rule.columns[0])})" for i, f in enumerate(failing)
    )
    return f"""
    insert into {FOUND}
    with judged as (
        select {needed}, unnest(list_value({numbers})) as rule_number
        from {table} as t where ({any_fails}) and ({exactly})
    ),
    t as (select * from judged where rule_number is not null),
    rule (rule_number, rule_id, version, column_name) as (values {described})
    select rule.rule_id, rule.version, {place.get("submission_id")}, {place.get("line_number")},
        {place.get("grantee_id")}, {place.get("institution_id")}, {place.get("program_year")},
        {_key(place, masked=False)}, {_key(place, masked=True)}, {values_sent}, {quoted(table)}, rule.column_name
    from t inner join rule using (rule_number) {joins}
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


def _as_sent(failing: list[Failing], place: _Place, landed: _Landed) -> tuple[str, str]:
    """Return joins to raw and the SQL for each rule's value: as sent, masked where personal."""
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


def _landed(connection: duckdb.DuckDBPyConnection, table: str, grantees: Collection[str]) -> _Landed:
    """Return the raw tables that have filled a core table, each with our columns and what they are called there.

    Only what has landed: a layout that no file has used yet has no table, one of a later version not all columns.
    """
    if not table.startswith("core."):
        return []
    there = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
    ).fetchall()
    found: dict[str, dict[str, list[str]]] = {}
    for grantee_id, layout in _layouts_of(table, grantees):
        raw = raw_table(grantee_id, layout)
        names, columns = raw_columns(layout), found.setdefault(raw, {})
        for column in layout.columns:
            name = names[column.name]
            if (raw.split('"')[1], name) in there and name not in columns.setdefault(column.to, []):
                columns[column.to].append(name)
    return [(raw, columns) for raw, columns in found.items() if any(columns.values())]


def _layouts_of(table: str, grantees: Collection[str]) -> Iterator[tuple[str, FileLayout]]:
    """Yield the layouts of grantees that fill a core table."""
    for grantee_id in sorted(grantees):
        for layout in grantee(grantee_id).layouts:
            if f"core.{layout.table}" == table:
                yield grantee_id, layout
