-- runs on: published/cte.duckdb
-- Question: How far is each race and ethnicity within a Career Cluster from all in that cluster?
-- Reading: the reference is the cluster (reference_code) and not everybody, so that it shows what happens within the
-- field.
-- It cannot tell: why a group is in the cluster or not: that is in how many are there.
select
    gap.indicator_code,
    gap.reference_code as career_cluster_code,
    cluster.label as career_cluster,
    race.label as race_ethnicity,
    round(100 * gap.gap, 1) as gap_points,
    gap.students_needed,
    gap.suppression_code
from publish.gap as gap
left join publish.code as cluster on cluster.code_set = 'career_cluster' and gap.reference_code = cluster.code
left join publish.code as race
    on race.code_set = 'race_ethnicity' and split_part(gap.subgroup_code, '*', 2) = race.code
where
    gap.grantee_id = 'oregon'
    and gap.program_year = '2023-24'
    and gap.subgroup_dimension = 'career_cluster*race_ethnicity'
order by gap.indicator_code, career_cluster_code, race_ethnicity
