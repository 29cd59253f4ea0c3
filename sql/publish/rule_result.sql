-- What the last night before a release said of each rule about everybody, for a grantee and program year: rows of the
-- agency's tables, not persons; no institution and no subgroup. No number of failing rows but 0 is told: any other one
-- stands as a part of the rows that is wide enough. Rules that read a column by which persons are told apart are left
-- out; how far such columns are filled stands in publish.coverage.
-- grain: grantee_id, program_year, rule_id
-- column grantee_id: The grantee that submitted the records.
-- column program_year: Program year, written 2023-24.
-- column rule_id: The rule; publish.rule explains it.
-- column rule_version: Version of the rule that was applied.
-- column dimension: Dimension of data quality.
-- column severity: critical, warning or info.
-- column status: error, not_applicable, failed or passed; null where it would tell too much of few rows.
-- column is_waived: Whether the agency waived the failure; a waived failure stays a failure. Null unless it failed.
-- column population_count: Rows that the rule speaks of, rounded; null where few, and for a rule about some rows only.
-- column failed_count: 0 where no row fails; else null.
-- column suppression_code: withheld; at_most_5_percent, between_5_and_20_percent and alike: so many of the rows fail.
-- column threshold: How many may fail, in words.
-- column release_id: The release that the row left with (publish.release).
select
    quality.grantee_id,
    quality.program_year,
    quality.name as rule_id,
    quality.rule_version,
    quality.dimension,
    quality.severity,
    quality.status,
    quality.is_waived,
    quality.population_count,
    quality.counted_count as failed_count,
    quality.code as suppression_code,
    quality.threshold,
    quality.release_id
from quality.release_quality as quality
inner join quality.release_in_force as release
    on
        quality.release_id = release.release_id
        and quality.grantee_id = release.grantee_id
        and quality.program_year = release.program_year
where quality.subject = 'rule'
