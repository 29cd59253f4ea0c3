-- Every data line received, loaded or not, so that the lines that could not be read have a population. Header lines and
-- files that were replaced later are left out. Reference files have no grantee.
-- grain: submission_id, line_number, loaded_place
-- materialized: view
-- column grantee_id: The grantee; null for reference sources.
-- column program_year: Program year of the submission.
-- column submission_id: The file received.
-- column file_name: Name of the file.
-- column table_name: Canonical tables that the file carries; null where unknown.
-- column line_number: First physical line, where the line could not be read; null for a line loaded and a whole file.
-- column loaded_place: Place of a loaded line among those of its file, from 0; null for lines that could not be read.
-- column reason_code: The structural rule that the line or file breaks; null for a line loaded.
with current_submission as (
    select
        submission_id,
        grantee_id,
        program_year,
        file_name,
        table_name,
        loaded_line_count
    from quality.submission
    where status <> 'superseded'
)

-- A row per loaded line is made here when it is asked for, not stored. Spark says explode(sequence(1, n)).
select
    grantee_id,
    program_year,
    submission_id,
    file_name,
    table_name,
    cast(null as bigint) as line_number,
    loaded_place,
    cast(null as varchar) as reason_code
from (
    select
        current_submission.*,
        unnest(range(coalesce(current_submission.loaded_line_count, 0))) as loaded_place
    from current_submission
) as loaded
union all
select
    current_submission.grantee_id,
    current_submission.program_year,
    current_submission.submission_id,
    current_submission.file_name,
    current_submission.table_name,
    quarantine.line_number,
    cast(null as bigint) as loaded_place,
    quarantine.reason_code
from quality.quarantine as quarantine
inner join current_submission on quarantine.submission_id = current_submission.submission_id
