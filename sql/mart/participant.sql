-- CTE participants: students who completed as many courses of a CTE program in the year as the definition asks for (one
-- in the statute), by program. Completed means that something was earned, credits or hours, for credit or not;
-- attempting is not enough.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column program_id: The CTE program.
-- column completed_course_count: Courses of the program completed in the year.
select
    student.grantee_id,
    student.program_year,
    student.institution_id,
    student.student_id,
    student.program_id,
    student.completed_course_count
from mart.program_student as student
inner join reference.definition as definition
    on student.grantee_id = definition.grantee_id and student.program_year = definition.program_year
where student.completed_course_count >= definition.participant_courses
