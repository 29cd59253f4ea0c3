-- runs on: published/cte.duckdb
-- Question: What can be told of small groups when years are put together?
-- Reading: rates over the span of years, of groups that are withheld in a single one.
-- It cannot tell: a trend; and whoever is in two cohorts counts twice.
select
    indicator_code,
    coalesce(institution_id, 'all') as institution,
    subgroup_dimension,
    subgroup_code,
    first_program_year,
    last_program_year,
    numerator_count,
    denominator_count,
    round(100 * rate, 1) as rate_percent,
    suppression_code
from publish.indicator_pooled
where grantee_id = 'oregon'
order by indicator_code, institution, subgroup_dimension, subgroup_code, first_program_year
