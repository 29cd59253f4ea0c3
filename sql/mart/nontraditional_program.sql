-- Which sex a program is nontraditional for: as the inventory supplied it, as computed from public files on who works
-- in the occupations of its field (mart.nontraditional_field), and the one of the two that the grantee's definition
-- counts by. The survey used is the latest that is not later than the program year. Nothing is computed where none is
-- loaded, where the crosswalk is of another taxonomy than the inventory, or where no occupation of the field is known.
-- grain: grantee_id, program_year, institution_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year of the inventory.
-- column institution_id: The institution.
-- column program_id: The program.
-- column supplied_sex: female, male or neither, as the inventory says; null where it says nothing.
-- column computed_sex: The same as computed; null where the public files cannot tell.
-- column employment_program_year: Program year of the survey that computed_sex is made from; null without one.
-- column nontraditional_list: supplied or computed: the list that the definition in force counts by.
-- column nontraditional_sex: The one in force under the definition: female, male, both or neither; null cannot tell.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

inventory as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        program.cip_code,
        program.cip_version,
        program.nontraditional_sex as supplied_sex,
        coalesce(definition.nontraditional_list, 'supplied') as nontraditional_list
    from core.program as program
    anti join excluded using (submission_id, line_number)
    left join reference.definition as definition
        on program.grantee_id = definition.grantee_id and program.program_year = definition.program_year
),

inventory_year as (
    select distinct program_year
    from inventory
),

survey_year as (
    select distinct employment_program_year
    from mart.nontraditional_field
),

survey as (
    select
        inventory_year.program_year,
        max(survey_year.employment_program_year) as employment_program_year
    from inventory_year
    inner join survey_year on inventory_year.program_year >= survey_year.employment_program_year
    group by inventory_year.program_year
)

select
    inventory.grantee_id,
    inventory.program_year,
    inventory.institution_id,
    inventory.program_id,
    inventory.supplied_sex,
    field.computed_sex,
    survey.employment_program_year,
    inventory.nontraditional_list,
    case
        when inventory.nontraditional_list = 'computed' then field.computed_sex
        else inventory.supplied_sex
    end as nontraditional_sex
from inventory
left join survey on inventory.program_year = survey.program_year
left join mart.nontraditional_field as field
    on
        survey.employment_program_year = field.employment_program_year
        and inventory.cip_code = field.cip_code
        and inventory.cip_version = field.cip_version
