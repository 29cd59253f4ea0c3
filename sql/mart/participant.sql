-- CTE participants: students who completed at least one course of a CTE program in the year, by program. Completed
-- means that something was earned, credits or hours; attempting is not enough.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column program_id: The CTE program.
-- column completed_course_count: Courses of the program completed in the year.
select
    grantee_id,
    program_year,
    institution_id,
    student_id,
    program_id,
    completed_course_count
from mart.program_student
where completed_course_count > 0
