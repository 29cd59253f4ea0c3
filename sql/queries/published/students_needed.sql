-- runs on: published/cte.duckdb
-- Question: How many more successes would bring each group level with everybody of its institution?
-- Reading: students_needed is a whole number of students, the total moving with the group; 0 where it is not behind.
-- It cannot tell: the need of withheld groups, and how to meet it.
select
    gap.institution_id,
    institution.institution_name,
    gap.indicator_code,
    gap.subgroup_dimension,
    gap.subgroup_code,
    gap.students_needed
from publish.gap as gap
left join publish.institution as institution
    on gap.grantee_id = institution.grantee_id and gap.institution_id = institution.institution_id
where
    gap.grantee_id = 'oregon'
    and gap.program_year = '2023-24'
    and gap.institution_id is not null
    and gap.cip_code is null
    and gap.students_needed > 0
order by
    gap.students_needed desc,
    gap.institution_id asc,
    gap.indicator_code asc,
    gap.subgroup_dimension asc,
    gap.subgroup_code asc
