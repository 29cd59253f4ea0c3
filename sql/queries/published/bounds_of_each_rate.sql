-- runs on: published/cte.duckdb
-- Question: Between which limits does each rate lie that has a code in place of a number?
-- Reading: a rate at_most_5_percent lies from 0 to 5. One that is withheld lies between its bands where the size of the
-- group is shown and large enough for one (band_percent), and otherwise anywhere.
-- It cannot tell: where between them: that the middle is likely is a guess.
with place as (
    select places.n
    from (values (1), (2), (3), (4), (5), (6), (7), (8)) as places (n)
),

-- A row for each band of the policy, in percent.
ladder as (
    select
        policy.release_id,
        policy.program_year,
        policy.indicator_code,
        greatest(policy.threshold, policy.protection_width) as least_count,
        cast(100 * cast(nullif(split_part(policy.bands, ',', place.n), '') as decimal(9, 6)) as integer) as percent
    from publish.suppression_policy as policy
    cross join place
),

coded as (
    select
        indicator.*,
        size.student_count as group_count,
        (
            select min(ladder.percent)
            from ladder
            where
                indicator.release_id = ladder.release_id
                and indicator.program_year = ladder.program_year
                and indicator.indicator_code = ladder.indicator_code
                and ladder.percent * size.student_count >= 100 * ladder.least_count
        ) as band_percent
    from publish.indicator as indicator
    left join publish.student_count as size
        on
            indicator.grantee_id = size.grantee_id
            and indicator.program_year = size.program_year
            and size.count_code = 'denominator_' || indicator.indicator_code
            and coalesce(indicator.institution_id, '') = coalesce(size.institution_id, '')
            and coalesce(indicator.cip_code, '') = coalesce(size.cip_code, '')
            and indicator.subgroup_dimension = size.subgroup_dimension
            and indicator.subgroup_code = size.subgroup_code
    where
        indicator.suppression_code not in ('pending', 'not_computable', 'no_denominator')
        and indicator.grantee_id = 'oregon'
        and indicator.program_year = '2023-24'
        and indicator.institution_id is null
        and indicator.cip_code is null
)

select
    indicator_code,
    subgroup_dimension,
    subgroup_code,
    group_count,
    suppression_code,
    band_percent,
    case
        when starts_with(suppression_code, 'at_least_') then cast(split_part(suppression_code, '_', 3) as integer)
        when suppression_code = 'withheld' then coalesce(band_percent, 0)
        else 0
    end as lowest_percent,
    case
        when starts_with(suppression_code, 'at_most_') then cast(split_part(suppression_code, '_', 3) as integer)
        when suppression_code = 'withheld' then 100 - coalesce(band_percent, 0)
        else 100
    end as highest_percent
from coded
order by indicator_code, subgroup_dimension, subgroup_code
