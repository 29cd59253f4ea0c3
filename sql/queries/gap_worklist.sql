-- Where to look first: the gaps of a grantee in the order of the worklist, groups of one dimension only. The order is
-- no finding; what a gap can bear stands beside it. Shares are between -1 and 1.
-- grain: worklist_rank
select
    worklist_rank,
    indicator_code,
    coalesce(institution_id, 'all') as institution,
    subgroup_dimension,
    subgroup_code,
    numerator_count,
    denominator_count,
    round(100 * gap, 1) as gap_points,
    round(100 * gap_low, 1) as low_points,
    round(100 * gap_high, 1) as high_points,
    round(q_value, 3) as q_value,
    students_needed
from mart.gap
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and worklist_rank is not null
    and strpos(subgroup_dimension, '*') = 0
    and cip_code is null
order by worklist_rank
limit 20
