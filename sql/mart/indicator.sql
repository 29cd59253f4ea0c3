-- The core indicators 1P1, 2P1 and 3P1 of all concentrators, for the grantee and for each institution. Every person
-- counts once in a row of this table: met if any of the person's programs is, else unknown if any is.
-- grain: grantee_id, program_year, indicator_code, institution_id, cip_code, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column cohort_program_year: Program year of the cohort.
-- column outcome_window_end: Last day on which an outcome of the cohort counts.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: The institution; null means all.
-- column cip_code: Always null: all programs.
-- column subgroup_dimension: Always all.
-- column subgroup_code: Always all.
-- column numerator_count: Persons who met the measure; null unless computed or without a denominator.
-- column denominator_count: Persons of the cohort; null where it cannot be told.
-- column unknown_count: Persons of the cohort whose outcome cannot be told; null where numerator_count is.
-- column status: computed, pending (the window was open when the files came), no_denominator or not_computable.
-- column definition_version: Definition applied.
-- column vintage: How final the cohort's files are (code set vintage); null where they do not say.
with cases as (
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        person_id,
        outcome
    from mart.placement_case
    union all
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        person_id,
        outcome
    from mart.credential_case
    union all
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        person_id,
        outcome
    from mart.nontraditional_case
),

persons as (
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        person_id,
        max(case outcome when 'met' then 2 when 'unknown' then 1 else 0 end) as outcome
    from cases
    group by
        grouping sets (
            (grantee_id, program_year, indicator_code, institution_id, person_id),
            (grantee_id, program_year, indicator_code, person_id)
        )
),

counted as (
    select
        grantee_id,
        program_year,
        indicator_code,
        coalesce(institution_id, '') as institution_key,
        count(*) as denominator_count,
        count(case when outcome = 2 then 1 end) as numerator_count,
        count(case when outcome = 1 then 1 end) as unknown_count
    from persons
    group by grantee_id, program_year, indicator_code, institution_id
),

-- A grantee of which no institution can be told has its row all the same.
sources as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        source.institution_id,
        max(case when source.has_cohort then 1 else 0 end) as has_cohort,
        max(case when source.has_outcome then 1 else 0 end) as has_outcome
    from mart.indicator_scope as scope
    left join mart.indicator_source as source using (grantee_id, program_year, indicator_code)
    group by
        grouping sets (
            (scope.grantee_id, scope.program_year, scope.indicator_code, source.institution_id),
            (scope.grantee_id, scope.program_year, scope.indicator_code)
        )
    having grouping(source.institution_id) = 1 or source.institution_id is not null
),

judged as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.cohort_program_year,
        scope.outcome_window_end,
        scope.indicator_code,
        sources.institution_id,
        coalesce(counted.numerator_count, 0) as numerator_count,
        case when sources.has_cohort = 1 then coalesce(counted.denominator_count, 0) end as denominator_count,
        coalesce(counted.unknown_count, 0) as unknown_count,
        case
            when sources.has_cohort = 0 or scope.as_of_date is null then 'not_computable'
            when coalesce(counted.denominator_count, 0) = 0 then 'no_denominator'
            when scope.as_of_date <= scope.outcome_window_end then 'pending'
            when sources.has_outcome = 0 then 'not_computable'
            else 'computed'
        end as status,
        scope.definition_version
    from sources
    inner join mart.indicator_scope as scope
        on
            sources.grantee_id = scope.grantee_id
            and sources.program_year = scope.program_year
            and sources.indicator_code = scope.indicator_code
    left join counted
        on
            sources.grantee_id = counted.grantee_id
            and sources.program_year = counted.program_year
            and sources.indicator_code = counted.indicator_code
            and coalesce(sources.institution_id, '') = counted.institution_key
)

select
    judged.grantee_id,
    judged.program_year,
    judged.cohort_program_year,
    judged.outcome_window_end,
    judged.indicator_code,
    judged.institution_id,
    cast(null as varchar) as cip_code,
    'all' as subgroup_dimension,
    'all' as subgroup_code,
    case when judged.status in ('computed', 'no_denominator') then judged.numerator_count end as numerator_count,
    judged.denominator_count,
    case when judged.status in ('computed', 'no_denominator') then judged.unknown_count end as unknown_count,
    judged.status,
    judged.definition_version,
    vintage.vintage
from judged
left join mart.vintage as vintage
    on judged.grantee_id = vintage.grantee_id and judged.cohort_program_year = vintage.program_year
