"""Five agencies in the sizes of real ones for the benchmark of disclosure control: persons counted by our models.

What a person is follows from the person's number, so that the same counts come each time. FICTIONAL, all of it: the
numbers of colleges are those of the agencies, their sizes are invented (log-normal; the University of the District of
Columbia has its 896 concentrators), shares of race, sex and special populations are about those of the sample. Nothing
is measured here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import duckdb

from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build

YEARS = ("2021-22", "2022-23", "2023-24")
_CLUSTERS, _PROGRAMS = 14, 60
_FLAGS = {
    "disability": 8, "economic_disadvantage": 52, "nontraditional_preparation": 17, "single_parent": 9,
    "out_of_workforce": 5, "english_learner": 7, "homelessness": 2, "foster_care": 1, "active_duty_parent": 1,
}  # fmt: skip  # percent of those who answer


@dataclass(frozen=True)
class Agency:
    """A grantee: how many colleges, concentrators of the middle one, spread of the logarithm, programs of each."""

    colleges: int
    concentrators: int
    spread: float
    programs: int
    recipients: int


AGENCIES: Mapping[str, Agency] = {
    "florida": Agency(28, 900, 0.9, 30, 28),
    "alabama": Agency(24, 420, 0.8, 22, 24),
    "oregon": Agency(17, 380, 0.8, 20, 12),
    "delaware": Agency(5, 260, 0.5, 14, 3),
    "udc": Agency(1, 896, 0.0, 11, 1),
}


def sizes(agency: Agency, share: float) -> list[int]:
    """Return the concentrators of each college, largest first: even steps of a log-normal distribution.

    ``share`` leaves out every other college and so on, never the last one.
    """
    count = max(1, round(agency.colleges * share))
    steps = (NormalDist().inv_cdf((n + 0.5) / count) if count > 1 else 0.0 for n in reversed(range(count)))
    return [round(agency.concentrators * math.exp(agency.spread * step)) for step in steps]


def fill(connection: duckdb.DuckDBPyConnection, years: Sequence[str], share: float = 1.0,
         only: Sequence[str] = tuple(AGENCIES)) -> None:  # fmt: skip
    """Fill an empty warehouse with persons and count them into ``mart.student_count`` and ``mart.indicator``."""
    load_definitions(connection, tuple(years))
    colleges = [
        (grantee, f"{grantee[:2].upper()}{n:02d}", f"R{n % AGENCIES[grantee].recipients:02d}", n, size,
         AGENCIES[grantee].programs)
        for grantee in only for n, size in enumerate(sizes(AGENCIES[grantee], share))
    ]  # fmt: skip
    connection.execute(
        "create temp table college (grantee_id varchar, institution_id varchar, eligible_recipient_id varchar, "
        "n integer, size integer, programs integer)"
    )
    connection.executemany("insert into college values (?, ?, ?, ?, ?, ?)", colleges)
    connection.execute("create temp table year (program_year varchar, y integer)")
    connection.executemany("insert into year values (?, ?)", [(year, n) for n, year in enumerate(years)])
    connection.execute("create schema if not exists mart")
    for name, query in _tables().items():
        connection.execute(f"create or replace table {name} as {query}")
    for table, query in _RECORDS.items():
        connection.execute(f"insert into {table} by name {query}")
    wanted = ("mart.margin", "mart.student_count", "mart.indicator")
    for model in all_models():
        if model.table in wanted:
            build(connection, model)


def _among(salt: str, *choices: tuple[int, str]) -> str:
    """Return SQL that chooses a code by the person's number: each with its weight in a thousand, last the default."""
    bound, cases = 0, []
    for weight, code in choices[:-1]:
        bound += weight
        cases.append(f"when hash(s, '{salt}') % 1000 < {bound} then '{code}'")
    return f"case {' '.join(cases)} else '{choices[-1][1]}' end"


def _person_query() -> str:
    """Return a row a person and year: three in a hundred study at a second college too, a third are concentrators."""
    race = _among("race", (430, "white"), (210, "hispanic_or_latino"), (190, "black_or_african_american"),
                  (50, "asian"), (35, "two_or_more_races"), (12, "american_indian_or_alaska_native"),
                  (4, "native_hawaiian_or_other_pacific_islander"),
                  (30, "unknown"), (14, "declined"), (25, "not_reported"))  # fmt: skip
    sex = _among("sex", (515, "female"), (450, "male"), (4, "another"), (12, "unknown"), (19, "not_reported"))
    flags = ", ".join(
        _among(flag, (40, "not_reported"), (25, "unknown"), (8, "declined"), (yes * 9, "yes"), (0, "no"))
        + f" as {flag}_status"
        for flag, yes in _FLAGS.items()
    )
    return f"""with member as (
        select college.*, year.program_year, hash(institution_id, program_year, range) as s, range as place
        from college cross join year, range(cast(college.size * 3 as bigint))
    )
    select grantee_id, program_year, institution_id, eligible_recipient_id, n, cast(s as varchar) as person_id,
        cast(s as varchar) as student_id, s, {race} as race_ethnicity, {sex} as sex, {flags}, 'not_reported' as
        aid_form_status, date '2000-01-01' as birth_date, place < size as is_concentrator,
        place < size * 0.45 as is_leaver, place < size * 0.3 as is_completer,
        'P' || cast(cast(floor(programs * power((hash(s, 'p') % 10000) / 10000.0, 1.7)) as integer) as varchar)
        as program_id
    from member"""


def _tables() -> dict[str, str]:
    program = f"(cast(substr(program_id, 2) as integer) * 11 + n * 5) % {_PROGRAMS}"  # the same in all of a college
    family = f"cast({program} % {_CLUSTERS} + 10 as varchar)"
    cip = f"{family} || '.' || lpad(cast({program} as varchar), 4, '0')"
    told = "grantee_id, program_year, institution_id, student_id, person_id"
    second = (
        "select person.* replace (other.institution_id as institution_id, other.n as n, 'P0' as program_id, "
        "other.eligible_recipient_id as eligible_recipient_id) from person inner join college as other "
        "on person.grantee_id = other.grantee_id and other.n = person.n + 1 where hash(s, 'moves') % 100 < 3"
    )
    stay = f"(select *, {cip} as cip_code from (from person union all by name {second}))"
    outcome = {
        "1P1": ("is_leaver", "hash(s, '1') % 100", 68, 76), "2P1": ("is_leaver", "hash(s, '2') % 100", 44, 44),
        "3P1": ("is_concentrator", "hash(s, '3') % 100", 23, 26),
    }  # fmt: skip
    cases = " union all by name ".join(
        f"select *, program_year as cohort_program_year, '{code}' as indicator_code, "
        f"case when {drawn} < {met} then 'met' when {drawn} < {unknown} then 'unknown' else 'not_met' end as outcome "
        f"from stay where {who}"
        for code, (who, drawn, met, unknown) in outcome.items()
    )
    scope = "select distinct grantee_id, program_year, indicator_code from mart.indicator_case"
    flags = ", ".join(f"{flag}_status" for flag in (*_FLAGS, "aid_form"))
    return {
        "person": _person_query(),
        "stay": f"select *, true as is_linkable, true as is_matchable, 'credit' as credit_status, "
        f"substr(cip_code, 1, 2) as career_cluster_code, '0' || cast({program} % 4 + 1 as varchar) as award_level_code "
        f"from {stay} as stays",
        "mart.exclusion": "select '' as submission_id, 0 as line_number, '' as table_name where false",
        "mart.student_year": f"select {told}, birth_date, sex, race_ethnicity, {flags} from stay",
        "mart.person": f"select distinct {told.replace('program_year, ', '')}, is_linkable from stay",
        "mart.participant": f"select {told}, program_id from stay",
        "mart.concentrator": f"select {told}, program_id from stay where is_concentrator",
        "mart.completer": f"select {told}, program_id from stay where is_completer",
        "mart.record_count": "select distinct grantee_id, program_year, institution_id, table_name, 1 as row_count "
        "from stay cross join (values ('enrollment'), ('program_enrollment'), ('credential')) as sent (table_name)",
        "mart.vintage": "select grantee_id, program_year, 'final' as vintage from stay where false",
        "mart.indicator_case": cases,
        "mart.indicator_source": "select distinct grantee_id, program_year, indicator_code, institution_id, "
        "true as has_cohort, true as has_outcome from mart.indicator_case",
        "mart.indicator_scope": "select scope.*, program_year as cohort_program_year, "
        "date '2024-06-30' as outcome_window_end, "
        f"date '2025-06-30' as as_of_date, definition_version from ({scope}) as scope "
        "inner join reference.definition using (grantee_id, program_year)",
    }  # fmt: skip


_RECORDS = {
    "core.institution": "select grantee_id, program_year, institution_id, eligible_recipient_id, institution_id as "
    "submission_id, y as line_number from college cross join year",
    "core.program": "select grantee_id, program_year, institution_id, program_id, min(cip_code) as cip_code, "
    "min(career_cluster_code) as career_cluster_code, min(award_level_code) as award_level_code, 'credit' as "
    "credit_status, institution_id as submission_id, 1 as line_number from stay group by all",
}
