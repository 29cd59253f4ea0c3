"""What grantees call high-skill, high-wage and in-demand as tables: ``reference.labor_rule`` and what goes with it."""

from __future__ import annotations

import duckdb

from pipelines.grantee import Grantee, all_grantees
from pipelines.measures.commented_table import CommentedTable
from pipelines.measures.labor_settings import (
    critical_occupations,
    educations_from,
    growth_mark,
    labor_settings_of,
)
from pipelines.warehouse import insert_rows

_GRANTEE = ("varchar", "The grantee.")
LABOR_RULE = CommentedTable(
    "reference.labor_rule",
    "What each grantee calls high-skill, high-wage and in-demand, and how a program of many occupations is judged.",
    {
        "grantee_id": _GRANTEE,
        "rule": ("varchar", "majority_of_openings, majority_of_occupations or any."),
        "high_skill": ("varchar", "Least typical education of a high-skill occupation, in the words of BLS."),
        "in_demand_openings": ("integer", "Openings a year in the nation from which on an occupation is in demand."),
        "in_demand_growth_percent": ("decimal(8, 1)", "Growth asked for; null: at least that of all occupations."),
        "in_demand_needs": ("varchar", "both, or either: whether openings and growth are both asked for."),
        "broad_groups": ("boolean", "Whether the figures of a broad group stand for an occupation that has none."),
        "counts_teachers": ("boolean", "Whether postsecondary teachers count as an occupation of every field."),
        "top_coded_wage": ("integer", "The least that # stands for, in dollars a year."),
        "living_wage": ("integer", "Living wage in dollars a year; null where none is declared."),
        "living_wage_place": ("varchar", "Place of the living wage; empty without one."),
        "living_wage_source": ("varchar", "Source of the living wage; empty without one."),
        "living_wage_date": ("date", "Day of which the living wage is; null without one."),
        "evidence": ("varchar", "Where the marks come from."),
        "has_critical_list": ("boolean", "Whether the grantee has a list of critical occupations."),
    },
)
HIGH_SKILL_EDUCATION = CommentedTable(
    "reference.high_skill_education",
    "The levels of education that make an occupation high-skill, by grantee.",
    {"grantee_id": _GRANTEE, "typical_education": ("varchar", "Level of education, in the words of BLS.")},
)
CRITICAL_OCCUPATION = CommentedTable(
    "reference.critical_occupation",
    "Occupations that a grantee calls critical, from its own list.",
    {
        "grantee_id": _GRANTEE,
        "soc_code": ("varchar", "SOC 2018 code."),
        "source": ("varchar", "Where the list says so."),
    },
)
TABLES = (LABOR_RULE, HIGH_SKILL_EDUCATION, CRITICAL_OCCUPATION)


def load_labor_rules(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the three tables for all grantees, anew. Raises ConfigurationError that names file and key."""
    owners = all_grantees()
    rows: tuple[list[list[object]], ...] = (
        [_rule(owner) for owner in owners],
        [[o.id, level] for o in owners for level in educations_from(labor_settings_of(o).high_skill)],
        [[o.id, code, source] for o in owners for code, source in critical_occupations(o.folder) or ()],
    )
    for table, of_table in zip(TABLES, rows, strict=True):
        table.create(connection)
        insert_rows(connection, table.name, of_table)


def _rule(owner: Grantee) -> list[object]:
    one = labor_settings_of(owner)
    return [
        owner.id, one.rule, one.high_skill, one.in_demand_openings, growth_mark(one), one.in_demand_needs,
        one.broad_groups, one.counts_teachers, one.top_coded_wage, one.living_wage, one.living_wage_place,
        one.living_wage_source, one.living_wage_date, one.evidence, critical_occupations(owner.folder) is not None,
    ]  # fmt: skip
