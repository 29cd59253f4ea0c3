-- How many students and concentrators each program of an institution had, beside the year before. Where it had some the
-- year before and has none now, the counts are 0.
-- grain: grantee_id, program_year, institution_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column program_id: The CTE program.
-- column student_count: Students with something to do with the program.
-- column concentrator_count: Concentrators of the program.
-- column previous_student_count: Students in the year before; null where the program had none.
-- column previous_concentrator_count: Concentrators in the year before; null where the program had no students.
with counted as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        count(*) as student_count,
        count(concentrator.basis) as concentrator_count
    from mart.program_student
    left join mart.concentrator as concentrator
        using (grantee_id, program_year, institution_id, student_id, program_id)
    group by grantee_id, program_year, institution_id, program_id
),

grantee_year as (
    select distinct
        definition.grantee_id,
        definition.program_year,
        definition.previous_program_year
    from reference.definition as definition
    inner join counted
        on definition.grantee_id = counted.grantee_id and definition.program_year = counted.program_year
),

previous as (
    select
        grantee_year.grantee_id,
        grantee_year.program_year,
        counted.institution_id,
        counted.program_id,
        counted.student_count,
        counted.concentrator_count
    from counted
    inner join grantee_year
        on counted.grantee_id = grantee_year.grantee_id and counted.program_year = grantee_year.previous_program_year
)

select
    grantee_id,
    program_year,
    institution_id,
    program_id,
    coalesce(counted.student_count, 0) as student_count,
    coalesce(counted.concentrator_count, 0) as concentrator_count,
    previous.student_count as previous_student_count,
    previous.concentrator_count as previous_concentrator_count
from counted
full join previous using (grantee_id, program_year, institution_id, program_id)
