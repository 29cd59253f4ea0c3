-- The release in force of each grantee and program year, and of each span of years put together: the newest that was
-- released. One that was refused or carried forward changes nothing.
-- materialized: view
-- grain: grantee_id, program_year
-- column release_id: Random token of the release.
-- column number: Number of the release in this home.
-- column grantee_id: The grantee.
-- column program_year: The program year, or a span such as 2021-22 to 2023-24.
-- column released_at: When (UTC).
-- column is_sample: Whether every record behind it is invented.
with released as (
    select
        release.*,
        row_number() over (partition by release.grantee_id, release.program_year order by release.number desc) as age
    from quality.release as release
    where release.status = 'released'
)

select
    release_id,
    number,
    grantee_id,
    program_year,
    released_at,
    is_sample
from released
where age = 1
