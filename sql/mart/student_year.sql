-- A student at one institution in a program year: the reports of all terms as one. A flag is yes if it ever was, else
-- no if it ever was; sex, birth date and race are those of the latest term that has a value. Where no term has one, the
-- state is unknown, else declined, not_reported or not_collected, in this order.
-- grain: grantee_id, program_year, institution_id, student_id
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee: the pseudonym, or institution:pseudonym for a local id.
-- column birth_date: Date of birth; null where no term has a value.
-- column sex: Sex, or one of the four states.
-- column race_ethnicity: Line of the Consolidated Annual Report (1997 standards), or one of the four states.
-- column disability_status: Individual with a disability.
-- column economic_disadvantage_status: Individual from an economically disadvantaged family.
-- column nontraditional_preparation_status: Individual preparing for a nontraditional field, as reported.
-- column single_parent_status: Single parent, including single pregnant women.
-- column out_of_workforce_status: Out-of-workforce individual.
-- column english_learner_status: English learner.
-- column homelessness_status: Homeless individual.
-- column foster_care_status: Youth who is in, or has aged out of, the foster care system.
-- column active_duty_parent_status: Youth with a parent in the armed forces on active duty.
-- column aid_form_status: Filed a form for student aid; no equity dimension, but what flags from such forms hang on.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'student'
),

-- '|' around the selections, so that each is found as a whole. In the 1997 categories white includes the Middle East
-- and North Africa: both together are one race.
placed as (
    select
        student.*,
        '|' || student.race_selections || '|' as selections,
        lpad(cast(coalesce(term.term_rank, 0) as varchar), 2, '0') as term_rank
    from core.student as student
    anti join excluded using (submission_id, line_number)
    left join reference.term as term on student.grantee_id = term.grantee_id and student.term_code = term.term_code
),

counted as (
    select
        placed.*,
        case when placed.selections like '%|american_indian_or_alaska_native|%' then 1 else 0 end
        + case when placed.selections like '%|asian|%' then 1 else 0 end
        + case when placed.selections like '%|black_or_african_american|%' then 1 else 0 end
        + case when placed.selections like '%|native_hawaiian_or_other_pacific_islander|%' then 1 else 0 end
        + case
            when placed.selections like '%|white|%' then 1
            when placed.selections like '%|middle_eastern_or_north_african|%' then 1
            else 0
        end as race_count
    from placed
),

-- What stands before the value says how much it weighs: the largest text is the answer, for flags the smallest.
weighed as (
    select
        counted.grantee_id,
        counted.program_year,
        counted.institution_id,
        counted.student_id,
        counted.term_rank || cast(counted.birth_date as varchar) as birth_date,
        case
            when counted.sex = 'declined' then '-3declined'
            when counted.sex = 'not_reported' then '-2not_reported'
            when counted.sex = 'not_collected' then '-1not_collected'
            when counted.sex is null or counted.sex = 'unknown' then '-4unknown'
            else counted.term_rank || counted.sex
        end as sex,
        case
            when counted.hispanic_ethnicity = 'yes' or counted.selections like '%|hispanic_or_latino|%'
                then counted.term_rank || 'hispanic_or_latino'
            when counted.race_count > 1 or counted.selections like '%|two_or_more_races|%'
                then counted.term_rank || 'two_or_more_races'
            when counted.race_count = 1 and counted.selections like '%|middle_eastern_or_north_african|%'
                then counted.term_rank || 'white'
            when counted.selections like '%|american_indian_or_alaska_native|%'
                then counted.term_rank || 'american_indian_or_alaska_native'
            when counted.selections like '%|asian|%'
                then counted.term_rank || 'asian'
            when counted.selections like '%|black_or_african_american|%'
                then counted.term_rank || 'black_or_african_american'
            when counted.selections like '%|native_hawaiian_or_other_pacific_islander|%'
                then counted.term_rank || 'native_hawaiian_or_other_pacific_islander'
            when counted.selections like '%|white|%'
                then counted.term_rank || 'white'
            when counted.race_selections = 'declined' then '-3declined'
            when counted.race_selections = 'not_reported' then '-2not_reported'
            when counted.race_selections = 'not_collected' then '-1not_collected'
            else '-4unknown'
        end as race_ethnicity,
        case counted.disability_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as disability_status,
        case counted.economic_disadvantage_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as economic_disadvantage_status,
        case counted.nontraditional_preparation_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as nontraditional_preparation_status,
        case counted.single_parent_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as single_parent_status,
        case counted.out_of_workforce_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as out_of_workforce_status,
        case counted.english_learner_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as english_learner_status,
        case counted.homelessness_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as homelessness_status,
        case counted.foster_care_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as foster_care_status,
        case counted.active_duty_parent_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as active_duty_parent_status,
        case counted.aid_form_status
            when 'yes' then '1yes'
            when 'no' then '2no'
            when 'declined' then '4declined'
            when 'not_reported' then '5not_reported'
            when 'not_collected' then '6not_collected'
            else '3unknown'
        end as aid_form_status
    from counted
),

collapsed as (
    select
        grantee_id,
        program_year,
        institution_id,
        student_id,
        max(birth_date) as birth_date,
        max(sex) as sex,
        max(race_ethnicity) as race_ethnicity,
        min(disability_status) as disability_status,
        min(economic_disadvantage_status) as economic_disadvantage_status,
        min(nontraditional_preparation_status) as nontraditional_preparation_status,
        min(single_parent_status) as single_parent_status,
        min(out_of_workforce_status) as out_of_workforce_status,
        min(english_learner_status) as english_learner_status,
        min(homelessness_status) as homelessness_status,
        min(foster_care_status) as foster_care_status,
        min(active_duty_parent_status) as active_duty_parent_status,
        min(aid_form_status) as aid_form_status
    from weighed
    group by grantee_id, program_year, institution_id, student_id
)

select
    collapsed.grantee_id,
    collapsed.program_year,
    collapsed.institution_id,
    collapsed.student_id,
    person.person_id,
    cast(substr(collapsed.birth_date, 3) as date) as birth_date,
    substr(collapsed.sex, 3) as sex,
    substr(collapsed.race_ethnicity, 3) as race_ethnicity,
    substr(collapsed.disability_status, 2) as disability_status,
    substr(collapsed.economic_disadvantage_status, 2) as economic_disadvantage_status,
    substr(collapsed.nontraditional_preparation_status, 2) as nontraditional_preparation_status,
    substr(collapsed.single_parent_status, 2) as single_parent_status,
    substr(collapsed.out_of_workforce_status, 2) as out_of_workforce_status,
    substr(collapsed.english_learner_status, 2) as english_learner_status,
    substr(collapsed.homelessness_status, 2) as homelessness_status,
    substr(collapsed.foster_care_status, 2) as foster_care_status,
    substr(collapsed.active_duty_parent_status, 2) as active_duty_parent_status,
    substr(collapsed.aid_form_status, 2) as aid_form_status
from collapsed
inner join mart.person as person using (grantee_id, institution_id, student_id)
