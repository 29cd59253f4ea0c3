-- runs on: published/cte.duckdb
-- Question: Who prepares for a field nontraditional for the own sex, by race and sex together?
-- Reading: codes of pairs stand in the order of the dimensions: white*female.
-- It cannot tell: the groups that are withheld, which with two dimensions are many: then read one dimension at a time.
select
    split_part(subgroup_code, '*', 1) as race_ethnicity,
    split_part(subgroup_code, '*', 2) as sex,
    numerator_count,
    denominator_count,
    round(100 * rate, 1) as rate_percent,
    suppression_code
from publish.indicator
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and indicator_code = '3P1'
    and institution_id is null
    and cip_code is null
    and subgroup_dimension = 'race_ethnicity*sex'
order by race_ethnicity, sex
