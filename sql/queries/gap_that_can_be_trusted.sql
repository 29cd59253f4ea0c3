-- How far each gap of a grantee can be trusted: whether the data of the subgroup can be measured, and whether the gap
-- keeps its sign whatever the unknown outcomes and unknown answers are. Gaps without a number say why.
-- grain: indicator_code, subgroup_dimension, subgroup_code
select
    indicator_code,
    subgroup_dimension,
    subgroup_code,
    denominator_count,
    status,
    reason,
    round(100 * gap, 1) as gap_points,
    round(100 * detectable_gap, 1) as detectable_points,
    readiness_verdict,
    readiness_reason,
    round(100 * lowest_gap, 1) as lowest_points,
    round(100 * highest_gap, 1) as highest_points,
    survives_worst_case
from mart.gap
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and institution_id is null
    and cip_code is null
    and subgroup_dimension in ('race_ethnicity', 'sex', 'disability', 'economic_disadvantage', 'single_parent')
order by indicator_code, subgroup_dimension, subgroup_code
