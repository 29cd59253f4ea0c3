-- How each rule has fared: the last run that judged it, beside the one before and the first. Runs that died or failed
-- are left out.
-- grain: rule_id, grantee_id, program_year, institution_id
-- materialized: view
-- column rule_id: The rule.
-- column grantee_id: The grantee; null for reference sources.
-- column program_year: The program year.
-- column institution_id: The institution; null means all.
-- column severity: critical, warning or info, in the last run.
-- column status: error, not_applicable, failed or passed, in the last run.
-- column last_run_id: The last run that judged the rule here.
-- column population_count: Rows that the rule spoke of then.
-- column failed_count: Rows that failed then.
-- column failed_share: failed_count / population_count, for display; null without a population.
-- column previous_run_id: The run before that judged it; null at the first time.
-- column previous_failed_count: Rows that failed then.
-- column previous_failed_share: The share that failed then.
-- column first_run_id: The first run that judged it.
-- column first_failed_share: The share that failed then.
-- column run_count: Runs that judged it.
-- column change: first_time, better, worse, same, rule_changed, or cannot_be_said where either has no population.
with numbered as (
    select
        result.*,
        row_number() over (
            partition by result.rule_id, result.grantee_id, result.program_year, result.institution_id
            order by result.run_id desc
        ) as age,
        count(*) over (
            partition by result.rule_id, result.grantee_id, result.program_year, result.institution_id
        ) as run_count
    from quality.rule_result as result
    inner join quality.run as run on result.run_id = run.run_id
    where run.finished_at is not null and run.exit_code in (0, 1)
),

paired as (
    select
        rule_id,
        grantee_id,
        program_year,
        institution_id,
        max(run_count) as run_count,
        max(case when age = 1 then run_id end) as last_run_id,
        max(case when age = 1 then severity end) as severity,
        max(case when age = 1 then status end) as status,
        max(case when age = 1 then rule_version end) as rule_version,
        max(case when age = 1 then population_count end) as population_count,
        max(case when age = 1 then failed_count end) as failed_count,
        max(case when age = 2 then run_id end) as previous_run_id,
        max(case when age = 2 then rule_version end) as previous_rule_version,
        max(case when age = 2 then population_count end) as previous_population_count,
        max(case when age = 2 then failed_count end) as previous_failed_count,
        max(case when age = run_count then run_id end) as first_run_id,
        max(case when age = run_count then population_count end) as first_population_count,
        max(case when age = run_count then failed_count end) as first_failed_count
    from numbered
    group by rule_id, grantee_id, program_year, institution_id
)

-- Shares are compared multiplied out, in whole numbers.
select
    rule_id,
    grantee_id,
    program_year,
    institution_id,
    severity,
    status,
    last_run_id,
    population_count,
    failed_count,
    cast(failed_count as double) / nullif(population_count, 0) as failed_share,
    previous_run_id,
    previous_failed_count,
    cast(previous_failed_count as double) / nullif(previous_population_count, 0) as previous_failed_share,
    first_run_id,
    cast(first_failed_count as double) / nullif(first_population_count, 0) as first_failed_share,
    run_count,
    case
        when previous_run_id is null then 'first_time'
        when rule_version <> previous_rule_version then 'rule_changed'
        when coalesce(population_count, 0) = 0 or coalesce(previous_population_count, 0) = 0 then 'cannot_be_said'
        when failed_count * previous_population_count < previous_failed_count * population_count then 'better'
        when failed_count * previous_population_count > previous_failed_count * population_count then 'worse'
        else 'same'
    end as change
from paired
