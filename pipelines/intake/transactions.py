"""Update files: records that add, change or delete, replayed over all files in force in the order of their arrival.

A change or a delete takes the place of all earlier records with its key; a record whose key cannot be read takes no
one's place and stays, to be judged. Which files are in force is decided in ``versions``.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from pipelines.intake.arrival import layouts_for
from pipelines.intake.conform import conform_sql
from pipelines.intake.place import as_counted
from pipelines.intake.raw import make_raw
from pipelines.intake.raw_names import raw_columns
from pipelines.intake.source import Supplier
from pipelines.intake.submission import CURRENT, Submission, find
from pipelines.layouts import FileLayout, Transactions
from pipelines.schema import core_table, key_of
from pipelines.warehouse import quoted

_MOST_LINES = 10**10  # of one file, so that the places of the next begin behind it


def replay(connection: duckdb.DuckDBPyConnection, supplier: Supplier, program_year: str, tables: Iterable[str]) -> None:
    """Make the rows of those tables anew from all update files in force. The caller has the transaction."""
    submissions = _in_order(connection, supplier, program_year)
    for table in dict.fromkeys(tables):
        parts = [
            (number, submission, layout)
            for number, submission in enumerate(submissions)
            if table in submission.tables
            for layout in layouts_for(supplier, program_year, submission.file_name)
            if layout.transactions and layout.table == table
        ]
        _replay_table(connection, supplier, program_year, table, parts)


def _in_order(connection: duckdb.DuckDBPyConnection, supplier: Supplier, program_year: str) -> list[Submission]:
    """Return the submissions in force in the order in which their slots were first filled.

    A base file that is sent again still comes before the updates that were sent after its first version. Files of one
    night count in the order of their names, the tenth after the second.
    """
    everything = find(connection, "grantee_id = ? and program_year = ?", [supplier.id, program_year])
    everything.sort(key=lambda s: (s.received_at, as_counted(s.file_name)))
    first = {s.slot: number for number, s in reversed(list(enumerate(everything)))}
    return sorted((s for s in everything if s.status in CURRENT), key=lambda s: first[s.slot])


def _replay_table(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    program_year: str,
    table: str,
    parts: list[tuple[int, Submission, FileLayout]],
) -> None:
    names = ", ".join(c.name for c in core_table(table).columns)
    _take_out_all(connection, supplier, program_year, table, parts)
    connection.execute(
        "create or replace temp table replayed as "
        f"select *, '' as act, cast(0 as bigint) as place from core.{table} limit 0"
    )
    for number, submission, layout in parts:
        select = _acts_sql(layout, make_raw(connection, supplier, layout), number)
        connection.execute(
            f"insert into replayed ({names}, act, place) {select}",
            {"program_year": program_year, "submission_id": submission.submission_id, "grantee_id": supplier.id},
        )
    connection.execute(f"insert into core.{table} ({names}) {_left_sql(table, names)}")
    _record_acts(connection, table)
    connection.execute("drop table replayed")


def _take_out_all(
    connection: duckdb.DuckDBPyConnection,
    supplier: Supplier,
    program_year: str,
    table: str,
    parts: list[tuple[int, Submission, FileLayout]],
) -> None:
    ids = [submission.submission_id for _, submission, _ in parts]
    connection.execute(f"delete from core.{table} where submission_id in (select unnest(?))", [ids])
    connection.execute(
        "delete from quality.transaction where grantee_id = ? and program_year = ? and table_name = ?",
        [supplier.id, program_year, table],
    )


def said_sql(connection: duckdb.DuckDBPyConnection, supplier: Supplier, layout: FileLayout) -> str:
    """Return SQL for what one file adds or changes, by itself; bound parameters as in ``conform_sql``."""
    return f"select * from ({_acts_sql(layout, make_raw(connection, supplier, layout), 0)}) where act <> 'delete'"


def _acts_sql(layout: FileLayout, source: str, number: int) -> str:
    """Return the rows of one file in our words, with what each does and its place in the order of all."""
    transactions = layout.transactions or Transactions("")
    code = f'trim("{raw_columns(layout)[transactions.column]}")'
    acts = {transactions.change: "change", transactions.delete: "delete"}
    act = " ".join(f"when {code} = {quoted(theirs)} then {quoted(ours)}" for theirs, ours in acts.items() if theirs)
    places = (
        f"select line_number as at, case {act} else 'add' end as act from {source} where submission_id = $submission_id"
    )
    return (
        f"select conformed.*, acts.act, cast({number} as bigint) * {_MOST_LINES} + acts.at as place "
        f"from ({conform_sql(layout, source)}) as conformed "
        f"inner join ({places}) as acts on conformed.line_number = acts.at"
    )


def _left_sql(table: str, names: str) -> str:
    """Return the rows that are left: those that no later change or delete has taken the place of."""
    key = ", ".join(key_of(core_table(table)))
    return (
        f"select {names} from (select *, {_is_known(table)} as is_known, max(case when act <> 'add' then place end) "
        f"over (partition by {key}) as replaced_at from replayed) as placed "
        "where act <> 'delete' and (not is_known or replaced_at is null or place >= replaced_at)"
    )


def _record_acts(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Write down each change and delete, and whether anything earlier had its key."""
    key = ", ".join(key_of(core_table(table)))
    before = f"over (partition by {key} order by place rows between unbounded preceding and 1 preceding)"
    connection.execute(
        "insert into quality.transaction select submission_id, grantee_id, program_year, institution_id, "
        "(select file_name from quality.submission as s where s.submission_id = acts.submission_id), "
        f"{quoted(table)}, line_number, act, is_matched from (select *, {_is_known(table)} and "
        # An earlier delete leaves nothing to change.
        f"coalesce(last_value(act) {before} <> 'delete', false) as is_matched from replayed) as acts "
        "where act <> 'add'"
    )


def _is_known(table: str) -> str:
    return "(" + " and ".join(f"{column} is not null" for column in key_of(core_table(table))) + ")"
