-- runs on: published/cte.duckdb
-- Question: Which are the largest gaps that are shown?
-- Reading: the groups farthest behind everybody of their place come first.
-- It cannot tell: the largest gaps there are: those of small groups are withheld, and they are the widest.
select
    indicator_code,
    coalesce(institution_id, 'all') as institution,
    subgroup_dimension,
    subgroup_code,
    round(100 * rate, 1) as rate_percent,
    round(100 * reference_rate, 1) as all_percent,
    round(100 * gap, 1) as gap_points,
    students_needed
from publish.gap
where grantee_id = 'oregon' and program_year = '2023-24' and cip_code is null and gap < 0
order by gap asc, indicator_code asc, institution asc, subgroup_dimension asc, subgroup_code asc
limit 20
