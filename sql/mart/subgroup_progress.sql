-- Each subgroup of a grantee beside the State determined level and beside its own year before: the progress that
-- section 113(b)(3)(C)(ii) of Perkins V asks to be described. Everybody stands there too (all, all). The 90 % test is
-- one of all concentrators (mart.level_test), also that of a recipient; of a subgroup, 90 % of the level is a yardstick
-- and no verdict. Codes of an attribute's states (unknown, declined ...) are there, so that parts sum to the whole.
-- grain: grantee_id, program_year, indicator_code, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column subgroup_dimension: One dimension, or all.
-- column subgroup_code: The subgroup.
-- column level_percent: The State determined level in percent; null where none is known.
-- column is_states_figure: Whether the records hold every postsecondary concentrator of the State (mart.level_test).
-- column numerator_count: Persons who met the measure; null unless computed or without a denominator.
-- column denominator_count: Persons of the subgroup in the cohort.
-- column unknown_count: Persons of the subgroup whose outcome cannot be told.
-- column status: Status of the indicator in the year.
-- column definition_version: Definition applied.
-- column rate: Rate between 0 and 1, for display; null unless computed.
-- column standing: at_level, at_90_percent or below_90_percent of the level; no_level; null unless computed.
-- column standing_if_all_unknown_met: The same if every unknown outcome were a success.
-- column previous_program_year: The program year before; null where nothing was counted in it.
-- column previous_numerator_count: numerator_count of the year before; null where there is none.
-- column previous_denominator_count: denominator_count of the year before.
-- column previous_unknown_count: unknown_count of the year before.
-- column previous_definition_version: Definition applied the year before; null where nothing was counted.
-- column rate_change: Rate less that of the year before, for display; null unless progress says how they compare.
-- column progress: rose, fell, same, break (another definition), no_previous_year, not_computed, not_computed_before.
with counted as (
    select
        grantee_id,
        program_year,
        cast(substr(program_year, 1, 4) as integer) as start_year,
        indicator_code,
        subgroup_dimension,
        subgroup_code,
        numerator_count,
        denominator_count,
        unknown_count,
        status,
        definition_version
    from mart.indicator
    where
        institution_id is null and cip_code is null
        and subgroup_dimension not like '%*%' and subgroup_dimension <> 'eligible_recipient'
),

level as (
    select
        grantee_id,
        program_year,
        indicator_code,
        level_percent
    from reference.performance_level
    where eligible_recipient_id is null
),

untold as (
    select
        grantee_id,
        program_year,
        indicator_code,
        count(*) as institution_count
    from mart.indicator
    where
        institution_id is not null and cip_code is null and subgroup_dimension = 'all' and denominator_count is null
    group by grantee_id, program_year, indicator_code
),

-- As in mart.level_test: a level in ten-thousandths of a percent is a whole number.
beside as (
    select
        counted.grantee_id,
        counted.program_year,
        counted.indicator_code,
        counted.subgroup_dimension,
        counted.subgroup_code,
        level.level_percent,
        cast(level.level_percent * 10000 as bigint) as level_per_million,
        coalesce(state_coverage.covers_state, false) and coalesce(untold.institution_count, 0) = 0 as is_states_figure,
        counted.numerator_count,
        counted.denominator_count,
        counted.unknown_count,
        counted.status,
        counted.definition_version,
        previous.program_year as previous_program_year,
        previous.numerator_count as previous_numerator_count,
        previous.denominator_count as previous_denominator_count,
        previous.unknown_count as previous_unknown_count,
        previous.definition_version as previous_definition_version,
        case
            when counted.status <> 'computed' then 'not_computed'
            when previous.status is null then 'no_previous_year'
            when previous.status <> 'computed' then 'not_computed_before'
            when previous.definition_version <> counted.definition_version then 'break'
            when
                counted.numerator_count * previous.denominator_count
                > previous.numerator_count * counted.denominator_count
                then 'rose'
            when
                counted.numerator_count * previous.denominator_count
                < previous.numerator_count * counted.denominator_count
                then 'fell'
            else 'same'
        end as progress
    from counted
    left join counted as previous
        on
            counted.grantee_id = previous.grantee_id
            and counted.start_year = previous.start_year + 1
            and counted.indicator_code = previous.indicator_code
            and counted.subgroup_dimension = previous.subgroup_dimension
            and counted.subgroup_code = previous.subgroup_code
    left join level
        on
            counted.grantee_id = level.grantee_id
            and counted.program_year = level.program_year
            and counted.indicator_code = level.indicator_code
    left join untold
        on
            counted.grantee_id = untold.grantee_id
            and counted.program_year = untold.program_year
            and counted.indicator_code = untold.indicator_code
    left join reference.state_coverage as state_coverage on counted.grantee_id = state_coverage.grantee_id
)

select
    grantee_id,
    program_year,
    indicator_code,
    subgroup_dimension,
    subgroup_code,
    level_percent,
    is_states_figure,
    numerator_count,
    denominator_count,
    unknown_count,
    status,
    definition_version,
    case when status = 'computed' then numerator_count / cast(nullif(denominator_count, 0) as double) end as rate,
    case
        when status <> 'computed' then null
        when level_percent is null then 'no_level'
        when 1000000 * numerator_count >= level_per_million * denominator_count then 'at_level'
        when 10000000 * numerator_count >= 9 * level_per_million * denominator_count then 'at_90_percent'
        else 'below_90_percent'
    end as standing,
    case
        when status <> 'computed' then null
        when level_percent is null then 'no_level'
        when 1000000 * (numerator_count + unknown_count) >= level_per_million * denominator_count then 'at_level'
        when 10000000 * (numerator_count + unknown_count) >= 9 * level_per_million * denominator_count
            then 'at_90_percent'
        else 'below_90_percent'
    end as standing_if_all_unknown_met,
    previous_program_year,
    previous_numerator_count,
    previous_denominator_count,
    previous_unknown_count,
    previous_definition_version,
    case
        when progress in ('rose', 'fell', 'same')
            then
                numerator_count / cast(nullif(denominator_count, 0) as double)
                - previous_numerator_count / cast(nullif(previous_denominator_count, 0) as double)
    end as rate_change,
    progress
from beside
