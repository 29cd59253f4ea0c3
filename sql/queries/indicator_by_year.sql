-- An indicator of everybody and of each subgroup over the years. Two years with different definitions are not to be
-- compared: the version stands beside each.
-- grain: indicator_code, subgroup_dimension, subgroup_code, program_year
select
    indicator_code,
    subgroup_dimension,
    subgroup_code,
    program_year,
    cohort_program_year,
    numerator_count,
    denominator_count,
    unknown_count,
    status,
    definition_version
from mart.indicator
where
    grantee_id = 'oregon'
    and institution_id is null
    and cip_code is null
    and subgroup_dimension not like '%*%'
order by indicator_code, subgroup_dimension, subgroup_code, program_year
