-- Who comes near the denominator of an indicator, in it or not: whoever concentrates, and whoever would be in it by
-- concentrating. A doubt about a record of anybody else leaves the person outside, whichever way it is settled.
-- grain: grantee_id, program_year, indicator_code, institution_id, person_id
-- materialized: view
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: The institution; null means all.
-- column person_id: The person within the grantee.
-- column has_concentrated: 1 where the person concentrates in the cohort's year or did before.
-- column has_short_program: 1 where the person concentrates by completing a short program.
-- column would_count: 1 where concentrating is all that the person may lack: who completed, or left where that counts.
-- column has_completed: 1 where would_count is and the person completed that program in the cohort's year.
with scope as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        scope.cohort_program_year,
        case scope.indicator_code
            when '1P1' then definition.denominator_1p1
            when '2P1' then definition.denominator_2p1
            else definition.denominator_3p1
        end as denominator
    from mart.indicator_scope as scope
    inner join reference.definition as definition
        on scope.grantee_id = definition.grantee_id and scope.program_year = definition.program_year
),

nontraditional as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id
    from mart.nontraditional_program
    where nontraditional_sex in ('female', 'male', 'both')
),

judged as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        student.institution_id,
        student.student_id,
        case when student.completed_in_year then 1 else 0 end as has_completed,
        case
            when scope.denominator = 'concentrators' then 1
            when scope.denominator = 'nontraditional_programs' and nontraditional.program_id is not null then 1
            when scope.denominator = 'completed' and student.completed_in_year then 1
            when scope.denominator = 'exited' and student.left_in_year then 1
            else 0
        end as would_count,
        0 as has_concentrated,
        0 as has_short_program
    from mart.program_student as student
    inner join scope
        on student.grantee_id = scope.grantee_id and student.program_year = scope.cohort_program_year
    left join nontraditional
        on
            student.grantee_id = nontraditional.grantee_id
            and student.program_year = nontraditional.program_year
            and student.institution_id = nontraditional.institution_id
            and student.program_id = nontraditional.program_id
    union all
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        concentrator.institution_id,
        concentrator.student_id,
        0 as has_completed,
        0 as would_count,
        1 as has_concentrated,
        case when concentrator.basis = 'short_program' then 1 else 0 end as has_short_program
    from mart.concentrator as concentrator
    inner join scope
        on concentrator.grantee_id = scope.grantee_id and concentrator.program_year <= scope.cohort_program_year
)

select
    judged.grantee_id,
    judged.program_year,
    judged.indicator_code,
    judged.institution_id,
    person.person_id,
    max(judged.has_concentrated) as has_concentrated,
    max(judged.has_short_program) as has_short_program,
    max(judged.would_count) as would_count,
    max(judged.has_completed) as has_completed
from judged
inner join mart.person as person
    on
        judged.grantee_id = person.grantee_id
        and judged.institution_id = person.institution_id
        and judged.student_id = person.student_id
where judged.has_concentrated + judged.would_count > 0
group by
    grouping sets (
        (judged.grantee_id, judged.program_year, judged.indicator_code, judged.institution_id, person.person_id),
        (judged.grantee_id, judged.program_year, judged.indicator_code, person.person_id)
    )
