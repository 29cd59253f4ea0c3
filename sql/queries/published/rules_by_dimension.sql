-- runs on: published/cte.duckdb
-- Question: How many rules of data quality passed and failed, by dimension of quality?
-- Reading: rules are counted, never averaged; a waived failure is a failure; the rest had nothing to judge or is not
-- told.
-- It cannot tell: how bad a failure is: one rule may matter more than all others (quality_of_a_rule).
select
    result.program_year,
    result.dimension,
    count(*) filter (where result.status = 'passed') as passed_count,
    count(*) filter (where result.status = 'failed') as failed_count,
    count(*) filter (where coalesce(result.status not in ('passed', 'failed'), true)) as untold_count
from publish.rule_result as result
where result.grantee_id = 'oregon'
group by result.program_year, result.dimension
order by result.program_year, result.dimension
