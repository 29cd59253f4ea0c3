-- What changed from one release of a program year to the next: how many rows of a table, told by comparing what both
-- showed. Who keeps both files can count the same. Sums over years (publish.indicator_pooled) are not compared.
-- Rows are added, removed, newly_shown (withheld or a band before), newly_withheld (shown or a band before), changed
-- (another number or another code) or unchanged; of publish.indicator the numerators are compared.
-- grain: grantee_id, program_year, release_id, table_name, change
-- column grantee_id: The grantee (publish.grantee).
-- column program_year: The program year.
-- column release_id: The newer of both releases.
-- column number: Its number.
-- column previous_number: The number of the release before.
-- column table_name: The table: publish.student_count or publish.indicator.
-- column change: added, removed, newly_shown, newly_withheld, changed or unchanged.
-- column row_count: How many rows.
with numbered as (
    select
        release.release_id,
        release.grantee_id,
        release.program_year,
        release.number,
        lag(release.release_id) over (
            partition by release.grantee_id, release.program_year order by release.number
        ) as previous_id,
        lag(release.number) over (
            partition by release.grantee_id, release.program_year order by release.number
        ) as previous_number
    from quality.release as release
    where release.status = 'released' and strpos(release.program_year, ' to ') = 0
),

pair as (
    select *
    from numbered
    where previous_id is not null
),

-- Counts as they were shown: rounded, or a code.
told as (
    select
        cell.release_id,
        cell.grantee_id,
        cell.program_year,
        cell.count_code,
        coalesce(cell.institution_id, '') as institution_id,
        coalesce(cell.cip_code, '') as cip_code,
        cell.subgroup_dimension,
        cell.subgroup_code,
        case
            when cell.is_shown
                then cast((cell.doubled - cell.doubled % (2 * cell.step)) / 2 as varchar)
            else coalesce(cell.code, 'withheld')
        end as said,
        case
            when cell.is_shown then 'shown'
            when starts_with(cell.code, 'at_') then 'band'
            else 'withheld'
        end as state
    from (
        select
            one.*,
            coalesce(policy.count_rounding, 1) as step,
            2 * one.count + coalesce(policy.count_rounding, 1) as doubled
        from quality.release_cell as one
        left join quality.release_policy as policy
            on
                one.release_id = policy.release_id
                and one.grantee_id = policy.grantee_id
                and one.program_year = policy.program_year
                and coalesce(nullif(split_part(one.count_code, '_', 2), ''), 'all') = policy.indicator_code
        where one.role = 'written'
    ) as cell
),

compared as (
    select
        pair.grantee_id,
        pair.program_year,
        pair.release_id,
        pair.number,
        pair.previous_number,
        told.count_code,
        told.institution_id,
        told.cip_code,
        told.subgroup_dimension,
        told.subgroup_code,
        max(case when told.release_id = pair.release_id then told.said end) as said,
        max(case when told.release_id = pair.previous_id then told.said end) as said_before,
        max(case when told.release_id = pair.release_id then told.state end) as state,
        max(case when told.release_id = pair.previous_id then told.state end) as state_before
    from pair
    inner join told
        on
            pair.grantee_id = told.grantee_id
            and pair.program_year = told.program_year
            and (pair.release_id = told.release_id or pair.previous_id = told.release_id)
    group by
        pair.grantee_id, pair.program_year, pair.release_id, pair.number, pair.previous_number, told.count_code,
        told.institution_id, told.cip_code, told.subgroup_dimension, told.subgroup_code
),

judged as (
    select
        grantee_id,
        program_year,
        release_id,
        number,
        previous_number,
        case
            when starts_with(count_code, 'numerator_') then 'publish.indicator' else 'publish.student_count'
        end as table_name,
        case
            when said_before is null then 'added'
            when said is null then 'removed'
            when state = 'shown' and state_before <> 'shown' then 'newly_shown'
            when state = 'withheld' and state_before <> 'withheld' then 'newly_withheld'
            when said <> said_before then 'changed'
            else 'unchanged'
        end as change
    from compared
)

select
    grantee_id,
    program_year,
    release_id,
    number,
    previous_number,
    table_name,
    change,
    cast(count(*) as bigint) as row_count
from judged
group by grantee_id, program_year, release_id, number, previous_number, table_name, change
