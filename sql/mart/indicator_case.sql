-- Who counts in the core indicators and with which outcome: each student of each cohort by program, with what places
-- the program among recipients, clusters and levels, as the inventory of the cohort's year says. A program that the
-- inventory does not know has the code unknown there.
-- grain: grantee_id, program_year, indicator_code, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column cohort_program_year: Program year of the cohort.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The program.
-- column eligible_recipient_id: Eligible recipient that the institution belonged to; unknown where it is not known.
-- column cip_code: CIP code of the program, six digits; unknown where it is not known.
-- column career_cluster_code: Career Cluster as the State approved it; unknown where it is not known.
-- column award_level_code: Award level that the program leads to; unknown where it is not known.
-- column credit_status: credit or noncredit, as the program is; unknown where it is not known.
-- column outcome: met, not_met or unknown.
-- column is_linkable: Whether the identifier means the same person at another college of the grantee.
-- column is_matchable: Whether the identifier may be looked up at another body, as the definition says.
with excluded_institution as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'institution'
),

excluded_program as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

institution as (
    select
        institution.grantee_id,
        institution.program_year as cohort_program_year,
        institution.institution_id,
        institution.eligible_recipient_id
    from core.institution as institution
    anti join excluded_institution using (submission_id, line_number)
),

program as (
    select
        program.grantee_id,
        program.program_year as cohort_program_year,
        program.institution_id,
        program.program_id,
        program.cip_code,
        program.career_cluster_code,
        program.award_level_code,
        program.credit_status
    from core.program as program
    anti join excluded_program using (submission_id, line_number)
),

told as (
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        student_id,
        program_id,
        outcome
    from mart.placement_case
    union all
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        student_id,
        program_id,
        outcome
    from mart.credential_case
    union all
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        student_id,
        program_id,
        outcome
    from mart.nontraditional_case
)

select
    grantee_id,
    member.program_year,
    cohort_program_year,
    member.indicator_code,
    institution_id,
    member.student_id,
    member.person_id,
    program_id,
    coalesce(institution.eligible_recipient_id, 'unknown') as eligible_recipient_id,
    coalesce(program.cip_code, 'unknown') as cip_code,
    coalesce(program.career_cluster_code, 'unknown') as career_cluster_code,
    coalesce(program.award_level_code, 'unknown') as award_level_code,
    coalesce(program.credit_status, 'unknown') as credit_status,
    told.outcome,
    member.is_linkable,
    member.is_matchable
from mart.cohort_member as member
inner join told using (grantee_id, program_year, indicator_code, institution_id, student_id, program_id)
left join institution using (grantee_id, cohort_program_year, institution_id)
left join program using (grantee_id, cohort_program_year, institution_id, program_id)
