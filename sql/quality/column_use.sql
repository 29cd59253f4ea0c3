-- What each column decides in the core indicators under the definition in force, so that a doubt about a value is not
-- taken for a doubt about a figure that never reads it. record: whether the record has a place at all, and with it its
-- person; concentration: who has the credits; cohort: who of those concentrating belongs to the denominator; length:
-- who concentrates by completing a program shorter than the credits asked for; outcome: who of the denominator met the
-- measure; subgroup: only in which lines of the breakdowns the person stands. Columns that are not here decide nothing
-- (credits attempted, titles, statuses as reported: measures count for themselves). Whether two identifiers are one
-- person is left aside, which unlinkable counts tell.
-- grain: grantee_id, program_year, table_name, column_name, indicator_code
-- materialized: view
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column table_name: The canonical table, without its schema.
-- column column_name: The column that a finding points at.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column use_code: record, concentration, cohort, length, outcome or subgroup; of several, the first of these.
-- column use_rank: Place of use_code in this order, from 1.
-- column is_of_any_year: Whether reports of years before the cohort's may say it.
with decided as (
    select
        listed.table_name,
        listed.column_name,
        listed.use_1p1,
        listed.use_2p1,
        listed.use_3p1,
        listed.holds
    from (
        values
        ('institution', 'institution_id', 'record', 'record', 'record', 'always'),
        ('institution', 'program_year', 'record', 'record', 'record', 'always'),
        ('institution', 'eligible_recipient_id', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('program', 'institution_id', 'record', 'record', 'record', 'always'),
        ('program', 'program_year', 'record', 'record', 'record', 'always'),
        ('program', 'program_id', 'record', 'record', 'record', 'always'),
        ('program', 'cip_code', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('program', 'cip_code', null, null, 'cohort', 'computed'),
        ('program', 'award_level_code', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('program', 'career_cluster_code', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('program', 'credit_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('program', 'program_length', 'length', 'length', 'length', 'always'),
        ('program', 'program_length_unit', 'length', 'length', 'length', 'always'),
        ('program', 'nontraditional_sex', null, null, 'cohort', 'supplied'),
        ('student', 'institution_id', 'record', 'record', 'record', 'always'),
        ('student', 'program_year', 'record', 'record', 'record', 'always'),
        ('student', 'student_id', 'record', 'record', 'record', 'always'),
        ('student', 'term_code', 'record', 'record', 'record', 'always'),
        ('student', 'student_id_kind', 'outcome', 'outcome', 'outcome', 'always'),
        ('student', 'sex', 'subgroup', 'subgroup', 'outcome', 'always'),
        ('student', 'hispanic_ethnicity', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'race_selections', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'race_question_standard', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'disability_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'economic_disadvantage_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'nontraditional_preparation_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'single_parent_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'out_of_workforce_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'english_learner_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'homelessness_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'foster_care_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('student', 'active_duty_parent_status', 'subgroup', 'subgroup', 'subgroup', 'always'),
        ('program_enrollment', 'institution_id', 'record', 'record', 'record', 'always'),
        ('program_enrollment', 'program_year', 'record', 'record', 'record', 'always'),
        ('program_enrollment', 'student_id', 'record', 'record', 'record', 'always'),
        ('program_enrollment', 'program_id', 'record', 'record', 'record', 'always'),
        ('program_enrollment', 'entry_date', null, 'outcome', null, 'always'),
        ('program_enrollment', 'exit_date', 'cohort', 'cohort', 'length', 'always'),
        ('program_enrollment', 'exit_reason', 'cohort', 'cohort', 'length', 'always'),
        ('course', 'institution_id', 'concentration', 'concentration', 'concentration', 'always'),
        ('course', 'program_year', 'concentration', 'concentration', 'concentration', 'always'),
        ('course', 'term_code', 'concentration', 'concentration', 'concentration', 'always'),
        ('course', 'course_id', 'concentration', 'concentration', 'concentration', 'always'),
        ('course', 'program_id', 'concentration', 'concentration', 'concentration', 'always'),
        ('course', 'credit_status', 'concentration', 'concentration', 'concentration', 'some_credit'),
        ('enrollment', 'institution_id', 'concentration', 'concentration', 'concentration', 'always'),
        ('enrollment', 'program_year', 'concentration', 'concentration', 'concentration', 'always'),
        ('enrollment', 'student_id', 'concentration', 'concentration', 'concentration', 'always'),
        ('enrollment', 'term_code', 'concentration', 'concentration', 'concentration', 'always'),
        ('enrollment', 'course_id', 'concentration', 'concentration', 'concentration', 'always'),
        ('enrollment', 'credits_earned', 'concentration', 'concentration', 'concentration', 'always'),
        ('enrollment', 'credit_unit', 'concentration', 'concentration', 'concentration', 'always'),
        ('credential', 'institution_id', null, 'outcome', null, 'always'),
        ('credential', 'institution_id', 'cohort', 'cohort', null, 'award'),
        ('credential', 'program_year', null, 'outcome', null, 'always'),
        ('credential', 'program_year', 'cohort', 'cohort', null, 'award'),
        ('credential', 'student_id', null, 'outcome', null, 'always'),
        ('credential', 'student_id', 'cohort', 'cohort', null, 'award'),
        ('credential', 'program_id', null, 'outcome', null, 'always'),
        ('credential', 'program_id', 'cohort', 'cohort', null, 'award'),
        ('credential', 'credential_type', null, 'outcome', null, 'always'),
        ('credential', 'credential_type', 'cohort', 'cohort', null, 'award'),
        ('credential', 'award_date', null, 'outcome', null, 'always'),
        ('credential', 'award_date', 'cohort', 'cohort', null, 'award'),
        ('credential', 'evidence_source', null, 'outcome', null, 'always'),
        ('credential', 'evidence_source', 'cohort', 'cohort', null, 'award'),
        ('placement', 'institution_id', 'outcome', null, null, 'always'),
        ('placement', 'program_year', 'outcome', null, null, 'always'),
        ('placement', 'student_id', 'outcome', null, null, 'always'),
        ('placement', 'reference_quarter', 'outcome', null, null, 'always'),
        ('placement', 'placement_status', 'outcome', null, null, 'always'),
        ('placement', 'placement_source', 'outcome', null, null, 'always'),
        ('credential', 'award_level_code', 'cohort', 'cohort', null, 'award')
    ) as listed (table_name, column_name, use_1p1, use_2p1, use_3p1, holds)
),

counted_status as (
    select
        grantee_id,
        program_year,
        count(*) as status_count
    from reference.counted_code
    where code_set = 'credit_status'
    group by grantee_id, program_year
),

definition as (
    select
        definition.grantee_id,
        definition.program_year,
        definition.denominator_2p1 = 'concentrators' as has_all_2p1,
        definition.denominator_3p1 = 'concentrators' as has_all_3p1,
        definition.completer_basis,
        definition.nontraditional_list,
        definition.status_as_of,
        -- Credit and noncredit.
        coalesce(counted_status.status_count, 0) < 2 as has_some_credit
    from reference.definition as definition
    left join counted_status
        on
            definition.grantee_id = counted_status.grantee_id
            and definition.program_year = counted_status.program_year
),

held as (
    select
        definition.grantee_id,
        definition.program_year,
        definition.has_all_2p1,
        definition.has_all_3p1,
        definition.status_as_of,
        decided.table_name,
        decided.column_name,
        decided.use_1p1,
        decided.use_2p1,
        decided.use_3p1
    from definition
    cross join decided
    where
        decided.holds in ('always', definition.nontraditional_list)
        or (decided.holds = 'some_credit' and definition.has_some_credit)
        or (decided.holds = 'award' and definition.completer_basis <> 'exit')
),

-- Where everybody who concentrates is in the denominator, what would choose among them decides the outcome at most.
by_indicator as (
    select
        grantee_id,
        program_year,
        table_name,
        column_name,
        '1P1' as indicator_code,
        use_1p1 as use_code,
        status_as_of
    from held
    where use_1p1 is not null
    union all
    select
        grantee_id,
        program_year,
        table_name,
        column_name,
        '2P1' as indicator_code,
        case when has_all_2p1 and use_2p1 = 'cohort' then 'outcome' else use_2p1 end as use_code,
        status_as_of
    from held
    where use_2p1 is not null
    union all
    select
        grantee_id,
        program_year,
        table_name,
        column_name,
        '3P1' as indicator_code,
        case when has_all_3p1 and use_3p1 = 'cohort' then 'outcome' else use_3p1 end as use_code,
        status_as_of
    from held
    where use_3p1 is not null
),

ranked as (
    select
        by_indicator.grantee_id,
        by_indicator.program_year,
        by_indicator.table_name,
        by_indicator.column_name,
        by_indicator.indicator_code,
        by_indicator.use_code,
        weight.use_rank,
        by_indicator.status_as_of = 'at_entry' and by_indicator.table_name = 'student' as is_of_any_year,
        row_number() over (
            partition by
                by_indicator.grantee_id, by_indicator.program_year, by_indicator.table_name, by_indicator.column_name,
                by_indicator.indicator_code
            order by weight.use_rank
        ) as place
    from by_indicator
    inner join (
        values
        ('record', 1), ('concentration', 2), ('cohort', 3), ('length', 4), ('outcome', 5), ('subgroup', 6)
    ) as weight (use_code, use_rank) on by_indicator.use_code = weight.use_code
)

select
    grantee_id,
    program_year,
    table_name,
    column_name,
    indicator_code,
    use_code,
    use_rank,
    is_of_any_year
from ranked
where place = 1
