"""The section of the labor market: whether programs lead to high-skill, high-wage and in-demand occupations.

The tables stand in ``labor_lines``; what decides stands in ``sql/mart/program_occupation.sql`` and
``labor_program.sql``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.intake.submission import IN_FORCE
from pipelines.measures.labor_settings import labor_settings_of
from pipelines.scorecard.coverage import ORDER
from pipelines.scorecard.labor_lines import (
    FILES,
    alignment_table,
    context_table,
    marks_table,
    missing_table,
    program_table,
    vintage_table,
)
from pipelines.scorecard.section import Section
from pipelines.scorecard.sources import Sources

SAYS = (
    "A program leads to the occupations that the crosswalk of NCES and BLS names for its CIP code.",
    "All figures of occupations are of the nation: they say nothing of the State's own openings and wages.",
    "Where a program leads is no statement of where its students work; that stands with the indicator 1P1.",
)
NO_WAGE = (
    "No living wage is declared, so that high-wage, and all three together, cannot be told unless another mark is "
    "missed. Declare living_wage with its place, source and date in [labor_market] of grantee.toml."
)
NO_LIST = (
    "No list of critical occupations is supplied: critical_occupations.csv beside grantee.toml takes one (columns "
    "soc_code, source)."
)
HOW_TO_LOAD = (
    "Not loaded: {missing}. Public files are read under these names: CIP2020_SOC2018_Crosswalk.xlsx (NCES), "
    "bls_ep_occupation_2024-2034.xlsx (BLS, the workbook occupation.xlsx with its years put into the name), "
    "oews_national_M2025_dl.xlsx (BLS), frey_osborne_2013_702_soc2010.csv, soc2010_to_soc2018.csv (BLS) and "
    "onet_2024_physical_proximity.csv (O*NET, with the year of its release). Load them with: cte reference add "
    "FILE ...; the next night uses them."
)
NO_PROGRAMS = "No program or concentrator of this year could be read: nothing can be told of where programs lead."
_MINE = "grantee_id = $1 and program_year = $2"
_ALIGNMENT = f"""
    select * from mart.labor_alignment where {_MINE} and institution_id is null
    order by subgroup_dimension, subgroup_code
"""
_PROGRAMS = f"""
    with education as (
        select cip_code, cip_version, string_agg(distinct typical_education, '; ' order by typical_education)
            as education
        from mart.program_occupation where {_MINE} and is_counted group by cip_code, cip_version
    )
    select program.*, education.education from mart.labor_program as program
    left join education using (cip_code, cip_version)
    where {_MINE} order by cip_code, cip_version
"""
_FIELDS = f"""
    select crosswalk_status, count(*) as field_count, cast(sum(concentrator_count) as bigint) as persons
    from mart.labor_program where {_MINE} group by crosswalk_status order by crosswalk_status
"""
_OCCUPATIONS = f"""
    select projection_status, wage_status, count(*) as pairs from mart.program_occupation
    where {_MINE} and is_counted group by projection_status, wage_status order by projection_status, wage_status
"""
_FILES = f"""
    select table_name, program_year, file_name, loaded_row_count from quality.submission
    where grantee_id is null and {IN_FORCE} and $1 <> '' and $2 <> ''
    order by table_name, program_year, file_name
"""


def labor(seen: Sources) -> Section:
    """Return the section; without public files it says which are missing and how they are loaded."""
    partition, as_of = seen.partition, seen.known.as_of(seen.partition.program_year)
    marks = labor_settings_of(seen.known.grantee)
    files = [row for row in partition.rows(_FILES) if row["table_name"] in FILES]
    found = [vintage_table(files), marks_table(marks)]
    groups = partition.rows_of("mart.labor_alignment", _ALIGNMENT)
    has_both = partition.has("mart.program_occupation")
    programs = partition.rows_of("mart.labor_program", _PROGRAMS) if has_both else []
    says = (*SAYS, *_missing_words(files), *(() if marks.living_wage else (NO_WAGE,)))
    if programs and all(row["critical_count"] is None for row in programs):
        says = (*says, NO_LIST)
    if not programs:
        return Section("labor", "Labor market", (*says, NO_PROGRAMS), tuple(found))
    vintage = _vintage(files)
    tables = (
        alignment_table(sorted(groups, key=_place), as_of, vintage),
        program_table(programs, as_of, vintage),
        missing_table(partition.rows(_FIELDS), partition.rows(_OCCUPATIONS), f"{as_of}; {vintage}"),
        context_table(programs, as_of, vintage),
        *found,
    )
    return Section("labor", "Labor market", says, tables)


def _place(row: dict[str, Any]) -> tuple[int, str]:
    """Order by the dimensions of the page, all concentrators first."""
    return (ORDER.get(row["subgroup_dimension"], -1), row["subgroup_code"])


def _missing_words(files: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    loaded = {row["table_name"] for row in files}
    missing = [words for table, words in FILES.items() if table not in loaded]
    return (HOW_TO_LOAD.format(missing="; ".join(missing)),) if missing else ()


def _vintage(files: Sequence[dict[str, Any]]) -> str:
    """Return the years of the latest files that verdicts rest on, in words."""
    year = {row["table_name"]: row["program_year"][:4] for row in files}
    deciding = {
        "projections": "reference.occupation_projection", "wages": "reference.occupation_wage",
        "crosswalk": "reference.field_occupation",
    }  # fmt: skip
    told = (f"{words} {year[table]}" if table in year else f"{words} not loaded" for words, table in deciding.items())
    return ", ".join(told)
