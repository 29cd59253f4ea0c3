-- runs on: published/cte.duckdb
-- Question: What changed from one release of a year to the next?
-- Reading: rows added, removed, changed, newly shown or newly withheld, by table.
-- It cannot tell: which students were corrected; and why a row is newly withheld is not told on purpose.
select
    program_year,
    previous_number,
    number,
    table_name,
    change,
    row_count
from publish.release_change
where grantee_id = 'oregon'
order by program_year, number, table_name, change
