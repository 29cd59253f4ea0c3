"""Levels as tables: ``reference.performance_level``, ``improvement_plan`` and ``state_coverage``, from the folders.

What a level is, and how a rate is held against it, is said in ``levels`` and ``sql/mart/level_test.sql``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb

from pipelines.grantee import Grantee, all_grantees
from pipelines.warehouse import insert_rows, quoted

# Table to (comment, column to (type, comment)).
_GRANTEE = ("varchar", "The grantee.")
_RECIPIENT = ("varchar", "The eligible recipient whose local level it is; null for the State's.")
_EVIDENCE = ("varchar", "Where it stands.")
TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "performance_level": (
        "Levels of performance as the grantees' folders say them; no level is invented.",
        {
            "grantee_id": _GRANTEE,
            "program_year": ("varchar", "The reporting year that the level is for."),
            "indicator_code": ("varchar", "1P1, 2P1 or 3P1."),
            "eligible_recipient_id": _RECIPIENT,
            "level_percent": ("decimal(7, 4)", "The level in percent, exactly as written."),
            "evidence": _EVIDENCE,
        },
    ),
    "improvement_plan": (
        "Program years in which an indicator is under an improvement plan of Perkins V section 123.",
        {
            "grantee_id": _GRANTEE,
            "indicator_code": ("varchar", "1P1, 2P1 or 3P1."),
            "eligible_recipient_id": ("varchar", "The eligible recipient under the plan; null for the State."),
            "first_program_year": ("varchar", "First program year under the plan."),
            "last_program_year": ("varchar", "Last program year under the plan; null while it lasts."),
            "evidence": _EVIDENCE,
        },
    ),
    "state_coverage": (
        "Whether a grantee's records hold every postsecondary concentrator of its State; one row a grantee.",
        {
            "grantee_id": _GRANTEE,
            "covers_state": ("boolean", "Only where true is a rate of the grantee the State's figure."),
            "evidence": _EVIDENCE,
        },
    ),
}


def load_levels(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the three tables for all grantees and all years that their folders name, anew."""
    grantees = all_grantees()
    rows = {
        "performance_level": [row for g in grantees for row in _levels(g)],
        "improvement_plan": [row for g in grantees for row in _plans(g)],
        "state_coverage": [
            [g.id, g.performance.coverage.covers_state, g.performance.coverage.evidence] for g in grantees
        ],
    }
    connection.execute("create schema if not exists reference")
    for name, (comment, columns) in TABLES.items():
        declared = ", ".join(f"{column} {type_}" for column, (type_, _) in columns.items())
        connection.execute(f"create or replace table reference.{name} ({declared})")
        connection.execute(f"comment on table reference.{name} is {quoted(comment)}")
        for column, (_, told) in columns.items():
            connection.execute(f"comment on column reference.{name}.{column} is {quoted(told)}")
        insert_rows(connection, f"reference.{name}", rows[name])


def _levels(grantee: Grantee) -> Iterator[list[object]]:
    for one in grantee.performance.levels:
        recipient, percent = one.eligible_recipient_id or None, Decimal(one.level_percent)
        yield [grantee.id, one.program_year, one.indicator_code, recipient, percent, one.evidence]


def _plans(grantee: Grantee) -> Iterator[list[object]]:
    for one in grantee.performance.plans:
        recipient, last = one.eligible_recipient_id or None, one.last_program_year or None
        yield [grantee.id, one.indicator_code, recipient, one.first_program_year, last, one.evidence]
