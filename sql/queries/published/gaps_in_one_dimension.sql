-- runs on: published/cte.duckdb
-- Question: How far is each race and ethnicity from everybody, on each indicator?
-- Reading: gap_points is the group's rate less that of all, in percentage points; below 0 the group is behind.
-- It cannot tell: whether it is chance, and the gaps of groups that are withheld.
select
    gap.indicator_code,
    code.label,
    round(100 * gap.rate, 1) as rate_percent,
    round(100 * gap.reference_rate, 1) as all_percent,
    round(100 * gap.gap, 1) as gap_points,
    gap.suppression_code
from publish.gap as gap
left join publish.code as code on gap.subgroup_dimension = code.code_set and gap.subgroup_code = code.code
where
    gap.grantee_id = 'oregon'
    and gap.program_year = '2023-24'
    and gap.institution_id is null
    and gap.cip_code is null
    and gap.subgroup_dimension = 'race_ethnicity'
order by gap.indicator_code, code.label
