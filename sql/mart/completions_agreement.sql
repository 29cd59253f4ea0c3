-- Awards in the records beside those that IPEDS Completions counts: by institution, CIP code and award level, for the
-- programs of the inventory only. IPEDS counts whoever completes such a program, so the two should agree both ways.
-- Awards are placed by their date, as IPEDS places them: 1 July to 30 June; one sent again with a later year counts
-- once. Compared is the IPEDS file of the program year, or the latest of the two years before (house default), marked
-- by lag_years and held to a wider tolerance. An award with two majors stands in IPEDS as a first and a second major,
-- and in the records as one or two, so that all from first majors to first and second ones agrees. Rows of CIP 99 are
-- totals and are never added. Levels under one year, which IPEDS has parted since 2019-20, are one level here. Nothing
-- can be compared where the institution has no UNITID (no_unitid), no file is loaded (ipeds_not_loaded), the file has
-- no row of the institution (institution_not_in_ipeds), no level is said (level_unknown) or one that IPEDS does not
-- know (level_not_in_ipeds), the inventory's taxonomy is another one (cip_version_differs), or nobody in the nation has
-- an award in the field (cip_not_in_ipeds).
-- grain: grantee_id, program_year, institution_id, cip_code, cip_version, award_level_code
-- column grantee_id: The grantee.
-- column program_year: Program year of the awards and of the inventory.
-- column institution_id: The institution; the first one where several share the UNITID.
-- column unitid: IPEDS UNITID; null where the institution has none of its own.
-- column cip_code: CIP code of the programs.
-- column cip_version: CIP taxonomy of the inventory.
-- column award_level_code: Award level of the program, or of an award in it; unknown where neither says one.
-- column is_inventory_level: Whether the inventory says this level; no where only awards do.
-- column program_count: Programs of the inventory with this CIP code, whatever their level.
-- column ours_count: Awards in the records dated within the program year.
-- column late_count: Those of them that were sent only with another program year.
-- column first_major_count: First majors in IPEDS; null where nothing can be compared.
-- column second_major_count: Second majors in IPEDS; null where the file has none, or nothing can be compared.
-- column theirs_count: What IPEDS says that is nearest to ours_count: between first majors and first and second ones.
-- column difference_count: ours_count - theirs_count.
-- column tolerance_count: How far the two may be apart: 3 awards or 5% of theirs_count; with a lag, 20 or 50%.
-- column reference_program_year: Program year of the IPEDS file; null where none is loaded.
-- column lag_years: Years from the IPEDS file to the program year; 0 for the same year.
-- column status: agrees, differs, only_ours, only_ipeds or not_comparable.
-- column reason_code: Why nothing can be compared, such as no_unitid or ipeds_not_loaded; null where it can.
-- column exception_reason: The known exception of the grantee's folder that speaks of this row, and who approved it.
with house as (
    select 2 as oldest_reference_years
),

-- House default. With a lag it is what the colleges' own figures do from one year to the next: of the 63,882 fields and
-- levels of public two-year colleges in the IPEDS files of 2020-21 and 2021-22, 96% stay within 20 awards or a half.
tolerance as (
    select
        0 as shortest_lag,
        0 as longest_lag,
        3 as least_awards,
        5 as percent
    union all
    select
        1 as shortest_lag,
        2 as longest_lag,
        20 as least_awards,
        50 as percent
),

excluded_institution as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'institution'
),

excluded_program as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

excluded_credential as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'credential'
),

place as (
    select
        institution.grantee_id,
        institution.program_year,
        institution.institution_id,
        institution.unitid,
        min(institution.institution_id) over (
            partition by
                institution.grantee_id,
                institution.program_year,
                institution.unitid,
                case when institution.unitid is null then institution.institution_id end
        ) as place_id
    from core.institution as institution
    anti join excluded_institution using (submission_id, line_number)
),

inventory as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        place.place_id,
        place.unitid,
        program.cip_code,
        coalesce(program.cip_version, 'unknown') as cip_version,
        coalesce(program.award_level_code, 'unknown') as award_level_code
    from core.program as program
    anti join excluded_program using (submission_id, line_number)
    inner join place
        on
            program.grantee_id = place.grantee_id
            and program.program_year = place.program_year
            and program.institution_id = place.institution_id
    where program.cip_code is not null
),

field as (
    select
        grantee_id,
        program_year,
        place_id,
        cip_code,
        cip_version,
        count(*) as program_count
    from inventory
    group by grantee_id, program_year, place_id, cip_code, cip_version
),

-- What has a level, and what ought to have one; industry certifications have none.
dated as (
    select
        credential.grantee_id,
        credential.program_year as sent_program_year,
        credential.institution_id,
        credential.student_id,
        credential.program_id,
        credential.credential_type,
        credential.award_date,
        coalesce(credential.award_level_code, 'unknown') as award_level_code,
        case when month(credential.award_date) < 7 then 1 else 0 end as years_back
    from core.credential as credential
    anti join excluded_credential using (submission_id, line_number)
    where credential.award_level_code is not null or credential.credential_type in ('degree', 'certificate')
),

placed as (
    select
        dated.*,
        cast(year(dated.award_date) - dated.years_back as varchar) || '-'
        || lpad(cast((year(dated.award_date) - dated.years_back + 1) % 100 as varchar), 2, '0') as program_year
    from dated
),

award as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        credential_type,
        award_date,
        award_level_code,
        max(case when sent_program_year = program_year then 1 else 0 end) as in_time_count
    from placed
    group by
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        credential_type,
        award_date,
        award_level_code
),

ours as (
    select
        inventory.grantee_id,
        inventory.program_year,
        inventory.place_id,
        inventory.unitid,
        inventory.cip_code,
        inventory.cip_version,
        award.award_level_code,
        count(*) as ours_count,
        count(*) - sum(award.in_time_count) as late_count
    from award
    inner join inventory
        on
            award.grantee_id = inventory.grantee_id
            and award.program_year = inventory.program_year
            and award.institution_id = inventory.institution_id
            and award.program_id = inventory.program_id
    group by
        inventory.grantee_id,
        inventory.program_year,
        inventory.place_id,
        inventory.unitid,
        inventory.cip_code,
        inventory.cip_version,
        award.award_level_code
),

cell as (
    select
        grantee_id,
        program_year,
        place_id,
        unitid,
        cip_code,
        cip_version,
        award_level_code,
        max(inventory_level) as inventory_level,
        sum(ours_count) as ours_count,
        sum(late_count) as late_count
    from (
        select distinct
            grantee_id,
            program_year,
            place_id,
            unitid,
            cip_code,
            cip_version,
            award_level_code,
            1 as inventory_level,
            0 as ours_count,
            0 as late_count
        from inventory
        union all
        select
            grantee_id,
            program_year,
            place_id,
            unitid,
            cip_code,
            cip_version,
            award_level_code,
            0 as inventory_level,
            ours_count,
            late_count
        from ours
    ) as side
    group by grantee_id, program_year, place_id, unitid, cip_code, cip_version, award_level_code
),

published as (
    select
        program_year,
        max(cip_version) as cip_version,
        max(major_number) as highest_major_number
    from reference.ipeds_completions
    group by program_year
),

published_institution as (
    select distinct
        program_year,
        unitid
    from reference.ipeds_completions
),

published_field as (
    select distinct
        program_year,
        cip_code
    from reference.ipeds_completions
    where not is_total
),

theirs as (
    select
        program_year,
        unitid,
        cip_code,
        case ipeds_award_level when '20' then '01' when '21' then '01' else ipeds_award_level end as award_level_code,
        sum(case when major_number = '1' then total_count else 0 end) as first_major_count,
        sum(case when major_number = '2' then total_count else 0 end) as second_major_count
    from reference.ipeds_completions
    where not is_total
    group by
        program_year,
        unitid,
        cip_code,
        case ipeds_award_level when '20' then '01' when '21' then '01' else ipeds_award_level end
),

grantee_year as (
    select distinct
        grantee_id,
        program_year
    from cell
),

chosen as (
    select
        grantee_year.grantee_id,
        grantee_year.program_year,
        max(published.program_year) as reference_program_year
    from grantee_year
    cross join house
    inner join published
        on
            grantee_year.program_year >= published.program_year
            and cast(substr(grantee_year.program_year, 1, 4) as integer)
            <= cast(substr(published.program_year, 1, 4) as integer) + house.oldest_reference_years
    group by grantee_year.grantee_id, grantee_year.program_year
),

beside as (
    select
        cell.*,
        chosen.reference_program_year,
        case
            when cell.unitid is null then 'no_unitid'
            when chosen.reference_program_year is null then 'ipeds_not_loaded'
            when published_institution.unitid is null then 'institution_not_in_ipeds'
            when cell.award_level_code = 'unknown' then 'level_unknown'
            when cell.award_level_code = 'noncredit' then 'level_not_in_ipeds'
            when cell.cip_version <> published.cip_version then 'cip_version_differs'
            when published_field.cip_code is null then 'cip_not_in_ipeds'
        end as reason_code,
        coalesce(theirs.first_major_count, 0) as first_major_count,
        coalesce(theirs.second_major_count, 0) as second_major_count,
        published.highest_major_number
    from cell
    left join chosen on cell.grantee_id = chosen.grantee_id and cell.program_year = chosen.program_year
    left join published on chosen.reference_program_year = published.program_year
    left join published_institution
        on
            chosen.reference_program_year = published_institution.program_year
            and cell.unitid = published_institution.unitid
    left join published_field
        on
            chosen.reference_program_year = published_field.program_year
            and cell.cip_code = published_field.cip_code
    left join theirs
        on
            chosen.reference_program_year = theirs.program_year
            and cell.unitid = theirs.unitid
            and cell.cip_code = theirs.cip_code
            and cell.award_level_code = theirs.award_level_code
),

nearest as (
    select
        beside.*,
        cast(substr(beside.program_year, 1, 4) as integer)
        - cast(substr(beside.reference_program_year, 1, 4) as integer) as lag_years,
        least(
            greatest(beside.ours_count, beside.first_major_count),
            beside.first_major_count + beside.second_major_count
        ) as theirs_count
    from beside
),

-- Whole hundredths: the remainder goes first, so that nothing is rounded.
measured as (
    select
        nearest.*,
        nearest.ours_count - nearest.theirs_count as difference_count,
        greatest(
            tolerance.least_awards,
            (nearest.theirs_count * tolerance.percent - nearest.theirs_count * tolerance.percent % 100) / 100
        ) as tolerance_count
    from nearest
    left join tolerance on nearest.lag_years >= tolerance.shortest_lag and nearest.lag_years <= tolerance.longest_lag
),

excepted as (
    select
        cell.grantee_id,
        cell.program_year,
        cell.place_id,
        cell.cip_code,
        cell.cip_version,
        cell.award_level_code,
        min(exception.reason || ' (approved by ' || exception.approved_by || ')') as exception_reason
    from cell
    inner join reference.ipeds_exception as exception
        on
            cell.grantee_id = exception.grantee_id
            and cell.unitid = exception.unitid
            and cell.program_year >= exception.first_program_year
            and cell.program_year <= exception.last_program_year
            and (exception.cip_code is null or cell.cip_code = exception.cip_code)
            and (exception.award_level_code is null or cell.award_level_code = exception.award_level_code)
    group by
        cell.grantee_id,
        cell.program_year,
        cell.place_id,
        cell.cip_code,
        cell.cip_version,
        cell.award_level_code
)

select
    measured.grantee_id,
    measured.program_year,
    measured.place_id as institution_id,
    measured.unitid,
    measured.cip_code,
    measured.cip_version,
    measured.award_level_code,
    measured.inventory_level = 1 as is_inventory_level,
    field.program_count,
    cast(measured.ours_count as bigint) as ours_count,
    cast(measured.late_count as bigint) as late_count,
    cast(case when measured.reason_code is null then measured.first_major_count end as bigint) as first_major_count,
    cast(
        case
            when measured.reason_code is null and measured.highest_major_number = '2' then measured.second_major_count
        end as bigint
    ) as second_major_count,
    cast(case when measured.reason_code is null then measured.theirs_count end as bigint) as theirs_count,
    cast(case when measured.reason_code is null then measured.difference_count end as bigint) as difference_count,
    cast(case when measured.reason_code is null then measured.tolerance_count end as bigint) as tolerance_count,
    measured.reference_program_year,
    cast(measured.lag_years as integer) as lag_years,
    case
        when measured.reason_code is not null then 'not_comparable'
        when abs(measured.difference_count) <= measured.tolerance_count then 'agrees'
        when measured.first_major_count + measured.second_major_count = 0 then 'only_ours'
        when measured.ours_count = 0 then 'only_ipeds'
        else 'differs'
    end as status,
    measured.reason_code,
    excepted.exception_reason
from measured
left join field
    on
        measured.grantee_id = field.grantee_id
        and measured.program_year = field.program_year
        and measured.place_id = field.place_id
        and measured.cip_code = field.cip_code
        and measured.cip_version = field.cip_version
left join excepted
    on
        measured.grantee_id = excepted.grantee_id
        and measured.program_year = excepted.program_year
        and measured.place_id = excepted.place_id
        and measured.cip_code = excepted.cip_code
        and measured.cip_version = excepted.cip_version
        and measured.award_level_code = excepted.award_level_code
