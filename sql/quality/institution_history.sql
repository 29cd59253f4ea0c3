-- The closed loop of each institution, run by run: what was returned to it, what it explained and corrected, what came
-- back, and what stayed open. A run has a row where it judged the institution's records or something went out or in.
-- grain: grantee_id, institution_id, program_year, run_id
-- materialized: view
-- column grantee_id: The grantee.
-- column institution_id: The institution; null for what belongs to none, files as a whole among it.
-- column program_year: The program year.
-- column run_id: The run.
-- column open_count: Findings open after the run, those of rules in error left out; null where it judged nothing here.
-- column returned_count: Findings that the returns of the run held as open.
-- column explained_count: Findings whose latest explanation came in between the run and the next one.
-- column corrected_count: Findings of earlier returns that those of the run tell as fixed.
-- column came_back_count: Findings that had been fixed and that the returns of the run held again.
with run_in_order as (
    select
        run_id,
        started_at,
        exit_code,
        lead(started_at) over (order by run_id) as next_started_at,
        max(run_id) over () as last_run_id
    from quality.run
),

-- A run that broke off may have judged some tables only. The one that is under way has no exit code yet.
judged as (
    select
        result.grantee_id,
        result.program_year,
        result.run_id,
        result.institution_id is null as is_whole,
        nullif(result.institution_id, 'unknown') as institution_id,
        result.failed_count
    from quality.rule_result as result
    inner join run_in_order as run on result.run_id = run.run_id
    where
        result.grantee_id is not null
        and (run.exit_code in (0, 1) or (run.exit_code is null and run.run_id = run.last_run_id))
),

-- What belongs to no institution is what all have together, less what each has.
happened as (
    select
        grantee_id,
        institution_id,
        program_year,
        run_id,
        sum(failed_count) as open_count,
        0 as returned_count,
        0 as explained_count,
        0 as corrected_count,
        0 as came_back_count
    from judged
    where institution_id is not null
    group by grantee_id, institution_id, program_year, run_id
    union all
    select
        grantee_id,
        cast(null as varchar) as institution_id,
        program_year,
        run_id,
        coalesce(sum(failed_count) filter (where is_whole), 0)
        - coalesce(sum(failed_count) filter (where institution_id is not null), 0) as open_count,
        0 as returned_count,
        0 as explained_count,
        0 as corrected_count,
        0 as came_back_count
    from judged
    group by grantee_id, program_year, run_id
    union all
    select
        package.grantee_id,
        package.institution_id,
        package.program_year,
        package.run_id,
        cast(null as bigint) as open_count,
        count(held.finding_id) filter (where held.change <> 'fixed') as returned_count,
        0 as explained_count,
        count(held.finding_id) filter (where held.change = 'fixed') as corrected_count,
        count(held.finding_id) filter (where held.change = 'came_back') as came_back_count
    from quality.return_package as package
    left join quality.returned_finding as held on package.return_id = held.return_id
    group by package.grantee_id, package.institution_id, package.program_year, package.run_id
    union all
    select
        told.grantee_id,
        told.institution_id,
        told.program_year,
        run.run_id,
        cast(null as bigint) as open_count,
        0 as returned_count,
        count(*) as explained_count,
        0 as corrected_count,
        0 as came_back_count
    from quality.finding_explanation as told
    inner join run_in_order as run
        on
            told.received_at >= run.started_at
            and (run.next_started_at is null or told.received_at < run.next_started_at)
    group by told.grantee_id, told.institution_id, told.program_year, run.run_id
)

select
    grantee_id,
    institution_id,
    program_year,
    run_id,
    cast(sum(open_count) as bigint) as open_count,
    cast(sum(returned_count) as bigint) as returned_count,
    cast(sum(explained_count) as bigint) as explained_count,
    cast(sum(corrected_count) as bigint) as corrected_count,
    cast(sum(came_back_count) as bigint) as came_back_count
from happened
group by grantee_id, institution_id, program_year, run_id
