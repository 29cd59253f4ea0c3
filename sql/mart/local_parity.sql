-- Whether a group takes part in a program as it stands in the recipient's all students: the participation parity index
-- is the group's share of the program's participants, over its share of the students whom the recipient's institutions
-- reported. 1 is parity. Both shares are of those whose membership is known; the others are counted beside them, since
-- unknown is not no. Where institutions report CTE students alone, the index compares programs with each other and not
-- with the college. No index is computed where the readiness verdict says that the dimension cannot be measured.
-- grain: grantee_id, program_year, eligible_recipient_id, institution_id, program_id, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column eligible_recipient_id: Eligible recipient of the institution; unknown where it is not known.
-- column institution_id: The institution of the program.
-- column program_id: The program.
-- column subgroup_dimension: An equity dimension.
-- column subgroup_code: A code of the dimension; of a special population yes alone.
-- column group_participant_count: Participants of the program who belong to the group.
-- column known_participant_count: Participants of the program whose membership is known.
-- column unknown_participant_count: Participants of the program whose membership is not known, for whatever reason.
-- column group_student_count: Students of the recipient who belong to the group.
-- column known_student_count: Students of the recipient whose membership is known.
-- column unknown_student_count: Students of the recipient whose membership is not known, for whatever reason.
-- column verdict: The worst readiness verdict of the recipient's institutions; not_judged where all are too small.
-- column status: computed, not_measurable, no_participants or nobody_of_the_group.
-- column parity_index: Share in the program over share in the recipient, for display; null unless computed.
with access_row as (
    select
        *,
        case when subgroup_code in ('unknown', 'declined', 'not_reported', 'not_collected') then 1 else 0 end
            as is_state
    from mart.local_access
    where subgroup_dimension <> 'all'
),

program_total as (
    select
        grantee_id,
        program_year,
        eligible_recipient_id,
        institution_id,
        program_id,
        subgroup_dimension,
        cast(sum(case when is_state = 0 then participant_count else 0 end) as bigint) as known_count,
        cast(sum(case when is_state = 1 then participant_count else 0 end) as bigint) as unknown_count
    from access_row
    where program_id is not null
    group by grantee_id, program_year, eligible_recipient_id, institution_id, program_id, subgroup_dimension
),

recipient_total as (
    select
        grantee_id,
        program_year,
        eligible_recipient_id,
        subgroup_dimension,
        cast(sum(case when is_state = 0 then student_count else 0 end) as bigint) as known_count,
        cast(sum(case when is_state = 1 then student_count else 0 end) as bigint) as unknown_count
    from access_row
    where program_id is null
    group by grantee_id, program_year, eligible_recipient_id, subgroup_dimension
),

recipient_group as (
    select
        grantee_id,
        program_year,
        eligible_recipient_id,
        subgroup_dimension,
        subgroup_code,
        student_count
    from access_row
    where
        program_id is null and is_state = 0
        and (subgroup_dimension in ('sex', 'race_ethnicity') or subgroup_code = 'yes')
),

place as (
    select distinct
        grantee_id,
        program_year,
        eligible_recipient_id,
        institution_id
    from access_row
    where program_id is not null
),

judged as (
    select
        place.grantee_id,
        place.program_year,
        place.eligible_recipient_id,
        readiness.equity_dimension,
        min(
            case readiness.verdict when 'not_measurable' then 1 when 'with_caution' then 2 when 'measurable' then 3 end
        ) as worst
    from place
    inner join mart.readiness as readiness
        on
            place.grantee_id = readiness.grantee_id
            and place.program_year = readiness.program_year
            and place.institution_id = readiness.institution_id
    group by place.grantee_id, place.program_year, place.eligible_recipient_id, readiness.equity_dimension
),

beside as (
    select
        program_total.grantee_id,
        program_total.program_year,
        program_total.eligible_recipient_id,
        program_total.institution_id,
        program_total.program_id,
        program_total.subgroup_dimension,
        recipient_group.subgroup_code,
        coalesce(access_row.participant_count, 0) as group_participant_count,
        program_total.known_count as known_participant_count,
        program_total.unknown_count as unknown_participant_count,
        recipient_group.student_count as group_student_count,
        recipient_total.known_count as known_student_count,
        recipient_total.unknown_count as unknown_student_count,
        case judged.worst when 1 then 'not_measurable' when 2 then 'with_caution' when 3 then 'measurable' end
            as verdict
    from program_total
    inner join recipient_total
        on
            program_total.grantee_id = recipient_total.grantee_id
            and program_total.program_year = recipient_total.program_year
            and program_total.eligible_recipient_id = recipient_total.eligible_recipient_id
            and program_total.subgroup_dimension = recipient_total.subgroup_dimension
    inner join recipient_group
        on
            program_total.grantee_id = recipient_group.grantee_id
            and program_total.program_year = recipient_group.program_year
            and program_total.eligible_recipient_id = recipient_group.eligible_recipient_id
            and program_total.subgroup_dimension = recipient_group.subgroup_dimension
    left join access_row
        on
            program_total.grantee_id = access_row.grantee_id
            and program_total.program_year = access_row.program_year
            and program_total.eligible_recipient_id = access_row.eligible_recipient_id
            and program_total.institution_id = access_row.institution_id
            and program_total.program_id = access_row.program_id
            and program_total.subgroup_dimension = access_row.subgroup_dimension
            and recipient_group.subgroup_code = access_row.subgroup_code
    left join judged
        on
            program_total.grantee_id = judged.grantee_id
            and program_total.program_year = judged.program_year
            and program_total.eligible_recipient_id = judged.eligible_recipient_id
            and program_total.subgroup_dimension = judged.equity_dimension
),

decided as (
    select
        *,
        case
            when verdict = 'not_measurable' then 'not_measurable'
            when known_participant_count = 0 then 'no_participants'
            when group_student_count = 0 then 'nobody_of_the_group'
            else 'computed'
        end as status
    from beside
)

select
    grantee_id,
    program_year,
    eligible_recipient_id,
    institution_id,
    program_id,
    subgroup_dimension,
    subgroup_code,
    group_participant_count,
    known_participant_count,
    unknown_participant_count,
    group_student_count,
    known_student_count,
    unknown_student_count,
    coalesce(verdict, 'not_judged') as verdict,
    status,
    case
        when status = 'computed'
            then
                cast(group_participant_count * known_student_count as double)
                / nullif(known_participant_count * group_student_count, 0)
    end as parity_index
from decided
