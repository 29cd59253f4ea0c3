-- Who of an eligible recipient's students is how far into career and technical education, by group: evidence for
-- section 134(c)(2) of Perkins V. A person counts once in a row. Rows without a program hold the recipient as a whole;
-- rows of a program hold those who had to do with it. The counts are of one year and follow nobody over years: a
-- completer may have become a concentrator in an earlier one. Groups are those of mart.indicator: of a person with two
-- colleges the answers of both are read, and silence is never a no.
-- grain: grantee_id, program_year, eligible_recipient_id, institution_id, program_id, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column eligible_recipient_id: Eligible recipient of the institution in the year; unknown where it is not known.
-- column institution_id: The institution of the program; null in rows of the recipient as a whole.
-- column program_id: The program; null in rows of the recipient as a whole.
-- column subgroup_dimension: An equity dimension, or all.
-- column subgroup_code: A code of the dimension, one of its four states, or all.
-- column student_count: Persons that the recipient's institutions reported as students; null in rows of a program.
-- column participant_count: CTE participants of the year.
-- column concentrator_count: CTE concentrators of the year.
-- column completer_count: Concentrators who completed a program in the year.
-- column credentialed_count: Completers of the year with a credential, for the program or naming none, in its records.
with excluded_institution as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'institution'
),

excluded_credential as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'credential'
),

institution as (
    select
        institution.grantee_id,
        institution.program_year,
        institution.institution_id,
        institution.eligible_recipient_id
    from core.institution as institution
    anti join excluded_institution using (submission_id, line_number)
),

awarded as (
    select distinct
        credential.grantee_id,
        credential.program_year,
        credential.institution_id,
        credential.student_id,
        credential.program_id
    from core.credential as credential
    anti join excluded_credential using (submission_id, line_number)
),

credentialed as (
    select
        completer.grantee_id,
        completer.program_year,
        completer.institution_id,
        completer.student_id,
        completer.program_id
    from mart.completer as completer
    inner join awarded
        on
            completer.grantee_id = awarded.grantee_id
            and completer.program_year = awarded.program_year
            and completer.institution_id = awarded.institution_id
            and completer.student_id = awarded.student_id
            and completer.program_id = coalesce(awarded.program_id, completer.program_id)
),

stages as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        cast(null as varchar) as program_id,
        'student' as stage
    from mart.student_year
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        'participant' as stage
    from mart.participant
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        'concentrator' as stage
    from mart.concentrator
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        'completer' as stage
    from mart.completer
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        program_id,
        'credentialed' as stage
    from credentialed
),

placed as (
    select
        stages.grantee_id,
        stages.program_year,
        coalesce(institution.eligible_recipient_id, 'unknown') as eligible_recipient_id,
        stages.institution_id,
        stages.program_id,
        person.person_id,
        stages.stage
    from stages
    inner join mart.person as person
        on
            stages.grantee_id = person.grantee_id
            and stages.institution_id = person.institution_id
            and stages.student_id = person.student_id
    left join institution
        on
            stages.grantee_id = institution.grantee_id
            and stages.program_year = institution.program_year
            and stages.institution_id = institution.institution_id
),

-- Each person once for the recipient and once for each program.
members as (
    select
        grantee_id,
        program_year,
        eligible_recipient_id,
        case when grouping(program_id) = 0 then institution_id end as institution_id,
        program_id,
        person_id,
        max(case when stage = 'student' then 1 else 0 end) as is_student,
        max(case when stage = 'participant' then 1 else 0 end) as is_participant,
        max(case when stage = 'concentrator' then 1 else 0 end) as is_concentrator,
        max(case when stage = 'completer' then 1 else 0 end) as is_completer,
        max(case when stage = 'credentialed' then 1 else 0 end) as is_credentialed
    from placed
    group by
        grouping sets (
            (grantee_id, program_year, eligible_recipient_id, person_id),
            (grantee_id, program_year, eligible_recipient_id, institution_id, program_id, person_id)
        )
    having grouping(program_id) = 1 or program_id is not null
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
    eligible_recipient_id,
    institution_id,
    program_id,
    subgroup_dimension,
    subgroup_code,
    case when program_id is null then cast(sum(is_student) as bigint) end as student_count,
    cast(sum(is_participant) as bigint) as participant_count,
    cast(sum(is_concentrator) as bigint) as concentrator_count,
    cast(sum(is_completer) as bigint) as completer_count,
    cast(sum(is_credentialed) as bigint) as credentialed_count
from told
group by
    grantee_id, program_year, eligible_recipient_id, institution_id, program_id, subgroup_dimension, subgroup_code
