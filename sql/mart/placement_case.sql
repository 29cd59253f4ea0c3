-- 1P1, Postsecondary Retention and Placement: each student whom it counts, and whether the person was found in the
-- quarter to look at in a status that counts. Found by one source is enough; not met where one that could have found
-- the person says so and none has; all else is unknown, also no record at all. What each source says: placement_answer.
-- grain: grantee_id, program_year, indicator_code, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1.
-- column institution_id: The institution of the cohort.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The program completed or left.
-- column outcome: met, not_met or unknown.
with answered as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        max(case answer when 'placed' then 2 when 'not_placed' then 1 else 0 end) as found
    from mart.placement_answer
    group by grantee_id, program_year, institution_id, student_id, program_id
)

select
    grantee_id,
    program_year,
    member.indicator_code,
    institution_id,
    student_id,
    member.person_id,
    program_id,
    case answered.found when 2 then 'met' when 1 then 'not_met' else 'unknown' end as outcome
from mart.cohort_member as member
left join answered using (grantee_id, program_year, institution_id, student_id, program_id)
where member.indicator_code = '1P1'
