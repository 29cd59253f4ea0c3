-- What is known of the students in each equity dimension: a value, or one of four reasons why there is none, kept
-- apart. A student counts once at each institution, also in the rows of all institutions: coverage speaks of what was
-- reported.
-- grain: grantee_id, program_year, institution_id, equity_dimension
-- margin institution_id: partition
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution; null means all.
-- column equity_dimension: sex, race_ethnicity or one of the nine special populations.
-- column student_count: Students.
-- column value_count: Students with a value.
-- column unknown_count: The source says that it does not know.
-- column declined_count: Asked and not disclosed; neutral in completeness.
-- column not_reported_count: Left blank.
-- column not_collected_count: The source does not collect the attribute.
-- column yes_count: Students with yes; null where the dimension is no flag.
-- column no_count: Students with no; null where the dimension is no flag.
with answered as (
    select
        grantee_id,
        program_year,
        institution_id,
        replace(column_name, '_status', '') as equity_dimension,
        answer
    from mart.student_year
    unpivot (
        answer for column_name in (
            sex,
            race_ethnicity,
            disability_status,
            economic_disadvantage_status,
            nontraditional_preparation_status,
            single_parent_status,
            out_of_workforce_status,
            english_learner_status,
            homelessness_status,
            foster_care_status,
            active_duty_parent_status
        )
    )
),

counted as (
    select
        grantee_id,
        program_year,
        institution_id,
        equity_dimension,
        answer,
        count(*) as student_count
    from answered
    group by
        grouping sets (
            (grantee_id, program_year, institution_id, equity_dimension, answer),
            (grantee_id, program_year, equity_dimension, answer)
        )
),

summed as (
    select
        grantee_id,
        program_year,
        institution_id,
        equity_dimension,
        sum(student_count) as student_count,
        sum(case when answer = 'unknown' then student_count else 0 end) as unknown_count,
        sum(case when answer = 'declined' then student_count else 0 end) as declined_count,
        sum(case when answer = 'not_reported' then student_count else 0 end) as not_reported_count,
        sum(case when answer = 'not_collected' then student_count else 0 end) as not_collected_count,
        sum(case when answer = 'yes' then student_count else 0 end) as yes_count,
        sum(case when answer = 'no' then student_count else 0 end) as no_count
    from counted
    group by grantee_id, program_year, institution_id, equity_dimension
)

select
    grantee_id,
    program_year,
    institution_id,
    equity_dimension,
    cast(student_count as bigint) as student_count,
    cast(
        student_count - unknown_count - declined_count - not_reported_count - not_collected_count as bigint
    ) as value_count,
    cast(unknown_count as bigint) as unknown_count,
    cast(declined_count as bigint) as declined_count,
    cast(not_reported_count as bigint) as not_reported_count,
    cast(not_collected_count as bigint) as not_collected_count,
    case when equity_dimension not in ('sex', 'race_ethnicity') then cast(yes_count as bigint) end as yes_count,
    case when equity_dimension not in ('sex', 'race_ethnicity') then cast(no_count as bigint) end as no_count
from summed
