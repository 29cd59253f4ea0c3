-- What each source of placements knows of each group of 1P1. Where a source knows less of one group than of another,
-- the gap between them may be one of the source.
-- grain: placement_source, subgroup_dimension, subgroup_code
select
    placement_source,
    subgroup_dimension,
    subgroup_code,
    denominator_count,
    matched_count,
    placed_count,
    round(100.0 * matched_count / nullif(denominator_count, 0), 1) as match_percent
from mart.placement_match
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and institution_id is null
    and subgroup_dimension in ('all', 'race_ethnicity', 'sex')
order by placement_source, subgroup_dimension, subgroup_code
