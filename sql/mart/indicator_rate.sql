-- The rates of mart.indicator, for display and statistics: counts decide, these are doubles. Beside each rate stand its
-- Wilson interval (95 %), the rate if every unknown outcome had been a success, and the one among known outcomes.
-- Administrative records are all there are; the interval speaks of the process behind them.
-- materialized: view
-- grain: grantee_id, program_year, indicator_code, institution_id, cip_code, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: The institution; null means all.
-- column cip_code: CIP code of the program, or unknown; null means all programs.
-- column subgroup_dimension: all, a dimension, or two in alphabetical order such as race_ethnicity*sex.
-- column subgroup_code: all, a code of the dimension, or two such as white*female.
-- column rate: Share who met the measure, an unknown outcome being no success, and so the lowest; null unless computed.
-- column rate_low: Lower end of the Wilson interval of rate; null likewise.
-- column rate_high: Upper end of the Wilson interval of rate; null likewise.
-- column highest_rate: Share if all unknown outcomes had been successes; null likewise.
-- column known_rate: Share among those whose outcome is known; null also where nobody's is.
-- column match_rate: Share of 1P1 whose outcome is known, found or ruled out; null also for 2P1 and 3P1.
with computed as (
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        cip_code,
        subgroup_dimension,
        subgroup_code,
        case when status = 'computed' then cast(numerator_count as double) end as x,
        case when status = 'computed' then cast(unknown_count as double) end as u,
        cast(nullif(denominator_count, 0) as double) as n,
        cast(1.959963984540054 as double) as z
    from mart.indicator
),

centered as (
    select
        *,
        x / n as p,
        (x / n + z * z / (2 * n)) / (1 + z * z / n) as center,
        z * sqrt(x * (n - x) / (n * n * n) + z * z / (4 * n * n)) / (1 + z * z / n) as half
    from computed
)

-- At the ends the limit is exact; the subtraction of doubles is not.
select
    grantee_id,
    program_year,
    indicator_code,
    institution_id,
    cip_code,
    subgroup_dimension,
    subgroup_code,
    p as rate,
    case when x > 0 then center - half when x = 0 then cast(0 as double) end as rate_low,
    case when x < n then center + half when x = n then cast(1 as double) end as rate_high,
    (x + u) / n as highest_rate,
    x / nullif(n - u, 0) as known_rate,
    case when indicator_code = '1P1' then (n - u) / n end as match_rate
from centered
