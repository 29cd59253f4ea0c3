-- runs on: published/cte.duckdb
-- Question: What has been released, when, and how much of it is shown?
-- Reading: one row a grantee and program year; shown, coded and withheld counts of the plan of publication.
-- It cannot tell: which counts are small: one word stands for all that is withheld.
select
    grantee.grantee_name,
    release.program_year,
    release.number,
    release.released_at,
    release.status,
    release.cell_count,
    release.shown_count,
    release.coded_count,
    release.withheld_row_count,
    grantee.is_sample
from publish.release as release
inner join publish.grantee as grantee on release.grantee_id = grantee.grantee_id
order by grantee.grantee_name, release.program_year
