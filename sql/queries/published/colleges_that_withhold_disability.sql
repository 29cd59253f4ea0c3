-- runs on: published/cte.duckdb
-- Question: At which institutions is the row of students with disabilities withheld?
-- Reading: each row is an institution, an indicator and the code in place of the rate.
-- It cannot tell: that few such students are there: some rows are withheld to protect another group, and there is one
-- word for both.
select
    indicator.institution_id,
    institution.institution_name,
    indicator.indicator_code,
    indicator.suppression_code
from publish.indicator as indicator
left join publish.institution as institution
    on
        indicator.grantee_id = institution.grantee_id
        and indicator.institution_id = institution.institution_id
where
    indicator.grantee_id = 'oregon'
    and indicator.program_year = '2023-24'
    and indicator.institution_id is not null
    and indicator.subgroup_dimension = 'disability'
    and indicator.subgroup_code = 'yes'
    and indicator.suppression_code is not null
order by indicator.institution_id, indicator.indicator_code
