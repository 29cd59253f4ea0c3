-- A student with something to do with a program in the year: enrolled in it or in a course of it, whatever was earned,
-- or awarded its credential where the definition takes that for completion. Courses of no program count toward those
-- that the student is enrolled in, where the definition counts them. Credits and hours earned are kept by unit,
-- because 2/3 of a quarter credit has no exact decimal. What completes a program is the definition's completer_basis:
-- exit, an exit for that reason; award, a credential with an award level, awarded for the program within the year and
-- reported in the year's own files (the last one counts); exit_or_award, either, and the exit dates it.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column program_id: The CTE program.
-- column semester_credits: Semester credits earned in the year that count toward the program and the definition.
-- column quarter_credits: Quarter credits earned in the year that count toward the program.
-- column clock_hours: Clock hours earned in the year that count toward the program.
-- column completed_course_count: Courses of the program itself in which something was earned.
-- column entry_date: Entry into the program; null where not reported.
-- column exit_date: Exit from the program; null while enrolled or where not reported.
-- column exit_reason: Why the student left; null while enrolled.
-- column completed_in_year: Completed, and not at a date outside the year; an unreadable date leaves it true.
-- column left_in_year: Completed, or left otherwise in the year; not on leave of absence, and not deceased.
-- column left_date: Completion, else exit, in the year; null where neither happened or the date could not be read.
with excluded_course as (
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

excluded_program_enrollment as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program_enrollment'
),

excluded_credential as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'credential'
),

-- A course that does not say whether it is for credit counts where both kinds do.
course as (
    select
        course.grantee_id,
        course.program_year,
        course.institution_id,
        course.term_code,
        course.course_id,
        course.program_id,
        course.unreadable_columns,
        counted.code is not null as is_credit_counted
    from core.course as course
    anti join excluded_course using (submission_id, line_number)
    left join reference.counted_code as counted
        on
            course.grantee_id = counted.grantee_id
            and course.program_year = counted.program_year
            and coalesce(course.credit_status, 'unknown') = counted.code
            and counted.code_set = 'credit_status'
),

-- Earned, not attempted; but whoever earned nothing, or nothing that can be read, is enrolled all the same.
earned as (
    select
        enrollment.grantee_id,
        enrollment.program_year,
        enrollment.institution_id,
        enrollment.student_id,
        course.program_id,
        course.unreadable_columns like '%,program_id,%' as is_program_unreadable,
        case when enrollment.credits_earned > 0 and course.is_credit_counted then enrollment.credits_earned else 0 end
            as credits_earned,
        case when enrollment.credits_earned > 0 then 1 else 0 end as is_completed,
        enrollment.credit_unit
    from core.enrollment as enrollment
    anti join excluded_enrollment using (submission_id, line_number)
    inner join course
        on
            enrollment.grantee_id = course.grantee_id
            and enrollment.program_year = course.program_year
            and enrollment.institution_id = course.institution_id
            and enrollment.term_code = course.term_code
            and enrollment.course_id = course.course_id
),

program_enrollment as (
    select
        enrolled.grantee_id,
        enrolled.program_year,
        enrolled.institution_id,
        enrolled.student_id,
        enrolled.program_id,
        enrolled.entry_date,
        enrolled.exit_date,
        enrolled.exit_reason,
        definition.counting_courses,
        case
            when enrolled.exit_date between definition.year_start_date and definition.year_end_date
                then enrolled.exit_date
        end as exit_date_in_year,
        definition.completer_basis <> 'award'
        and coalesce(enrolled.exit_reason = 'completed', false)
        and coalesce(
            enrolled.exit_date between definition.year_start_date and definition.year_end_date, true
        ) as has_completed,
        coalesce(enrolled.exit_reason, 'none') not in ('leave_of_absence', 'deceased')
        and coalesce(
            enrolled.exit_date between definition.year_start_date and definition.year_end_date,
            enrolled.exit_reason is not null
        ) as has_left
    from core.program_enrollment as enrolled
    anti join excluded_program_enrollment using (submission_id, line_number)
    inner join reference.definition as definition
        on enrolled.grantee_id = definition.grantee_id and enrolled.program_year = definition.program_year
),

awarded as (
    select
        credential.grantee_id,
        credential.program_year,
        credential.institution_id,
        credential.student_id,
        credential.program_id,
        max(credential.award_date) as award_date
    from core.credential as credential
    anti join excluded_credential using (submission_id, line_number)
    inner join reference.definition as definition
        on credential.grantee_id = definition.grantee_id and credential.program_year = definition.program_year
    where
        definition.completer_basis <> 'exit'
        and credential.program_id is not null
        and credential.award_level_code is not null
        and credential.award_date between definition.year_start_date and definition.year_end_date
    group by
        credential.grantee_id, credential.program_year, credential.institution_id, credential.student_id,
        credential.program_id
),

counting as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        credits_earned,
        credit_unit,
        is_completed as is_completed_of_program
    from earned
    where program_id is not null
    union all
    select
        earned.grantee_id,
        earned.program_year,
        earned.institution_id,
        earned.student_id,
        program_enrollment.program_id,
        earned.credits_earned,
        earned.credit_unit,
        0 as is_completed_of_program
    from earned
    inner join program_enrollment
        on
            earned.grantee_id = program_enrollment.grantee_id
            and earned.program_year = program_enrollment.program_year
            and earned.institution_id = program_enrollment.institution_id
            and earned.student_id = program_enrollment.student_id
    where
        earned.program_id is null
        and not earned.is_program_unreadable
        and program_enrollment.counting_courses = 'program_and_general_education'
),

credits as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        sum(credits_earned) filter (where credit_unit = 'semester_credit') as semester_credits,
        sum(credits_earned) filter (where credit_unit = 'quarter_credit') as quarter_credits,
        sum(credits_earned) filter (where credit_unit = 'clock_hour') as clock_hours,
        sum(is_completed_of_program) as completed_course_count
    from counting
    group by grantee_id, program_year, institution_id, student_id, program_id
)

select
    grantee_id,
    program_year,
    institution_id,
    student_id,
    program_id,
    cast(coalesce(credits.semester_credits, 0) as decimal(14, 2)) as semester_credits,
    cast(coalesce(credits.quarter_credits, 0) as decimal(14, 2)) as quarter_credits,
    cast(coalesce(credits.clock_hours, 0) as decimal(14, 2)) as clock_hours,
    cast(coalesce(credits.completed_course_count, 0) as integer) as completed_course_count,
    program_enrollment.entry_date,
    program_enrollment.exit_date,
    program_enrollment.exit_reason,
    coalesce(program_enrollment.has_completed, false) or awarded.award_date is not null as completed_in_year,
    coalesce(program_enrollment.has_left, false) or awarded.award_date is not null as left_in_year,
    coalesce(
        case when program_enrollment.has_completed then program_enrollment.exit_date_in_year end,
        awarded.award_date,
        case when program_enrollment.has_left then program_enrollment.exit_date_in_year end
    ) as left_date
from credits
full join program_enrollment using (grantee_id, program_year, institution_id, student_id, program_id)
full join awarded using (grantee_id, program_year, institution_id, student_id, program_id)
