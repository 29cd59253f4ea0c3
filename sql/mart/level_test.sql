-- The 90 % test of Perkins V section 123, by indicator: the rate of all concentrators against the State determined
-- level, and that of each eligible recipient against its local level. In whole numbers: nothing is rounded. An unknown
-- outcome counts as no success. The rate of a grantee is the State's figure only where its records hold every
-- postsecondary concentrator of the State: where the folder says so (reference.state_coverage) and no institution
-- lacks its part of the cohort. What a recipient sent is taken to be all of its own. A year whose result cannot be told
-- ends a row of years. A level lowered while under a plan is to be looked at: the State plan may have set it so
-- beforehand.
-- grain: grantee_id, program_year, indicator_code, eligible_recipient_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column eligible_recipient_id: The eligible recipient; null for the State.
-- column cohort_program_year: Program year of the cohort.
-- column level_percent: The level in percent; null where none is known.
-- column numerator_count: Persons who met the measure; null where the indicator has none.
-- column denominator_count: Persons of the cohort; null where it cannot be told.
-- column unknown_count: Persons of the cohort whose outcome cannot be told.
-- column untold_institution_count: Institutions whose part of the cohort cannot be told, for the State: in no count.
-- column required_count: The smallest numerator that reaches 90 % of the level; null without level or denominator.
-- column status: Status of the indicator: computed, pending, no_denominator or not_computable.
-- column result: met, not_met, no_level, not_the_states_figure, or the status of an indicator that is not computed.
-- column result_if_all_unknown_met: The same if every unknown outcome were a success.
-- column is_in_plan: Whether the indicator is under an improvement plan in the year.
-- column years_below_in_plan: Years in a row, this one included, in which the result was not_met while under a plan.
-- column is_sanction_trigger: Whether they are two or more, upon which section 123 lets funds be withheld.
-- column previous_level_percent: The level of the program year before; null where none is known.
-- column is_level_lowered_in_plan: Whether the level fell from the year before while under a plan, which forbids it.
-- column definition_version: Definition applied.
with place as (
    select
        grantee_id,
        program_year,
        indicator_code,
        cohort_program_year,
        status,
        definition_version
    from mart.indicator
    where institution_id is null and cip_code is null and subgroup_dimension = 'all' and subgroup_code = 'all'
),

-- What an institution did not send is in no count of the grantee: its other institutions are not the State.
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

-- The State, each recipient of the cohort, and each that has a level of its own. An empty text stands for the State,
-- so that joins meet it.
counted as (
    select
        grantee_id,
        program_year,
        indicator_code,
        case when subgroup_dimension = 'all' then '' else subgroup_code end as recipient_key,
        numerator_count,
        denominator_count,
        unknown_count,
        status
    from mart.indicator
    where
        institution_id is null and cip_code is null
        and (
            (subgroup_dimension = 'all' and subgroup_code = 'all')
            or (subgroup_dimension = 'eligible_recipient' and subgroup_code <> 'unknown')
        )
),

level as (
    select
        grantee_id,
        program_year,
        indicator_code,
        coalesce(eligible_recipient_id, '') as recipient_key,
        level_percent
    from reference.performance_level
),

tested as (
    select
        grantee_id,
        program_year,
        indicator_code,
        recipient_key
    from counted
    union
    select
        level.grantee_id,
        level.program_year,
        level.indicator_code,
        level.recipient_key
    from level
    inner join place using (grantee_id, program_year, indicator_code)
),

planned as (
    select
        tested.grantee_id,
        tested.program_year,
        tested.indicator_code,
        tested.recipient_key,
        max(case when improvement_plan.grantee_id is null then 0 else 1 end) as is_in_plan
    from tested
    left join reference.improvement_plan as improvement_plan
        on
            tested.grantee_id = improvement_plan.grantee_id
            and tested.indicator_code = improvement_plan.indicator_code
            and tested.recipient_key = coalesce(improvement_plan.eligible_recipient_id, '')
            and tested.program_year >= improvement_plan.first_program_year
            and tested.program_year <= coalesce(improvement_plan.last_program_year, '9999-00')
    group by tested.grantee_id, tested.program_year, tested.indicator_code, tested.recipient_key
),

-- A level in ten-thousandths of a percent is a whole number, so that the test is one of whole numbers:
-- numerator / denominator >= 9 / 10 * level / 1000000.
gathered as (
    select
        planned.grantee_id,
        planned.program_year,
        cast(substr(planned.program_year, 1, 4) as integer) as start_year,
        planned.indicator_code,
        planned.recipient_key,
        place.cohort_program_year,
        place.definition_version,
        level.level_percent,
        9 * cast(level.level_percent * 10000 as bigint) as required_per_10_million,
        counted.numerator_count,
        case
            when counted.recipient_key is not null then counted.denominator_count
            when place.status in ('computed', 'no_denominator') then 0
        end as denominator_count,
        counted.unknown_count,
        case
            when counted.recipient_key is not null then counted.status
            when place.status = 'computed' then 'no_denominator'
            else place.status
        end as status,
        planned.is_in_plan,
        previous_level.level_percent as previous_level_percent,
        case when planned.recipient_key = '' then coalesce(untold.institution_count, 0) end as untold_institution_count,
        planned.recipient_key = '' and (
            not coalesce(state_coverage.covers_state, false)
            or (place.status = 'computed' and coalesce(untold.institution_count, 0) > 0)
        ) as is_part_of_state
    from planned
    inner join place using (grantee_id, program_year, indicator_code)
    left join untold using (grantee_id, program_year, indicator_code)
    left join counted using (grantee_id, program_year, indicator_code, recipient_key)
    left join level using (grantee_id, program_year, indicator_code, recipient_key)
    left join level as previous_level
        on
            planned.grantee_id = previous_level.grantee_id
            and cast(substr(planned.program_year, 1, 4) as integer)
            = cast(substr(previous_level.program_year, 1, 4) as integer) + 1
            and planned.indicator_code = previous_level.indicator_code
            and planned.recipient_key = previous_level.recipient_key
    left join reference.state_coverage as state_coverage on planned.grantee_id = state_coverage.grantee_id
),

judged as (
    select
        grantee_id,
        program_year,
        indicator_code,
        recipient_key,
        case
            when is_part_of_state then 'not_the_states_figure'
            when level_percent is null then 'no_level'
            when status <> 'computed' then status
            when 10000000 * numerator_count >= required_per_10_million * denominator_count then 'met'
            else 'not_met'
        end as result,
        case
            when is_part_of_state then 'not_the_states_figure'
            when level_percent is null then 'no_level'
            when status <> 'computed' then status
            when 10000000 * (numerator_count + unknown_count) >= required_per_10_million * denominator_count then 'met'
            else 'not_met'
        end as result_if_all_unknown_met
    from gathered
),

-- Of years in a row, the year and its place in the list differ by the same number.
below as (
    select
        gathered.grantee_id,
        gathered.program_year,
        gathered.indicator_code,
        gathered.recipient_key,
        gathered.start_year,
        gathered.start_year - row_number() over (
            partition by gathered.grantee_id, gathered.indicator_code, gathered.recipient_key
            order by gathered.start_year
        ) as run_key
    from gathered
    inner join judged using (grantee_id, program_year, indicator_code, recipient_key)
    where gathered.is_in_plan = 1 and judged.result = 'not_met'
),

followed as (
    select
        grantee_id,
        program_year,
        indicator_code,
        recipient_key,
        row_number() over (
            partition by grantee_id, indicator_code, recipient_key, run_key
            order by start_year
        ) as years_below_in_plan
    from below
)

select
    gathered.grantee_id,
    gathered.program_year,
    gathered.indicator_code,
    nullif(gathered.recipient_key, '') as eligible_recipient_id,
    gathered.cohort_program_year,
    gathered.level_percent,
    gathered.numerator_count,
    gathered.denominator_count,
    gathered.unknown_count,
    gathered.untold_institution_count,
    case
        when gathered.denominator_count > 0
            then cast(
                (
                    gathered.required_per_10_million * gathered.denominator_count
                    + (10000000 - gathered.required_per_10_million * gathered.denominator_count % 10000000) % 10000000
                ) / 10000000 as bigint
            )
    end as required_count,
    gathered.status,
    judged.result,
    judged.result_if_all_unknown_met,
    gathered.is_in_plan = 1 as is_in_plan,
    coalesce(followed.years_below_in_plan, 0) as years_below_in_plan,
    coalesce(followed.years_below_in_plan, 0) >= 2 as is_sanction_trigger,
    gathered.previous_level_percent,
    gathered.is_in_plan = 1 and coalesce(gathered.level_percent < gathered.previous_level_percent, false)
        as is_level_lowered_in_plan,
    gathered.definition_version
from gathered
inner join judged using (grantee_id, program_year, indicator_code, recipient_key)
left join followed using (grantee_id, program_year, indicator_code, recipient_key)
