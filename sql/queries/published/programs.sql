-- runs on: published/cte.duckdb
-- Question: Which programs have the most concentrators, and how many of these earn a credential?
-- Reading: a program is a CIP code over all institutions; rates have codes where the group is small.
-- It cannot tell: who in a program earns it: of programs only everybody is told.
-- Students of programs within an institution stand in publish.student_count.
select
    cip_code,
    numerator_count,
    denominator_count,
    round(100 * rate, 1) as rate_percent,
    suppression_code
from publish.indicator
where grantee_id = 'oregon' and program_year = '2023-24' and indicator_code = '2P1' and cip_code is not null
order by denominator_count desc nulls last, cip_code asc
limit 20
