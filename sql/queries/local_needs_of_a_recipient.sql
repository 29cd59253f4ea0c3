-- What records can add to the local needs assessment of one eligible recipient: how far each group comes on the way
-- from student to credential. The counts are of one year and follow nobody; codes such as unknown say whose membership
-- is not known, which is not no. Programs stand in mart.local_program_size, parity in mart.local_parity, gaps in
-- mart.gap. Small counts are not protected here.
-- grain: subgroup_dimension, subgroup_code
select
    subgroup_dimension,
    subgroup_code,
    student_count,
    participant_count,
    concentrator_count,
    completer_count,
    credentialed_count
from mart.local_access
where
    grantee_id = 'oregon' and program_year = '2023-24'
    and eligible_recipient_id = 'OR-R01' and program_id is null
order by subgroup_dimension, subgroup_code
