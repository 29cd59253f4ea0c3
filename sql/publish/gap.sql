-- How far the rate of a group is from that of all concentrators of the same place, the group among them (Perkins V,
-- 113(b)(3)(C)(ii)(II)); for a group within a Career Cluster, of all in that cluster. Made of shown rows of
-- publish.indicator alone: where group or reference has a code, so has the gap. Persons whose group is not known, and
-- all_other, are no group and have no gap. A gap is no finding: it says nothing of chance, of unknown outcomes or of
-- why; the small groups, where gaps are widest and least certain, are withheld. It is not_computable also where it
-- would say nothing: the group is everybody, or is defined by what the indicator measures. The gap of 3P1 between the
-- sexes says which of them more programs are nontraditional for, and not who does well in them.
-- grain: grantee_id, program_year, indicator_code, institution_id, cip_code, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee (publish.grantee).
-- column program_year: The reporting year.
-- column cohort_program_year: Program year of the cohort.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: The institution (publish.institution); null means all.
-- column cip_code: CIP code of the program, whose group is everybody in it; null means all.
-- column subgroup_dimension: all (of a program), a dimension, or two such as race_ethnicity*sex.
-- column subgroup_code: all (of a program), a code of the dimension (publish.code), or two such as white*female.
-- column reference_dimension: all, or career_cluster: what the group is compared with.
-- column reference_code: all, or the Career Cluster.
-- column rate: Rate of the group, between 0 and 1; null where there is a code.
-- column reference_rate: Rate of the reference, between 0 and 1; null where there is a code.
-- column gap: rate - reference_rate, made of the counts and rounded like the rates; below 0 the group is behind.
-- column students_needed: The fewest further successes in the group after which it is not behind; 0 where it is not.
-- column suppression_code: withheld, or pending and alike (publish.note); null where there is a gap.
-- column release_id: The release that the row left with (publish.release).
with shown as (
    select
        indicator.*,
        coalesce(indicator.institution_id, '') as institution_key,
        case
            when split_part(indicator.subgroup_dimension, '*', 2) = '' then 'all'
            when split_part(indicator.subgroup_dimension, '*', 1) = 'career_cluster' then 'career_cluster'
            when split_part(indicator.subgroup_dimension, '*', 2) = 'career_cluster' then 'career_cluster'
            else 'all'
        end as reference_dimension,
        case
            when split_part(indicator.subgroup_dimension, '*', 2) = '' then 'all'
            when split_part(indicator.subgroup_dimension, '*', 1) = 'career_cluster'
                then split_part(indicator.subgroup_code, '*', 1)
            when split_part(indicator.subgroup_dimension, '*', 2) = 'career_cluster'
                then split_part(indicator.subgroup_code, '*', 2)
            else 'all'
        end as reference_code
    from publish.indicator as indicator
),

scale as (
    select
        release_id,
        grantee_id,
        program_year,
        indicator_code,
        cast(power(10, rate_digits) as bigint) as rate_scale
    from quality.release_policy
),

-- Persons of whom it is not known whether they are in the group are none.
subgroup as (
    select *
    from shown
    where
        (cip_code is not null or subgroup_dimension <> 'all')
        and subgroup_code <> 'all_other'
        and coalesce(cip_code, '') <> 'unknown'
        and split_part(subgroup_code, '*', 1) not in ('unknown', 'declined', 'not_reported', 'not_collected')
        and split_part(subgroup_code, '*', 2) not in ('unknown', 'declined', 'not_reported', 'not_collected')
),

beside as (
    select
        subgroup.*,
        reference.numerator_count as all_met,
        reference.denominator_count as all_count,
        reference.rate as reference_rate,
        coalesce(scale.rate_scale, 1000) as rate_scale,
        case
            when subgroup.suppression_code in ('pending', 'not_computable', 'no_denominator')
                then subgroup.suppression_code
            when subgroup.suppression_code is not null then 'withheld'
            when reference.suppression_code in ('pending', 'not_computable', 'no_denominator')
                then reference.suppression_code
            when reference.suppression_code is not null or reference.grantee_id is null then 'withheld'
            when
                subgroup.numerator_count = reference.numerator_count
                and subgroup.denominator_count = reference.denominator_count
                then 'not_computable'
            when
                subgroup.indicator_code = '3P1'
                and (
                    split_part(subgroup.subgroup_dimension, '*', 1) = 'nontraditional_preparation'
                    or split_part(subgroup.subgroup_dimension, '*', 2) = 'nontraditional_preparation'
                )
                then 'not_computable'
        end as code
    from subgroup
    left join shown as reference
        on
            subgroup.grantee_id = reference.grantee_id
            and subgroup.program_year = reference.program_year
            and subgroup.indicator_code = reference.indicator_code
            and subgroup.institution_key = reference.institution_key
            and subgroup.reference_dimension = reference.subgroup_dimension
            and subgroup.reference_code = reference.subgroup_code
            and reference.cip_code is null
    left join scale
        on
            subgroup.release_id = scale.release_id
            and subgroup.grantee_id = scale.grantee_id
            and subgroup.program_year = scale.program_year
            and subgroup.indicator_code = scale.indicator_code
),

-- Over nd: n successes of d persons make the gap; over the others, what the group is short of (it is part of all).
short as (
    select
        beside.*,
        beside.numerator_count * beside.all_count - beside.all_met * beside.denominator_count as ahead,
        beside.denominator_count * beside.all_count as product,
        nullif(beside.all_count - beside.denominator_count, 0) as other_count
    from beside
),

stepped as (
    select
        short.*,
        2 * abs(short.ahead) * short.rate_scale + short.product as over_count,
        2 * short.product as under_count,
        case when short.ahead < 0 then -short.ahead + short.other_count - 1 else 0 end as needed_over
    from short
)

select
    grantee_id,
    program_year,
    cohort_program_year,
    indicator_code,
    institution_id,
    cip_code,
    subgroup_dimension,
    subgroup_code,
    reference_dimension,
    reference_code,
    case when code is null then rate end as rate,
    case when code is null then reference_rate end as reference_rate,
    case
        when code is null
            then
                case when ahead < 0 then -1 else 1 end
                * ((over_count - over_count % nullif(under_count, 0)) / nullif(under_count, 0))
                / nullif(rate_scale, 0)
    end as gap,
    case
        when code is null
            then cast(coalesce((needed_over - needed_over % other_count) / other_count, 0) as bigint)
    end as students_needed,
    code as suppression_code,
    release_id
from stepped
