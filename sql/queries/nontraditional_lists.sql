-- For which sex each program is nontraditional: as the inventory says, as computed from public files, and which of the
-- two counts in 3P1. Null: cannot tell.
-- grain: institution_id, program_id
select
    program.institution_id,
    program.program_id,
    core_program.cip_code,
    program.supplied_sex,
    program.computed_sex,
    program.employment_program_year,
    program.nontraditional_list,
    program.nontraditional_sex
from mart.nontraditional_program as program
left join core.program as core_program
    on
        program.grantee_id = core_program.grantee_id
        and program.program_year = core_program.program_year
        and program.institution_id = core_program.institution_id
        and program.program_id = core_program.program_id
where program.grantee_id = 'oregon' and program.program_year = '2023-24'
order by program.institution_id, program.program_id
