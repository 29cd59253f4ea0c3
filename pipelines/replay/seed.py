"""The warehouse of a replay before its night: what the home remembered when the run began, and no record of a person.

Records come from the archive afterwards. Which run is made again, and where, is said by ``again``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from datetime import UTC
from pathlib import Path

import duckdb

from pipelines.act_tables import ACT
from pipelines.intake.archive import archived
from pipelines.intake.arrival import Arrival
from pipelines.intake.inbox import Found
from pipelines.intake.land import land_with
from pipelines.intake.place import name_in
from pipelines.intake.reference import kind_of
from pipelines.intake.submission import CURRENT, Submission, find
from pipelines.ledger import SUBMISSION
from pipelines.warehouse import declared_tables, insert_rows, quoted, transaction

SOURCE = "remembered"  # the name under which the home's warehouse is attached
_SUBMISSION_IDS = f"submission_id in (select submission_id from {SUBMISSION.fullname})"
_EARLIER_ACTS = f"act_number in (select act_number from {ACT.fullname})"
# What of each table a run found when it began. Tables left out are made anew by every night.
_FOUND: dict[str, str] = {
    "quality.act": "acted_at < $moment",
    "quality.run": "run_id < $run",
    "quality.rule_result": "run_id < $run",
    "quality.worksheet": "run_id < $run",
    "quality.return_package": "run_id < $run",
    "quality.returned_finding": "true",
    "quality.finding": "first_seen_run_id < $run",
    "quality.finding_alias": "true",
    "quality.key": "true",
    "quality.certified_indicator": _EARLIER_ACTS,
    "quality.certified_worksheet": _EARLIER_ACTS,
    "quality.package": _SUBMISSION_IDS,
    "quality.transaction": _SUBMISSION_IDS,
    "quality.quarantine": _SUBMISSION_IDS,
    "quality.submission_column": _SUBMISSION_IDS,
    "quality.code_count": _SUBMISSION_IDS,
    "quality.drift_scope": _SUBMISSION_IDS,
    "quality.drift": _SUBMISSION_IDS,
}


def seed(
    connection: duckdb.DuckDBPyConnection,
    source: Path,
    ledger: Sequence[Mapping[str, str | None]],
    run_id: str,
    moment: str,
) -> None:
    """Fill an empty warehouse with what the home's warehouse ``source``, which is only read, remembers of then.

    ``moment`` is when the run began (UTC), written like the moments of acts. Findings that a later run has seen as well
    come in as open: the judgement of the run decides which of them are.
    """
    connection.execute(f"attach {quoted(str(source))} as {SOURCE} (read_only)")
    try:
        with transaction(connection):
            _take_ledger(connection, ledger)
            for table, condition in _FOUND.items():
                _take(connection, table, condition, {"run": run_id, "moment": moment})
            connection.execute(
                "update quality.finding set state = 'open', last_seen_run_id = "
                "(select coalesce(max(run_id), first_seen_run_id) from quality.run) where last_seen_run_id >= ?",
                [run_id],
            )
    finally:
        connection.execute(f"detach {SOURCE}")


def land_reference(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Land the reference files in force anew from the archive; the ledger says of them what it said before."""
    for known in find(connection, f"grantee_id is null and status in {CURRENT}", []):
        kind = kind_of(name_in(known.file_name))
        if kind is None:
            continue
        path = archived(home, known.sha256)
        found = Found(kind.source.id, known.program_year, known.file_name, path)
        received_at = known.received_at.replace(tzinfo=UTC)
        arrival = Arrival(found, known.sha256, known.byte_count, path, received_at, known.archive_sha256)
        with transaction(connection):
            land_with([kind.layout], connection, kind.source, arrival, b"")
            _write_as_known(connection, known)


def _take_ledger(connection: duckdb.DuckDBPyConnection, ledger: Sequence[Mapping[str, str | None]]) -> None:
    names = [column.name for column in SUBMISSION.columns]
    insert_rows(connection, f"quality.submission ({', '.join(names)})", [[r.get(n) for n in names] for r in ledger])


def _take(connection: duckdb.DuckDBPyConnection, table: str, condition: str, then: Mapping[str, str]) -> None:
    """Copy the rows for which a condition holds, in the columns that both warehouses know."""
    known = {column.name for one in declared_tables() if one.fullname == table for column in one.columns}
    there = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name || '.' || table_name = ?",
        [SOURCE, table],
    )
    names = ", ".join(sorted(known & {row[0] for row in there.fetchall()}))
    used = {name: value for name, value in then.items() if f"${name}" in condition}
    if names:
        connection.execute(
            f"insert into {table} ({names}) select {names} from {SOURCE}.{table} where {condition}", used
        )


def _write_as_known(connection: duckdb.DuckDBPyConnection, known: Submission) -> None:
    names = [field.name for field in fields(Submission) if field.name != "submission_id"]
    answers = ", ".join(f"{name} = ?" for name in names)
    values = dict(zip((field.name for field in fields(Submission)), astuple(known), strict=True))
    connection.execute(
        f"update {SUBMISSION.fullname} set {answers} where submission_id = ?",
        [*(values[name] for name in names), known.submission_id],
    )
