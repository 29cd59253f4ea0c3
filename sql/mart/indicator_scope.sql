-- What each grantee reports in a program year: indicator, cohort, and the day on which the outcome can be known. Only
-- years in which the grantee sent something.
-- grain: grantee_id, program_year, indicator_code
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column cohort_program_year: Program year of the cohort.
-- column outcome_window_end: Last day on which an outcome of the cohort counts.
-- column as_of_date: When the newest file of the reporting year was received (UTC); null where none counts.
-- column definition_version: Definition applied.
with sent as (
    select
        grantee_id,
        program_year,
        max(case when status in ('read', 'accepted') then cast(received_at as date) end) as as_of_date
    from quality.submission
    where grantee_id is not null
    group by grantee_id, program_year
),

-- The outcome of those who completed on the last day of the cohort's year can be known when the quarter in which they
-- are looked for is over: the second after, 1 October to 31 December, where the definition says nothing else.
scope as (
    select
        grantee_id,
        program_year,
        '1P1' as indicator_code,
        cohort_program_year_1p1 as cohort_program_year,
        cast(
            date_trunc('quarter', cohort_end_date_1p1) + (follow_up_quarters + 1) * 3 * interval 1 month
            - interval 1 day
            as date
        ) as outcome_window_end,
        definition_version
    from reference.definition
    union all
    select
        grantee_id,
        program_year,
        '2P1' as indicator_code,
        cohort_program_year_2p1 as cohort_program_year,
        cast(cohort_end_date_2p1 + credential_window_months * interval 1 month as date) as outcome_window_end,
        definition_version
    from reference.definition
    union all
    select
        grantee_id,
        program_year,
        '3P1' as indicator_code,
        cohort_program_year_3p1 as cohort_program_year,
        cohort_end_date_3p1 as outcome_window_end,
        definition_version
    from reference.definition
)

select
    scope.grantee_id,
    scope.program_year,
    scope.indicator_code,
    scope.cohort_program_year,
    scope.outcome_window_end,
    sent.as_of_date,
    scope.definition_version
from scope
inner join sent on scope.grantee_id = sent.grantee_id and scope.program_year = sent.program_year
