-- 3P1, Nontraditional Program Concentration: each concentrator whom it counts, and whether the person is of the sex
-- that the program is nontraditional for. Unknown where sex has no value, or where nobody can tell for whom the program
-- is nontraditional (such programs are looked at only where the definition counts all concentrators). In a program that
-- is nontraditional for neither sex nobody meets it.
-- grain: grantee_id, program_year, indicator_code, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 3P1.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The program.
-- column outcome: met, not_met or unknown.
select
    member.grantee_id,
    member.program_year,
    member.indicator_code,
    member.institution_id,
    member.student_id,
    member.person_id,
    member.program_id,
    case
        when student_year.sex = member.nontraditional_sex then 'met'
        when student_year.sex in ('female', 'male') and member.nontraditional_sex = 'both' then 'met'
        when member.nontraditional_sex = 'neither' then 'not_met'
        when coalesce(student_year.sex, 'unknown') in ('unknown', 'declined', 'not_reported', 'not_collected')
            then 'unknown'
        when student_year.sex in ('female', 'male') and member.nontraditional_sex is null then 'unknown'
        else 'not_met'
    end as outcome
from mart.cohort_member as member
left join mart.student_year as student_year
    on
        member.grantee_id = student_year.grantee_id
        and member.cohort_program_year = student_year.program_year
        and member.institution_id = student_year.institution_id
        and member.student_id = student_year.student_id
where member.indicator_code = '3P1'
