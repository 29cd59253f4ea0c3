-- runs on: published/cte.duckdb
-- Question: Which groups are told only together, and how do they do?
-- Reading: members names the groups that the row all_other holds; rate is theirs together.
-- It cannot tell: how any one of them does, nor which of them is small: some are in it to protect another.
select
    indicator.program_year,
    indicator.indicator_code,
    coalesce(indicator.institution_id, 'all') as institution,
    indicator.subgroup_dimension,
    indicator.members,
    indicator.numerator_count,
    indicator.denominator_count,
    round(100 * indicator.rate, 1) as rate_percent
from publish.indicator as indicator
where indicator.grantee_id = 'oregon' and indicator.subgroup_code = 'all_other'
order by all
