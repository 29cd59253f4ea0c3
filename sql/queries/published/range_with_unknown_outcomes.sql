-- runs on: published/cte.duckdb
-- Question: How high could a rate be if every unknown outcome were a success?
-- Reading: rate_percent counts unknown outcomes as not met and so is the lowest; highest_percent counts all of them as
-- met.
-- It cannot tell: where between them the truth is, nor the range of a subgroup: unknown outcomes are told of everybody
-- only.
select
    indicator.program_year,
    indicator.indicator_code,
    coalesce(indicator.institution_id, 'all') as institution,
    round(100 * indicator.rate, 1) as rate_percent,
    round(
        100.0 * (indicator.numerator_count + unknown.student_count) / nullif(indicator.denominator_count, 0), 1
    ) as highest_percent,
    coalesce(indicator.suppression_code, unknown.suppression_code) as suppression_code
from publish.indicator as indicator
inner join publish.student_count as unknown
    on
        indicator.grantee_id = unknown.grantee_id
        and indicator.program_year = unknown.program_year
        and 'unknown_' || indicator.indicator_code = unknown.count_code
        and indicator.institution_id is not distinct from unknown.institution_id
where
    indicator.grantee_id = 'oregon'
    and indicator.cip_code is null
    and indicator.subgroup_dimension = 'all'
    and unknown.cip_code is null
order by indicator.program_year, indicator.indicator_code, institution
