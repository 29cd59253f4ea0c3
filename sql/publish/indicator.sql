-- The indicators of Perkins V as released: everybody, programs and subgroups of each grantee and institution. Each row
-- has numerator, denominator and rate together, or a code in place of all three. A rate counts unknown outcomes as not
-- met; it is made of the two counts as shown. Groups that nobody is in have no row. Of a dimension that parts the
-- persons of a place (publish.margin: partition), the row all_other holds those who are in no group that is shown: the
-- total less the shown rows, where it passes the same policy.
-- grain: grantee_id, program_year, indicator_code, institution_id, cip_code, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee (publish.grantee).
-- column program_year: The reporting year.
-- column cohort_program_year: Program year of the cohort.
-- column outcome_window_end: Last day on which an outcome of the cohort counts.
-- column indicator_code: 1P1 placement after leaving, 2P1 credential earned, 3P1 preparing for a nontraditional field.
-- column institution_id: The institution (publish.institution); null means all.
-- column cip_code: CIP code of the program; null means all.
-- column subgroup_dimension: all, a dimension, or two such as race_ethnicity*sex.
-- column subgroup_code: all, a code of the dimension (publish.code), two such as white*female, or all_other.
-- column members: Of all_other the groups that it holds, joined by commas; else null.
-- column numerator_count: Persons who met the indicator; null where there is a code.
-- column denominator_count: Persons of the cohort; null where there is a code, and then in publish.student_count.
-- column rate: Share who met it, between 0 and 1, rounded as the policy says; null where there is a code.
-- column suppression_code: withheld, at_most_5_percent and alike, pending and alike (publish.note); null for numbers.
-- column definition_version: Definition applied (publish.definition).
-- column release_id: The release that the row left with (publish.release).
with measured as (
    select
        *,
        split_part(count_code, '_', 2) as indicator_code,
        split_part(count_code, '_', 1) as kind
    from quality.release_count
    where
        (starts_with(count_code, 'denominator_') or starts_with(count_code, 'numerator_'))
        and strpos(program_year, ' to ') = 0
),

-- The indicator of a grantee that has no number anywhere has no cells: its row says why.
told as (
    select
        indicator.release_id,
        indicator.grantee_id,
        indicator.program_year,
        indicator.indicator_code,
        indicator.cohort_program_year,
        indicator.outcome_window_end,
        indicator.definition_version,
        indicator.status
    from quality.release_indicator as indicator
    inner join quality.release_in_force as in_force
        on
            indicator.release_id = in_force.release_id
            and indicator.grantee_id = in_force.grantee_id
            and indicator.program_year = in_force.program_year
),

beside as (
    select
        denominator.release_id,
        denominator.grantee_id,
        denominator.program_year,
        denominator.indicator_code,
        denominator.institution_id,
        denominator.cip_code,
        denominator.subgroup_dimension,
        denominator.subgroup_code,
        denominator.threshold,
        denominator.least_band,
        denominator.bands,
        denominator.rate_scale,
        numerator.shown_count as numerator_count,
        denominator.shown_count as denominator_count,
        case
            when denominator.code is not null then denominator.code
            when denominator.shown_count = 0 then 'no_denominator'
            when numerator.shown_count is not null then null
            else coalesce(numerator.code, 'withheld')
        end as code
    from measured as denominator
    left join measured as numerator
        on
            denominator.release_id = numerator.release_id
            and denominator.grantee_id = numerator.grantee_id
            and denominator.program_year = numerator.program_year
            and denominator.indicator_code = numerator.indicator_code
            and coalesce(denominator.institution_id, '') = coalesce(numerator.institution_id, '')
            and coalesce(denominator.cip_code, '') = coalesce(numerator.cip_code, '')
            and denominator.subgroup_dimension = numerator.subgroup_dimension
            and denominator.subgroup_code = numerator.subgroup_code
            and numerator.kind = 'numerator'
    where denominator.kind = 'denominator'
),

partition_dimension as (
    select subgroup_dimension
    from mart.margin
    where table_name = 'mart.indicator' and margin = 'partition'
),

part as (
    select
        beside.grantee_id,
        beside.program_year,
        beside.indicator_code,
        beside.institution_id,
        beside.subgroup_dimension,
        sum(case when beside.code is null then beside.numerator_count else 0 end) as numerator_count,
        sum(case when beside.code is null then beside.denominator_count else 0 end) as denominator_count,
        count(beside.code) as hidden_count,
        count(*) - count(beside.code) as shown_group_count,
        string_agg(
            case when beside.code is not null then beside.subgroup_code end, ',' order by beside.subgroup_code
        ) as members
    from beside
    inner join partition_dimension on beside.subgroup_dimension = partition_dimension.subgroup_dimension
    where beside.cip_code is null
    group by
        beside.grantee_id, beside.program_year, beside.indicator_code, beside.institution_id, beside.subgroup_dimension
),

-- Made of shown numbers only: whoever has the rows can make it himself.
rest as (
    select
        total.release_id,
        part.grantee_id,
        part.program_year,
        part.indicator_code,
        part.institution_id,
        part.subgroup_dimension,
        part.members,
        total.threshold,
        total.least_band,
        total.bands,
        total.rate_scale,
        cast(total.numerator_count - part.numerator_count as bigint) as numerator_count,
        cast(total.denominator_count - part.denominator_count as bigint) as denominator_count
    from part
    inner join beside as total
        on
            part.grantee_id = total.grantee_id
            and part.program_year = total.program_year
            and part.indicator_code = total.indicator_code
            and coalesce(part.institution_id, '') = coalesce(total.institution_id, '')
    where
        total.cip_code is null
        and total.subgroup_dimension = 'all'
        and total.code is null
        and part.hidden_count >= 2
        and part.shown_group_count > 0
),

place as (
    select places.n
    from (values (1), (2), (3), (4), (5), (6), (7), (8)) as places (n)
),

-- In millionths, so that whole numbers decide.
share as (
    select
        rest.*,
        cast(cast(nullif(split_part(rest.bands, ',', place.n), '') as decimal(9, 6)) * 1000000 as bigint) as millionths
    from rest
    cross join place
),

-- The smallest band that holds enough persons of the group; 0 where the group is too small for any.
banded as (
    select
        release_id,
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        subgroup_dimension,
        members,
        threshold,
        rate_scale,
        numerator_count,
        denominator_count,
        coalesce(
            min(case when millionths * denominator_count >= 1000000 * least_band then millionths end), 0
        ) as band
    from share
    group by
        release_id,
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        subgroup_dimension,
        members,
        threshold,
        rate_scale,
        numerator_count,
        denominator_count
),

passed as (
    select *
    from banded
    where
        numerator_count >= threshold
        and denominator_count - numerator_count >= threshold
        and 1000000 * numerator_count > band * denominator_count
        and 1000000 * (denominator_count - numerator_count) > band * denominator_count
),

row_of as (
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        cip_code,
        subgroup_dimension,
        subgroup_code,
        cast(null as varchar) as members,
        case when code is null then numerator_count end as numerator_count,
        case when code is null then denominator_count end as denominator_count,
        rate_scale,
        code
    from beside
    union all
    select
        grantee_id,
        program_year,
        indicator_code,
        institution_id,
        cast(null as varchar) as cip_code,
        subgroup_dimension,
        'all_other' as subgroup_code,
        members,
        numerator_count,
        denominator_count,
        rate_scale,
        cast(null as varchar) as code
    from passed
    union all
    select
        told.grantee_id,
        told.program_year,
        told.indicator_code,
        cast(null as varchar) as institution_id,
        cast(null as varchar) as cip_code,
        'all' as subgroup_dimension,
        'all' as subgroup_code,
        cast(null as varchar) as members,
        cast(null as bigint) as numerator_count,
        cast(null as bigint) as denominator_count,
        cast(1 as bigint) as rate_scale,
        told.status as code
    from told
    left join beside
        on
            told.grantee_id = beside.grantee_id
            and told.program_year = beside.program_year
            and told.indicator_code = beside.indicator_code
            and beside.institution_id is null
            and beside.cip_code is null
            and beside.subgroup_dimension = 'all'
    where told.status <> 'computed' and beside.grantee_id is null
),

-- The share in steps of the scale, halves up, in whole numbers: 2 n scale + d over 2 d.
stepped as (
    select
        row_of.*,
        2 * row_of.numerator_count * row_of.rate_scale + row_of.denominator_count as over_count,
        2 * row_of.denominator_count as under_count
    from row_of
)

select
    stepped.grantee_id,
    stepped.program_year,
    told.cohort_program_year,
    told.outcome_window_end,
    stepped.indicator_code,
    stepped.institution_id,
    stepped.cip_code,
    stepped.subgroup_dimension,
    stepped.subgroup_code,
    stepped.members,
    stepped.numerator_count,
    stepped.denominator_count,
    (stepped.over_count - stepped.over_count % nullif(stepped.under_count, 0)) / nullif(stepped.under_count, 0)
    / nullif(stepped.rate_scale, 0) as rate,
    stepped.code as suppression_code,
    told.definition_version,
    told.release_id
from stepped
inner join told
    on
        stepped.grantee_id = told.grantee_id
        and stepped.program_year = told.program_year
        and stepped.indicator_code = told.indicator_code
