-- runs on: published/cte.duckdb
-- Question: How did the records do on a rule of data quality, year by year?
-- Reading: failed_count is 0 or null; a code says which part of the rows fails. Rows of a table, not persons.
-- It cannot tell: which rows, and at which institution: that is for the grantee and its colleges.
select
    result.program_year,
    result.rule_id,
    rule.title,
    result.status,
    result.is_waived,
    result.population_count,
    result.failed_count,
    result.suppression_code
from publish.rule_result as result
left join publish.rule as rule on result.rule_id = rule.rule_id
where result.grantee_id = 'oregon'
order by result.rule_id, result.program_year
