-- 2P1, Earned Recognized Postsecondary Credential: each concentrator who completed, and whether the person received a
-- credential between entry into the program and one year after completion. Unknown where it cannot be told: the
-- institution sent no credential at all, or a date that decides is missing.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 2P1.
-- column institution_id: The institution of the completion.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column program_id: The program completed.
-- column outcome: met, not_met or unknown.
with excluded as (
    select
        submission_id,
        line_number,
        reason_code
    from mart.exclusion
    where table_name = 'credential'
),

-- A credential without a readable date cannot be placed in time, but it forbids to say that there is none.
awarded as (
    select
        credential.grantee_id,
        credential.program_year,
        person.person_id,
        credential.program_id,
        credential.award_date
    from core.credential as credential
    left join excluded
        on credential.submission_id = excluded.submission_id and credential.line_number = excluded.line_number
    inner join mart.person as person
        on
            credential.grantee_id = person.grantee_id
            and credential.institution_id = person.institution_id
            and credential.student_id = person.student_id
    where
        excluded.reason_code is null
        or (excluded.reason_code = 'key_unreadable' and credential.award_date is null)
),

-- Later years' files do not change what was reported.
compared as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        completer.institution_id,
        completer.student_id,
        completer.person_id,
        completer.program_id,
        source.has_outcome,
        case
            when awarded.person_id is null then 'no'
            when awarded.award_date is null then 'perhaps'
            when awarded.award_date < completer.entry_date then 'no'
            when awarded.award_date > coalesce(completer.award_until_date, scope.outcome_window_end) then 'no'
            -- Without an exit date only an award within a year of the first day of the cohort's year is certain.
            when
                completer.exit_date is null
                and awarded.award_date > cast(scope.outcome_window_end - interval 1 year + interval 1 day as date)
                then 'perhaps'
            when completer.entry_date is not null then 'yes'
            when awarded.program_id = completer.program_id then 'yes'
            when awarded.award_date >= completer.exit_date then 'yes'
            else 'perhaps'
        end as is_earned
    from mart.indicator_scope as scope
    inner join mart.completer as completer
        on scope.grantee_id = completer.grantee_id and scope.cohort_program_year = completer.program_year
    inner join mart.indicator_source as source
        on
            scope.grantee_id = source.grantee_id
            and scope.program_year = source.program_year
            and scope.indicator_code = source.indicator_code
            and completer.institution_id = source.institution_id
    left join awarded
        on
            completer.grantee_id = awarded.grantee_id
            and completer.person_id = awarded.person_id
            and scope.program_year >= awarded.program_year
    where scope.indicator_code = '2P1'
)

select
    grantee_id,
    program_year,
    indicator_code,
    institution_id,
    student_id,
    person_id,
    program_id,
    case
        when max(case when is_earned = 'yes' then 1 else 0 end) = 1 then 'met'
        when max(case when is_earned = 'perhaps' or not has_outcome then 1 else 0 end) = 1 then 'unknown'
        else 'not_met'
    end as outcome
from compared
group by grantee_id, program_year, indicator_code, institution_id, student_id, person_id, program_id
