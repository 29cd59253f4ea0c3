-- How far person attributes are filled: of the CTE participants of a grantee's program year, those of whom each
-- attribute has a value rather than unknown, declined, not reported or not collected. Made of the numbers of
-- publish.student_count and of nothing else, so that it tells nothing that they do not tell: where groups are withheld,
-- the shown ones may still tell that at least, or at most, a part has a value. Whoever declined is without a value and
-- no fault of anybody's.
-- grain: grantee_id, program_year, subgroup_dimension
-- column grantee_id: The grantee.
-- column program_year: Program year, written 2023-24.
-- column subgroup_dimension: The attribute: sex, race_ethnicity or one of the special populations.
-- column row_count: Participants; null where they are withheld.
-- column informative_count: Participants with a value; null where there is a code.
-- column suppression_code: withheld; at_least_95_percent, at_most_5_percent and alike of the participants have a value.
-- column release_id: The release that the row left with (publish.release).
with count_row as (
    select
        grantee_id,
        program_year,
        subgroup_dimension,
        student_count,
        release_id,
        case
            when subgroup_code in ('unknown', 'declined', 'not_reported', 'not_collected') then 1
            else 0
        end as is_state
    from publish.student_count
    where
        count_code = 'participant'
        and institution_id is null
        and cip_code is null
        and subgroup_code <> 'all_other'
        and (suppression_code is null or suppression_code = 'withheld')
),

total as (
    select
        grantee_id,
        program_year,
        student_count as row_count
    from count_row
    where subgroup_dimension = 'all'
),

-- The threshold as it was on the day of the release; the strictest of all kinds of counts.
policy as (
    select
        release_id,
        grantee_id,
        program_year,
        max(threshold) as threshold
    from quality.release_policy
    group by release_id, grantee_id, program_year
),

part as (
    select
        count_row.grantee_id,
        count_row.program_year,
        count_row.subgroup_dimension,
        count_row.release_id,
        total.row_count,
        sum(case when count_row.is_state = 0 then coalesce(count_row.student_count, 0) else 0 end) as value_count,
        sum(case when count_row.is_state = 1 then coalesce(count_row.student_count, 0) else 0 end) as state_count,
        max(case when count_row.is_state = 0 and count_row.student_count is null then 1 else 0 end) as hides_value,
        max(case when count_row.is_state = 1 and count_row.student_count is null then 1 else 0 end) as hides_state
    from count_row
    inner join total
        on count_row.grantee_id = total.grantee_id and count_row.program_year = total.program_year
    where
        count_row.subgroup_dimension not in (
            'all', 'credit_status', 'career_cluster', 'award_level', 'eligible_recipient'
        )
        and strpos(count_row.subgroup_dimension, '*') = 0
    group by
        count_row.grantee_id, count_row.program_year, count_row.subgroup_dimension, count_row.release_id,
        total.row_count
),

-- At least and at most so many have a value: the same number where all groups of one kind are shown.
bound as (
    select
        part.*,
        policy.threshold,
        case when part.hides_state = 0 then part.row_count - part.state_count else part.value_count end as least,
        case when part.hides_value = 0 then part.value_count else part.row_count - part.state_count end as most
    from part
    inner join policy
        on
            part.release_id = policy.release_id
            and part.grantee_id = policy.grantee_id
            and part.program_year = policy.program_year
),

told as (
    select
        bound.*,
        case
            when
                (bound.hides_state = 0 or bound.hides_value = 0)
                and (bound.least = 0 or bound.least >= bound.threshold)
                and (bound.row_count = bound.least or bound.row_count - bound.least >= bound.threshold)
                then bound.least
        end as told_count
    from bound
)

select
    grantee_id,
    program_year,
    subgroup_dimension,
    cast(row_count as bigint) as row_count,
    cast(told_count as bigint) as informative_count,
    case
        when told_count is not null then null
        when row_count is null then 'withheld'
        when 100 * least >= 95 * row_count then 'at_least_95_percent'
        when 100 * least >= 90 * row_count then 'at_least_90_percent'
        when 100 * least >= 80 * row_count then 'at_least_80_percent'
        when 100 * most <= 5 * row_count then 'at_most_5_percent'
        when 100 * most <= 10 * row_count then 'at_most_10_percent'
        when 100 * most <= 20 * row_count then 'at_most_20_percent'
        else 'withheld'
    end as suppression_code,
    release_id
from told
