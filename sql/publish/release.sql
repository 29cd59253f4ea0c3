-- The release in force of each grantee and program year: what every other table of this file shows of it. Nights in
-- between change none of it.
-- grain: grantee_id, program_year
-- column grantee_id: The grantee (publish.grantee).
-- column program_year: The program year.
-- column release_id: Random token of the release; nothing follows from it.
-- column number: Number of the release; of two releases of a program year the higher is the newer.
-- column released_at: When (UTC).
-- column status: released; carried_forward where the agency has tried to release the year again since, and it stayed.
-- column reason: What carried_forward means; else null.
-- column cell_count: Counts of persons in the plan of publication.
-- column shown_count: Counts that are shown.
-- column coded_count: Counts that are told as a band, such as at_most_5_percent.
-- column withheld_row_count: Counts that are withheld.
-- column is_sample: Whether every record behind it is invented.
with last_try as (
    select
        release.grantee_id,
        release.program_year,
        max(release.number) as number
    from quality.release as release
    group by release.grantee_id, release.program_year
)

select
    release.grantee_id,
    release.program_year,
    release.release_id,
    release.number,
    release.released_at,
    case when last_try.number > release.number then 'carried_forward' else 'released' end as status,
    -- One text for whatever kept it back: which it was would tell how few persons changed.
    case
        when last_try.number > release.number
            then
                'Records may have changed since. This release stays as it is until the year can be released again '
                || 'without pointing at single persons.'
    end as reason,
    release.cell_count,
    release.shown_count,
    release.coded_count,
    release.withheld_count as withheld_row_count,
    release.is_sample
from quality.release as release
inner join quality.release_in_force as in_force
    on
        release.release_id = in_force.release_id
        and release.grantee_id = in_force.grantee_id
        and release.program_year = in_force.program_year
inner join last_try
    on
        release.grantee_id = last_try.grantee_id
        and release.program_year = last_try.program_year
where strpos(release.program_year, ' to ') = 0
