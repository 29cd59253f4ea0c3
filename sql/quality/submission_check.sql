-- Files received that were not replaced later, with what rules ask of a file: how late, how much could not be read, how
-- often it was sent again.
-- grain: submission_id
-- column submission_id: The file received.
-- column grantee_id: The grantee; null for reference sources.
-- column program_year: Program year whose folder held the file.
-- column table_name: Canonical tables that the file carries; null where unknown.
-- column file_name: Name of the file.
-- column status: received, read, accepted, refused or repeated.
-- column received_at: When the file was first seen (UTC).
-- column due_date: When the grantee's calendar expected it.
-- column is_late: Whether it came after the due date.
-- column days_late: Days after the due date; 0 where in time, null where nothing was due.
-- column data_line_count: Physical lines apart from header lines.
-- column quarantined_line_count: Lines that could not be read.
-- column quarantined_share: quarantined_line_count / data_line_count, for display; null without data lines.
-- column replaced_count: Earlier files of the same name that this one stands for.
-- column layout_version: Layout and version it was read with; null where none fits.
-- column message: What was wrong with the file as a whole; null where nothing was.
with replaced as (
    select
        grantee_id,
        program_year,
        file_name,
        count(*) as replaced_count
    from quality.submission
    where status = 'superseded'
    group by grantee_id, program_year, file_name
),

measured as (
    select
        submission.*,
        submission.physical_line_count - submission.header_line_count as data_line_count
    from quality.submission as submission
    where submission.status <> 'superseded'
)

select
    measured.submission_id,
    measured.grantee_id,
    measured.program_year,
    measured.table_name,
    measured.file_name,
    measured.status,
    measured.received_at,
    measured.due_date,
    measured.is_late,
    case
        when measured.due_date is null then null
        when measured.is_late then cast(cast(measured.received_at as date) - measured.due_date as integer)
        else 0
    end as days_late,
    measured.data_line_count,
    measured.quarantined_line_count,
    cast(measured.quarantined_line_count as double) / nullif(measured.data_line_count, 0) as quarantined_share,
    coalesce(replaced.replaced_count, 0) as replaced_count,
    measured.layout_version,
    measured.message
from measured
left join replaced
    on
        measured.grantee_id = replaced.grantee_id
        and measured.program_year = replaced.program_year
        and measured.file_name = replaced.file_name
