-- How many records of an institution hold one and the same value, where people differ: what stands everywhere is most
-- often what a system fills in. The values themselves are not kept.
-- grain: grantee_id, program_year, institution_id, table_name, column_name
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column table_name: The canonical table, without its schema.
-- column column_name: The column; birth_day is month and day of the birth date.
-- column value_count: Records with a value.
-- column modal_count: Records with the most frequent value.
-- column distinct_count: Different values.
with excluded as (
    select
        table_name,
        submission_id,
        line_number
    from mart.exclusion
),

student as (
    select
        student.grantee_id,
        student.program_year,
        student.institution_id,
        'student' as table_name,
        student.submission_id,
        student.line_number,
        cast(student.birth_date as varchar) as birth_date,
        cast(
            extract(month from student.birth_date) * 100 + extract(day from student.birth_date) as varchar
        ) as birth_day,
        student.sex,
        student.race_selections
    from core.student as student
),

program_enrollment as (
    select
        enrolled.grantee_id,
        enrolled.program_year,
        enrolled.institution_id,
        'program_enrollment' as table_name,
        enrolled.submission_id,
        enrolled.line_number,
        cast(enrolled.entry_date as varchar) as entry_date,
        cast(enrolled.exit_date as varchar) as exit_date,
        enrolled.exit_reason
    from core.program_enrollment as enrolled
),

placement as (
    select
        grantee_id,
        program_year,
        institution_id,
        'placement' as table_name,
        submission_id,
        line_number,
        placement_status
    from core.placement
),

held as (
    select
        grantee_id,
        program_year,
        institution_id,
        table_name,
        submission_id,
        line_number,
        column_name,
        held_value
    from student
    unpivot (held_value for column_name in (birth_date, birth_day, sex, race_selections))
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        table_name,
        submission_id,
        line_number,
        column_name,
        held_value
    from program_enrollment
    unpivot (held_value for column_name in (entry_date, exit_date, exit_reason))
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        table_name,
        submission_id,
        line_number,
        'placement_status' as column_name,
        placement_status as held_value
    from placement
),

counted as (
    select
        held.grantee_id,
        held.program_year,
        held.institution_id,
        held.table_name,
        held.column_name,
        held.held_value,
        count(*) as record_count
    from held
    anti join excluded using (table_name, submission_id, line_number)
    where held.held_value not in ('unknown', 'declined', 'not_reported', 'not_collected')
    group by
        held.grantee_id, held.program_year, held.institution_id, held.table_name, held.column_name, held.held_value
)

select
    grantee_id,
    program_year,
    institution_id,
    table_name,
    column_name,
    cast(sum(record_count) as bigint) as value_count,
    max(record_count) as modal_count,
    count(*) as distinct_count
from counted
group by grantee_id, program_year, institution_id, table_name, column_name
