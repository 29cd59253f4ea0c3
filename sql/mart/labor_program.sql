-- Where each field of a grantee's programs leads, by the grantee's rule for fields of many occupations: by the majority
-- of the openings of its occupations, by the majority of the occupations, or by any of them. More than half is a
-- majority. An occupation that cannot be told could be either: a field cannot be told where that would matter. By
-- openings, an occupation without a projection has no weight, and is counted beside. All three is asked of one
-- occupation at a time.
-- grain: grantee_id, program_year, cip_code, cip_version
-- column grantee_id: The grantee.
-- column program_year: Program year of the inventory.
-- column cip_code: CIP code of the programs; not_reported where the inventory has none.
-- column cip_version: CIP taxonomy of the programs; not_reported where it is not known.
-- column program_name: First of the names of its programs in the inventory, in the order of letters.
-- column program_count: Programs of the inventory in the field.
-- column concentrator_count: Persons who concentrate in one of them in the year.
-- column crosswalk_status: found where the crosswalk names an occupation, else why it names none.
-- column occupation_count: Occupations that the crosswalk names.
-- column counted_count: Those that count.
-- column teacher_count: Postsecondary teachers among those that do not count.
-- column same_group_count: Those that do not count because another of the same group stands for them.
-- column no_projection_count: Counted occupations without a projection.
-- column no_wage_count: Counted occupations without a median wage a year.
-- column openings_count: Openings a year of the counted occupations; null where none has a projection.
-- column growth_least: Smallest growth in percent; null without any.
-- column growth_most: Largest growth in percent.
-- column wage_least: Smallest median wage a year, in dollars; null without any.
-- column wage_most: Largest median wage a year, in dollars; at least that where one is top-coded.
-- column has_top_coded: Whether a wage is at or above the highest that is told.
-- column rule: Rule of the grantee.
-- column high_skill: yes, no or cannot_tell.
-- column high_wage: yes, no or cannot_tell.
-- column in_demand: yes, no or cannot_tell.
-- column all_three: yes, no or cannot_tell.
-- column critical_count: Counted occupations on the grantee's list; null where there is no list.
-- column automation_least: Smallest probability of computerisation; null without any.
-- column automation_most: Largest of them.
-- column proximity_least: Smallest physical proximity, 0 to 100; null without any.
-- column proximity_most: Largest of them.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

program as (
    select distinct
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        program.program_name,
        coalesce(program.cip_code, 'not_reported') as cip_code,
        coalesce(program.cip_version, 'not_reported') as cip_version
    from core.program as program
    anti join excluded using (submission_id, line_number)
),

named as (
    select
        grantee_id,
        program_year,
        cip_code,
        cip_version,
        min(program_name) as program_name,
        count(distinct institution_id || '/' || program_id) as program_count
    from program
    group by grantee_id, program_year, cip_code, cip_version
),

concentrated as (
    select
        program.grantee_id,
        program.program_year,
        program.cip_code,
        program.cip_version,
        count(distinct person.person_id) as concentrator_count
    from mart.concentrator as concentrator
    inner join program
        on
            concentrator.grantee_id = program.grantee_id
            and concentrator.program_year = program.program_year
            and concentrator.institution_id = program.institution_id
            and concentrator.program_id = program.program_id
    inner join mart.person as person
        on
            concentrator.grantee_id = person.grantee_id
            and concentrator.institution_id = person.institution_id
            and concentrator.student_id = person.student_id
    group by program.grantee_id, program.program_year, program.cip_code, program.cip_version
),

described as (
    select
        occupation.grantee_id,
        occupation.program_year,
        occupation.cip_code,
        occupation.cip_version,
        rule.rule,
        min(occupation.crosswalk_status) as crosswalk_status,
        count(case when occupation.crosswalk_status = 'found' then 1 end) as occupation_count,
        count(case when occupation.is_counted then 1 end) as counted_count,
        count(case when occupation.is_teacher and not rule.counts_teachers then 1 end) as teacher_count,
        count(case when occupation.is_counted and occupation.figures_code is null then 1 end) as no_projection_count,
        count(case when occupation.is_counted and occupation.annual_median_wage is null then 1 end) as no_wage_count,
        cast(sum(case when occupation.is_counted then occupation.openings_count end) as bigint) as openings_count,
        min(case when occupation.is_counted then occupation.growth_percent end) as growth_least,
        max(case when occupation.is_counted then occupation.growth_percent end) as growth_most,
        min(case when occupation.is_counted then occupation.annual_median_wage end) as wage_least,
        max(case when occupation.is_counted then occupation.annual_median_wage end) as wage_most,
        coalesce(bool_or(occupation.is_counted and occupation.wage_status = 'top_coded'), false) as has_top_coded,
        sum(case when occupation.is_counted then cast(occupation.is_critical as integer) end) as critical_sum,
        min(case when occupation.is_counted then occupation.automation_least end) as automation_least,
        max(case when occupation.is_counted then occupation.automation_most end) as automation_most,
        min(case when occupation.is_counted then occupation.proximity_least end) as proximity_least,
        max(case when occupation.is_counted then occupation.proximity_most end) as proximity_most
    from mart.program_occupation as occupation
    inner join reference.labor_rule as rule on occupation.grantee_id = rule.grantee_id
    group by
        occupation.grantee_id, occupation.program_year, occupation.cip_code, occupation.cip_version, rule.rule
),

answers as (
    select
        grantee_id,
        program_year,
        cip_code,
        cip_version,
        openings_count,
        mark,
        answer
    from mart.program_occupation
    unpivot (answer for mark in (high_skill, high_wage, in_demand, all_three))
    where is_counted
),

weighed as (
    select
        answers.grantee_id,
        answers.program_year,
        answers.cip_code,
        answers.cip_version,
        answers.mark,
        rule.rule,
        sum(case when rule.rule = 'majority_of_openings' then coalesce(answers.openings_count, 0) else 1 end) as whole,
        sum(
            case
                when answers.answer <> 'yes' then 0
                when rule.rule = 'majority_of_openings' then coalesce(answers.openings_count, 0)
                else 1
            end
        ) as yes_weight,
        sum(
            case
                when answers.answer <> 'cannot_tell' then 0
                when rule.rule = 'majority_of_openings' then coalesce(answers.openings_count, 0)
                else 1
            end
        ) as untold_weight
    from answers
    inner join reference.labor_rule as rule on answers.grantee_id = rule.grantee_id
    group by
        answers.grantee_id, answers.program_year, answers.cip_code, answers.cip_version, answers.mark, rule.rule
),

judged as (
    select
        grantee_id,
        program_year,
        cip_code,
        cip_version,
        mark,
        case
            when whole = 0 then 'cannot_tell'
            when rule = 'any' and yes_weight > 0 then 'yes'
            when rule = 'any' and untold_weight = 0 then 'no'
            when rule = 'any' then 'cannot_tell'
            when 2 * yes_weight > whole then 'yes'
            when 2 * (yes_weight + untold_weight) <= whole then 'no'
            else 'cannot_tell'
        end as verdict
    from weighed
),

beside as (
    select
        grantee_id,
        program_year,
        cip_code,
        cip_version,
        max(case when mark = 'high_skill' then verdict end) as high_skill,
        max(case when mark = 'high_wage' then verdict end) as high_wage,
        max(case when mark = 'in_demand' then verdict end) as in_demand,
        max(case when mark = 'all_three' then verdict end) as all_three
    from judged
    group by grantee_id, program_year, cip_code, cip_version
)

select
    described.grantee_id,
    described.program_year,
    described.cip_code,
    described.cip_version,
    named.program_name,
    named.program_count,
    coalesce(concentrated.concentrator_count, 0) as concentrator_count,
    described.crosswalk_status,
    described.occupation_count,
    described.counted_count,
    described.teacher_count,
    described.occupation_count - described.counted_count - described.teacher_count as same_group_count,
    described.no_projection_count,
    described.no_wage_count,
    described.openings_count,
    described.growth_least,
    described.growth_most,
    described.wage_least,
    described.wage_most,
    described.has_top_coded,
    described.rule,
    coalesce(beside.high_skill, 'cannot_tell') as high_skill,
    coalesce(beside.high_wage, 'cannot_tell') as high_wage,
    coalesce(beside.in_demand, 'cannot_tell') as in_demand,
    coalesce(beside.all_three, 'cannot_tell') as all_three,
    cast(described.critical_sum as bigint) as critical_count,
    described.automation_least,
    described.automation_most,
    described.proximity_least,
    described.proximity_most
from described
left join named using (grantee_id, program_year, cip_code, cip_version)
left join concentrated using (grantee_id, program_year, cip_code, cip_version)
left join beside using (grantee_id, program_year, cip_code, cip_version)
