-- Each year of a student in a program from the one in which the student became a concentrator on: who completes and
-- who leaves is told from it. Whoever concentrated in an earlier year completes as a concentrator too. Who is one, and
-- what completes, is said by the definition of the year itself.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The CTE program.
-- column is_concentrator: Whether the student stands in mart.concentrator in this very year.
-- column completed_in_year: Completed in the year; an unreadable date leaves it true.
-- column left_in_year: Completed, or left otherwise in the year; not on leave of absence, and not deceased.
-- column entry_date: Entry into the program; null where not reported.
-- column left_date: Completion, else exit, in the year; null where neither happened or the date could not be read.
with first_concentration as (
    select
        grantee_id,
        institution_id,
        student_id,
        program_id,
        min(program_year) as first_program_year
    from mart.concentrator
    group by grantee_id, institution_id, student_id, program_id
)

select
    student.grantee_id,
    student.program_year,
    student.institution_id,
    student.student_id,
    person.person_id,
    student.program_id,
    concentrator.program_id is not null as is_concentrator,
    student.completed_in_year,
    student.left_in_year,
    student.entry_date,
    student.left_date
from mart.program_student as student
inner join first_concentration
    on
        student.grantee_id = first_concentration.grantee_id
        and student.institution_id = first_concentration.institution_id
        and student.student_id = first_concentration.student_id
        and student.program_id = first_concentration.program_id
        and student.program_year >= first_concentration.first_program_year
left join mart.concentrator as concentrator
    on
        student.grantee_id = concentrator.grantee_id
        and student.program_year = concentrator.program_year
        and student.institution_id = concentrator.institution_id
        and student.student_id = concentrator.student_id
        and student.program_id = concentrator.program_id
inner join mart.person as person
    on
        student.grantee_id = person.grantee_id
        and student.institution_id = person.institution_id
        and student.student_id = person.student_id
