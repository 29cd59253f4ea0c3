-- runs on: published/cte.duckdb
-- Question: Of which dimensions can how much be told?
-- Reading: the shares of rows that are shown, coded and withheld, for the grantee and for its institutions.
-- It cannot tell: the share of students: small groups are many rows and few students.
select
    subgroup_dimension,
    case when institution_id is null then 'grantee' else 'institutions' end as place,
    count(*) as row_count,
    round(100.0 * count(rate) / count(*), 1) as shown_percent,
    round(100.0 * count(case when starts_with(suppression_code, 'at_') then 1 end) / count(*), 1) as coded_percent,
    round(100.0 * count(case when suppression_code = 'withheld' then 1 end) / count(*), 1) as withheld_percent
from publish.indicator
where grantee_id = 'oregon' and program_year = '2023-24' and cip_code is null and subgroup_code <> 'all_other'
group by subgroup_dimension, case when institution_id is null then 'grantee' else 'institutions' end
order by subgroup_dimension, place
