-- How many concentrators are in programs that lead to high-skill, high-wage and in-demand occupations, by group. A
-- person counts once: with a program that leads there, whatever else; else as untold, where one of the programs cannot
-- be told; else as none. Groups are those of mart.indicator: of a person with two colleges the answers of both are
-- read, and silence is never a no.
-- grain: grantee_id, program_year, institution_id, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution; null for all of them.
-- column subgroup_dimension: An equity dimension, or all.
-- column subgroup_code: A code of the dimension, one of its four states, or all.
-- column concentrator_count: CTE concentrators of the year.
-- column high_skill_count: Those in a program that leads to high-skill occupations.
-- column high_skill_untold_count: Those of whom that cannot be told.
-- column high_wage_count: Those in a program that leads to high-wage occupations.
-- column high_wage_untold_count: Those of whom that cannot be told.
-- column in_demand_count: Those in a program that leads to in-demand occupations.
-- column in_demand_untold_count: Those of whom that cannot be told.
-- column all_three_count: Those in a program that leads to occupations that are all three.
-- column all_three_untold_count: Those of whom that cannot be told.
-- column no_occupation_count: Those in no program for which an occupation counts.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

program as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        min(coalesce(program.cip_code, 'not_reported')) as cip_code,
        min(coalesce(program.cip_version, 'not_reported')) as cip_version
    from core.program as program
    anti join excluded using (submission_id, line_number)
    group by program.grantee_id, program.program_year, program.institution_id, program.program_id
),

-- 2 leads there, 1 cannot be told, 0 does not: of several programs the largest is the person's.
placed as (
    select
        concentrator.grantee_id,
        concentrator.program_year,
        concentrator.institution_id,
        person.person_id,
        case field.high_skill when 'yes' then 2 when 'no' then 0 else 1 end as high_skill,
        case field.high_wage when 'yes' then 2 when 'no' then 0 else 1 end as high_wage,
        case field.in_demand when 'yes' then 2 when 'no' then 0 else 1 end as in_demand,
        case field.all_three when 'yes' then 2 when 'no' then 0 else 1 end as all_three,
        case when field.counted_count > 0 then 1 else 0 end as has_occupation
    from mart.concentrator as concentrator
    inner join mart.person as person
        on
            concentrator.grantee_id = person.grantee_id
            and concentrator.institution_id = person.institution_id
            and concentrator.student_id = person.student_id
    left join program
        on
            concentrator.grantee_id = program.grantee_id
            and concentrator.program_year = program.program_year
            and concentrator.institution_id = program.institution_id
            and concentrator.program_id = program.program_id
    left join mart.labor_program as field
        on
            program.grantee_id = field.grantee_id
            and program.program_year = field.program_year
            and program.cip_code = field.cip_code
            and program.cip_version = field.cip_version
),

members as (
    select
        grantee_id,
        program_year,
        institution_id,
        person_id,
        max(high_skill) as high_skill,
        max(high_wage) as high_wage,
        max(in_demand) as in_demand,
        max(all_three) as all_three,
        max(has_occupation) as has_occupation
    from placed
    group by
        grouping sets (
            (grantee_id, program_year, person_id),
            (grantee_id, program_year, institution_id, person_id)
        )
),

dimension as (
    select distinct
        grantee_id,
        program_year,
        equity_dimension
    from mart.person_answer
),

told as (
    select
        members.*,
        'all' as subgroup_dimension,
        'all' as subgroup_code
    from members
    union all
    select
        members.*,
        dimension.equity_dimension as subgroup_dimension,
        coalesce(answers.answer, 'not_reported') as subgroup_code
    from members
    inner join dimension
        on members.grantee_id = dimension.grantee_id and members.program_year = dimension.program_year
    left join mart.person_answer as answers
        on
            members.grantee_id = answers.grantee_id
            and members.program_year = answers.program_year
            and members.person_id = answers.person_id
            and dimension.equity_dimension = answers.equity_dimension
)

select
    grantee_id,
    program_year,
    institution_id,
    subgroup_dimension,
    subgroup_code,
    count(*) as concentrator_count,
    count(case when high_skill = 2 then 1 end) as high_skill_count,
    count(case when high_skill = 1 then 1 end) as high_skill_untold_count,
    count(case when high_wage = 2 then 1 end) as high_wage_count,
    count(case when high_wage = 1 then 1 end) as high_wage_untold_count,
    count(case when in_demand = 2 then 1 end) as in_demand_count,
    count(case when in_demand = 1 then 1 end) as in_demand_untold_count,
    count(case when all_three = 2 then 1 end) as all_three_count,
    count(case when all_three = 1 then 1 end) as all_three_untold_count,
    count(case when has_occupation = 0 then 1 end) as no_occupation_count
from told
group by grantee_id, program_year, institution_id, subgroup_dimension, subgroup_code
