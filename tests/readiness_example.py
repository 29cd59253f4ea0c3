"""Students of two colleges for tests of readiness: a row says only what its test is about, all else is not collected.

The models read ``mart.student_year`` and ``mart.completer``; those are made by hand here, so that a test says states
and not the records that lead to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import duckdb

from pipelines.equity_source import equity_dimensions
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build

YEARS = ("2022-23", "2023-24")
DIMENSIONS = equity_dimensions()
NO_FLAGS = ("sex", "race_ethnicity")
COLUMN = {name: name if name in NO_FLAGS else f"{name}_status" for name in DIMENSIONS}
YOUNG, OLD = date(2004, 5, 6), date(1980, 5, 6)
MODELS = ("mart.readiness_answer", "mart.readiness", "mart.subgroup_readiness")


@dataclass(frozen=True)
class Students:
    """So many students alike. ``answers`` are by dimension."""

    count: int = 1
    answers: Mapping[str, str] = field(default_factory=dict)
    institution_id: str = "A"
    program_year: str = "2023-24"
    birth_date: date | None = YOUNG
    aid_form_status: str = "not_collected"
    is_completer: bool = False
    is_linkable: bool = True
    is_followed: bool = False


def measured(groups: Iterable[Students], sources: Mapping[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """Return a database with the models of readiness built over these students, all of Oregon.

    ``sources`` are by dimension, all others undeclared; without it all are self-reported.
    """
    declared = dict.fromkeys(DIMENSIONS, "self_report") if sources is None else sources
    connection = duckdb.connect()
    load_definitions(connection, YEARS)
    connection.execute("create or replace table reference.equity_source as "
                       "select 'oregon' as grantee_id, d.* from (select unnest(?) as equity_dimension, "
                       "unnest(?) as source, '' as proxy) as d",
                       [list(declared), list(declared.values())])  # fmt: skip
    _tables(connection)
    _fill(connection, groups)
    for model in all_models():
        if model.table in MODELS:
            build(connection, model)
    return connection


def rows_of(connection: duckdb.DuckDBPyConnection, table: str, where: str = "true") -> list[dict[str, Any]]:
    """Return rows of a table by column."""
    found = connection.execute(f"select * from {table} where {where}")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def said_of(
    cases: Mapping[str, Iterable[Students]], dimension: str = "disability", source: str = "self_report"
) -> dict[str, dict[str, Any]]:
    """Return by case what readiness says of a dimension in 2023-24: each case is a college of its own."""
    groups = [replace(group, institution_id=name) for name, students in cases.items() for group in students]
    with measured(groups, {dimension: source}) as connection:
        found = rows_of(connection, "mart.readiness", f"equity_dimension = '{dimension}' and program_year = '2023-24'")
    return {row["institution_id"]: row for row in found if row["institution_id"]}


def one(groups: Iterable[Students], dimension: str = "disability", source: str = "self_report") -> dict[str, Any]:
    """Return what readiness says of a dimension at one college in 2023-24."""
    return said_of({"A": groups}, dimension, source)["A"]


def _tables(connection: duckdb.DuckDBPyConnection) -> None:
    key = "grantee_id varchar, program_year varchar, institution_id varchar, student_id varchar"
    flags = ", ".join(f"{column} varchar" for column in COLUMN.values())
    scope = (
        "select 'oregon' as grantee_id, 'reported for ' || year as program_year, '1P1' as indicator_code, "
        f"year as cohort_program_year from unnest({list(YEARS)}) as years (year)"
    )
    for statement in (
        "create schema mart",
        f"create table mart.student_year ({key}, person_id varchar, birth_date date, aid_form_status varchar, {flags})",
        f"create table mart.completer ({key})",
        f"create table mart.placement_case ({key}, indicator_code varchar, outcome varchar)",
        f"create table mart.indicator_scope as {scope}",
    ):  # fmt: skip
        connection.execute(statement)


def _fill(connection: duckdb.DuckDBPyConnection, groups: Iterable[Students]) -> None:
    for number, group in enumerate(groups):
        key = ["oregon", group.program_year, group.institution_id, f"s{number}-"]
        said = [group.answers.get(name, "not_collected") for name in DIMENSIONS]
        person = "" if group.is_linkable else "A:"
        connection.execute(
            f"insert into mart.student_year select ?, ?, ?, ? || n, ? || ? || n, ?, ?, {', '.join('?' * len(said))} "
            f"from range({group.count}) as numbers (n)",
            [*key, person, key[3], group.birth_date, group.aid_form_status, *said],
        )
        if group.is_completer:
            connection.execute(
                f"insert into mart.completer select ?, ?, ?, ? || n from range({group.count}) as numbers (n)", key
            )
            connection.execute(
                "insert into mart.placement_case select ?, 'reported for ' || ?, ?, ? || n, '1P1', ? "
                f"from range({group.count}) as numbers (n)",
                [*key, "met" if group.is_followed else "unknown"],
            )
