-- What each source of placements says of each student whom 1P1 counts, in the quarter to look at (the second after
-- completion in the statute). Sources that do not count under the definition are not looked at. Not engaged, or in a
-- status that does not count, says not placed only where the source could have found the person: one whose identifier
-- may not be looked up can but answer a survey. Later years' files do not change what was reported.
-- grain: grantee_id, program_year, institution_id, student_id, program_id, placement_source
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column institution_id: The institution of the cohort.
-- column student_id: Pseudonym of the student.
-- column program_id: The program completed or left.
-- column placement_source: A source with a record of the person in the quarter (code set placement_source).
-- column answer: placed, not_placed, or unknown where its records say nothing.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'placement'
),

looked_for as (
    select
        placement.grantee_id,
        placement.program_year,
        person.person_id,
        placement.reference_quarter,
        placement.placement_status,
        placement.placement_source
    from core.placement as placement
    anti join excluded using (submission_id, line_number)
    inner join mart.person as person
        on
            placement.grantee_id = person.grantee_id
            and placement.institution_id = person.institution_id
            and placement.student_id = person.student_id
),

counted_source as (
    select
        grantee_id,
        program_year,
        code as placement_source
    from reference.counted_code
    where code_set = 'placement_source'
),

counted_status as (
    select
        grantee_id,
        program_year,
        code as placement_status
    from reference.counted_code
    where code_set = 'placement_status'
),

said as (
    select
        member.grantee_id,
        member.program_year,
        member.institution_id,
        member.student_id,
        member.program_id,
        looked_for.placement_source,
        max(
            case
                when coalesce(looked_for.placement_status, 'unknown') = 'unknown' then 0
                when counted_status.placement_status is not null then 2
                when member.is_matchable or looked_for.placement_source = 'survey' then 1
                else 0
            end
        ) as found
    from mart.cohort_member as member
    inner join looked_for
        on
            member.grantee_id = looked_for.grantee_id
            and member.person_id = looked_for.person_id
            and member.outcome_quarter = looked_for.reference_quarter
            and member.program_year >= looked_for.program_year
    inner join counted_source
        on
            member.grantee_id = counted_source.grantee_id
            and member.program_year = counted_source.program_year
            and looked_for.placement_source = counted_source.placement_source
    left join counted_status
        on
            member.grantee_id = counted_status.grantee_id
            and member.program_year = counted_status.program_year
            and looked_for.placement_status = counted_status.placement_status
    where member.indicator_code = '1P1'
    group by
        member.grantee_id, member.program_year, member.institution_id, member.student_id, member.program_id,
        looked_for.placement_source
)

select
    grantee_id,
    program_year,
    institution_id,
    student_id,
    program_id,
    placement_source,
    case found when 2 then 'placed' when 1 then 'not_placed' else 'unknown' end as answer
from said
