-- Indicators of several years put together, for groups whose single years are too small to be shown: numerators and
-- denominators summed over the reporting years. Whoever is in the cohorts of two years counts twice: persons by year,
-- not different persons. Rows have numbers or a code, like those of publish.indicator; years that are shown by
-- themselves stand there. Where the definition changed within the span (publish.definition), the sum mixes meanings.
-- grain: grantee_id, last_program_year, year_count, indicator_code, institution_id, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee (publish.grantee).
-- column first_program_year: First reporting year of the span.
-- column last_program_year: Last reporting year of the span.
-- column year_count: How many years the span has.
-- column indicator_code: 1P1 placement after leaving, 2P1 credential earned, 3P1 preparing for a nontraditional field.
-- column institution_id: The institution (publish.institution); null means all.
-- column subgroup_dimension: all, a dimension, or two such as race_ethnicity*sex.
-- column subgroup_code: all, a code of the dimension (publish.code), or two such as white*female.
-- column numerator_count: Persons who met the indicator, summed over the years; null where there is a code.
-- column denominator_count: Persons of the cohorts, summed over the years; null where there is a code.
-- column rate: Share who met it, between 0 and 1, rounded as the policy says; null where there is a code.
-- column suppression_code: withheld, at_most_5_percent and alike (publish.note); null where there are numbers.
-- column release_id: The release that the row left with (publish.release).
with spanning as (
    select
        *,
        split_part(program_year, ' to ', 1) as first_program_year,
        split_part(program_year, ' to ', 2) as last_program_year,
        split_part(count_code, '_', 2) as indicator_code,
        split_part(count_code, '_', 1) as kind
    from quality.release_count
    where strpos(program_year, ' to ') > 0
),

beside as (
    select
        denominator.release_id,
        denominator.grantee_id,
        denominator.first_program_year,
        denominator.last_program_year,
        denominator.indicator_code,
        denominator.institution_id,
        denominator.subgroup_dimension,
        denominator.subgroup_code,
        denominator.rate_scale,
        numerator.shown_count as numerator_count,
        denominator.shown_count as denominator_count,
        case
            when denominator.code is not null then denominator.code
            when denominator.shown_count = 0 then 'no_denominator'
            when numerator.shown_count is not null then null
            else coalesce(numerator.code, 'withheld')
        end as code
    from spanning as denominator
    left join spanning as numerator
        on
            denominator.release_id = numerator.release_id
            and denominator.grantee_id = numerator.grantee_id
            and denominator.program_year = numerator.program_year
            and denominator.indicator_code = numerator.indicator_code
            and coalesce(denominator.institution_id, '') = coalesce(numerator.institution_id, '')
            and denominator.subgroup_dimension = numerator.subgroup_dimension
            and denominator.subgroup_code = numerator.subgroup_code
            and numerator.cip_code is null
            and numerator.kind = 'numerator'
    where denominator.kind = 'denominator' and denominator.cip_code is null
),

-- The share in steps of the scale, halves up, in whole numbers: 2 n scale + d over 2 d.
stepped as (
    select
        beside.*,
        2 * beside.numerator_count * beside.rate_scale + beside.denominator_count as over_count,
        nullif(2 * beside.denominator_count, 0) as under_count
    from beside
)

select
    grantee_id,
    first_program_year,
    last_program_year,
    cast(substr(last_program_year, 1, 4) as integer) - cast(substr(first_program_year, 1, 4) as integer)
    + 1 as year_count,
    indicator_code,
    institution_id,
    subgroup_dimension,
    subgroup_code,
    case when code is null then numerator_count end as numerator_count,
    case when code is null then denominator_count end as denominator_count,
    case
        when code is null
            then (over_count - over_count % under_count) / nullif(under_count, 0) / nullif(rate_scale, 0)
    end as rate,
    code as suppression_code,
    release_id
from stepped
