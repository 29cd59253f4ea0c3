-- runs on: published/cte.duckdb
-- Question: Under which rules did the figures leave?
-- Reading: one row a year and kind of count: threshold, width of what can be concluded, bands, digits, and who
-- approved.
-- It cannot tell: whether they suffice: that is for the agency, which confirms them, and for the audit, which attacked
-- the release.
select
    program_year,
    indicator_code,
    name,
    threshold,
    protection_width,
    bands,
    rate_digits,
    count_rounding,
    smallest_change,
    approved_by,
    source
from publish.suppression_policy
where grantee_id = 'oregon'
order by program_year, indicator_code
