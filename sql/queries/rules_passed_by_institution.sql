-- How many of the rules that had records to judge each institution passes, by severity, in the last run. The scorecard
-- shows the median institution and the one at the worst decile; a waived failure is a failure.
-- grain: institution_id, severity
with latest as (
    select max(run_id) as run_id
    from quality.rule_result
    where grantee_id = 'oregon' and program_year = '2023-24'
)

select
    result.institution_id,
    result.severity,
    count(case when result.status = 'passed' then 1 end) as passed_count,
    count(*) as judged_count
from quality.rule_result as result
inner join latest on result.run_id = latest.run_id
where
    result.grantee_id = 'oregon'
    and result.program_year = '2023-24'
    and result.institution_id <> 'unknown'
    and result.status in ('passed', 'failed')
group by result.institution_id, result.severity
order by result.institution_id, result.severity
