-- One indicator by race and ethnicity at one college: counts, rate, interval, and how far unknown outcomes could move
-- it. A cell is read by saying all of its key: cip_code is null means all programs, and without it each program is a
-- row as well.
-- grain: subgroup_code
select
    indicator.subgroup_code,
    indicator.numerator_count,
    indicator.denominator_count,
    indicator.unknown_count,
    round(100 * indicator_rate.rate, 1) as rate_percent,
    round(100 * indicator_rate.rate_low, 1) as low_percent,
    round(100 * indicator_rate.rate_high, 1) as high_percent,
    round(100 * indicator_rate.highest_rate, 1) as if_all_unknown_met_percent
from mart.indicator as indicator
inner join mart.indicator_rate as indicator_rate
    on
        indicator.grantee_id = indicator_rate.grantee_id
        and indicator.program_year = indicator_rate.program_year
        and indicator.indicator_code = indicator_rate.indicator_code
        and indicator.institution_id is not distinct from indicator_rate.institution_id
        and indicator.cip_code is not distinct from indicator_rate.cip_code
        and indicator.subgroup_dimension = indicator_rate.subgroup_dimension
        and indicator.subgroup_code = indicator_rate.subgroup_code
where
    indicator.grantee_id = 'oregon'
    and indicator.program_year = '2023-24'
    and indicator.indicator_code = '3P1'
    and indicator.institution_id = 'OR01'
    and indicator.cip_code is null
    and indicator.subgroup_dimension = 'race_ethnicity'
order by indicator.denominator_count desc, indicator.subgroup_code asc
