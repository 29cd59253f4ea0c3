"""The query of ``mart.student_year``: the reports of all terms as one student, flag by flag as the schema has them.

Which report says a status is the definition's to say (``status_as_of``); what each choice means stands in the header,
which analysts read. How race rolls up to the lines of the annual report stands here and nowhere else.
"""

from __future__ import annotations

from sqlalchemy import Column

from pipelines.schema import core_table, equity_columns

_HEADER = """\
-- A student at one institution in a program year: the reports of all terms as one. Which report says a flag is the
-- definition's status_as_of. ever: yes if any report of the year says yes, else no if any says no. latest: the last
-- report of the year that says yes or no. at_entry: the first report that says yes or no of all that the institution
-- sent up to and including that year. Sex and race are those of the latest report of the year that has a value; with
-- at_entry, of the first one up to and including that year. The birth date is always the latest. Reports are in the
-- order of year and term. One that says nothing never takes the place of one that does; where none does, the state is
-- unknown if any report says so, else declined, not_reported or not_collected, in this order: silence is never a no.
-- grain: grantee_id, program_year, institution_id, student_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee: the pseudonym, or institution:pseudonym for a local id.
-- column birth_date: Date of birth; null where no report has a value.
-- column sex: Sex, or one of the four states.
-- column race_ethnicity: Line of the Consolidated Annual Report (1997 standards), or one of the four states.
"""

_REPORTED = """\
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'student'
),

-- '|' around the selections, so that each is found as a whole.
reported as (
    select
        student.*,
        definition.status_as_of,
        '|' || student.race_selections || '|' as selections,
        substr(student.program_year, 1, 4) || lpad(cast(coalesce(term.term_rank, 0) as varchar), 2, '0') as first_place,
        lpad(cast(99 - coalesce(term.term_rank, 0) as varchar), 6, '0') as last_place
    from core.student as student
    anti join excluded using (submission_id, line_number)
    inner join reference.definition as definition
        on student.grantee_id = definition.grantee_id and student.program_year = definition.program_year
    left join reference.term as term on student.grantee_id = term.grantee_id and student.term_code = term.term_code
),

at_entry as (
    select distinct
        grantee_id,
        program_year as as_of_year,
        institution_id,
        student_id
    from reported
    where status_as_of = 'at_entry'
),

-- What was reported in earlier years speaks of a later one only where the status at entry is asked for.
held as (
    select
        reported.*,
        program_year as as_of_year,
        case when status_as_of = 'at_entry' then first_place else last_place end as place,
        case status_as_of
            when 'at_entry' then first_place
            when 'latest' then last_place
            else '000000'
        end as flag_place,
        case when status_as_of = 'ever' then '2' else '1' end as no_weight
    from reported
    union all
    select
        reported.*,
        at_entry.as_of_year,
        reported.first_place as place,
        reported.first_place as flag_place,
        '1' as no_weight
    from reported
    inner join at_entry
        on
            reported.grantee_id = at_entry.grantee_id
            and reported.program_year < at_entry.as_of_year
            and reported.institution_id = at_entry.institution_id
            and reported.student_id = at_entry.student_id
),

-- In the 1997 categories white includes the Middle East and North Africa: both together are one race.
counted as (
    select
        held.*,
        '1' || flag_place || 'yes' as yes_text,
        no_weight || flag_place || 'no' as no_text,
        case when selections like '%|american_indian_or_alaska_native|%' then 1 else 0 end
        + case when selections like '%|asian|%' then 1 else 0 end
        + case when selections like '%|black_or_african_american|%' then 1 else 0 end
        + case when selections like '%|native_hawaiian_or_other_pacific_islander|%' then 1 else 0 end
        + case
            when selections like '%|white|%' then 1
            when selections like '%|middle_eastern_or_north_african|%' then 1
            else 0
        end as race_count
    from held
),

rolled_up as (
    select
        counted.*,
        case
            when hispanic_ethnicity = 'yes' or selections like '%|hispanic_or_latino|%' then 'hispanic_or_latino'
            when race_count > 1 or selections like '%|two_or_more_races|%' then 'two_or_more_races'
            when race_count = 1 and selections like '%|middle_eastern_or_north_african|%' then 'white'
            when selections like '%|american_indian_or_alaska_native|%' then 'american_indian_or_alaska_native'
            when selections like '%|asian|%' then 'asian'
            when selections like '%|black_or_african_american|%' then 'black_or_african_american'
            when selections like '%|native_hawaiian_or_other_pacific_islander|%'
                then 'native_hawaiian_or_other_pacific_islander'
            when selections like '%|white|%' then 'white'
            when race_selections in ('declined', 'not_reported', 'not_collected') then race_selections
            else 'unknown'
        end as race_ethnicity
    from counted
),

-- What stands before a value says how much it weighs: the smallest text is the answer.
collapsed as (
    select
        grantee_id,
        as_of_year as program_year,
        institution_id,
        student_id,
        max(first_place || cast(birth_date as varchar)) as birth_date"""

_UNKNOWN = "'3000000unknown'"
_STATES = f"""\
                when 'unknown' then {_UNKNOWN}
                when 'declined' then '4000000declined'
                when 'not_reported' then '5000000not_reported'
                when 'not_collected' then '6000000not_collected'"""


def student_year_query() -> str:
    """Return header and query of ``mart.student_year``: a flag of the schema enters by itself."""
    flags = _flags()
    header = _HEADER + "".join(f"-- column {flag.name}: {flag.comment}\n" for flag in flags)
    collapsed = [_value("sex"), _value("race_ethnicity"), *(_flag(flag.name) for flag in flags)]
    said = ["sex", "race_ethnicity", *(flag.name for flag in flags)]
    answers = "".join(f",\n    substr(collapsed.{name}, 8) as {name}" for name in said)
    return f"""{header}{_REPORTED}{"".join(f",{chr(10)}        {one}" for one in collapsed)}
    from rolled_up
    group by grantee_id, as_of_year, institution_id, student_id
)

select
    collapsed.grantee_id,
    collapsed.program_year,
    collapsed.institution_id,
    collapsed.student_id,
    person.person_id,
    cast(substr(collapsed.birth_date, 7) as date) as birth_date{answers}
from collapsed
inner join mart.person as person using (grantee_id, institution_id, student_id)"""


def _flags() -> list[Column[object]]:
    """Return the flags with the answers yes and no: the special populations, and whether an aid form was filed."""
    return [*(c for c in equity_columns() if c.name != "sex"), core_table("student").columns["aid_form_status"]]


def _value(name: str) -> str:
    """Return the answer of an attribute with many values: what has one, in the order of the reports."""
    return f"""min(
            case {name}
{_STATES}
                else coalesce('1' || place || {name}, {_UNKNOWN})
            end
        ) as {name}"""


def _flag(name: str) -> str:
    """Return the answer of a flag: yes or no in the order of the reports, or of the two answers themselves."""
    return f"""min(
            case {name}
                when 'yes' then yes_text
                when 'no' then no_text
{_STATES}
                else {_UNKNOWN}
            end
        ) as {name}"""
