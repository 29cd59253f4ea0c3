-- CTE concentrators: students who earned the credits that the definition asks for (12 in the statute) within one
-- program, or completed a program that is shorter. A completion of a longer program with fewer credits makes no
-- concentrator.
-- grain: grantee_id, program_year, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column program_id: The CTE program.
-- column basis: credits or short_program.
-- column semester_credits_earned: Credits earned within the window of the definition, in semester credits, rounded.
-- column definition_version: Definition applied.
-- column completed_in_year: Whether the student completed the program in the year, by the definition's basis.
-- column exit_date: Exit from the program; null while enrolled or where not reported.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

-- Comparisons are multiplied out, because 2/3 of a quarter credit has no exact decimal.
program as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        case program.program_length_unit
            when 'semester_credit' then program.program_length < definition.concentrator_credits
            when 'quarter_credit'
                then
                    program.program_length * definition.quarter_numerator
                    < definition.concentrator_credits * definition.quarter_denominator
            when 'clock_hour'
                then program.program_length < definition.concentrator_credits * definition.clock_hours_per_credit
        end as is_short
    from core.program as program
    anti join excluded using (submission_id, line_number)
    inner join reference.definition as definition
        on program.grantee_id = definition.grantee_id and program.program_year = definition.program_year
),

-- A cumulative window counts all years up to this one in which the student had to do with the program.
windowed as (
    select
        student.grantee_id,
        student.program_year,
        student.institution_id,
        student.student_id,
        student.program_id,
        student.completed_in_year,
        student.exit_date,
        definition.definition_version,
        definition.concentrator_credits,
        definition.quarter_numerator,
        definition.quarter_denominator,
        definition.clock_hours_per_credit,
        cast(
            case
                when definition.credits_window = 'reporting_year' then student.semester_credits
                else sum(student.semester_credits) over up_to_now
            end as decimal(14, 2)
        ) as semester_credits,
        cast(
            case
                when definition.credits_window = 'reporting_year' then student.quarter_credits
                else sum(student.quarter_credits) over up_to_now
            end as decimal(14, 2)
        ) as quarter_credits,
        cast(
            case
                when definition.credits_window = 'reporting_year' then student.clock_hours
                else sum(student.clock_hours) over up_to_now
            end as decimal(14, 2)
        ) as clock_hours
    from mart.program_student as student
    inner join reference.definition as definition
        on student.grantee_id = definition.grantee_id and student.program_year = definition.program_year
    window up_to_now as (
        partition by student.grantee_id, student.institution_id, student.student_id, student.program_id
        order by student.program_year
        rows between unbounded preceding and current row
    )
),

judged as (
    select
        windowed.*,
        windowed.semester_credits * windowed.quarter_denominator * windowed.clock_hours_per_credit
        + windowed.quarter_credits * windowed.quarter_numerator * windowed.clock_hours_per_credit
        + windowed.clock_hours * windowed.quarter_denominator
        >= windowed.concentrator_credits * windowed.quarter_denominator * windowed.clock_hours_per_credit
            as has_credits,
        windowed.completed_in_year and coalesce(program.is_short, false) as has_completed_short
    from windowed
    left join program using (grantee_id, program_year, institution_id, program_id)
)

select
    grantee_id,
    program_year,
    institution_id,
    student_id,
    program_id,
    case when has_credits then 'credits' else 'short_program' end as basis,
    cast(
        semester_credits
        + quarter_credits * quarter_numerator / quarter_denominator
        + clock_hours / clock_hours_per_credit
        as decimal(14, 2)
    ) as semester_credits_earned,
    definition_version,
    completed_in_year,
    exit_date
from judged
where has_credits or has_completed_short
