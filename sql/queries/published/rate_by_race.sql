-- runs on: published/cte.duckdb
-- Question: What is the rate of each race and ethnicity?
-- Reading: label is the group; counts and rate, or a code in place of all three (publish.note).
-- It cannot tell: anything of the withheld groups: withheld says nothing of how large a number is.
select
    code.label,
    indicator.numerator_count,
    indicator.denominator_count,
    round(100 * indicator.rate, 1) as rate_percent,
    indicator.suppression_code
from publish.indicator as indicator
left join publish.code as code
    on indicator.subgroup_dimension = code.code_set and indicator.subgroup_code = code.code
where
    indicator.grantee_id = 'oregon'
    and indicator.program_year = '2023-24'
    and indicator.indicator_code = '2P1'
    and indicator.institution_id is null
    and indicator.cip_code is null
    and indicator.subgroup_dimension = 'race_ethnicity'
order by code.label
