-- Whether an institution sent what an indicator needs, by reporting year. What it needs depends on the definition:
-- exits or awards where those who completed are counted, exits where those who left are, neither where all are.
-- Where it sent no outcomes at all, an absent outcome says nothing: not computable is not zero.
-- grain: grantee_id, program_year, indicator_code, institution_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: An institution of the reporting year or of the cohort's year.
-- column has_cohort: Whether the cohort can be told: enrollments of its year, and what tells who of them counts.
-- column has_outcome: Whether outcomes arrived from the cohort's to the reporting year; for 3P1 a list of programs.
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
    from mart.nontraditional_program
    where nontraditional_sex is not null
),

-- Whom an indicator counts is said by the definition of the reporting year, what completes by that of the cohort's.
defined as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        scope.cohort_program_year,
        case scope.indicator_code
            when '1P1' then reporting.denominator_1p1
            when '2P1' then reporting.denominator_2p1
            else reporting.denominator_3p1
        end as denominator,
        coalesce(cohort.completer_basis, reporting.completer_basis) as completer_basis
    from mart.indicator_scope as scope
    inner join reference.definition as reporting
        on scope.grantee_id = reporting.grantee_id and scope.program_year = reporting.program_year
    left join reference.definition as cohort
        on scope.grantee_id = cohort.grantee_id and scope.cohort_program_year = cohort.program_year
),

institution as (
    select distinct
        defined.*,
        usable.institution_id
    from defined
    inner join usable
        on
            defined.grantee_id = usable.grantee_id
            and usable.program_year in (defined.program_year, defined.cohort_program_year)
            and usable.table_name = 'institution'
),

counted as (
    select
        institution.grantee_id,
        institution.program_year,
        institution.indicator_code,
        institution.institution_id,
        institution.denominator,
        institution.completer_basis,
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
        max(
            case
                when usable.table_name <> 'credential' then 0
                when usable.program_year = institution.cohort_program_year then 1
                else 0
            end
        ) as has_award,
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
        institution.grantee_id, institution.program_year, institution.indicator_code, institution.institution_id,
        institution.denominator, institution.completer_basis
)

select
    grantee_id,
    program_year,
    indicator_code,
    institution_id,
    has_enrollment = 1
    and case
        when denominator = 'concentrators' then true
        when denominator = 'nontraditional_programs' then has_flag = 1
        when denominator = 'exited' or completer_basis = 'exit' then has_exit = 1
        when completer_basis = 'award' then has_award = 1
        else has_exit = 1 or has_award = 1
    end as has_cohort,
    case indicator_code
        when '1P1' then has_placement = 1
        when '2P1' then has_credential = 1
        else has_flag = 1
    end as has_outcome
from counted
