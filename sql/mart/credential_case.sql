-- 2P1, Earned Recognized Postsecondary Credential: each student whom it counts, and whether the person received a
-- credential that counts between entry into the program and the end of the definition's window (one year after
-- completion in the statute; whoever has not left, after the cohort's year). A credential of a type that does not count
-- is none. One whose evidence does not count is no proof, but forbids to say that there is none: unknown. So is what
-- the institution sent no credentials for at all, and where a date or type that decides is missing.
-- grain: grantee_id, program_year, indicator_code, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 2P1.
-- column institution_id: The institution of the cohort.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The program.
-- column outcome: met, not_met or unknown.
with excluded as (
    select
        submission_id,
        line_number,
        reason_code
    from mart.exclusion
    where table_name = 'credential'
),

-- A credential whose date, type or program cannot be read cannot be placed, but it forbids to say that there is none.
awarded as (
    select
        credential.grantee_id,
        credential.program_year,
        person.person_id,
        credential.program_id,
        credential.award_date,
        credential.credential_type,
        coalesce(credential.evidence_source, 'unknown') as evidence_source,
        excluded.reason_code is null as is_readable
    from core.credential as credential
    left join excluded
        on credential.submission_id = excluded.submission_id and credential.line_number = excluded.line_number
    inner join mart.person as person
        on
            credential.grantee_id = person.grantee_id
            and credential.institution_id = person.institution_id
            and credential.student_id = person.student_id
    where excluded.reason_code is null or excluded.reason_code = 'key_unreadable'
),

counted_type as (
    select
        grantee_id,
        program_year,
        code as credential_type
    from reference.counted_code
    where code_set = 'credential_type'
),

counted_evidence as (
    select
        grantee_id,
        program_year,
        code as evidence_source
    from reference.counted_code
    where code_set = 'evidence_source'
),

-- Later years' files do not change what was reported.
weighed as (
    select
        member.grantee_id,
        member.program_year,
        member.institution_id,
        member.student_id,
        member.program_id,
        case
            when awarded.award_date < member.entry_date then 0
            when awarded.award_date > member.award_until_date then 0
            when awarded.credential_type is not null and counted_type.credential_type is null then 0
            when not awarded.is_readable or awarded.award_date is null or awarded.credential_type is null then 1
            when counted_evidence.evidence_source is null then 1
            when awarded.award_date > member.award_certain_until_date then 1
            when member.entry_date is not null then 2
            when awarded.program_id = member.program_id then 2
            when awarded.award_date >= member.entry_until_date then 2
            else 1
        end as weight
    from mart.cohort_member as member
    inner join awarded
        on
            member.grantee_id = awarded.grantee_id
            and member.person_id = awarded.person_id
            and member.program_year >= awarded.program_year
    left join counted_type
        on
            member.grantee_id = counted_type.grantee_id
            and member.program_year = counted_type.program_year
            and awarded.credential_type = counted_type.credential_type
    left join counted_evidence
        on
            member.grantee_id = counted_evidence.grantee_id
            and member.program_year = counted_evidence.program_year
            and awarded.evidence_source = counted_evidence.evidence_source
    where member.indicator_code = '2P1'
),

earned as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        max(weight) as weight
    from weighed
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
    case
        when earned.weight = 2 then 'met'
        when earned.weight = 1 or not source.has_outcome then 'unknown'
        else 'not_met'
    end as outcome
from mart.cohort_member as member
inner join mart.indicator_source as source using (grantee_id, program_year, indicator_code, institution_id)
left join earned using (grantee_id, program_year, institution_id, student_id, program_id)
where member.indicator_code = '2P1'
