-- Concentrators who completed a program, by the program year of the completion. A student who became a concentrator of
-- the program in an earlier year counts too. Whom an indicator counts stands in mart.cohort_member.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year of the completion.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The CTE program.
-- column entry_date: Entry into the program; null where not reported.
-- column exit_date: Completion, by the definition's basis; null where the date could not be read.
-- column outcome_quarter: Calendar quarter in which the completer is to be looked for, written 2023Q4.
with completed as (
    select
        stay.*,
        date_trunc('quarter', stay.left_date) + definition.follow_up_quarters * 3 * interval 1 month as followed_up
    from mart.concentrator_stay as stay
    inner join reference.definition as definition
        on stay.grantee_id = definition.grantee_id and stay.program_year = definition.program_year
    where stay.completed_in_year
)

select
    grantee_id,
    program_year,
    institution_id,
    student_id,
    person_id,
    program_id,
    entry_date,
    left_date as exit_date,
    cast(extract(year from followed_up) as varchar)
    || 'Q'
    || cast(extract(quarter from followed_up) as varchar) as outcome_quarter
from completed
