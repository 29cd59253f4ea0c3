"""Whose finding it is: which rules rest on nothing but what an institution sent itself, and which files others sent.

What is not known to be an institution's own is not: a package then tells it as a count, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import Table

from pipelines.grantee import Grantee
from pipelines.intake.place import name_in, sheet_in
from pipelines.layout_files import layouts_of
from pipelines.schema import core_tables

if TYPE_CHECKING:
    from expectations.rule import Rule

# What intake says of single records of one institution; the file that changed a record was sent by whom sent it.
OF_ONE_RECORD = ("quality.transaction",)
_STUDIES = ("core.course", "core.enrollment", "core.program", "core.program_enrollment", "core.student")
# Derived tables whose rows are each made of the records of one institution, and of which tables.
MADE_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mart.participant": _STUDIES, "mart.program_student": _STUDIES, "mart.concentrator": _STUDIES}
)
# Rules that ask one more thing of others, which tells of no person.
OWN_BY_WORD: Mapping[str, str] = MappingProxyType(
    {
        "program_enrollment_completion_has_credits": "of others: whether the grantee has enrollments of a year at all",
        "program_enrollment_concentrator_status_agrees": "of others: whether the grantee has enrollments of a year",
    }
)


def own_rules(owner: Grantee) -> frozenset[str]:
    """Return the ids of the rules whose findings a grantee's institutions may be told line by line."""
    from expectations.catalogue import all_rules

    outside = tables_from_outside(owner)
    return frozenset(rule.id for rule in all_rules() if is_own(rule, outside))


def is_own(rule: Rule, outside: Iterable[str] = ()) -> bool:
    """Return whether a rule judges a record by records of its own institution, none of them sent by another body.

    ``outside`` are the tables of persons that other bodies send to the grantee. Lists that name no person (programs,
    institutions) betray nobody, whoever sent them.
    """
    from expectations.reach import stays_with_institution, tables_looked_into

    if rule.table in OF_ONE_RECORD:
        return True
    ours = _tables_of_institutions()
    if rule.table not in ours:
        return False
    into = {made for table in tables_looked_into(rule) for made in MADE_OF.get(table, (table,))}
    known = ours - set(outside)
    is_known = all(table in known or table.startswith("reference.") for table in into)
    return is_known and (stays_with_institution(rule) or rule.id in OWN_BY_WORD)


@cache
def _tables_of_institutions() -> frozenset[str]:
    return frozenset(table.fullname for table in core_tables() if not table.info["outside"])


def tables_from_outside(owner: Grantee) -> frozenset[str]:
    """Return the tables of persons of which another body than the institutions sends something to a grantee."""
    said = {layout.table for layout in owner.layouts if layout.is_outside}
    return frozenset(t.fullname for t in core_tables() if names_people(t) and (t.info["outside"] or t.name in said))


def outside_tables_of(owner: Grantee, file_name: str, program_year: str) -> frozenset[str]:
    """Return the tables whose records in a file were sent by another body; the file is told by its place."""
    layouts = layouts_of(owner.folder, name_in(file_name), program_year, sheet_in(file_name))
    always = {table.fullname for table in core_tables()} - _tables_of_institutions()
    said = {f"core.{one.table}" for one in layouts if one.is_outside or f"core.{one.table}" in always}
    return frozenset({*always, *said, *(OF_ONE_RECORD if said else ())})


def names_people(table: Table) -> bool:
    """Return whether the records of a table are about persons."""
    return any(column.info.get("pii") for column in table.columns)


def identifier_of(table: Table) -> str | None:
    """Return the column that tells the persons of a table apart; None where its records are about none."""
    return next((column.name for column in table.columns if column.info.get("pii") == "identifier"), None)
