-- The student identifiers of each institution and the person behind them, over all program years: those who left are
-- followed up in a year in which they are no student any more.
-- grain: grantee_id, institution_id, student_id
-- column grantee_id: The grantee.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee: the pseudonym, or institution:pseudonym for a local id.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'student'
),

-- Only a Social Security or state number means the same person at two colleges.
known as (
    select
        student.grantee_id,
        student.institution_id,
        student.student_id,
        max(case when student.student_id_kind in ('ssn', 'state') then 1 else 0 end) as is_linkable
    from core.student as student
    anti join excluded using (submission_id, line_number)
    group by student.grantee_id, student.institution_id, student.student_id
)

select
    grantee_id,
    institution_id,
    student_id,
    case when is_linkable = 1 then student_id else institution_id || ':' || student_id end as person_id
from known
