-- The gaps of a grantee's groups in each indicator, as its scorecard shows them: rate and counts of the group, the gap
-- to all concentrators with interval, worst case and test, and why a gap is not computed. Small counts stand here.
-- grain: indicator_code, subgroup_dimension, subgroup_code
select
    indicator_code,
    subgroup_dimension,
    subgroup_code,
    status,
    reason,
    numerator_count,
    denominator_count,
    unknown_count,
    reference_numerator_count,
    reference_denominator_count,
    round(100 * gap, 1) as gap_points,
    round(100 * gap_low, 1) as gap_low_points,
    round(100 * gap_high, 1) as gap_high_points,
    round(100 * lowest_gap, 1) as lowest_points,
    round(100 * highest_gap, 1) as highest_points,
    q_value,
    family_size,
    round(100 * detectable_gap, 1) as detectable_points,
    students_needed
from mart.gap
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and institution_id is null
    and cip_code is null
    and subgroup_dimension <> 'all'
    and subgroup_dimension not like '%*%'
order by indicator_code, subgroup_dimension, subgroup_code
