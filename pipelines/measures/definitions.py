"""Definitions in force as tables: ``reference.definition``, ``term`` and ``equity_source``, from the grantees' folders.

What participant, concentrator and the indicators mean is the State's to determine, so that the models read it here.
Arithmetic on program years is done here, once; the models only compare texts and dates.
What a definition may say stands in ``indicator_definition``, the codes that count in ``counted_codes``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb

from pipelines.code_sets import code_set
from pipelines.grantee import Grantee, all_grantees
from pipelines.indicator_definition import Definition
from pipelines.measures.commented_table import CommentedTable
from pipelines.measures.counted_codes import COUNTED_CODE, load_counted_codes
from pipelines.measures.gaps.settings import settings_of
from pipelines.measures.ipeds_exceptions import IPEDS_EXCEPTION, load_ipeds_exceptions
from pipelines.measures.labor_rules import TABLES as LABOR_TABLES
from pipelines.measures.labor_rules import load_labor_rules
from pipelines.measures.level_tables import TABLES as LEVEL_TABLES
from pipelines.measures.level_tables import load_levels
from pipelines.measures.suppression_tables import TABLES as SUPPRESSION_TABLES
from pipelines.measures.suppression_tables import load_suppression
from pipelines.warehouse import insert_rows

DEFINITION = CommentedTable("reference.definition", "Definitions in force, one row per grantee and program year.", {
    "grantee_id": ("varchar", "The grantee."),
    "program_year": ("varchar", "The program year in which the definition is in force, and the reporting year."),
    "previous_program_year": ("varchar", "The program year before."),
    "year_start_date": ("date", "First day of the program year, 1 July."),
    "year_end_date": ("date", "Last day of the program year, 30 June."),
    "due_date": ("date", "When the grantee's calendar expects the files."),
    "definition_version": ("varchar", "Version of the grantee's definitions."),
    "evidence": ("varchar", "Where the definitions come from."),
    "concentrator_credits": ("decimal(10, 2)", "Semester credits that make a concentrator."),
    "credits_window": ("varchar", "cumulative, or reporting_year: credits of earlier years do not count."),
    "counting_courses": ("varchar", "program, or program_and_general_education: courses of no program count too."),
    "quarter_numerator": ("integer", "A quarter credit is quarter_numerator / quarter_denominator semester credits."),
    "quarter_denominator": ("integer", "See quarter_numerator."),
    "clock_hours_per_credit": ("decimal(10, 2)", "Clock hours that equal one semester credit."),
    "participant_courses": ("integer", "Courses of a program, completed in the year, that make a participant."),
    "completer_basis": ("varchar", "What completes a program: exit, award or exit_or_award."),
    "denominator_1p1": ("varchar", "Concentrators whom 1P1 counts: completed or exited."),
    "denominator_2p1": ("varchar", "Concentrators whom 2P1 counts: completed, exited or concentrators (all)."),
    "denominator_3p1": ("varchar", "Whom 3P1 counts: those in nontraditional_programs, or concentrators (all)."),
    "credential_window_months": ("integer", "Months after completion or exit in which a credential still counts."),
    "follow_up_quarters": ("integer", "Calendar quarters from completion or exit to the one looked at in 1P1."),
    "status_as_of": ("varchar", "Which report says a special population: ever in the year, at_entry or latest."),
    "nontraditional_list": ("varchar", "Which list says what is nontraditional: supplied or computed."),
    "cluster_framework": ("varchar", "Framework of Career Clusters: 16-cluster or 14-cluster; null where not known."),
    "cluster_primary_rule": ("varchar", "How a field of several Career Clusters is put in one for a proposal."),
    "youth_age_max": ("integer", "Age in years, on the first day of the program year, up to which one is a youth."),
    "youth_born_after_date": ("date", "Youth are those born after this day."),
    **{f"cohort_lag_{i}": ("integer", f"Years from the cohort of {i.upper()} to the reporting year.")
       for i in ("1p1", "2p1", "3p1")},
    **{f"cohort_program_year_{i}": ("varchar", f"Program year of the cohort that {i.upper()} reports.")
       for i in ("1p1", "2p1", "3p1")},
    **{f"cohort_end_date_{i}": ("date", f"Last day of the program year of the cohort of {i.upper()}.")
       for i in ("1p1", "2p1", "3p1")},
})  # fmt: skip
_AS_SAID = tuple(name for name in DEFINITION.columns if name in {key.name for key in fields(Definition)})
TERM = CommentedTable(
    "reference.term",
    "Order of a grantee's terms within the program year.",
    {
        "grantee_id": ("varchar", "The grantee."),
        "term_code": ("varchar", "Academic term."),
        "term_rank": ("integer", "Place of the term in the program year, from 1; annual comes last."),
    },
)
EQUITY_SOURCE = CommentedTable(
    "reference.equity_source",
    "Where each equity flag comes from, one row for each declared.",
    {
        "grantee_id": ("varchar", "The grantee."),
        "equity_dimension": ("varchar", "sex, race_ethnicity or one of the nine special populations."),
        "source": ("varchar", "self_report, aid_form, institution_record, administrative_match or derived."),
        "proxy": (
            "varchar",
            "What stands for the dimension, such as Pell eligible; empty where it is the thing itself.",
        ),
        "evidence": ("varchar", "Where the declaration comes from."),
    },
)
TABLES = (DEFINITION, TERM, EQUITY_SOURCE, COUNTED_CODE, *LEVEL_TABLES, IPEDS_EXCEPTION, *SUPPRESSION_TABLES,
          *LABOR_TABLES)  # fmt: skip


def program_year_plus(program_year: str, years: int) -> str:
    """Return the program year so many years later: ``2023-24`` plus -1 is ``2022-23``."""
    start = int(program_year[:4]) + years
    return f"{start}-{(start + 1) % 100:02d}"


def year_end(program_year: str) -> date:
    """Return the last day of a program year, 30 June."""
    return date(int(program_year[:4]) + 1, 6, 30)


def load_definitions(
    connection: duckdb.DuckDBPyConnection, program_years: Sequence[str], *, chosen: Mapping[str, str] | None = None
) -> None:
    """Write the tables of definitions for all grantees and these program years, anew.

    ``chosen`` gives, by grantee, a version to use for all years instead of the ones in force, also a proposed one.
    Raises ConfigurationError that names the file where there is no such version, or none for a year.
    """
    grantees = all_grantees()
    for grantee in grantees:
        settings_of(grantee)  # else a misspelled limit of [gaps] would end the night when all is computed
    used = [
        (grantee, year, _definition(grantee, year, chosen or {}))
        for grantee in grantees
        for year in sorted(set(program_years))
    ]
    sources = [[g.id, s.equity_dimension, s.source, s.proxy, s.evidence] for g in grantees for s in g.equity_sources]
    _write(connection, DEFINITION, [list(_row(*one).values()) for one in used])
    _write(connection, TERM, [[g.id, term, rank] for g in grantees for rank, term in enumerate(_terms(g), start=1)])
    _write(connection, EQUITY_SOURCE, sources)
    load_counted_codes(connection, ((grantee.id, year, definition) for grantee, year, definition in used))
    load_levels(connection)
    load_ipeds_exceptions(connection)
    load_suppression(connection)
    load_labor_rules(connection)


def _write(connection: duckdb.DuckDBPyConnection, table: CommentedTable, rows: Sequence[Sequence[object]]) -> None:
    table.create(connection)
    insert_rows(connection, table.name, rows)


def _terms(grantee: Grantee) -> list[str]:
    """Return the grantee's terms in order, then those that its calendar does not name, and annual last."""
    own = list(grantee.calendar.get("terms", ()))
    others = [term for term in code_set("academic_term") if term not in own and term != "annual"]
    return [*[term for term in own if term != "annual"], *others, "annual"]


def _definition(grantee: Grantee, program_year: str, chosen: Mapping[str, str]) -> Definition:
    if grantee.id in chosen:
        return grantee.definition_of_version(chosen[grantee.id])
    return grantee.definition(program_year)


def _row(grantee: Grantee, program_year: str, definition: Definition) -> dict[str, Any]:
    quarter = Fraction(definition.semester_credits_per_quarter_credit)
    lags = {
        "1p1": definition.cohort_lag_1p1, "2p1": definition.cohort_lag_2p1, "3p1": definition.cohort_lag_3p1,
    }  # fmt: skip
    cohorts = {indicator: program_year_plus(program_year, -lag) for indicator, lag in lags.items()}
    row = {
        "grantee_id": grantee.id,
        "program_year": program_year,
        "previous_program_year": program_year_plus(program_year, -1),
        "year_start_date": date(int(program_year[:4]), 7, 1),
        "year_end_date": year_end(program_year),
        "due_date": grantee.due_date(program_year),
        "definition_version": definition.version,
        "quarter_numerator": quarter.numerator,
        "quarter_denominator": quarter.denominator,
        "clock_hours_per_credit": definition.clock_hours_per_semester_credit,
        **{name: getattr(definition, name) for name in _AS_SAID},
        "cluster_framework": grantee.career_clusters.framework_of(program_year),
        "cluster_primary_rule": grantee.career_clusters.primary_rule,
        "youth_born_after_date": date(int(program_year[:4]) - definition.youth_age_max - 1, 7, 1),
        **{f"cohort_program_year_{indicator}": cohort for indicator, cohort in cohorts.items()},
        **{f"cohort_end_date_{indicator}": year_end(cohort) for indicator, cohort in cohorts.items()},
    }
    return {name: row[name] for name in DEFINITION.columns}
