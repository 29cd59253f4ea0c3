-- The student identifiers of each institution and the person behind them, over all program years: those who left are
-- followed up in a year in which they are no student any more.
-- grain: grantee_id, institution_id, student_id
-- column grantee_id: The grantee.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee: the pseudonym, or institution:pseudonym for a local id.
-- column student_id_kind: Kind of the identifier; where reports differ, ferpa_blocked before ssn, state and others.
-- column is_linkable: Whether the identifier means the same person at another college of the grantee.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'student'
),

known as (
    select
        student.grantee_id,
        student.institution_id,
        student.student_id,
        min(
            case student.student_id_kind
                when 'ferpa_blocked' then '1'
                when 'ssn' then '2'
                when 'state' then '3'
                else '4'
            end
            || coalesce(student.student_id_kind, 'other')
        ) as kind
    from core.student as student
    anti join excluded using (submission_id, line_number)
    group by student.grantee_id, student.institution_id, student.student_id
)

-- Only a Social Security or state number means the same person at two colleges, blocked or not.
select
    grantee_id,
    institution_id,
    student_id,
    case when kind < '4' then student_id else institution_id || ':' || student_id end as person_id,
    substr(kind, 2) as student_id_kind,
    kind < '4' as is_linkable
from known
