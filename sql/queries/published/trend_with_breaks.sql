-- runs on: published/cte.duckdb
-- Question: How has a rate changed over the years, and where did its meaning change?
-- Reading: is_break marks a year whose definition is not that of the year before: the two are not one series.
-- It cannot tell: a trend across a break.
select
    indicator_code,
    program_year,
    numerator_count,
    denominator_count,
    round(100 * rate, 1) as rate_percent,
    suppression_code,
    definition_version,
    coalesce(
        definition_version <> lag(definition_version) over (partition by indicator_code order by program_year), false
    ) as is_break
from publish.indicator
where
    grantee_id = 'oregon' and institution_id is null and cip_code is null and subgroup_dimension = 'all'
order by indicator_code, program_year
