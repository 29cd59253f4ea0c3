-- What is known of each student in each equity dimension, in one word: a code of the dimension, one of the four states
-- without a value, or why the question does not speak of the student. What an aid form asks is missing, not no, for a
-- student of whom no aid form is known; foster care and parents on active duty are asked of youth.
-- materialized: view
-- grain: grantee_id, program_year, institution_id, student_id, equity_dimension
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column equity_dimension: sex, race_ethnicity or one of the nine special populations.
-- column answer: A code, a state, never_filed or filing_unknown (was a no), not_reached or reach_unknown.
-- column is_missing: Whether there should be a code: unknown, not_reported, never_filed or filing_unknown.
-- column is_informative: Whether there is a code.
-- column sex_group: Sex of the student, or one of the four states.
-- column race_ethnicity_group: Line of the Consolidated Annual Report, or one of the four states.
-- column has_birth_date: Whether a birth date is known.
-- column is_linkable: Whether the identifier means the same person at other institutions and agencies.
-- column is_completer: Whether the student stands in mart.completer in the year.
with completed as (
    select distinct
        grantee_id,
        program_year,
        institution_id,
        student_id
    from mart.completer
),

-- A question put to youth alone cannot be placed where the birth date is not known.
known as (
    select
        student.grantee_id,
        student.program_year,
        student.institution_id,
        student.student_id,
        student.sex,
        student.race_ethnicity,
        student.disability_status,
        student.economic_disadvantage_status,
        student.nontraditional_preparation_status,
        student.single_parent_status,
        student.out_of_workforce_status,
        student.english_learner_status,
        student.homelessness_status,
        student.foster_care_status,
        student.active_duty_parent_status,
        student.aid_form_status,
        student.sex as sex_group,
        student.race_ethnicity as race_ethnicity_group,
        student.birth_date is not null as has_birth_date,
        student.person_id = student.student_id as is_linkable,
        student.birth_date > definition.youth_born_after_date as is_youth,
        completed.student_id is not null as is_completer
    from mart.student_year as student
    left join reference.definition as definition
        on student.grantee_id = definition.grantee_id and student.program_year = definition.program_year
    left join completed
        on
            student.grantee_id = completed.grantee_id
            and student.program_year = completed.program_year
            and student.institution_id = completed.institution_id
            and student.student_id = completed.student_id
),

answered as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        replace(column_name, '_status', '') as equity_dimension,
        answer as said,
        aid_form_status,
        sex_group,
        race_ethnicity_group,
        has_birth_date,
        is_linkable,
        is_youth,
        is_completer
    from known
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

meant as (
    select
        answered.grantee_id,
        answered.program_year,
        answered.institution_id,
        answered.student_id,
        answered.equity_dimension,
        case
            when answered.equity_dimension not in ('foster_care', 'active_duty_parent') or answered.is_youth
                then case
                    when answered.said <> 'no' or source.source is null or source.source <> 'aid_form'
                        then answered.said
                    when answered.aid_form_status = 'yes' then 'no'
                    when answered.aid_form_status = 'no' then 'never_filed'
                    else 'filing_unknown'
                end
            when answered.is_youth is null then 'reach_unknown'
            else 'not_reached'
        end as answer,
        answered.sex_group,
        answered.race_ethnicity_group,
        answered.has_birth_date,
        answered.is_linkable,
        answered.is_completer
    from answered
    left join reference.equity_source as source
        on answered.grantee_id = source.grantee_id and answered.equity_dimension = source.equity_dimension
)

select
    grantee_id,
    program_year,
    institution_id,
    student_id,
    equity_dimension,
    answer,
    answer in ('unknown', 'not_reported', 'never_filed', 'filing_unknown') as is_missing,
    answer not in (
        'unknown',
        'not_reported',
        'never_filed',
        'filing_unknown',
        'declined',
        'not_collected',
        'not_reached',
        'reach_unknown'
    ) as is_informative,
    sex_group,
    race_ethnicity_group,
    has_birth_date,
    is_linkable,
    is_completer
from meant
