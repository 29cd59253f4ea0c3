-- What each rule with open findings may do to the core indicators of all concentrators: how many persons of numerator
-- and denominator its records concern, and where the indicator would lie if all doubtful records went one way or the
-- other. Only persons of columns that decide something are doubtful (quality.column_use). At worst all of them in the
-- numerator are no success, and everybody who may be missing from the denominator belongs there without success; at
-- best all of them in the denominator are successes, and so is everybody missing. Were doubtful persons taken out
-- instead, the indicator would lie between these bounds. Missing may be a person of no denominator whose record was
-- left out, who lacks but the credits in doubt, or who concentrates while exit or program is in doubt. Records of the
-- cohort's year count, those that place people or earn credits of earlier years too, and outcomes until the report. The
-- row of an institution tells its own records and its own indicator; what the records of one college do to the figures
-- of another stands only in the row of all. Rows of several record years are not to be added: persons repeat.
-- grain: rule_id, grantee_id, program_year, indicator_code, institution_id, record_program_year
-- column rule_id: The rule.
-- column grantee_id: The grantee.
-- column program_year: The reporting year of the indicator.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column institution_id: The institution; null means all.
-- column record_program_year: Program year of the records that fail; null means all that the indicator reads.
-- column use_code: What the failing column decides (quality.column_use); nothing where the indicator never reads it.
-- column finding_count: Open findings of the rule.
-- column denominator_touched_count: Persons of the denominator with a failing record.
-- column numerator_touched_count: Persons of the numerator with a failing record.
-- column doubtful_denominator_count: Those of the denominator for whom the column decides something.
-- column doubtful_numerator_count: Those of the numerator for whom the column decides something.
-- column outside_count: Persons with a failing record who may be missing from the denominator.
-- column nameless_count: Failing records that name nobody and whose column decides something; each may be a person.
-- column numerator_count: Numerator as reported; null where the indicator has none.
-- column denominator_count: Denominator as reported; null where the indicator has none.
-- column lowest_numerator_count: Numerator if all went badly; null where it cannot be told.
-- column lowest_denominator_count: Denominator if all went badly; null where it cannot be told.
-- column highest_numerator_count: Numerator if all went well; null where it cannot be told.
-- column highest_denominator_count: Denominator if all went well; null where it cannot be told.
-- column status: computed or cannot_tell.
-- column reason: Why not (no_record, not_loaded, names_nobody, or the indicator's status); null where computed.
with finding as (
    select
        rule_id,
        grantee_id,
        program_year as record_program_year,
        nullif(institution_id, '') as institution_id,
        replace(table_name, 'core.', '') as table_name,
        column_name,
        count(*) as finding_count
    from quality.finding
    where state = 'open' and grantee_id is not null
    group by all
),

scope as (
    select
        grantee_id,
        program_year,
        indicator_code,
        cohort_program_year
    from mart.indicator_scope
),

-- Which indicators of which reports read the column, and what it decides there.
reading as (
    select
        finding.rule_id,
        finding.grantee_id,
        finding.record_program_year,
        finding.table_name,
        finding.column_name,
        scope.program_year,
        scope.indicator_code,
        scope.cohort_program_year,
        coalesce(column_use.use_code, 'nothing') as use_code,
        coalesce(column_use.use_rank, 7) as use_rank,
        -- One number instead of four texts: millions of rows are grouped by it.
        dense_rank() over (
            order by finding.rule_id, finding.grantee_id, scope.program_year, scope.indicator_code
        ) as effect_number
    from (
        select distinct
            rule_id,
            grantee_id,
            record_program_year,
            table_name,
            column_name
        from finding
    ) as finding
    inner join scope on finding.grantee_id = scope.grantee_id
    left join quality.column_use as column_use
        on
            scope.grantee_id = column_use.grantee_id
            and scope.program_year = column_use.program_year
            and finding.table_name = column_use.table_name
            and finding.column_name = column_use.column_name
            and scope.indicator_code = column_use.indicator_code
    where
        case
            when finding.table_name in ('credential', 'placement')
                then finding.record_program_year <= scope.program_year
            when finding.table_name like '%.%'
                then finding.record_program_year between scope.cohort_program_year and scope.program_year
            when column_use.use_code in ('record', 'concentration', 'length') or column_use.is_of_any_year
                then finding.record_program_year <= scope.cohort_program_year
            else finding.record_program_year = scope.cohort_program_year
        end
),

concerned as (
    select
        rule_id,
        grantee_id,
        program_year as record_program_year,
        institution_id,
        table_name,
        column_name,
        person_id,
        max(case when is_left_out then 1 else 0 end) as is_left_out,
        count(*) as record_count
    from quality.finding_person
    group by all
),

nameless as (
    select
        rule_id,
        grantee_id,
        record_program_year,
        institution_id,
        table_name,
        column_name,
        record_count
    from concerned
    where person_id is null
),

-- The findings themselves, whether or not anybody is behind them. What a line that was not loaded, a rate or a year
-- would change, nobody can tell.
counted as (
    select
        reading.effect_number,
        reading.rule_id,
        reading.grantee_id,
        reading.program_year,
        reading.indicator_code,
        finding.institution_id,
        finding.record_program_year,
        finding.finding_count,
        concat(reading.use_rank, reading.use_code) as use_code,
        case
            when reading.use_code in ('record', 'concentration', 'cohort') then coalesce(nameless.record_count, 0)
            else 0
        end as nameless_outside_count,
        case when reading.use_code = 'outcome' then coalesce(nameless.record_count, 0) else 0 end
            as nameless_outcome_count,
        case
            when finding.table_name = 'quality.received_line' then 'not_loaded'
            when finding.table_name like '%.%' then 'no_record'
            when
                nameless.record_count > 0
                and finding.table_name in ('course', 'program', 'institution')
                and reading.use_code not in ('nothing', 'subgroup')
                then 'names_nobody'
        end as reason
    from finding
    inner join reading
        on
            finding.rule_id = reading.rule_id
            and finding.grantee_id = reading.grantee_id
            and finding.record_program_year = reading.record_program_year
            and finding.table_name = reading.table_name
            and finding.column_name is not distinct from reading.column_name
    left join nameless
        on
            finding.rule_id = nameless.rule_id
            and finding.grantee_id = nameless.grantee_id
            and finding.record_program_year = nameless.record_program_year
            and finding.institution_id is not distinct from nameless.institution_id
            and finding.table_name = nameless.table_name
            and finding.column_name = nameless.column_name
),

-- In the keys of places and record years '' means all: a null would be joined by no plain equality.
told as (
    select
        effect_number,
        rule_id,
        grantee_id,
        program_year,
        indicator_code,
        case when grouping(institution_id) = 1 then '' else institution_id end as place,
        case when grouping(record_program_year) = 1 then '' else record_program_year end as record_year,
        substr(min(use_code), 2) as use_code,
        sum(finding_count) as finding_count,
        sum(nameless_outside_count) as nameless_outside_count,
        sum(nameless_outcome_count) as nameless_outcome_count,
        min(reason) as reason
    from counted
    group by
        grouping sets (
            (effect_number, rule_id, grantee_id, program_year, indicator_code, institution_id, record_program_year),
            (effect_number, rule_id, grantee_id, program_year, indicator_code, institution_id),
            (effect_number, rule_id, grantee_id, program_year, indicator_code, record_program_year),
            (effect_number, rule_id, grantee_id, program_year, indicator_code)
        )
    having grouping(institution_id) = 1 or institution_id is not null
),

-- Who is in the denominator of which place, and with which outcome.
member as (
    select
        grantee_id,
        program_year,
        indicator_code,
        case when grouping(institution_id) = 1 then '' else institution_id end as place,
        person_id,
        max(case when outcome = 'met' then 1 else 0 end) as is_met
    from mart.indicator_case
    group by
        grouping sets (
            (grantee_id, program_year, indicator_code, institution_id, person_id),
            (grantee_id, program_year, indicator_code, person_id)
        )
),

near as (
    select
        grantee_id,
        program_year,
        indicator_code,
        coalesce(institution_id, '') as place,
        person_id,
        has_concentrated,
        has_short_program,
        would_count,
        has_completed
    from mart.near_cohort
),

-- Nobody else can be missing or counted: most students are neither in a denominator nor near one. Told of the
-- institution of the record, and of all of them.
touched as (
    select
        reading.effect_number,
        concerned.institution_id,
        concerned.record_program_year,
        concerned.person_id,
        coalesce(member.is_met, -1) as standing,
        coalesce(own_member.is_met, -1) as own_standing,
        case
            when reading.use_code in ('record', 'concentration', 'cohort', 'outcome') then 1
            when reading.use_code = 'length' then coalesce(near.has_short_program, 0)
            else 0
        end as is_doubtful,
        case
            when reading.use_code in ('record', 'concentration', 'cohort', 'outcome') then 1
            when reading.use_code = 'length' then coalesce(own_near.has_short_program, 0)
            else 0
        end as own_is_doubtful,
        case reading.use_code
            when 'record' then concerned.is_left_out
            when 'concentration' then coalesce(near.would_count, 0)
            when 'length' then coalesce(near.has_completed, 0)
            when 'cohort' then coalesce(near.has_concentrated, 0)
            else 0
        end as may_be_missing,
        case reading.use_code
            when 'record' then concerned.is_left_out
            when 'concentration' then coalesce(own_near.would_count, 0)
            when 'length' then coalesce(own_near.has_completed, 0)
            when 'cohort' then coalesce(own_near.has_concentrated, 0)
            else 0
        end as own_may_be_missing
    from concerned
    inner join reading
        on
            concerned.rule_id = reading.rule_id
            and concerned.grantee_id = reading.grantee_id
            and concerned.record_program_year = reading.record_program_year
            and concerned.table_name = reading.table_name
            and concerned.column_name = reading.column_name
    left join member
        on
            reading.grantee_id = member.grantee_id
            and reading.program_year = member.program_year
            and reading.indicator_code = member.indicator_code
            and member.place = ''
            and concerned.person_id = member.person_id
    left join member as own_member
        on
            reading.grantee_id = own_member.grantee_id
            and reading.program_year = own_member.program_year
            and reading.indicator_code = own_member.indicator_code
            and concerned.institution_id = own_member.place
            and concerned.person_id = own_member.person_id
    left join near
        on
            reading.use_code in ('concentration', 'length', 'cohort')
            and reading.grantee_id = near.grantee_id
            and reading.program_year = near.program_year
            and reading.indicator_code = near.indicator_code
            and near.place = ''
            and concerned.person_id = near.person_id
    left join near as own_near
        on
            reading.use_code in ('concentration', 'length', 'cohort')
            and reading.grantee_id = own_near.grantee_id
            and reading.program_year = own_near.program_year
            and reading.indicator_code = own_near.indicator_code
            and concerned.institution_id = own_near.place
            and concerned.person_id = own_near.person_id
    where
        concerned.person_id is not null
        and (
            member.person_id is not null
            or near.person_id is not null
            or (reading.use_code = 'record' and concerned.is_left_out = 1)
        )
),

-- Each person once: of all institutions, then of each.
judged as (
    select
        effect_number,
        '' as place,
        case when grouping(record_program_year) = 1 then '' else record_program_year end as record_year,
        person_id,
        max(standing) as standing,
        max(is_doubtful) as is_doubtful,
        max(may_be_missing) as may_be_missing
    from touched
    group by
        grouping sets ((effect_number, person_id, record_program_year), (effect_number, person_id))
    union all
    select
        effect_number,
        institution_id as place,
        case when grouping(record_program_year) = 1 then '' else record_program_year end as record_year,
        person_id,
        max(own_standing) as standing,
        max(own_is_doubtful) as is_doubtful,
        max(own_may_be_missing) as may_be_missing
    from touched
    where institution_id is not null
    group by
        grouping sets (
            (effect_number, person_id, institution_id, record_program_year), (effect_number, person_id, institution_id)
        )
),

weighed as (
    select
        effect_number,
        place,
        record_year,
        sum(case when standing >= 0 then 1 else 0 end) as denominator_touched_count,
        sum(case when standing = 1 then 1 else 0 end) as numerator_touched_count,
        sum(case when standing >= 0 then is_doubtful else 0 end) as doubtful_denominator_count,
        sum(case when standing = 1 then is_doubtful else 0 end) as doubtful_numerator_count,
        sum(case when standing < 0 then may_be_missing else 0 end) as outside_count
    from judged
    group by effect_number, place, record_year
),

reported as (
    select
        grantee_id,
        program_year,
        indicator_code,
        coalesce(institution_id, '') as place,
        numerator_count,
        denominator_count,
        status
    from mart.indicator
    where subgroup_dimension = 'all' and subgroup_code = 'all' and cip_code is null
),

bounded as (
    select
        told.rule_id,
        told.grantee_id,
        told.program_year,
        told.indicator_code,
        told.place,
        told.record_year,
        told.use_code,
        told.finding_count,
        told.nameless_outside_count,
        told.nameless_outcome_count,
        reported.numerator_count,
        reported.denominator_count,
        coalesce(weighed.denominator_touched_count, 0) as denominator_touched_count,
        coalesce(weighed.numerator_touched_count, 0) as numerator_touched_count,
        coalesce(weighed.doubtful_denominator_count, 0) as doubtful_denominator_count,
        coalesce(weighed.doubtful_numerator_count, 0) as doubtful_numerator_count,
        coalesce(weighed.outside_count, 0) as outside_count,
        coalesce(weighed.outside_count, 0) + told.nameless_outside_count as missing_count,
        case
            when told.reason is not null then told.reason
            when reported.status is null then 'not_computable'
            when reported.status <> 'computed' then reported.status
        end as reason
    from told
    left join weighed
        on
            told.effect_number = weighed.effect_number
            and told.place = weighed.place
            and told.record_year = weighed.record_year
    left join reported
        on
            told.grantee_id = reported.grantee_id
            and told.program_year = reported.program_year
            and told.indicator_code = reported.indicator_code
            and told.place = reported.place
)

select
    rule_id,
    grantee_id,
    program_year,
    indicator_code,
    nullif(place, '') as institution_id,
    nullif(record_year, '') as record_program_year,
    use_code,
    cast(finding_count as bigint) as finding_count,
    cast(denominator_touched_count as bigint) as denominator_touched_count,
    cast(numerator_touched_count as bigint) as numerator_touched_count,
    cast(doubtful_denominator_count as bigint) as doubtful_denominator_count,
    cast(doubtful_numerator_count as bigint) as doubtful_numerator_count,
    cast(outside_count as bigint) as outside_count,
    cast(nameless_outside_count + nameless_outcome_count as bigint) as nameless_count,
    cast(numerator_count as bigint) as numerator_count,
    cast(denominator_count as bigint) as denominator_count,
    cast(case when reason is null then numerator_count - doubtful_numerator_count end as bigint)
        as lowest_numerator_count,
    cast(case when reason is null then denominator_count + missing_count end as bigint) as lowest_denominator_count,
    cast(
        case
            when reason is null
                then
                    least(
                        denominator_count,
                        numerator_count + doubtful_denominator_count - doubtful_numerator_count + nameless_outcome_count
                    )
                    + missing_count
        end as bigint
    ) as highest_numerator_count,
    cast(case when reason is null then denominator_count + missing_count end as bigint) as highest_denominator_count,
    case when reason is null then 'computed' else 'cannot_tell' end as status,
    reason
from bounded
