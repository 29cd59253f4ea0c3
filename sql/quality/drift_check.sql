-- What could be measured about how a file differs from its layout and from the last accepted file: one row a kind of
-- drift, with the largest change found, or none. A kind that could not be measured has no row. Files that were replaced
-- later are left out.
-- grain: submission_id, kind
-- materialized: view
-- column submission_id: The file received.
-- column grantee_id: The grantee that sent the file.
-- column program_year: Program year of the submission.
-- column file_name: Name of the file.
-- column table_name: Canonical tables that the file carries.
-- column kind: Kind of drift (pipelines.measurement_tables names them).
-- column compared_submission_id: The accepted file compared with; null where the layout alone decides.
-- column subject_count: How many columns, codes or rows were looked at.
-- column drift_count: How many things differ.
-- column column_name: The column, as in the file, with the largest change; null for rows and files, and where none is.
-- column measured: Rows that show the largest change; null where there is none.
-- column expected: Rows that showed it in the file compared with; null where the layout alone decides.
-- column n: Rows that could have shown it.
-- column previous_n: Rows that could have shown it in the file compared with.
-- column detail: The largest change in words, with its counts and how many others there are; null where there is none.
with ranked as (
    select
        drift.*,
        count(*) over (partition by drift.submission_id, drift.kind) as drift_count,
        row_number() over (
            partition by drift.submission_id, drift.kind
            order by
                abs(
                    coalesce(cast(drift.measured as double) / nullif(drift.n, 0), 0)
                    - coalesce(cast(drift.expected as double) / nullif(drift.previous_n, 0), 0)
                ) desc,
                drift.layout_name asc,
                drift.column_name asc,
                drift.detail asc
        ) as place
    from quality.drift as drift
),

largest as (
    select
        ranked.*,
        concat(
            case when ranked.column_name is null then '' else concat(ranked.column_name, ': ') end,
            ranked.detail,
            case when ranked.n is null then '' else concat(': ', ranked.measured, ' of ', ranked.n) end,
            case
                when ranked.previous_n is null then ''
                else concat(', ', ranked.expected, ' of ', ranked.previous_n, ' before')
            end,
            case when ranked.drift_count = 1 then '' else concat('; ', ranked.drift_count - 1, ' more') end
        ) as told
    from ranked
    where ranked.place = 1
)

select
    scope.submission_id,
    submission.grantee_id,
    submission.program_year,
    submission.file_name,
    submission.table_name,
    scope.kind,
    scope.compared_submission_id,
    scope.subject_count,
    coalesce(largest.drift_count, 0) as drift_count,
    largest.column_name,
    largest.measured,
    largest.expected,
    largest.n,
    largest.previous_n,
    largest.told as detail
from quality.drift_scope as scope
inner join quality.submission as submission on scope.submission_id = submission.submission_id
left join largest on scope.submission_id = largest.submission_id and scope.kind = largest.kind
where submission.status <> 'superseded'
