-- The occupations that each field of a grantee's programs leads to, by the crosswalk of NCES and BLS, and what the
-- latest public files that are loaded say of each: openings, growth, education, wage, and whether the grantee's marks
-- are met. No occupation is dropped: what has no figures stands there with its reason. All figures are of the nation.
-- An occupation is looked up by its own SOC code; its broad group stands for it only where the grantee says so, and a
-- group counts once in a field. Automation and proximity are context and decide nothing.
-- grain: grantee_id, program_year, cip_code, cip_version, soc_code
-- column grantee_id: The grantee.
-- column program_year: Program year of the inventory.
-- column cip_code: CIP code of the programs; not_reported where the inventory has none.
-- column cip_version: CIP taxonomy of the programs; not_reported where it is not known.
-- column soc_code: SOC 2018 code; none where the crosswalk leads nowhere.
-- column crosswalk_status: found, no_match, not_in_crosswalk, other_cip_version, no_cip_code or crosswalk_not_loaded.
-- column is_teacher: Whether it is a postsecondary teacher, whom the crosswalk names for nearly every field.
-- column is_counted: Whether it counts in the field: found, no teacher unless those count, and the first of its group.
-- column figures_code: Code whose projections stand for the occupation; null without any.
-- column occupation_title: Title of figures_code; null without one.
-- column projection_status: found, broad_group, no_projection or not_loaded; null without an occupation.
-- column openings_count: Openings a year on average in the nation; null without a projection.
-- column growth_percent: Growth over the ten years of the projection; null without a projection.
-- column typical_education: Education typically needed for entry; null without a projection.
-- column wage_status: published, broad_group, top_coded, hourly_only, not_available, no_wage or not_loaded.
-- column annual_median_wage: Median wage a year in dollars; where top_coded, the least it can be; null without one.
-- column high_skill: yes, no or cannot_tell, by the grantee's least education.
-- column high_wage: yes, no or cannot_tell: the median wage is the living wage or more.
-- column in_demand: yes, no or cannot_tell, by openings and growth.
-- column all_three: yes, no or cannot_tell: one occupation is all three.
-- column is_critical: Whether the grantee's list of critical occupations has it; null where there is no list.
-- column automation_least: Smallest probability of the SOC 2010 codes that became this one (Frey and Osborne 2013).
-- column automation_most: Largest of them.
-- column proximity_least: Smallest physical proximity of the O*NET codes of the occupation, 0 to 100.
-- column proximity_most: Largest of them.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

-- The marks (labor_rule and its company) are written with the definitions: the join has both there first.
field as (
    select distinct
        program.grantee_id,
        program.program_year,
        coalesce(program.cip_code, 'not_reported') as cip_code,
        coalesce(program.cip_version, 'not_reported') as cip_version
    from core.program as program
    anti join excluded using (submission_id, line_number)
    inner join reference.definition as definition
        on program.grantee_id = definition.grantee_id and program.program_year = definition.program_year
),

-- One row, whatever is loaded: the latest of each file.
loaded as (
    select
        (select max(program_year) from reference.occupation_projection) as projection_year,
        (select max(program_year) from reference.occupation_wage) as wage_year,
        (select max(program_year) from reference.occupation_automation) as automation_year,
        (select max(program_year) from reference.occupation_code_change) as change_year,
        (select max(program_year) from reference.occupation_proximity) as proximity_year,
        (select count(*) from reference.field_occupation) as crosswalk_count
),

latest_crosswalk as (
    select
        cip_version,
        max(program_year) as program_year
    from reference.field_occupation
    group by cip_version
),

crosswalk as (
    select distinct
        cross_row.cip_code,
        cross_row.cip_version,
        cross_row.soc_code
    from reference.field_occupation as cross_row
    inner join latest_crosswalk
        on
            cross_row.cip_version = latest_crosswalk.cip_version
            and cross_row.program_year = latest_crosswalk.program_year
),

led as (
    select
        field.grantee_id,
        field.program_year,
        field.cip_code,
        field.cip_version,
        crosswalk.soc_code,
        coalesce(crosswalk.soc_code like '25-1%', false) as is_teacher,
        case
            when crosswalk.soc_code is not null then 'found'
            when crosswalk.cip_code is not null then 'no_match'
            when loaded.crosswalk_count = 0 then 'crosswalk_not_loaded'
            when field.cip_code = 'not_reported' then 'no_cip_code'
            when latest_crosswalk.cip_version is null then 'other_cip_version'
            else 'not_in_crosswalk'
        end as crosswalk_status
    from field
    cross join loaded
    left join latest_crosswalk on field.cip_version = latest_crosswalk.cip_version
    left join crosswalk on field.cip_code = crosswalk.cip_code and field.cip_version = crosswalk.cip_version
),

projection as (
    select
        occupation.occupation_code,
        occupation.occupation_title,
        cast(occupation.openings_thousands * 1000 as bigint) as openings_count,
        occupation.growth_percent,
        occupation.typical_education
    from reference.occupation_projection as occupation
    inner join loaded on occupation.program_year = loaded.projection_year
    where occupation.occupation_type = 'Line item'
),

all_occupations as (
    select max(occupation.growth_percent) as growth_percent
    from reference.occupation_projection as occupation
    inner join loaded on occupation.program_year = loaded.projection_year
    where occupation.occupation_code = '00-0000'
),

wage as (
    select
        occupation.occupation_code,
        occupation.annual_median_published,
        occupation.annual_median_dollars,
        coalesce(occupation.hourly_median_published, '*') not in ('*', '**') as has_hourly
    from reference.occupation_wage as occupation
    inner join loaded on occupation.program_year = loaded.wage_year
    where occupation.occupation_group = 'detailed'
),

automation as (
    select
        change.soc_2018_code,
        min(estimate.automation_probability) as automation_least,
        max(estimate.automation_probability) as automation_most
    from reference.occupation_code_change as change
    inner join loaded on change.program_year = loaded.change_year
    inner join reference.occupation_automation as estimate
        on change.soc_2010_code = estimate.soc_2010_code and loaded.automation_year = estimate.program_year
    group by change.soc_2018_code
),

proximity as (
    select
        substr(context.onet_code, 1, 7) as soc_code,
        min(context.physical_proximity) as proximity_least,
        max(context.physical_proximity) as proximity_most
    from reference.occupation_proximity as context
    inner join loaded on context.program_year = loaded.proximity_year
    group by substr(context.onet_code, 1, 7)
),

figured as (
    select
        led.*,
        rule.in_demand_openings,
        coalesce(rule.in_demand_growth_percent, all_occupations.growth_percent) as growth_mark,
        rule.in_demand_needs,
        rule.counts_teachers,
        rule.living_wage,
        rule.top_coded_wage,
        rule.has_critical_list,
        loaded.projection_year,
        loaded.wage_year,
        coalesce(own.occupation_code, broad.occupation_code) as figures_code,
        own.occupation_code is null and broad.occupation_code is not null as is_broad,
        coalesce(own.occupation_title, broad.occupation_title) as occupation_title,
        coalesce(own.openings_count, broad.openings_count) as openings_count,
        coalesce(own.growth_percent, broad.growth_percent) as growth_percent,
        coalesce(own.typical_education, broad.typical_education) as typical_education,
        own_wage.occupation_code is null and broad_wage.occupation_code is not null as is_wage_broad,
        coalesce(own_wage.occupation_code, broad_wage.occupation_code) as wage_code,
        coalesce(own_wage.annual_median_published, broad_wage.annual_median_published) as wage_published,
        coalesce(own_wage.annual_median_dollars, broad_wage.annual_median_dollars) as wage_dollars,
        coalesce(own_wage.has_hourly, broad_wage.has_hourly, false) as has_hourly
    from led
    cross join loaded
    cross join all_occupations
    inner join reference.labor_rule as rule on led.grantee_id = rule.grantee_id
    left join projection as own on led.soc_code = own.occupation_code
    left join projection as broad on rule.broad_groups and substr(led.soc_code, 1, 6) || '0' = broad.occupation_code
    left join wage as own_wage on led.soc_code = own_wage.occupation_code
    left join wage as broad_wage
        on rule.broad_groups and substr(led.soc_code, 1, 6) || '0' = broad_wage.occupation_code
),

said as (
    select
        *,
        crosswalk_status = 'found'
        and (counts_teachers or not is_teacher)
        and row_number() over (
            partition by grantee_id, program_year, cip_code, cip_version, coalesce(figures_code, soc_code)
            order by soc_code
        ) = 1 as is_counted,
        case
            when soc_code is null then null
            when projection_year is null then 'not_loaded'
            when figures_code is null then 'no_projection'
            when is_broad then 'broad_group'
            else 'found'
        end as projection_status,
        case
            when soc_code is null then null
            when wage_year is null then 'not_loaded'
            when wage_code is null then 'no_wage'
            when wage_published = '#' then 'top_coded'
            when wage_dollars is null and has_hourly then 'hourly_only'
            when wage_dollars is null then 'not_available'
            when is_wage_broad then 'broad_group'
            else 'published'
        end as wage_status,
        case
            when openings_count is null then 'cannot_tell'
            when openings_count >= in_demand_openings then 'yes'
            else 'no'
        end as has_openings,
        case
            when growth_percent is null or growth_mark is null then 'cannot_tell'
            when growth_percent >= growth_mark then 'yes'
            else 'no'
        end as has_growth
    from figured
),

judged as (
    select
        said.*,
        case
            when said.typical_education is null then 'cannot_tell'
            when education.typical_education is not null then 'yes'
            else 'no'
        end as high_skill,
        case
            when said.living_wage is null then 'cannot_tell'
            when said.wage_status = 'top_coded' and said.top_coded_wage >= said.living_wage then 'yes'
            when said.wage_dollars >= said.living_wage then 'yes'
            when said.wage_dollars < said.living_wage then 'no'
            else 'cannot_tell'
        end as high_wage,
        case
            when said.in_demand_needs = 'either' and 'yes' in (said.has_openings, said.has_growth) then 'yes'
            when said.in_demand_needs = 'both' and 'no' in (said.has_openings, said.has_growth) then 'no'
            when 'cannot_tell' in (said.has_openings, said.has_growth) then 'cannot_tell'
            when said.in_demand_needs = 'both' then 'yes'
            else 'no'
        end as in_demand
    from said
    left join reference.high_skill_education as education
        on said.grantee_id = education.grantee_id and said.typical_education = education.typical_education
)

select
    judged.grantee_id,
    judged.program_year,
    judged.cip_code,
    judged.cip_version,
    coalesce(judged.soc_code, 'none') as soc_code,
    judged.crosswalk_status,
    judged.is_teacher,
    judged.is_counted,
    judged.figures_code,
    judged.occupation_title,
    judged.projection_status,
    judged.openings_count,
    judged.growth_percent,
    judged.typical_education,
    judged.wage_status,
    case when judged.wage_status = 'top_coded' then judged.top_coded_wage else judged.wage_dollars end
        as annual_median_wage,
    judged.high_skill,
    judged.high_wage,
    judged.in_demand,
    case
        when 'no' in (judged.high_skill, judged.high_wage, judged.in_demand) then 'no'
        when 'cannot_tell' in (judged.high_skill, judged.high_wage, judged.in_demand) then 'cannot_tell'
        else 'yes'
    end as all_three,
    case when judged.has_critical_list then critical.soc_code is not null end as is_critical,
    automation.automation_least,
    automation.automation_most,
    proximity.proximity_least,
    proximity.proximity_most
from judged
left join reference.critical_occupation as critical
    on judged.grantee_id = critical.grantee_id and judged.soc_code = critical.soc_code
left join automation on judged.soc_code = automation.soc_2018_code
left join proximity on judged.soc_code = proximity.soc_code
