-- To which group of each equity dimension does a person belong, over all institutions of the grantee? A code counts
-- before a state, and of several codes the largest text, as in mart.indicator; a state only where nobody has a code.
-- grain: grantee_id, program_year, person_id, equity_dimension
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column person_id: The person (mart.person).
-- column equity_dimension: sex, race_ethnicity or one of the nine special populations.
-- column answer: The code, or unknown, declined, not_reported or not_collected.
select
    grantee_id,
    program_year,
    person_id,
    replace(column_name, '_status', '') as equity_dimension,
    substr(
        max(
            case answer
                when 'unknown' then '4unknown'
                when 'declined' then '3declined'
                when 'not_reported' then '2not_reported'
                when 'not_collected' then '1not_collected'
                else '5' || answer
            end
        ), 2
    ) as answer
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
group by grantee_id, program_year, person_id, replace(column_name, '_status', '')
