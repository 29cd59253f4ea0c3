"""Levels as tables: ``reference.performance_level``, ``improvement_plan`` and ``state_coverage``, from the folders.

What a level is, and how a rate is held against it, is said in ``levels`` and ``sql/mart/level_test.sql``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb

from pipelines.grantee import Grantee, all_grantees
from pipelines.measures.commented_table import CommentedTable
from pipelines.warehouse import insert_rows

_GRANTEE = ("varchar", "The grantee.")
_RECIPIENT = ("varchar", "The eligible recipient whose local level it is; null for the State's.")
_EVIDENCE = ("varchar", "Where it stands.")
PERFORMANCE_LEVEL = CommentedTable(
    "reference.performance_level",
    "Levels of performance as the grantees' folders say them; no level is invented.",
    {
        "grantee_id": _GRANTEE,
        "program_year": ("varchar", "The reporting year that the level is for."),
        "indicator_code": ("varchar", "1P1, 2P1 or 3P1."),
        "eligible_recipient_id": _RECIPIENT,
        "level_percent": ("decimal(7, 4)", "The level in percent, exactly as written."),
        "evidence": _EVIDENCE,
    },
)
IMPROVEMENT_PLAN = CommentedTable(
    "reference.improvement_plan",
    "Program years in which an indicator is under an improvement plan of Perkins V section 123.",
    {
        "grantee_id": _GRANTEE,
        "indicator_code": ("varchar", "1P1, 2P1 or 3P1."),
        "eligible_recipient_id": ("varchar", "The eligible recipient under the plan; null for the State."),
        "first_program_year": ("varchar", "First program year under the plan."),
        "last_program_year": ("varchar", "Last program year under the plan; null while it lasts."),
        "evidence": _EVIDENCE,
    },
)
STATE_COVERAGE = CommentedTable(
    "reference.state_coverage",
    "Whether a grantee's records hold every postsecondary concentrator of its State; one row a grantee.",
    {
        "grantee_id": _GRANTEE,
        "covers_state": ("boolean", "Only where true is a rate of the grantee the State's figure."),
        "evidence": _EVIDENCE,
    },
)
TABLES = (PERFORMANCE_LEVEL, IMPROVEMENT_PLAN, STATE_COVERAGE)


def load_levels(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the three tables for all grantees and all years that their folders name, anew."""
    grantees = all_grantees()
    rows = (
        [row for g in grantees for row in _levels(g)],
        [row for g in grantees for row in _plans(g)],
        [[g.id, g.performance.coverage.covers_state, g.performance.coverage.evidence] for g in grantees],
    )
    for table, of_table in zip(TABLES, rows, strict=True):
        table.create(connection)
        insert_rows(connection, table.name, of_table)


def _levels(grantee: Grantee) -> Iterator[list[object]]:
    for one in grantee.performance.levels:
        recipient, percent = one.eligible_recipient_id or None, Decimal(one.level_percent)
        yield [grantee.id, one.program_year, one.indicator_code, recipient, percent, one.evidence]


def _plans(grantee: Grantee) -> Iterator[list[object]]:
    for one in grantee.performance.plans:
        recipient, last = one.eligible_recipient_id or None, one.last_program_year or None
        yield [grantee.id, one.indicator_code, recipient, one.first_program_year, last, one.evidence]
