-- Concentrators who completed a program: the cohort of 1P1 and 2P1, by the program year of the completion. A student
-- who became a concentrator of the program in an earlier year counts too.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year of the completion.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The CTE program.
-- column entry_date: Entry into the program; null where not reported.
-- column exit_date: Completion; null where the date could not be read.
-- column outcome_quarter: The second calendar quarter after the one of completion, written 2023Q4.
-- column award_until_date: One year after completion.
with first_concentration as (
    select
        grantee_id,
        institution_id,
        student_id,
        program_id,
        min(program_year) as first_program_year
    from mart.concentrator
    group by grantee_id, institution_id, student_id, program_id
),

completed as (
    select
        student.*,
        date_trunc('quarter', student.exit_date) + interval 6 month as outcome_quarter_start
    from mart.program_student as student
    inner join first_concentration
        on
            student.grantee_id = first_concentration.grantee_id
            and student.institution_id = first_concentration.institution_id
            and student.student_id = first_concentration.student_id
            and student.program_id = first_concentration.program_id
            and student.program_year >= first_concentration.first_program_year
    where student.completed_in_year
)

select
    completed.grantee_id,
    completed.program_year,
    completed.institution_id,
    completed.student_id,
    person.person_id,
    completed.program_id,
    completed.entry_date,
    completed.exit_date,
    cast(extract(year from completed.outcome_quarter_start) as varchar)
    || 'Q'
    || cast(extract(quarter from completed.outcome_quarter_start) as varchar) as outcome_quarter,
    cast(completed.exit_date + interval 1 year as date) as award_until_date
from completed
inner join mart.person as person
    on
        completed.grantee_id = person.grantee_id
        and completed.institution_id = person.institution_id
        and completed.student_id = person.student_id
