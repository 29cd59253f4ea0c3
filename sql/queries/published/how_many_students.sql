-- runs on: published/cte.duckdb
-- Question: How many participants, concentrators and completers does each year have?
-- Reading: different persons within a year; concentrators are not a part of the year's participants in every State.
-- It cannot tell: how many came back: whoever is there in two years is counted in both.
select
    count_row.program_year,
    code.label,
    count_row.student_count,
    count_row.suppression_code
from publish.student_count as count_row
left join publish.code as code on code.code_set = 'count_code' and count_row.count_code = code.code
where
    count_row.grantee_id = 'oregon'
    and count_row.count_code in ('participant', 'concentrator', 'completer')
    and count_row.institution_id is null
    and count_row.cip_code is null
    and count_row.subgroup_dimension = 'all'
order by count_row.program_year, code.label
