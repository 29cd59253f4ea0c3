-- How old each open finding is, and what has been done about it. Age is told in days (UTC) from the run that found it
-- first to the last run there was; what came back is as old as at its first time.
-- grain: finding_id
-- materialized: view
-- column finding_id: The finding; open ones only.
-- column grantee_id: The grantee; null for reference sources.
-- column institution_id: The institution; null where the finding belongs to none.
-- column program_year: The program year.
-- column severity: critical, warning or info.
-- column first_seen_at: When the run began that found it first (UTC).
-- column age_days: Days from then to the beginning of the last run; null where the first run is not known any more.
-- column returned_at: When a return first held it (UTC); null where none has.
-- column explained: Whether the institution has explained it.
with last_run as (
    select max(started_at) as started_at
    from quality.run
),

returned as (
    select
        held.finding_id,
        min(package.returned_at) as returned_at
    from quality.returned_finding as held
    inner join quality.return_package as package on held.return_id = package.return_id
    where held.change <> 'fixed'
    group by held.finding_id
)

select
    finding.finding_id,
    finding.grantee_id,
    finding.institution_id,
    finding.program_year,
    finding.severity,
    first_run.started_at as first_seen_at,
    cast(cast(last_run.started_at as date) - cast(first_run.started_at as date) as integer) as age_days,
    returned.returned_at,
    explanation.finding_id is not null as explained
from quality.finding as finding
cross join last_run
left join quality.run as first_run on finding.first_seen_run_id = first_run.run_id
left join returned on finding.finding_id = returned.finding_id
left join quality.finding_explanation as explanation on finding.finding_id = explanation.finding_id
where finding.state = 'open'
