-- One indicator of a grantee by race and sex together. Names of pairs and their codes stand in alphabetical order of
-- the dimensions: race_ethnicity*sex, white*female. Pairs of two such dimensions sum to everybody (mart.margin:
-- partition).
-- grain: race_ethnicity, sex
select
    split_part(subgroup_code, '*', 1) as race_ethnicity,
    split_part(subgroup_code, '*', 2) as sex,
    numerator_count,
    denominator_count,
    unknown_count,
    unlinkable_count
from mart.indicator
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and indicator_code = '3P1'
    and institution_id is null
    and cip_code is null
    and subgroup_dimension = 'race_ethnicity*sex'
order by race_ethnicity, sex
