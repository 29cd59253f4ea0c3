-- What is watched from year to year, by academic term: counts, shares of unknown answers, who the students are, and how
-- they progress. What has no term of its own stands under annual. In the rows of all institutions a student counts once
-- at each institution, but in the core indicators, which count persons.
-- grain: grantee_id, institution_id, term_code, program_year, measure_code
-- column grantee_id: The grantee.
-- column institution_id: The institution; null means all.
-- column term_code: Academic term (code set academic_term), the same in every year; annual for measures of the year.
-- column program_year: Program year.
-- column measure_code: What is measured, such as student, sex_unknown or concentrator_of_participants.
-- column measure_family: count, unknown, composition or outcome.
-- column numerator_count: How many; credits and hours may have decimals.
-- column denominator_count: Out of how many; null for counts.
-- column is_accepted: Whether every file in force of the program year has been accepted by a person.
with excluded_student as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'student'
),

excluded_course as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'course'
),

excluded_enrollment as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'enrollment'
),

excluded_credential as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'credential'
),

acceptance as (
    select
        grantee_id,
        program_year,
        min(case when status = 'accepted' then 1 else 0 end) = 1 as is_accepted
    from quality.submission
    where status in ('read', 'accepted') and grantee_id is not null
    group by grantee_id, program_year
),

student as (
    select student.*
    from core.student as student
    anti join excluded_student using (submission_id, line_number)
),

answered as (
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        replace(column_name, '_status', '') as attribute,
        answer,
        count(*) as student_count
    from student
    unpivot (
        answer for column_name in (
            sex,
            race_selections,
            disability_status,
            economic_disadvantage_status,
            nontraditional_preparation_status,
            single_parent_status,
            out_of_workforce_status,
            english_learner_status,
            homelessness_status,
            foster_care_status,
            active_duty_parent_status
        )
    )
    group by grantee_id, program_year, institution_id, term_code, column_name, answer
),

course as (
    select
        course.grantee_id,
        course.program_year,
        course.institution_id,
        course.term_code,
        course.course_id,
        course.credit_status
    from core.course as course
    anti join excluded_course using (submission_id, line_number)
),

enrolled as (
    select
        enrollment.grantee_id,
        enrollment.program_year,
        enrollment.institution_id,
        enrollment.term_code,
        enrollment.credit_unit,
        course.credit_status,
        count(*) as enrollment_count,
        sum(enrollment.credits_earned) as earned_count,
        sum(case when enrollment.credits_earned is not null then enrollment.credits_attempted end) as attempted_count
    from core.enrollment as enrollment
    anti join excluded_enrollment using (submission_id, line_number)
    inner join course
        on
            enrollment.grantee_id = course.grantee_id
            and enrollment.program_year = course.program_year
            and enrollment.institution_id = course.institution_id
            and enrollment.term_code = course.term_code
            and enrollment.course_id = course.course_id
    group by
        enrollment.grantee_id,
        enrollment.program_year,
        enrollment.institution_id,
        enrollment.term_code,
        enrollment.credit_unit,
        course.credit_status
),

-- A student who is on leave or has died has not left in the sense of the measures.
studied as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        case when completed_course_count > 0 then 1 else 0 end as is_participant,
        0 as is_concentrator,
        case when exit_reason not in ('leave_of_absence', 'deceased') then 1 else 0 end as is_leaver,
        case when completed_in_year then 1 else 0 end as is_completer,
        0 as credential_count
    from mart.program_student
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        0 as is_participant,
        1 as is_concentrator,
        0 as is_leaver,
        0 as is_completer,
        0 as credential_count
    from mart.concentrator
    union all
    select
        credential.grantee_id,
        credential.program_year,
        credential.institution_id,
        credential.student_id,
        0 as is_participant,
        0 as is_concentrator,
        0 as is_leaver,
        0 as is_completer,
        1 as credential_count
    from core.credential as credential
    anti join excluded_credential using (submission_id, line_number)
),

student_of_year as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        max(is_participant) as is_participant,
        max(is_concentrator) as is_concentrator,
        max(is_leaver) as is_leaver,
        max(is_completer) as is_completer,
        sum(credential_count) as credential_count
    from studied
    group by grantee_id, program_year, institution_id, student_id
),

-- Engines differ in which rows with a null an unpivot leaves out; counts have no denominator and keep their rows.
progressed as (
    select
        grantee_id,
        program_year,
        institution_id,
        cast(null as bigint) as nobody,
        sum(is_participant) as participants,
        sum(is_concentrator) as concentrators,
        sum(credential_count) as credentials,
        sum(is_leaver) as leavers,
        sum(is_participant * is_concentrator) as participants_concentrating,
        sum(is_leaver * is_completer) as leavers_completing,
        sum(case when is_leaver = 1 and credential_count > 0 then 1 else 0 end) as leavers_with_credential
    from student_of_year
    group by grantee_id, program_year, institution_id
),

person_year as (
    select
        grantee_id,
        program_year,
        institution_id,
        race_ethnicity,
        count(*) over (partition by grantee_id, program_year, person_id) as institution_count
    from mart.student_year
),

described as (
    select
        grantee_id,
        program_year,
        institution_id,
        count(*) as students,
        count(case when institution_count > 1 then 1 end) as elsewhere,
        count(
            case when race_ethnicity not in ('unknown', 'declined', 'not_reported', 'not_collected') then 1 end
        ) as known,
        count(case when race_ethnicity = 'american_indian_or_alaska_native' then 1 end) as native,
        count(case when race_ethnicity = 'asian' then 1 end) as asian,
        count(case when race_ethnicity = 'black_or_african_american' then 1 end) as black,
        count(case when race_ethnicity = 'hispanic_or_latino' then 1 end) as hispanic,
        count(case when race_ethnicity = 'native_hawaiian_or_other_pacific_islander' then 1 end) as islander,
        count(case when race_ethnicity = 'white' then 1 end) as white,
        count(case when race_ethnicity = 'two_or_more_races' then 1 end) as several
    from person_year
    group by grantee_id, program_year, institution_id
),

orphaned as (
    select
        grantee_id,
        program_year,
        institution_id,
        table_name,
        count(*) as orphan_count
    from mart.exclusion
    where reason_code = 'orphan'
    group by grantee_id, program_year, institution_id, table_name
),

measured as (
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        'student' as measure_code,
        'count' as measure_family,
        student_count as numerator_count,
        cast(null as bigint) as denominator_count
    from answered
    where attribute = 'sex'
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        attribute || '_unknown' as measure_code,
        'unknown' as measure_family,
        case when answer in ('unknown', 'not_reported') then student_count else 0 end as numerator_count,
        case when answer in ('declined', 'not_collected') then 0 else student_count end as denominator_count
    from answered
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        'sex_female' as measure_code,
        'composition' as measure_family,
        case when answer = 'female' then student_count else 0 end as numerator_count,
        student_count as denominator_count
    from answered
    where attribute = 'sex' and answer not in ('unknown', 'declined', 'not_reported', 'not_collected')
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        'enrollment' as measure_code,
        'count' as measure_family,
        enrollment_count as numerator_count,
        cast(null as bigint) as denominator_count
    from enrolled
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        'noncredit_enrollment' as measure_code,
        'composition' as measure_family,
        case when credit_status = 'noncredit' then enrollment_count else 0 end as numerator_count,
        enrollment_count as denominator_count
    from enrolled
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        credit_unit || '_earned' as measure_code,
        'outcome' as measure_family,
        coalesce(earned_count, 0) as numerator_count,
        coalesce(attempted_count, 0) as denominator_count
    from enrolled
    where credit_unit is not null
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        'annual' as term_code,
        measure_code,
        case when denominator_count is null then 'count' else 'outcome' end as measure_family,
        numerator_count,
        denominator_count
    from progressed
    unpivot include nulls (
        (numerator_count, denominator_count) for measure_code in (
            (participants, nobody) as participant,
            (concentrators, nobody) as concentrator,
            (leavers, nobody) as leaver,
            (credentials, nobody) as credential,
            (participants_concentrating, participants) as concentrator_of_participants,
            (leavers_completing, leavers) as completer_of_leavers,
            (leavers_with_credential, leavers) as credential_of_leavers
        )
    )
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        'annual' as term_code,
        measure_code,
        'composition' as measure_family,
        numerator_count,
        denominator_count
    from described
    unpivot (
        (numerator_count, denominator_count) for measure_code in (
            (elsewhere, students) as student_elsewhere,
            (native, known) as race_american_indian_or_alaska_native,
            (asian, known) as race_asian,
            (black, known) as race_black_or_african_american,
            (hispanic, known) as race_hispanic_or_latino,
            (islander, known) as race_native_hawaiian_or_other_pacific_islander,
            (white, known) as race_white,
            (several, known) as race_two_or_more_races
        )
    )
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        'annual' as term_code,
        'orphan_record' as measure_code,
        'unknown' as measure_family,
        coalesce(orphaned.orphan_count, 0) as numerator_count,
        received.row_count as denominator_count
    from mart.record_count as received
    left join orphaned using (grantee_id, program_year, institution_id, table_name)
    where received.table_name in ('program_enrollment', 'enrollment', 'credential', 'placement')
),

summed as (
    select
        grantee_id,
        program_year,
        institution_id,
        term_code,
        measure_code,
        measure_family,
        sum(numerator_count) as numerator_count,
        sum(denominator_count) as denominator_count
    from measured
    group by
        grouping sets (
            (grantee_id, program_year, institution_id, term_code, measure_code, measure_family),
            (grantee_id, program_year, term_code, measure_code, measure_family)
        )
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        'annual' as term_code,
        indicator_code as measure_code,
        'outcome' as measure_family,
        numerator_count,
        denominator_count
    from mart.indicator
    where status = 'computed' and subgroup_dimension = 'all' and cip_code is null
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        'annual' as term_code,
        indicator_code || '_unknown' as measure_code,
        'unknown' as measure_family,
        unknown_count as numerator_count,
        denominator_count
    from mart.indicator
    where status = 'computed' and subgroup_dimension = 'all' and cip_code is null
)

select
    summed.grantee_id,
    summed.institution_id,
    summed.term_code,
    summed.program_year,
    summed.measure_code,
    summed.measure_family,
    cast(summed.numerator_count as decimal(18, 2)) as numerator_count,
    cast(summed.denominator_count as decimal(18, 2)) as denominator_count,
    coalesce(acceptance.is_accepted, false) as is_accepted
from summed
left join acceptance on summed.grantee_id = acceptance.grantee_id and summed.program_year = acceptance.program_year
