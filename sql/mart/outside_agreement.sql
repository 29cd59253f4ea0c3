-- What the records say beside what IPEDS has published of the same institutions: who is in the directory, completers
-- by award level, awards by field, and who the completers are. IPEDS counts all students, CTE and not, so that
-- agreement means "not more than there are". Compared is the IPEDS file of the program year, or the latest of the
-- two years before (house default, because IPEDS comes late); where none of these is loaded, there is no row. The
-- distance is the share of completers whose sex or race would have to be another one for both distributions to be
-- the same.
-- grain: grantee_id, program_year, comparison_code, unitid, subject_code
-- column grantee_id: The grantee.
-- column program_year: Program year of the records.
-- column institution_id: The institution; the first one where several share the UNITID, null where no record names it.
-- column unitid: IPEDS UNITID.
-- column comparison_code: institution, credential_level, award_field, completer_sex or completer_race.
-- column subject_code: The award level, the two-digit CIP field, or all.
-- column ours_count: Institutions, completers, awards or completers of known sex or race in the records.
-- column theirs_count: The same in IPEDS.
-- column distance: Total variation distance of sex or race, in hundredths of a percent; null where there is nobody.
-- column reference_end_date: Last day of the program year of the IPEDS file compared with.
with house as (
    select
        2 as oldest_reference_years,
        1 as public_control
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

institution as (
    select
        institution.grantee_id,
        institution.program_year,
        institution.institution_id,
        institution.unitid
    from core.institution as institution
    anti join excluded_institution using (submission_id, line_number)
    where institution.unitid is not null
),

site as (
    select
        grantee_id,
        program_year,
        unitid,
        min(institution_id) as institution_id,
        count(*) as institution_count
    from institution
    group by grantee_id, program_year, unitid
),

published as (
    select distinct
        'directory' as source,
        program_year
    from reference.ipeds_directory
    union all
    select distinct
        'completers' as source,
        program_year
    from reference.ipeds_completers
    union all
    select distinct
        'completions' as source,
        program_year
    from reference.ipeds_completions
),

grantee_year as (
    select distinct
        grantee_id,
        program_year
    from site
),

chosen as (
    select
        grantee_year.grantee_id,
        grantee_year.program_year,
        published.source,
        max(published.program_year) as reference_program_year
    from grantee_year
    cross join house
    inner join published
        on
            grantee_year.program_year >= published.program_year
            and cast(substr(grantee_year.program_year, 1, 4) as integer)
            <= cast(substr(published.program_year, 1, 4) as integer) + house.oldest_reference_years
    group by grantee_year.grantee_id, grantee_year.program_year, published.source
),

program as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        substr(program.cip_code, 1, 2) as cip_field
    from core.program as program
    anti join excluded_program using (submission_id, line_number)
),

-- Awards that IPEDS counts: no industry certifications, no noncredit certificates.
award as (
    select
        grantee_id,
        program_year,
        institution_id,
        credential.student_id,
        institution.unitid,
        program.cip_field,
        case credential.award_level_code
            when '01' then 'under_1_year'
            when '02' then '1_to_4_years'
            when '04' then '1_to_4_years'
            when '03' then 'associate'
            when '05' then 'bachelor'
        end as award_level
    from core.credential as credential
    anti join excluded_credential using (submission_id, line_number)
    inner join institution using (grantee_id, program_year, institution_id)
    left join program using (grantee_id, program_year, institution_id, program_id)
    where credential.award_level_code in ('01', '02', '03', '04', '05')
),

completer as (
    select distinct
        grantee_id,
        program_year,
        unitid,
        institution_id,
        student_id
    from award
),

answered as (
    select
        grantee_id,
        program_year,
        completer.unitid,
        column_name,
        answer
    from (
        select
            grantee_id,
            program_year,
            institution_id,
            student_id,
            sex,
            race_ethnicity
        from mart.student_year
    ) as student
    unpivot (answer for column_name in (sex, race_ethnicity))
    inner join completer using (grantee_id, program_year, institution_id, student_id)
),

ipeds_completer as (
    select
        site.grantee_id,
        site.program_year,
        site.unitid,
        completers.ipeds_award_level,
        completers.total_count,
        completers.male_count as male,
        completers.female_count as female,
        completers.american_indian_or_alaska_native_count as american_indian_or_alaska_native,
        completers.asian_count as asian,
        completers.black_or_african_american_count as black_or_african_american,
        completers.hispanic_or_latino_count as hispanic_or_latino,
        completers.native_hawaiian_or_other_pacific_islander_count as native_hawaiian_or_other_pacific_islander,
        completers.white_count as white,
        completers.two_or_more_races_count as two_or_more_races
    from site
    inner join chosen
        on
            site.grantee_id = chosen.grantee_id
            and site.program_year = chosen.program_year
            and chosen.source = 'completers'
    inner join reference.ipeds_completers as completers
        on site.unitid = completers.unitid and chosen.reference_program_year = completers.program_year
),

side as (
    select
        grantee_id,
        program_year,
        unitid,
        'credential_level' as comparison_code,
        award_level as subject_code,
        count(distinct institution_id || ':' || student_id) as ours_count,
        0 as theirs_count
    from award
    group by grantee_id, program_year, unitid, award_level
    union all
    select
        grantee_id,
        program_year,
        unitid,
        'credential_level' as comparison_code,
        case
            when ipeds_award_level in ('11', '12') then 'under_1_year'
            when ipeds_award_level = '02' then '1_to_4_years'
            when ipeds_award_level = '03' then 'associate'
            when ipeds_award_level = '05' then 'bachelor'
        end as subject_code,
        0 as ours_count,
        total_count as theirs_count
    from ipeds_completer
    where ipeds_award_level in ('11', '12', '02', '03', '05')
    union all
    select
        grantee_id,
        program_year,
        unitid,
        'award_field' as comparison_code,
        cip_field as subject_code,
        count(*) as ours_count,
        0 as theirs_count
    from award
    where cip_field is not null
    group by grantee_id, program_year, unitid, cip_field
    union all
    select
        site.grantee_id,
        site.program_year,
        site.unitid,
        'award_field' as comparison_code,
        substr(completions.cip_code, 1, 2) as subject_code,
        0 as ours_count,
        completions.total_count as theirs_count
    from site
    inner join chosen
        on
            site.grantee_id = chosen.grantee_id
            and site.program_year = chosen.program_year
            and chosen.source = 'completions'
    inner join reference.ipeds_completions as completions
        on site.unitid = completions.unitid and chosen.reference_program_year = completions.program_year
    where not completions.is_total and completions.major_number = '1'
    union all
    select
        grantee_id,
        program_year,
        unitid,
        case column_name when 'sex' then 'completer_sex' else 'completer_race' end as comparison_code,
        answer as subject_code,
        count(*) as ours_count,
        0 as theirs_count
    from answered
    where answer not in ('another', 'unknown', 'declined', 'not_reported', 'not_collected')
    group by grantee_id, program_year, unitid, column_name, answer
    union all
    select
        grantee_id,
        program_year,
        unitid,
        case when answer in ('male', 'female') then 'completer_sex' else 'completer_race' end as comparison_code,
        answer as subject_code,
        0 as ours_count,
        theirs_count
    from ipeds_completer
    unpivot (
        theirs_count for answer in (
            male,
            female,
            american_indian_or_alaska_native,
            asian,
            black_or_african_american,
            hispanic_or_latino,
            native_hawaiian_or_other_pacific_islander,
            white,
            two_or_more_races
        )
    )
),

compared as (
    select
        grantee_id,
        program_year,
        unitid,
        comparison_code,
        subject_code,
        sum(ours_count) as ours_count,
        sum(theirs_count) as theirs_count
    from side
    group by grantee_id, program_year, unitid, comparison_code, subject_code
),

totaled as (
    select
        compared.*,
        sum(compared.ours_count) over one_comparison as ours_total,
        sum(compared.theirs_count) over one_comparison as theirs_total
    from compared
    window one_comparison as (
        partition by compared.grantee_id, compared.program_year, compared.unitid, compared.comparison_code
    )
),

listed as (
    select
        grantee_year.grantee_id,
        grantee_year.program_year,
        directory.unitid,
        directory.state,
        directory.control,
        directory.instcat
    from grantee_year
    inner join chosen
        on
            grantee_year.grantee_id = chosen.grantee_id
            and grantee_year.program_year = chosen.program_year
            and chosen.source = 'directory'
    inner join reference.ipeds_directory as directory on chosen.reference_program_year = directory.program_year
),

home_state as (
    select distinct
        grantee_id,
        program_year,
        listed.state
    from listed
    inner join site using (grantee_id, program_year, unitid)
),

-- Public colleges that mostly award associate's degrees and certificates (INSTCAT 3 and 4, house default), in the
-- States of the institutions that sent records.
expected as (
    select
        grantee_id,
        program_year,
        listed.unitid
    from listed
    inner join home_state using (grantee_id, program_year, state)
    cross join house
    where listed.control = house.public_control and listed.instcat in (3, 4)
),

result as (
    select
        grantee_id,
        program_year,
        unitid,
        comparison_code,
        case comparison_code when 'award_field' then 'completions' else 'completers' end as source,
        subject_code,
        ours_count,
        theirs_count,
        cast(null as bigint) as distance
    from compared
    where comparison_code in ('credential_level', 'award_field')
    union all
    select
        grantee_id,
        program_year,
        unitid,
        comparison_code,
        'completers' as source,
        'all' as subject_code,
        sum(ours_count) as ours_count,
        sum(theirs_count) as theirs_count,
        cast(
            round(
                5000 * sum(
                    abs(
                        ours_count / cast(nullif(ours_total, 0) as double)
                        - theirs_count / cast(nullif(theirs_total, 0) as double)
                    )
                )
            ) as bigint
        ) as distance
    from totaled
    where comparison_code in ('completer_sex', 'completer_race')
    group by grantee_id, program_year, unitid, comparison_code
    union all
    select
        grantee_id,
        program_year,
        unitid,
        'institution' as comparison_code,
        'directory' as source,
        'all' as subject_code,
        coalesce(site.institution_count, 0) as ours_count,
        case when listed.unitid is null then 0 else 1 end as theirs_count,
        cast(null as bigint) as distance
    from site
    full join expected using (grantee_id, program_year, unitid)
    left join listed using (grantee_id, program_year, unitid)
)

select
    grantee_id,
    program_year,
    site.institution_id,
    unitid,
    result.comparison_code,
    result.subject_code,
    cast(result.ours_count as bigint) as ours_count,
    cast(result.theirs_count as bigint) as theirs_count,
    result.distance,
    cast(
        cast(cast(substr(chosen.reference_program_year, 1, 4) as integer) + 1 as varchar) || '-06-30' as date
    ) as reference_end_date
from result
inner join chosen using (grantee_id, program_year, source)
left join site using (grantee_id, program_year, unitid)
