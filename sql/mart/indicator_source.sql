-- Whether an institution sent what an indicator needs, by reporting year. Where it sent no outcomes at all, an absent
-- outcome says nothing: not computable is not zero.
-- grain: grantee_id, program_year, indicator_code, institution_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: An institution of the reporting year or of the cohort's year.
-- column has_cohort: Whether the cohort can be told: enrollments of its year, and exits or nontraditional flags.
-- column has_outcome: Whether outcomes arrived from the cohort's to the reporting year; always true for 3P1.
with left_out as (
    select
        grantee_id,
        program_year,
        institution_id,
        table_name,
        count(*) as row_count
    from mart.exclusion
    group by grantee_id, program_year, institution_id, table_name
),

usable as (
    select
        received.grantee_id,
        received.program_year,
        received.institution_id,
        received.table_name
    from mart.record_count as received
    left join left_out using (grantee_id, program_year, institution_id, table_name)
    where received.row_count > coalesce(left_out.row_count, 0)
),

flagged as (
    select distinct
        grantee_id,
        program_year,
        institution_id
    from core.program
    where nontraditional_sex is not null
),

institution as (
    select distinct
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        scope.cohort_program_year,
        usable.institution_id
    from mart.indicator_scope as scope
    inner join usable
        on
            scope.grantee_id = usable.grantee_id
            and usable.program_year in (scope.program_year, scope.cohort_program_year)
            and usable.table_name = 'institution'
),

counted as (
    select
        institution.grantee_id,
        institution.program_year,
        institution.indicator_code,
        institution.institution_id,
        max(
            case
                when usable.table_name = 'enrollment' and usable.program_year = institution.cohort_program_year then 1
                else 0
            end
        ) as has_enrollment,
        max(
            case
                when usable.table_name <> 'program_enrollment' then 0
                when usable.program_year = institution.cohort_program_year then 1
                else 0
            end
        ) as has_exit,
        max(case when usable.table_name = 'placement' then 1 else 0 end) as has_placement,
        max(case when usable.table_name = 'credential' then 1 else 0 end) as has_credential,
        max(case when flagged.institution_id is not null then 1 else 0 end) as has_flag
    from institution
    left join usable
        on
            institution.grantee_id = usable.grantee_id
            and institution.institution_id = usable.institution_id
            and usable.program_year between institution.cohort_program_year and institution.program_year
    left join flagged
        on
            institution.grantee_id = flagged.grantee_id
            and institution.institution_id = flagged.institution_id
            and institution.cohort_program_year = flagged.program_year
    group by
        institution.grantee_id, institution.program_year, institution.indicator_code, institution.institution_id
)

select
    grantee_id,
    program_year,
    indicator_code,
    institution_id,
    case indicator_code
        when '3P1' then has_enrollment = 1 and has_flag = 1
        else has_enrollment = 1 and has_exit = 1
    end as has_cohort,
    case indicator_code
        when '1P1' then has_placement = 1
        when '2P1' then has_credential = 1
        else true
    end as has_outcome
from counted
