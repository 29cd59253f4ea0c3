-- 1P1, Postsecondary Retention and Placement: each concentrator who completed, and whether the person was found in the
-- second quarter after completion in further education or training, service or employment. Found by one source is
-- enough; looked for and not engaged counts only where no source found the person; no record at all is unknown.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1.
-- column institution_id: The institution of the completion.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The program completed.
-- column outcome: met, not_met or unknown.
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
        placement.placement_status
    from core.placement as placement
    anti join excluded using (submission_id, line_number)
    inner join mart.person as person
        on
            placement.grantee_id = person.grantee_id
            and placement.institution_id = person.institution_id
            and placement.student_id = person.student_id
),

-- Later years' files do not change what was reported.
followed as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        completer.institution_id,
        completer.student_id,
        completer.person_id,
        completer.program_id,
        max(
            case
                when looked_for.placement_status = 'not_engaged' then 1
                when looked_for.placement_status = 'unknown' then 0
                when looked_for.placement_status is not null then 2
                else 0
            end
        ) as found
    from mart.indicator_scope as scope
    inner join mart.completer as completer
        on scope.grantee_id = completer.grantee_id and scope.cohort_program_year = completer.program_year
    left join looked_for
        on
            completer.grantee_id = looked_for.grantee_id
            and completer.person_id = looked_for.person_id
            and completer.outcome_quarter = looked_for.reference_quarter
            and scope.program_year >= looked_for.program_year
    where scope.indicator_code = '1P1'
    group by
        scope.grantee_id, scope.program_year, scope.indicator_code, completer.institution_id, completer.student_id,
        completer.person_id, completer.program_id
)

select
    grantee_id,
    program_year,
    indicator_code,
    institution_id,
    student_id,
    person_id,
    program_id,
    case found when 2 then 'met' when 1 then 'not_met' else 'unknown' end as outcome
from followed
