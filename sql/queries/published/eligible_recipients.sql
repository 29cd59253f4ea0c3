-- runs on: published/cte.duckdb
-- Question: How does each eligible recipient do on each indicator?
-- Reading: a recipient's rate is of all concentrators in its institutions together.
-- It cannot tell: a level reached or missed: levels are no part of this file, and the statute asks for exact counts.
select
    indicator_code,
    subgroup_code as eligible_recipient_id,
    numerator_count,
    denominator_count,
    round(100 * rate, 1) as rate_percent,
    suppression_code
from publish.indicator
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and institution_id is null
    and cip_code is null
    and subgroup_dimension = 'eligible_recipient'
order by indicator_code, eligible_recipient_id
