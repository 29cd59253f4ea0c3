-- Which sex a program is nontraditional for: as the inventory supplied it, as computed from public files on who works
-- in the occupations of its field, and the one of the two that the grantee's definition counts by.
-- grain: grantee_id, program_year, institution_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year of the inventory.
-- column institution_id: The institution.
-- column program_id: The program.
-- column supplied_sex: female, male or neither, as the inventory says; null where it says nothing.
-- column computed_sex: The same as computed; null where the public files cannot tell.
-- column nontraditional_sex: The one in force under the definition: female, male, both or neither; null cannot tell.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
)

select
    program.grantee_id,
    program.program_year,
    program.institution_id,
    program.program_id,
    program.nontraditional_sex as supplied_sex,
    cast(null as varchar) as computed_sex,
    program.nontraditional_sex
from core.program as program
anti join excluded using (submission_id, line_number)
