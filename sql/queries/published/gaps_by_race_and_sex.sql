-- runs on: published/cte.duckdb
-- Question: How far is each race and ethnicity, women and men apart, from everybody?
-- Reading: gap_points is the pair's rate less that of all concentrators, in percentage points; below 0 it is behind.
-- It cannot tell: the pairs that are withheld, which are many, nor which of both characteristics matters.
select
    gap.indicator_code,
    race.label as race_ethnicity,
    sex.label as sex,
    round(100 * gap.rate, 1) as rate_percent,
    round(100 * gap.gap, 1) as gap_points,
    gap.students_needed,
    gap.suppression_code
from publish.gap as gap
left join publish.code as race
    on race.code_set = 'race_ethnicity' and split_part(gap.subgroup_code, '*', 1) = race.code
left join publish.code as sex on sex.code_set = 'sex' and split_part(gap.subgroup_code, '*', 2) = sex.code
where
    gap.grantee_id = 'oregon'
    and gap.program_year = '2023-24'
    and gap.institution_id is null
    and gap.cip_code is null
    and gap.subgroup_dimension = 'race_ethnicity*sex'
order by gap.indicator_code, race.label, sex.label
