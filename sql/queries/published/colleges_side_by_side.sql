-- runs on: published/cte.duckdb
-- Question: How do the institutions of a grantee compare on an indicator?
-- Reading: everybody at each institution, with how many are counted; a small institution moves by a few students.
-- It cannot tell: who teaches better: programs and students differ, and outcomes that are unknown count as not met.
select
    indicator.institution_id,
    institution.institution_name,
    institution.eligible_recipient_id,
    indicator.numerator_count,
    indicator.denominator_count,
    round(100 * indicator.rate, 1) as rate_percent,
    indicator.suppression_code
from publish.indicator as indicator
left join publish.institution as institution
    on
        indicator.grantee_id = institution.grantee_id
        and indicator.institution_id = institution.institution_id
where
    indicator.grantee_id = 'oregon'
    and indicator.program_year = '2023-24'
    and indicator.indicator_code = '2P1'
    and indicator.institution_id is not null
    and indicator.cip_code is null
    and indicator.subgroup_dimension = 'all'
order by indicator.institution_id
