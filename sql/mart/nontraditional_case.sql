-- 3P1, Nontraditional Program Concentration: each concentrator in a program that is nontraditional for one sex, and
-- whether the person is of that sex. Unknown where sex has no value. Programs without a flag are not looked at.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 3P1.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The program.
-- column outcome: met, not_met or unknown.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

nontraditional as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        program.nontraditional_sex
    from core.program as program
    anti join excluded using (submission_id, line_number)
    where program.nontraditional_sex in ('female', 'male')
)

select
    scope.grantee_id,
    scope.program_year,
    scope.indicator_code,
    concentrator.institution_id,
    concentrator.student_id,
    student_year.person_id,
    concentrator.program_id,
    case
        when student_year.sex = nontraditional.nontraditional_sex then 'met'
        when student_year.sex in ('unknown', 'declined', 'not_reported', 'not_collected') then 'unknown'
        else 'not_met'
    end as outcome
from mart.indicator_scope as scope
inner join mart.concentrator as concentrator
    on scope.grantee_id = concentrator.grantee_id and scope.cohort_program_year = concentrator.program_year
inner join nontraditional
    on
        concentrator.grantee_id = nontraditional.grantee_id
        and concentrator.program_year = nontraditional.program_year
        and concentrator.institution_id = nontraditional.institution_id
        and concentrator.program_id = nontraditional.program_id
inner join mart.student_year as student_year
    on
        concentrator.grantee_id = student_year.grantee_id
        and concentrator.program_year = student_year.program_year
        and concentrator.institution_id = student_year.institution_id
        and concentrator.student_id = student_year.student_id
where scope.indicator_code = '3P1'
