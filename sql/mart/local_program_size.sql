-- Size, scope and quality of each program of an eligible recipient, as records can tell them: evidence for section
-- 134(c)(2)(B)(i) of Perkins V. Programs of the inventory stand here also where nobody was in them, and programs that
-- the inventory does not know where somebody was. Dual credit and articulated credit are in no record that is asked
-- for. A State's own minimum is configuration and no part of this table.
-- grain: grantee_id, program_year, institution_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column eligible_recipient_id: Eligible recipient of the institution in the year; unknown where it is not known.
-- column institution_id: The institution.
-- column program_id: The program.
-- column is_in_inventory: Whether the State's inventory of the year has the program.
-- column program_name: Name of the program; null where the inventory does not have it.
-- column cip_code: CIP code of the program; null where it is not known.
-- column award_level_code: Award level that the program leads to; null where none is named.
-- column participant_count: CTE participants; null where the institution sent no enrollments.
-- column concentrator_count: CTE concentrators; null where the institution sent no enrollments.
-- column completer_count: Concentrators who completed in the year; null where nothing came that would tell.
-- column left_count: Concentrators of this or an earlier year who left in the year without completing; null likewise.
-- column credential_status: Status of 2P1 at the institution: computed, pending, no_denominator or not_computable.
-- column credential_numerator_count: Persons of the program's 2P1 cohort who met it; null unless computed.
-- column credential_denominator_count: Persons of the program's 2P1 cohort; null unless computed.
-- column credential_unknown_count: Persons of the program's 2P1 cohort with an unknown outcome; null unless computed.
-- column work_based_learning_count: Students with a work-based learning record; null where the institution sent none.
with excluded as (
    select
        submission_id,
        line_number,
        table_name
    from mart.exclusion
    where table_name in ('institution', 'program', 'work_based_learning')
),

excluded_institution as (
    select
        submission_id,
        line_number
    from excluded
    where table_name = 'institution'
),

excluded_program as (
    select
        submission_id,
        line_number
    from excluded
    where table_name = 'program'
),

excluded_experience as (
    select
        submission_id,
        line_number
    from excluded
    where table_name = 'work_based_learning'
),

institution as (
    select
        institution.grantee_id,
        institution.program_year,
        institution.institution_id,
        institution.eligible_recipient_id
    from core.institution as institution
    anti join excluded_institution using (submission_id, line_number)
),

inventory as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        program.program_name,
        program.cip_code,
        program.award_level_code
    from core.program as program
    anti join excluded_program using (submission_id, line_number)
),

experience as (
    select
        learning.grantee_id,
        learning.program_year,
        learning.institution_id,
        learning.program_id,
        count(distinct learning.student_id) as student_count
    from core.work_based_learning as learning
    anti join excluded_experience using (submission_id, line_number)
    where learning.program_id is not null
    group by learning.grantee_id, learning.program_year, learning.institution_id, learning.program_id
),

reached as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        participant_count,
        concentrator_count,
        completer_count
    from mart.local_access
    where program_id is not null and subgroup_dimension = 'all'
),

stayed as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        count(distinct case when left_in_year and not completed_in_year then person_id end) as left_count
    from mart.concentrator_stay
    group by grantee_id, program_year, institution_id, program_id
),

-- A person may stand in a cohort with two identifiers: who met the measure by either met it.
outcome as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        person_id,
        max(case outcome when 'met' then 3 when 'unknown' then 2 else 1 end) as best
    from mart.indicator_case
    where indicator_code = '2P1'
    group by grantee_id, program_year, institution_id, program_id, person_id
),

credential as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        count(*) as denominator_count,
        count(case when best = 3 then 1 end) as numerator_count,
        count(case when best = 2 then 1 end) as unknown_count
    from outcome
    group by grantee_id, program_year, institution_id, program_id
),

credential_status as (
    select
        grantee_id,
        program_year,
        institution_id,
        status
    from mart.indicator
    where
        indicator_code = '2P1' and institution_id is not null and cip_code is null
        and subgroup_dimension = 'all' and subgroup_code = 'all'
),

counted as (
    select
        grantee_id,
        program_year,
        count_code,
        institution_id,
        student_count is not null as is_told
    from mart.student_count
    where
        institution_id is not null and cip_code is null
        and subgroup_dimension = 'all' and subgroup_code = 'all'
),

sent as (
    select
        grantee_id,
        program_year,
        institution_id,
        max(case when count_code = 'participant' and is_told then 1 else 0 end) as has_enrollment,
        max(case when count_code = 'completer' and is_told then 1 else 0 end) as has_completion
    from counted
    group by grantee_id, program_year, institution_id
),

sent_experience as (
    select
        grantee_id,
        program_year,
        institution_id
    from mart.record_count
    where table_name = 'work_based_learning' and row_count > 0
),

program as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id
    from inventory
    union
    select
        grantee_id,
        program_year,
        institution_id,
        program_id
    from reached
    union
    select
        grantee_id,
        program_year,
        institution_id,
        program_id
    from credential
)

select
    grantee_id,
    program_year,
    coalesce(institution.eligible_recipient_id, 'unknown') as eligible_recipient_id,
    institution_id,
    program_id,
    inventory.program_name is not null as is_in_inventory,
    inventory.program_name,
    inventory.cip_code,
    inventory.award_level_code,
    case when sent.has_enrollment = 1 then coalesce(reached.participant_count, 0) end as participant_count,
    case when sent.has_enrollment = 1 then coalesce(reached.concentrator_count, 0) end as concentrator_count,
    case when sent.has_completion = 1 then coalesce(reached.completer_count, 0) end as completer_count,
    case when sent.has_completion = 1 then coalesce(stayed.left_count, 0) end as left_count,
    coalesce(credential_status.status, 'not_computable') as credential_status,
    case
        when credential_status.status = 'computed' then coalesce(credential.numerator_count, 0)
    end as credential_numerator_count,
    case
        when credential_status.status = 'computed' then coalesce(credential.denominator_count, 0)
    end as credential_denominator_count,
    case
        when credential_status.status = 'computed' then coalesce(credential.unknown_count, 0)
    end as credential_unknown_count,
    case
        when sent_experience.institution_id is not null then coalesce(experience.student_count, 0)
    end as work_based_learning_count
from program
left join inventory using (grantee_id, program_year, institution_id, program_id)
left join institution using (grantee_id, program_year, institution_id)
left join reached using (grantee_id, program_year, institution_id, program_id)
left join stayed using (grantee_id, program_year, institution_id, program_id)
left join credential using (grantee_id, program_year, institution_id, program_id)
left join experience using (grantee_id, program_year, institution_id, program_id)
left join credential_status using (grantee_id, program_year, institution_id)
left join sent using (grantee_id, program_year, institution_id)
left join sent_experience using (grantee_id, program_year, institution_id)
