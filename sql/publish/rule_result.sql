-- What the last night said of each rule, a grantee and a program year at a time; no institution and no subgroup. Nights
-- that died are left out: some of their grantees would be judged, others not.
-- grain: grantee_id, program_year, rule_id
-- column grantee_id: The grantee that submitted the records.
-- column program_year: Program year, written 2023-24.
-- column rule_id: The rule; publish.rule explains it.
-- column rule_version: Version of the rule that was applied.
-- column dimension: Dimension of data quality.
-- column severity: critical, warning or info.
-- column status: error, not_applicable, failed or passed.
-- column is_waived: Whether the agency waived the failure; a waived failure stays a failure.
-- column population_count: Rows that the rule speaks of; null after an error.
-- column failed_count: Rows of the population that fail; null after an error.
-- column threshold: How many may fail, in words.
with latest as (
    select
        result.*,
        row_number() over (
            partition by result.grantee_id, result.program_year, result.rule_id
            order by result.run_id desc
        ) as age
    from quality.rule_result as result
    inner join quality.run as run on result.run_id = run.run_id
    where
        (run.exit_code is null or run.rule_book_version is not null)
        and result.grantee_id is not null
        and result.institution_id is null
)

select
    latest.grantee_id,
    latest.program_year,
    latest.rule_id,
    latest.rule_version,
    latest.dimension,
    latest.severity,
    latest.status,
    latest.is_waived,
    latest.population_count,
    latest.failed_count,
    latest.threshold
from latest
inner join publish.rule as rule on latest.rule_id = rule.rule_id and rule.is_about_everybody
where latest.age = 1
