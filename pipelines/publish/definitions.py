"""``publish.definition``: what the counts of each released year mean, key by key, as the grantee's folder says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import duckdb

from pipelines.configuration import ConfigurationError
from pipelines.grantee import all_grantees
from pipelines.indicator_definition import Definition
from pipelines.measures.commented_table import CommentedTable

DEFINITION = CommentedTable(
    "publish.definition",
    "Under which definitions the figures of each released year were counted: who is a participant, a concentrator, a "
    "completer, and what each indicator counts. They are the State's to determine, so that figures of grantees, and of "
    "years before and after a change, differ in meaning.",
    {
        "grantee_id": ("varchar", "The grantee."),
        "program_year": ("varchar", "The reporting year."),
        "definition_version": ("varchar", "Version of the grantee's definitions."),
        "key": ("varchar", "What is defined, by its name in the grantee's folder."),
        "value": ("varchar", "What it is; of lists the codes, joined by commas."),
        "words": ("varchar", "What the key means."),
    },
)
_LAG = "Program years from the cohort that {} counts to the reporting year; 0 is the same year."
WORDS = {
    "effective_from": "Program year from which the version is in force.",
    "evidence": "Where the definitions come from.",
    "concentrator_credits": "Semester credits in a program that make a concentrator.",
    "credits_window": "Which credits count: cumulative (all years so far) or those of the reporting year alone.",
    "counting_courses": "Which courses count: of the program alone, or general education too.",
    "semester_credits_per_quarter_credit": "Semester credits that a quarter credit is worth.",
    "clock_hours_per_semester_credit": "Clock hours that make a semester credit.",
    "cohort_lag_1p1": _LAG.format("1P1"),
    "cohort_lag_2p1": _LAG.format("2P1"),
    "cohort_lag_3p1": _LAG.format("3P1"),
    "youth_age_max": "Age in years, on the first day of the program year, up to which one is a youth.",
    "participant_courses": "Courses of a program, completed in the year, that make a participant.",
    "credit_statuses": "Whether courses for credit, others, or both count.",
    "completer_basis": "What completes a program: leaving as a completer (exit), an award, or either.",
    "denominator_1p1": "Concentrators whom 1P1 counts: those who completed, or all who left.",
    "denominator_2p1": "Concentrators whom 2P1 counts: those who completed, all who left, or all.",
    "denominator_3p1": "Concentrators whom 3P1 counts: those in programs nontraditional for a sex, or all.",
    "placement_statuses": "What counts as placed in 1P1.",
    "placement_sources": "Whose records 1P1 believes.",
    "credential_types": "Which credentials count in 2P1.",
    "credential_evidence": "Which evidence of a credential 2P1 believes.",
    "credential_window_months": "Months after leaving in which a credential still counts.",
    "follow_up_quarters": "Calendar quarters from leaving to the one that 1P1 looks at.",
    "matchable_identifier_kinds": "Which identifiers may be looked up in the records of others.",
    "status_as_of": "Which report says that somebody is in a special population: any, that at entry, or the last.",
    "nontraditional_list": "Which list says for which sex a program is nontraditional: the grantee's own, or computed.",
}


def definition_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    """Return a row for each grantee, released year, version and key, in that order."""
    used = connection.execute(
        "select distinct indicator.grantee_id, indicator.program_year, indicator.definition_version "
        "from quality.release_indicator as indicator inner join quality.release_in_force as in_force "
        "using (release_id, grantee_id, program_year) where indicator.definition_version is not null order by all"
    ).fetchall()
    return [(*one, *said) for one in used for said in _said(one[0], one[2])]


def _said(grantee_id: str, version: str) -> Iterator[tuple[str, str, str]]:
    """Yield (key, value, words) of a version; a row that says so where the grantee's folder has it no longer."""
    owner = next((one for one in all_grantees() if one.id == grantee_id), None)
    try:
        found = owner.definition_of_version(version) if owner else None
    except ConfigurationError:
        found = None
    if found is None:
        yield "version", version, "The grantee's folder no longer says what this version meant; ask the agency."
        return
    for key in (one.name for one in fields(Definition) if one.name in WORDS):
        value = getattr(found, key)
        yield key, ", ".join(value) if isinstance(value, tuple) else str(value), WORDS[key]
