-- runs on: published/cte.duckdb
-- Question: How many concentrators does each Career Cluster have, and how many of them earn a credential?
-- Reading: label is the cluster's name; a null count or rate has a code beside it.
-- It cannot tell: the sum of all clusters: whoever is in two is counted in both (publish.margin: cover).
select
    indicator.subgroup_code as career_cluster_code,
    code.label,
    indicator.denominator_count,
    round(100 * indicator.rate, 1) as rate_percent,
    indicator.suppression_code
from publish.indicator as indicator
left join publish.code as code on code.code_set = 'career_cluster' and indicator.subgroup_code = code.code
where
    indicator.grantee_id = 'oregon'
    and indicator.program_year = '2023-24'
    and indicator.indicator_code = '2P1'
    and indicator.institution_id is null
    and indicator.cip_code is null
    and indicator.subgroup_dimension = 'career_cluster'
order by career_cluster_code
