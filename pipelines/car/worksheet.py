"""A worksheet: the lines of a grantee's program year with their counts, of today or as an act has frozen them.

What is on the form stands in ``worksheet_form``; whether lines add up is told by ``checks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.query import has_table, named_rows

INDICATORS = ("1P1", "2P1", "3P1")
PARTS = ("numerator", "denominator", "unknown")
STUDENTS = ("participant", "concentrator")
MEASURES = (*STUDENTS, *(f"{indicator.lower()}_{part}" for indicator in INDICATORS for part in PARTS))
TABLE = "mart.worksheet_line"
COMPUTED = "computed"
NOT_COLLECTED = "not_collected"  # nobody was asked, so that nobody is known to be one
_NOW = f"select * from {TABLE} where grantee_id = $1 and program_year = $2 order by line_order, line_code, measure"
_FROZEN = """
    select * from quality.certified_worksheet where act_number = $1 order by line_order, line_code, measure
"""


@dataclass(frozen=True)
class Count:
    """How many persons; None where ``status`` says why there is no number: pending, not_computable, not_collected."""

    persons: int | None
    status: str = COMPUTED

    @property
    def is_awaited(self) -> bool:
        """Whether there is no number yet; what nobody asks for is not waited for, and adds nobody to any sum."""
        return self.persons is None and self.status != NOT_COLLECTED


NO_NUMBER = Count(None, "not_computable")


@dataclass(frozen=True)
class Line:
    """A line with its counts by measure (one of ``MEASURES``)."""

    section: str
    section_title: str
    section_rule: str
    code: str
    label: str
    dimension: str
    is_on_form: bool
    counts: Mapping[str, Count]

    def count(self, measure: str) -> Count:
        """Return the count of a measure; one that is nowhere computed is no zero."""
        return self.counts.get(measure, NO_NUMBER)


@dataclass(frozen=True)
class Worksheet:
    """The lines of a grantee's program year, in the order of the form."""

    grantee_id: str
    program_year: str
    form_version: str
    definition_version: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Line:
        """The line of all students."""
        return next(line for line in self.lines if line.section_rule == "total")

    def line(self, code: str) -> Line | None:
        """Return a line by its code; None where the form has no such line."""
        return next((line for line in self.lines if line.code == code), None)


def read_worksheet(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str) -> Worksheet | None:
    """Return the worksheet as the last night has it; None where no figures of the program year were computed."""
    if not has_table(connection, TABLE):
        return None
    return worksheet_of(named_rows(connection, _NOW, [grantee_id, program_year]))


def read_certified(connection: duckdb.DuckDBPyConnection, act_number: int) -> Worksheet | None:
    """Return the worksheet that an act of freezing keeps; None where it keeps none."""
    return worksheet_of(named_rows(connection, _FROZEN, [act_number]))


def last_frozen(connection: duckdb.DuckDBPyConnection, grantee_id: str, program_year: str) -> int | None:
    """Return the number of the last act that froze a program year; None where none has."""
    found = connection.execute(
        "select max(act_number) from quality.certified_worksheet where grantee_id = ? and program_year = ?",
        [grantee_id, program_year],
    ).fetchone()
    return int(found[0]) if found and found[0] is not None else None


def worksheet_of(rows: list[dict[str, Any]]) -> Worksheet | None:
    """Return the worksheet of rows in the order of its lines, each row a line and measure."""
    counts: dict[str, dict[str, Count]] = {}
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["line_code"], row)
        counts.setdefault(row["line_code"], {})[row["measure"]] = Count(row["person_count"], row["status"])
    if not rows or not any(row["section_rule"] == "total" for row in rows):
        return None
    lines = tuple(
        Line(
            row["section"], row["section_title"], row["section_rule"], code, row["line_label"],
            row["subgroup_dimension"], bool(row["is_on_form"]), counts[code],
        )
        for code, row in first.items()
    )  # fmt: skip
    about = rows[0]
    return Worksheet(
        about["grantee_id"], about["program_year"], about["form_version"], about["definition_version"], lines
    )
