-- runs on: published/cte.duckdb
-- Question: Do the groups of a dimension add up to everybody?
-- Reading: told_count is the sum of the shown groups with all_other; where it is less than all_count, the rest is
-- withheld.
-- It cannot tell: a withheld group: where one could be told by subtraction, another one is withheld as well.
select
    part.count_code,
    part.subgroup_dimension,
    max(everybody.student_count) as all_count,
    sum(part.student_count) as told_count,
    count(part.suppression_code) as withheld_group_count
from publish.student_count as part
inner join publish.margin as margin
    on
        margin.table_name = 'publish.student_count'
        and part.subgroup_dimension = margin.subgroup_dimension
        and margin.margin = 'partition'
inner join publish.student_count as everybody
    on
        part.grantee_id = everybody.grantee_id
        and part.program_year = everybody.program_year
        and part.count_code = everybody.count_code
        and everybody.institution_id is null
        and everybody.cip_code is null
        and everybody.subgroup_dimension = 'all'
where
    part.grantee_id = 'oregon'
    and part.program_year = '2023-24'
    and part.institution_id is null
    and part.cip_code is null
group by part.count_code, part.subgroup_dimension
order by part.count_code, part.subgroup_dimension
