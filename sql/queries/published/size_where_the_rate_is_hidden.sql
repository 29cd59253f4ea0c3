-- runs on: published/cte.duckdb
-- Question: How large are the groups whose rate is coded or withheld?
-- Reading: group_count is the denominator by itself; where that is null too, even the size is withheld.
-- It cannot tell: how many of them met the measure, apart from what the code says.
select
    indicator.indicator_code,
    indicator.subgroup_dimension,
    indicator.subgroup_code,
    indicator.suppression_code,
    size.student_count as group_count
from publish.indicator as indicator
inner join publish.student_count as size
    on
        indicator.grantee_id = size.grantee_id
        and indicator.program_year = size.program_year
        and 'denominator_' || indicator.indicator_code = size.count_code
        and indicator.institution_id is not distinct from size.institution_id
        and indicator.cip_code is not distinct from size.cip_code
        and indicator.subgroup_dimension = size.subgroup_dimension
        and indicator.subgroup_code = size.subgroup_code
where
    indicator.grantee_id = 'oregon'
    and indicator.program_year = '2023-24'
    and indicator.institution_id is null
    and indicator.cip_code is null
    and indicator.suppression_code is not null
order by indicator.indicator_code, indicator.subgroup_dimension, indicator.subgroup_code
