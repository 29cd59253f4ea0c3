-- What records can add to the local needs assessment of each eligible recipient: how far each group comes on the way
-- from student to credential, with how many persons of that stage have a known membership and how many have not, which
-- is not no. The counts are of one year and follow nobody. Programs stand in mart.local_program_size, parity in
-- mart.local_parity, gaps in mart.gap. Small counts are not protected here: give each recipient its own rows alone.
-- grain: eligible_recipient_id, subgroup_dimension, subgroup_code, stage
with stages as (
    select
        eligible_recipient_id,
        subgroup_dimension,
        subgroup_code,
        replace(stage, '_count', '') as stage,
        person_count,
        subgroup_code in ('unknown', 'declined', 'not_reported', 'not_collected') as is_untold
    from mart.local_access
    unpivot include nulls (
        person_count for stage in (
            student_count, participant_count, concentrator_count, completer_count, credentialed_count
        )
    )
    where grantee_id = 'oregon' and program_year = '2023-24' and program_id is null
)

select
    eligible_recipient_id,
    subgroup_dimension,
    subgroup_code,
    stage,
    person_count,
    cast(sum(if(is_untold, 0, person_count)) over everybody as bigint) as known_count,
    cast(sum(if(is_untold, person_count, 0)) over everybody as bigint) as unknown_count
from stages
window everybody as (partition by eligible_recipient_id, subgroup_dimension, stage)
order by eligible_recipient_id, subgroup_dimension, subgroup_code, stage
