-- Which indicators of which groups the suppression policies would let be told in numbers, as a band (at most or at
-- least so many percent), or not at all. In numbers: those who met the measure and the others are each as many as the
-- threshold, and no band tells them. What must be withheld besides is decided by a release.
-- grain: indicator_code, subgroup_dimension, subgroup_code
with allowed as (
    select
        grantee_id,
        max(threshold) as threshold
    from reference.suppression_policy
    where grantee_id = 'florida'
    group by grantee_id
),

cell as (
    select
        grantee_id,
        indicator_code,
        subgroup_dimension,
        subgroup_code,
        numerator_count,
        denominator_count
    from mart.indicator
    where
        grantee_id = 'florida'
        and program_year = '2023-24'
        and institution_id is null
        and cip_code is null
        and status = 'computed'
        and (
            subgroup_code = 'yes'
            or (
                subgroup_dimension in ('sex', 'race_ethnicity')
                and subgroup_code not in ('unknown', 'declined', 'not_reported', 'not_collected')
            )
        )
        and not (indicator_code = '3P1' and subgroup_dimension = 'nontraditional_preparation')
),

banded as (
    select
        cell.indicator_code,
        cell.subgroup_dimension,
        cell.subgroup_code,
        min(band.band_share) as band_share
    from cell
    inner join reference.suppression_band as band
        on
            cell.grantee_id = band.grantee_id
            and cell.indicator_code = band.indicator_code
            and cell.denominator_count >= band.least_denominator_count
    group by cell.indicator_code, cell.subgroup_dimension, cell.subgroup_code
)

select
    cell.indicator_code,
    cell.subgroup_dimension,
    cell.subgroup_code,
    cell.numerator_count,
    cell.denominator_count,
    allowed.threshold,
    banded.band_share,
    case
        when cell.denominator_count < allowed.threshold then 'too_few'
        when
            cell.numerator_count <= banded.band_share * cell.denominator_count
            or cell.numerator_count >= (1 - banded.band_share) * cell.denominator_count
            then 'in_band'
        when
            cell.numerator_count >= allowed.threshold
            and cell.denominator_count - cell.numerator_count >= allowed.threshold
            then 'in_numbers'
        else 'too_few'
    end as standing
from cell
inner join allowed on cell.grantee_id = allowed.grantee_id
left join banded
    on
        cell.indicator_code = banded.indicator_code
        and cell.subgroup_dimension = banded.subgroup_dimension
        and cell.subgroup_code = banded.subgroup_code
order by cell.indicator_code, cell.subgroup_dimension, cell.subgroup_code
