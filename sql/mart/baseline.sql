-- Each measure beside its own past: the year before, and the median and spread over earlier program years of the same
-- academic term whose files have all been accepted. With fewer than three of these nothing is said but that: too little
-- history is no pass. The limits of what is usual are house defaults and stand in this query alone.
-- grain: grantee_id, institution_id, term_code, program_year, measure_code
-- column grantee_id: The grantee.
-- column institution_id: The institution; null means all.
-- column term_code: Academic term; annual for measures of the year.
-- column program_year: Program year.
-- column measure_code: What is measured (mart.term_measure).
-- column measure_family: count, unknown, composition or outcome.
-- column numerator_count: How many.
-- column denominator_count: Out of how many; null for counts. Measures of nobody are left out.
-- column measured: The count, or the share in hundredths of a percent, rounded.
-- column previous_numerator_count: How many in the program year before; null where it was not measured.
-- column previous_denominator_count: Out of how many then; null for counts.
-- column previous_measured: What was measured in the program year before, accepted or not.
-- column is_within_chance: Whether the share differs from the year before by less than three standard errors.
-- column earlier_count: Earlier program years with the measure, accepted or not.
-- column history_count: Earlier program years with the measure whose files have all been accepted.
-- column median_measured: Their median; null with too little history.
-- column mad_measured: Median of their absolute differences from the median; null with too little history.
-- column allowed_difference: How far from the median is still usual; null with too little history.
-- column status: too_little_history, within or outside.
with house as (
    select
        3 as fewest_years,
        -- 3.5 robust z-scores; 1.4826 makes the MAD a standard deviation of normal values.
        3.5 * 1.4826 as mad_factor,
        -- Two percentage points of a share, a twentieth of a count: what nobody acts upon.
        200 as least_points,
        0.05 as least_share,
        -- Three standard errors, squared: what chance alone does to a share of so many, or to a count.
        9 as chance_factor
),

judged as (
    select
        measure.*,
        coalesce(measure.institution_id, '') as institution_key,
        cast(measure.numerator_count as double) as numerator_size,
        cast(measure.denominator_count as double) as denominator_size,
        cast(
            round(
                case
                    when measure.denominator_count is null then cast(measure.numerator_count as double)
                    else
                        10000 * cast(measure.numerator_count as double)
                        / nullif(cast(measure.denominator_count as double), 0)
                end
            ) as bigint
        ) as measured
    from mart.term_measure as measure
    where measure.denominator_count is null or measure.denominator_count > 0
),

history as (
    select
        judged.grantee_id,
        judged.institution_key,
        judged.term_code,
        judged.program_year,
        judged.measure_code,
        earlier.measured,
        earlier.is_accepted
    from judged
    inner join judged as earlier
        on
            judged.grantee_id = earlier.grantee_id
            and judged.institution_key = earlier.institution_key
            and judged.term_code = earlier.term_code
            and judged.measure_code = earlier.measure_code
            and judged.program_year > earlier.program_year
),

center as (
    select
        grantee_id,
        institution_key,
        term_code,
        program_year,
        measure_code,
        count(*) as earlier_count,
        count(case when is_accepted then 1 end) as history_count,
        median(case when is_accepted then measured end) as median_measured
    from history
    group by grantee_id, institution_key, term_code, program_year, measure_code
),

spread as (
    select
        grantee_id,
        institution_key,
        term_code,
        program_year,
        measure_code,
        center.earlier_count,
        center.history_count,
        center.median_measured,
        median(
            case when history.is_accepted then abs(history.measured - center.median_measured) end
        ) as mad_measured
    from history
    inner join center using (grantee_id, institution_key, term_code, program_year, measure_code)
    group by
        grantee_id,
        institution_key,
        term_code,
        program_year,
        measure_code,
        center.earlier_count,
        center.history_count,
        center.median_measured
),

-- Exact where it decides: medians of whole numbers have at most two binary digits behind the point.
limited as (
    select
        judged.*,
        previous.numerator_count as previous_numerator_count,
        previous.denominator_count as previous_denominator_count,
        previous.measured as previous_measured,
        power(
            judged.numerator_size * previous.denominator_size - previous.numerator_size * judged.denominator_size, 2
        ) * (judged.denominator_size + previous.denominator_size)
        <= house.chance_factor * judged.denominator_size * previous.denominator_size
        * (judged.numerator_size + previous.numerator_size)
        * (
            judged.denominator_size + previous.denominator_size - judged.numerator_size - previous.numerator_size
        ) as is_within_chance,
        coalesce(spread.earlier_count, 0) as earlier_count,
        coalesce(spread.history_count, 0) as history_count,
        spread.history_count >= house.fewest_years as has_history,
        spread.median_measured,
        spread.mad_measured,
        greatest(
            cast(house.mad_factor * cast(spread.mad_measured as decimal(16, 2)) as double),
            case
                when judged.denominator_count is not null then cast(house.least_points as double)
                else cast(house.least_share * cast(spread.median_measured as decimal(16, 2)) as double)
            end,
            -- The median of few years is itself moved by chance: (k + 2) / k, a little over its share of the variance.
            sqrt(
                house.chance_factor * (spread.history_count + 2) * spread.median_measured
                * case
                    when judged.denominator_count is null then 1
                    else greatest(10000 - spread.median_measured, 0)
                end
                / nullif(spread.history_count * coalesce(judged.denominator_size, 1), 0)
            )
        ) as allowed_difference
    from judged
    cross join house
    inner join reference.definition as definition
        on judged.grantee_id = definition.grantee_id and judged.program_year = definition.program_year
    left join judged as previous
        on
            judged.grantee_id = previous.grantee_id
            and judged.institution_key = previous.institution_key
            and judged.term_code = previous.term_code
            and judged.measure_code = previous.measure_code
            and definition.previous_program_year = previous.program_year
    left join spread
        on
            judged.grantee_id = spread.grantee_id
            and judged.institution_key = spread.institution_key
            and judged.term_code = spread.term_code
            and judged.program_year = spread.program_year
            and judged.measure_code = spread.measure_code
)

select
    grantee_id,
    institution_id,
    term_code,
    program_year,
    measure_code,
    measure_family,
    numerator_count,
    denominator_count,
    measured,
    previous_numerator_count,
    previous_denominator_count,
    previous_measured,
    is_within_chance,
    earlier_count,
    history_count,
    case when has_history then median_measured end as median_measured,
    case when has_history then mad_measured end as mad_measured,
    case when has_history then allowed_difference end as allowed_difference,
    case
        when has_history is null or not has_history then 'too_little_history'
        when abs(measured - median_measured) > allowed_difference then 'outside'
        else 'within'
    end as status
from limited
