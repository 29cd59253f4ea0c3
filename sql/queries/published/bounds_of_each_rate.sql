-- runs on: published/cte.duckdb
-- Question: Between which limits does each rate lie that has a code in place of a number?
-- Reading: a rate at_most_5_percent lies from 0 to 5; one that is withheld, with a size large enough for a band of the
-- policy, between its bands, and otherwise anywhere.
-- It cannot tell: where between them: that the middle is likely is a guess.
select
    indicator.indicator_code,
    indicator.subgroup_dimension,
    indicator.subgroup_code,
    size.student_count as group_count,
    indicator.suppression_code,
    case
        when starts_with(indicator.suppression_code, 'at_least_')
            then cast(split_part(indicator.suppression_code, '_', 3) as integer)
        else 0
    end as lowest_percent,
    case
        when starts_with(indicator.suppression_code, 'at_most_')
            then cast(split_part(indicator.suppression_code, '_', 3) as integer)
        else 100
    end as highest_percent,
    policy.bands
from publish.indicator as indicator
inner join publish.suppression_policy as policy
    on
        indicator.grantee_id = policy.grantee_id
        and indicator.program_year = policy.program_year
        and indicator.indicator_code = policy.indicator_code
left join publish.student_count as size
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
