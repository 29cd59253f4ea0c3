-- The lines of a worksheet that are not what was reported: frozen by `cte freeze`, and as counted now. No rows: nothing
-- was frozen, or nothing has changed. A line that has come or gone has no number on one side.
-- grain: line_code, measure
with reported as (
    select
        line_code,
        measure,
        max(act_number) as act_number
    from quality.worksheet_series
    where grantee_id = 'udc' and program_year = '2023-24' and series = 'as_reported'
    group by line_code, measure
),

frozen as (
    select
        series.line_code,
        series.line_label,
        series.measure,
        series.person_count,
        series.status,
        series.act_number
    from quality.worksheet_series as series
    inner join reported
        on
            series.line_code = reported.line_code
            and series.measure = reported.measure
            and series.act_number = reported.act_number
),

restated as (
    select
        line_code,
        line_label,
        measure,
        person_count,
        status
    from quality.worksheet_series
    where grantee_id = 'udc' and program_year = '2023-24' and series = 'restated'
)

select
    coalesce(frozen.line_code, restated.line_code) as line_code,
    coalesce(frozen.line_label, restated.line_label) as line_label,
    coalesce(frozen.measure, restated.measure) as measure,
    frozen.act_number,
    frozen.person_count as as_reported_count,
    restated.person_count as restated_count,
    frozen.status as as_reported_status,
    restated.status as restated_status
from frozen
full outer join restated on frozen.line_code = restated.line_code and frozen.measure = restated.measure
where
    exists (select 1 from reported)
    and (
        frozen.person_count is distinct from restated.person_count
        or frozen.status is distinct from restated.status
    )
order by line_code, measure
