-- runs on: published/cte.duckdb
-- Question: Of how many participants is each attribute known?
-- Reading: informative_count of row_count participants have a value; the rest are unknown, declined, not reported or
-- not collected.
-- It cannot tell: what the others are: unknown is not no.
select
    coverage.program_year,
    code.label,
    coverage.row_count,
    coverage.informative_count,
    round(100.0 * coverage.informative_count / nullif(coverage.row_count, 0), 1) as informative_percent,
    coverage.suppression_code
from publish.coverage as coverage
left join publish.code as code on code.code_set = 'dimension' and coverage.subgroup_dimension = code.code
where coverage.grantee_id = 'oregon'
order by coverage.program_year, code.label
