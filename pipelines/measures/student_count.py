"""The model ``mart.student_count``: participants, concentrators and completers in the cells of ``mart.indicator``.

Dimensions and the way from persons to cells are in ``cells``; who is one of these is said by the models of their names.
"""

from __future__ import annotations

from pipelines.measures.cells import cells_query
from pipelines.measures.dimensions import margin_lines
from pipelines.measures.indicators import GRAIN

_STUDENT_HEADER = (
    """\
-- CTE participants, concentrators and completers of each program year, unduplicated persons, in the cells of
-- mart.indicator: everybody, each dimension and each pair of a place, each dimension within a program, a Career
-- Cluster, an award level and an eligible recipient. Attributes are those of the year, resolved as mart.indicator says.
"""
    + GRAIN.format(key="count_code", year="Program year.", meaning="participant, concentrator or completer.")
    + """\
-- column student_count: Persons; null where nothing came that would tell: no enrollments, or no exits or awards.
-- column unlinkable_count: Persons whose duplication across colleges cannot be resolved: local numbers; null likewise.
-- column definition_version: Definition applied.
"""
)
_COUNTED = """\
excluded_institution as (
    select submission_id, line_number
    from mart.exclusion
    where table_name = 'institution'
),

excluded_program as (
    select submission_id, line_number
    from mart.exclusion
    where table_name = 'program'
),

institution as (
    select institution.*
    from core.institution as institution
    anti join excluded_institution using (submission_id, line_number)
),

program as (
    select program.*
    from core.program as program
    anti join excluded_program using (submission_id, line_number)
),

counted as (
    select grantee_id, program_year, 'participant' as count_code, institution_id, student_id, program_id
    from mart.participant
    union all
    select grantee_id, program_year, 'concentrator' as count_code, institution_id, student_id, program_id
    from mart.concentrator
    union all
    select grantee_id, program_year, 'completer' as count_code, institution_id, student_id, program_id
    from mart.completer
)"""
_COUNTED_PERSONS = """\
select
    grantee_id,
    program_year,
    counted.count_code,
    institution_id,
    person.person_id,
    person.is_linkable,
    coalesce(institution.eligible_recipient_id, 'unknown') as eligible_recipient_id,
    coalesce(program.cip_code, 'unknown') as cip_code,
    coalesce(program.career_cluster_code, 'unknown') as career_cluster_code,
    coalesce(program.award_level_code, 'unknown') as award_level_code,
    coalesce(program.credit_status, 'unknown') as credit_status
from counted
inner join mart.person as person using (grantee_id, institution_id, student_id)
left join institution using (grantee_id, program_year, institution_id)
left join program using (grantee_id, program_year, institution_id, program_id)"""
_STUDENTS = """\
sent as (
    select
        grantee_id,
        program_year,
        institution_id,
        max(case when table_name = 'enrollment' then 1 else 0 end) as has_enrollment,
        max(case when table_name = 'program_enrollment' then 1 else 0 end) as has_exit,
        max(case when table_name = 'credential' then 1 else 0 end) as has_award
    from mart.record_count
    where row_count > 0
    group by grantee_id, program_year, institution_id
),

-- Who completed cannot be told where nothing came of what completes under the definition.
sources as (
    select
        institution.grantee_id,
        institution.program_year,
        institution.institution_id,
        codes.count_code,
        max(
            case
                when coalesce(sent.has_enrollment, 0) = 0 then 0
                when codes.count_code <> 'completer' then 1
                when definition.completer_basis <> 'award' and sent.has_exit = 1 then 1
                when definition.completer_basis <> 'exit' and sent.has_award = 1 then 1
                else 0
            end
        ) as is_told
    from institution
    inner join reference.definition as definition
        on institution.grantee_id = definition.grantee_id and institution.program_year = definition.program_year
    cross join (values ('participant'), ('concentrator'), ('completer')) as codes (count_code)
    left join sent
        on
            institution.grantee_id = sent.grantee_id
            and institution.program_year = sent.program_year
            and institution.institution_id = sent.institution_id
    group by
        institution.grantee_id, institution.program_year, codes.count_code,
        grouping sets ((institution.institution_id), ())
)

select
    sources.grantee_id,
    sources.program_year,
    sources.count_code,
    sources.institution_id,
    cells.cip_code,
    coalesce(cells.subgroup_dimension, 'all') as subgroup_dimension,
    coalesce(cells.subgroup_code, 'all') as subgroup_code,
    coalesce(cells.student_count, case when sources.is_told = 1 then 0 end) as student_count,
    coalesce(cells.unlinkable_count, case when sources.is_told = 1 then 0 end) as unlinkable_count,
    definition.definition_version
from sources
inner join reference.definition as definition
    on sources.grantee_id = definition.grantee_id and sources.program_year = definition.program_year
left join cells
    on
        sources.grantee_id = cells.grantee_id
        and sources.program_year = cells.program_year
        and sources.count_code = cells.count_code
        and coalesce(sources.institution_id, '') = coalesce(cells.institution_id, '')"""


def student_count_query() -> str:
    """Return the model ``mart.student_count``: header and query."""
    flags = {"linkable": "max(case when is_linkable then 1 else 0 end)"}
    counts = {"student_count": "count(*)", "unlinkable_count": "count(case when persons.linkable = 0 then 1 end)"}
    cells = cells_query(_COUNTED_PERSONS, ("grantee_id", "program_year", "count_code"), "program_year", flags, counts)
    return f"{_STUDENT_HEADER}{margin_lines()}with {_COUNTED},\n\n{cells},\n\n{_STUDENTS}"
