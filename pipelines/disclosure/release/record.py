"""The record of releases in ``quality``: reading those before, writing a new one. The caller has the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl
from sqlalchemy import Table

from pipelines.disclosure.release.rooms import KEYS
from pipelines.disclosure.release.rows import counts_of
from pipelines.disclosure.release.years import FRESH
from pipelines.grantee import Grantee
from pipelines.release_tables import RELEASE, RELEASE_CELL, RELEASE_INDICATOR, RELEASE_POLICY
from pipelines.suppression_policy import policy_of
from pipelines.warehouse import insert_rows

SPAN = " to "  # in the program year of years put together
_ALL = "all"  # what a policy is of that no indicator makes stricter
_INDICATORS = ("1P1", "2P1", "3P1")
_CELLS_RELEASED = f"""
    select cell.* from quality.release_cell as cell
    where cell.grantee_id = ? and exists (
        select 1 from quality.release as release
        where release.release_id = cell.release_id and release.grantee_id = cell.grantee_id
        and release.program_year = cell.program_year and release.status = '{FRESH}')"""
_LAST_RELEASED = f"""
    select program_year, arg_max(release_id, number) from quality.release
    where grantee_id = ? and status = '{FRESH}' group by program_year"""


@dataclass(frozen=True)
class Try:
    """What all rows of one try to release a grantee have in common."""

    release_id: str
    number: int
    grantee: Grantee
    run_id: str | None
    released_at: datetime
    released_by: str
    is_sample: bool


@dataclass(frozen=True)
class Entry:
    """How a try ended for a program year or a span of them. ``timings`` are milliseconds by name of step."""

    program_year: str
    status: str
    reason: str | None = None
    touched: int | None = None
    counts: Mapping[str, int] | None = None
    timings: Mapping[str, int] | None = None
    solver_status: str | None = None


def released_cells(connection: duckdb.DuckDBPyConnection, grantee_id: str) -> pl.DataFrame:
    """Return the cells of all releases of a grantee that left, with the columns of ``quality.release_cell``."""
    frame: pl.DataFrame = connection.sql(_CELLS_RELEASED, params=[grantee_id]).pl()
    return frame


def in_force(connection: duckdb.DuckDBPyConnection, grantee_id: str) -> dict[str, str]:
    """Return the last release that left by program year or span; one whose cells were withdrawn is in force, too."""
    return dict(connection.execute(_LAST_RELEASED, [grantee_id]).fetchall())


def next_number(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next release."""
    return int((connection.execute("select max(number) from quality.release").fetchone() or (None,))[0] or 0) + 1


def write_entries(connection: duckdb.DuckDBPyConnection, tried: Try, entries: Iterable[Entry]) -> None:
    """Write a row of ``quality.release`` for each entry."""
    names = [column.name for column in RELEASE.columns]
    rows = []
    for entry in entries:
        said = {
            "release_id": tried.release_id, "number": tried.number, "grantee_id": tried.grantee.id,
            "program_year": entry.program_year, "run_id": tried.run_id, "released_at": tried.released_at,
            "released_by": tried.released_by, "status": entry.status, "reason": entry.reason,
            "touched_count": entry.touched, "is_sample": tried.is_sample, "solver_status": entry.solver_status,
            **(entry.counts or {}), **{f"{step}_milliseconds": taken for step, taken in (entry.timings or {}).items()},
        }  # fmt: skip
        rows.append([said.get(name) for name in names])
    insert_rows(connection, f"{RELEASE.fullname} ({', '.join(names)})", rows)


def write_cells(connection: duckdb.DuckDBPyConnection, tried: Try, cells: pl.DataFrame) -> None:
    """Write the cells of a release; its indicators without a number are cells without a count."""
    frame = cells.with_columns(release_id=pl.lit(tried.release_id))
    _insert(connection, RELEASE_CELL, frame)


def write_context(connection: duckdb.DuckDBPyConnection, tried: Try, years: Sequence[str]) -> None:
    """Write which cohorts, definitions and policies the years were released by, and cells that have no number."""
    place = [tried.release_id, tried.grantee.id, list(years)]
    names = ", ".join(c.name for c in RELEASE_INDICATOR.columns if c.name != "release_id")
    figures = "mart.indicator where grantee_id = ? and list_contains(?, program_year) and cip_code is null"
    connection.execute(
        f"insert into quality.release_indicator (release_id, {names}) select distinct ?, {names} from {figures} "
        "and institution_id is null and subgroup_dimension = 'all'",
        place,
    )
    keys = ", ".join(f"'denominator_' || indicator_code as {k}" if k == "count_code" else k for k in KEYS)
    connection.execute(
        f"insert into quality.release_cell (release_id, {', '.join(KEYS)}, role, threshold, width, is_sensitive, "
        f"is_shown, code) select ?, {keys}, 'written', 0, 0, false, false, status from {figures} "
        "and status <> 'computed'",
        place,
    )


def write_policies(connection: duckdb.DuckDBPyConnection, tried: Try, years: Iterable[str]) -> None:
    """Write the strictest policies as they are today, for program years and spans (the definition of the last year)."""
    rows = []
    for year in years:
        for indicator in (_ALL, *_INDICATORS):
            policy = policy_of(tried.grantee, None if indicator == _ALL else indicator, year[-7:])
            bands = ",".join(f"{float(band):.2f}" for band in policy.bands)
            rows.append([
                tried.release_id, tried.grantee.id, year, indicator, policy.name, policy.threshold, policy.width,
                bands, policy.rate_digits, policy.count_rounding, policy.smallest_change, policy.approved_by,
                policy.approved_on, policy.source,
            ])  # fmt: skip
    insert_rows(connection, f"{RELEASE_POLICY.fullname} ({', '.join(c.name for c in RELEASE_POLICY.columns)})", rows)


def write_proof(connection: duckdb.DuckDBPyConnection, tried: Try, proof: pl.DataFrame) -> None:
    """Write beside each sensitive cell between which counts the attack has left it, and how."""
    if not proof.height:
        return
    same = " and ".join(f"cell.{key} is not distinct from found.{key}" for key in KEYS)
    connection.register("release_proof", proof.select(*KEYS, "lowest", "highest", "how"))
    connection.execute(
        "update quality.release_cell as cell set lowest_count = found.lowest, highest_count = found.highest, "
        f"proof = found.how from release_proof as found where cell.release_id = ? and {same}",
        [tried.release_id],
    )
    connection.unregister("release_proof")


def entry_counts(cells: pl.DataFrame, program_year: str) -> dict[str, int]:
    """Return the counts of cells of one year or span."""
    return counts_of(cells.filter(pl.col("program_year") == program_year))


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame) -> None:
    names = ", ".join(column.name for column in table.columns if column.name in frame.columns)
    connection.register("release_rows", frame)
    connection.execute(f"insert into {table.fullname} ({names}) select {names} from release_rows")
    connection.unregister("release_rows")
