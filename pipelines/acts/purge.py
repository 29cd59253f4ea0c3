"""Destroying what is due: bytes in the archive, rows, every value shown of them, and the packages that were returned.

The act is the record of it. The ledger, the hashes, the counts of results and of returns, and certified figures stay.
What is due is told by ``retention``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path

import duckdb

from pipelines.acts.compact import ask_for_compaction
from pipelines.acts.log import Act, acts_of
from pipelines.acts.office import Office, Subject, log_act, one_act
from pipelines.acts.people import STEWARD, Person, hold_role
from pipelines.acts.retention import Due, archived_hashes, bytes_to_go, due_of, retention_of
from pipelines.configuration import ConfigurationError
from pipelines.grantee import Grantee
from pipelines.intake.archive import archived
from pipelines.intake.submission import Submission, find

ROWS_OF = ("raw", "core", "history")  # every table there that names a submission holds rows of it
SHOWN = {
    "quality.finding": ("record_key_masked", "value_masked"),
    "quality.quarantine": ("excerpt_masked",),
}
COUNTED = ("quality.code_count", "quality.transaction")  # keeps values as sent, or the place of single records


@dataclass(frozen=True)
class Plan:
    """What a purge would destroy of a grantee, or why it may not. ``row_counts`` are by table."""

    grantee_id: str
    due: Due
    hashes: tuple[str, ...]
    row_counts: dict[str, int]
    held_by: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to destroy."""
        return not self.hashes and not self.row_counts and not self.due.rows


def plan_of(connection: duckdb.DuckDBPyConnection, home: Path, grantee: Grantee, as_of: date) -> Plan:
    """Return what is due of a grantee on a day and still there.

    Raises ConfigurationError for a wrong ``[retention]``.
    """
    retention = retention_of(grantee)
    if retention is None:
        return Plan(
            grantee.id, Due((), ()), (), {}, f"no [retention] in {grantee.folder}/grantee.toml, so nothing is due"
        )
    due = due_of(connection, grantee, retention, as_of)
    hashes = tuple(sorted(sha for sha in bytes_to_go(connection, due.bytes) if archived(home, sha).is_file()))
    alive = Due(tuple(one for one in due.rows if one.destroyed_at is None), due.bytes)
    counts = _row_counts(connection, [one.submission_id for one in alive.rows])
    held = "legal_hold = true: nothing is destroyed until it is lifted" if retention.legal_hold else ""
    return Plan(grantee.id, alive, hashes, counts, held)


def purge(office: Office, plan: Plan, person: Person) -> Act:
    """Destroy what a plan says and return the act that records it; call ``compact`` when the warehouse is closed.

    Raises ConfigurationError where the role may not, a legal hold stands, or nothing is due.
    """
    hold_role(person, STEWARD, "purge")
    if plan.held_by or plan.is_empty:
        msg = f"{plan.grantee_id}: {plan.held_by or 'nothing is due'}"
        raise ConfigurationError(msg)
    ask_for_compaction(office.home)
    with one_act(office):
        _destroy_rows(office, plan.due.rows)
        details = {
            "row_counts": plan.row_counts,
            "bytes_destroyed": list(plan.hashes),
            "byte_count": _size(office, plan),
        }
        years = sorted({one.program_year for one in (*plan.due.rows, *plan.due.bytes)})
        act = log_act(
            office, "purge", Subject(plan.grantee_id), person, plan.due.rows, {**details, "program_years": years}
        )
    destroy_bytes(office)
    return act


def destroy_bytes(office: Office) -> None:
    """Take the bytes out of the archive that acts of purging name; also those that a killed command left.

    Bytes that came again later, as a file that is not due, stay.
    """
    named = {sha for act in acts_of(office.connection) if act.kind == "purge" for sha in act.detail["bytes_destroyed"]}
    for sha in named - archived_hashes(office.connection, find(office.connection, "destroyed_at is null", [])):
        archived(office.home, sha).unlink(missing_ok=True)
    _destroy_files(office)


def _destroy_files(office: Office) -> None:
    """Take away the returns about submissions whose rows went, and the pages of the desk that show those rows.

    The names of returns end with the submission's id. The next night writes the pages anew, without the values.
    """
    destroyed = find(office.connection, "destroyed_at is not null", [])
    returns = (f"returns/*/*/*_{one.submission_id[:12]}.*" for one in destroyed)
    pages = (f"reports/submissions/{one.submission_id}.html" for one in destroyed)
    rows = {f"reports/rows/{one.grantee_id}/{one.program_year}/*.html" for one in destroyed if one.grantee_id}
    said = {f"reports/institutions/{one.grantee_id}/*.html" for one in destroyed if one.grantee_id}
    for pattern in (*returns, *pages, *sorted(rows | said)):
        for path in office.home.glob(pattern):
            path.unlink()


def _destroy_rows(office: Office, due: Sequence[Submission]) -> None:
    ids = [one.submission_id for one in due]
    for table in _tables_with_rows(office.connection):
        office.connection.execute(f"delete from {table} where list_contains(?, submission_id)", [ids])
    for table, columns in SHOWN.items():
        cleared = ", ".join(f"{column} = null" for column in columns)
        office.connection.execute(f"update {table} set {cleared} where list_contains(?, submission_id)", [ids])
    office.connection.execute(
        "update quality.submission set destroyed_at = ? where list_contains(?, submission_id)",
        [office.now.astimezone(UTC).replace(tzinfo=None), ids],
    )


def _row_counts(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> dict[str, int]:
    """Return how many rows of these submissions each table holds; tables without any are left out."""
    counts = {}
    for table in _tables_with_rows(connection):
        found = connection.execute(f"select count(*) from {table} where list_contains(?, submission_id)", [list(ids)])
        counts[table] = int((found.fetchone() or (0,))[0])
    return {table: count for table, count in counts.items() if count}


def _tables_with_rows(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the tables that hold rows by submission, such as ``raw."oregon__student"``."""
    found = connection.execute(
        "select schema_name, table_name from duckdb_columns() join duckdb_tables() using (schema_name, table_name, "
        "database_name) where database_name = current_database() and column_name = 'submission_id' order by 1, 2"
    ).fetchall()
    rows = [f'{schema}."{table}"' for schema, table in found if schema in ROWS_OF]
    return [*rows, *(f"{schema}.{table}" for schema, table in found if f"{schema}.{table}" in COUNTED)]


def _size(office: Office, plan: Plan) -> int:
    return sum(archived(office.home, sha).stat().st_size for sha in plan.hashes)
