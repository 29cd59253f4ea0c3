-- runs on: published/cte.duckdb
-- Question: What does each grantee report for everybody, and under which definition?
-- Reading: compare rates only where definition_version means the same (definitions_compared).
-- It cannot tell: which State does better: definitions, cohorts and sources of placements differ.
select
    grantee.short_name,
    indicator.program_year,
    indicator.indicator_code,
    indicator.cohort_program_year,
    indicator.numerator_count,
    indicator.denominator_count,
    round(100 * indicator.rate, 1) as rate_percent,
    unknown.student_count as unknown_count,
    indicator.suppression_code,
    indicator.definition_version
from publish.indicator as indicator
inner join publish.grantee as grantee on indicator.grantee_id = grantee.grantee_id
left join publish.student_count as unknown
    on
        indicator.grantee_id = unknown.grantee_id
        and indicator.program_year = unknown.program_year
        and 'unknown_' || indicator.indicator_code = unknown.count_code
        and unknown.institution_id is null
        and unknown.cip_code is null
        and unknown.subgroup_dimension = 'all'
where indicator.institution_id is null and indicator.cip_code is null and indicator.subgroup_dimension = 'all'
order by indicator.indicator_code, indicator.program_year, grantee.short_name
