-- How final the figures of a grantee's program year are: the least final vintage among the files in force, because a
-- number is no more final than what it was counted from. Years whose files say no vintage are left out.
-- grain: grantee_id, program_year
-- column grantee_id: The grantee.
-- column program_year: Program year of the files.
-- column vintage: fourth_week, end_of_term or audited.
-- column file_count: Files in force that say a vintage.
with ranked as (
    select
        grantee_id,
        program_year,
        case vintage when 'fourth_week' then 1 when 'end_of_term' then 2 when 'audited' then 3 end as place
    from quality.submission
    where status in ('read', 'accepted') and grantee_id is not null and vintage is not null
)

select
    grantee_id,
    program_year,
    case min(place) when 1 then 'fourth_week' when 2 then 'end_of_term' when 3 then 'audited' end as vintage,
    count(*) as file_count
from ranked
group by grantee_id, program_year
