-- The rules of core as a person would write them who had nothing but SQL: for each table one counting scan, a group by
-- for its key, anti joins for its references, and a query of its own where a rule looks into other rows.
-- Each column is named after its rule and counts the rows that fail.

select
    count_if(institution_id is null) as institution_institution_id_present,
    count_if(institution_name is null) as institution_institution_name_present,
    count_if(eligible_recipient_id is null) as institution_eligible_recipient_id_present,
    count_if(not regexp_matches(unitid, '^\d{6}$')) as institution_unitid_pattern,
    count_if(contains(unreadable_columns, ',institution_type,')) as institution_institution_type_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as institution_program_year_readable
from core.institution
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as institution_key_unique
from (
    select count(*) as row_count
    from core.institution
    where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null
    group by institution_id
    having count(*) > 1
) as doubled;

select
    count_if(institution_id is null) as program_institution_id_present,
    count_if(program_id is null) as program_program_id_present,
    count_if(program_name is null) as program_program_name_present,
    count_if(cip_code is null) as program_cip_code_present,
    count_if(not regexp_matches(cip_code, '^\d{2}\.\d{4}$')) as program_cip_code_pattern,
    count_if(not regexp_matches(cip_code, '^(01|03|04|05|09|1[0-6]|19|2[2-9]|3[0-9]|4[0-9]|5[0-4]|60|61)\.'))
        as program_cip_family_exists,
    count_if(cip_version is null and not contains(unreadable_columns, ',cip_version,')) as program_cip_version_present,
    count_if(contains(unreadable_columns, ',cip_version,')) as program_cip_version_readable,
    count_if(contains(unreadable_columns, ',award_level_code,')) as program_award_level_code_readable,
    count_if(credit_status = 'noncredit' and award_level_code not in ('noncredit', '01'))
        as program_award_level_fits_credit_status,
    count_if(program_length not between 0.01 and 3000) as program_program_length_plausible,
    count_if(contains(unreadable_columns, ',program_length,')) as program_program_length_readable,
    count_if(contains(unreadable_columns, ',program_length_unit,')) as program_program_length_unit_readable,
    count_if(
        (program_length is null) <> (program_length_unit is null)
        and not contains(unreadable_columns, ',program_length,')
        and not contains(unreadable_columns, ',program_length_unit,')
    ) as program_length_has_unit,
    count_if(contains(unreadable_columns, ',career_cluster_code,')) as program_career_cluster_code_readable,
    count_if(contains(unreadable_columns, ',nontraditional_sex,')) as program_nontraditional_sex_readable,
    count_if(credit_status is null and not contains(unreadable_columns, ',credit_status,'))
        as program_credit_status_present,
    count_if(contains(unreadable_columns, ',credit_status,')) as program_credit_status_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as program_program_year_readable
from core.program
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as program_key_unique
from (
    select count(*) as row_count
    from core.program
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and program_id is not null
    group by institution_id, program_id
    having count(*) > 1
) as doubled;

select count(*) as program_institution_known
from core.program
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select
    count_if(institution_id is null) as student_institution_id_present,
    count_if(student_id is null) as student_student_id_present,
    count_if(term_code is null and not contains(unreadable_columns, ',term_code,')) as student_term_code_present,
    count_if(contains(unreadable_columns, ',term_code,')) as student_term_code_readable,
    count_if(birth_date not between '1900-01-02' and '2030-12-31') as student_birth_date_plausible,
    count_if(contains(unreadable_columns, ',birth_date,')) as student_birth_date_readable,
    count_if(
        birth_date not between make_date(cast(substr(program_year, 1, 4) as integer), 7, 1) - interval 100 year
        and make_date(cast(substr(program_year, 1, 4) as integer), 7, 1) - interval 14 year
    ) as student_age_plausible,
    count_if(contains(unreadable_columns, ',sex,')) as student_sex_readable,
    count_if(contains(unreadable_columns, ',hispanic_ethnicity,')) as student_hispanic_ethnicity_readable,
    count_if(contains(unreadable_columns, ',race_selections,')) as student_race_selections_readable,
    count_if(contains(race_selections, 'nonresident')) as student_race_is_no_residency,
    count_if(race_question_standard is null and not contains(unreadable_columns, ',race_question_standard,'))
        as student_race_question_standard_present,
    count_if(contains(unreadable_columns, ',race_question_standard,')) as student_race_question_standard_readable,
    count_if(
        (hispanic_ethnicity = 'no' and contains('|' || race_selections || '|', '|hispanic_or_latino|'))
        or (
            hispanic_ethnicity = 'yes' and race_question_standard = '2024_combined'
            and not contains('|' || race_selections || '|', '|hispanic_or_latino|')
        )
    ) as student_hispanic_answers_agree,
    count_if(contains(unreadable_columns, ',disability_status,')) as student_disability_status_readable,
    count_if(contains(unreadable_columns, ',economic_disadvantage_status,'))
        as student_economic_disadvantage_status_readable,
    count_if(contains(unreadable_columns, ',nontraditional_preparation_status,'))
        as student_nontraditional_preparation_status_readable,
    count_if(contains(unreadable_columns, ',single_parent_status,')) as student_single_parent_status_readable,
    count_if(contains(unreadable_columns, ',out_of_workforce_status,')) as student_out_of_workforce_status_readable,
    count_if(contains(unreadable_columns, ',english_learner_status,')) as student_english_learner_status_readable,
    count_if(contains(unreadable_columns, ',homelessness_status,')) as student_homelessness_status_readable,
    count_if(contains(unreadable_columns, ',foster_care_status,')) as student_foster_care_status_readable,
    count_if(contains(unreadable_columns, ',active_duty_parent_status,')) as student_active_duty_parent_status_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as student_program_year_readable
from core.student
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as student_key_unique
from (
    select count(*) as row_count
    from core.student
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null and term_code is not null
    group by institution_id, student_id, term_code
    having count(*) > 1
) as doubled;

select count(*) as student_institution_known
from core.student
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select count(*) as student_enrolled_in_year
from core.student
anti join core.enrollment using (grantee_id, program_year, institution_id, student_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and student_id is not null;

-- One birth date for a person in all program years, one sex within the year.
select coalesce(sum(row_count), 0) as student_birth_date_constant
from (
    select count_if(program_year = $program_year and birth_date is not null) as row_count
    from core.student
    where grantee_id = $grantee_id and institution_id is not null and student_id is not null
    group by institution_id, student_id
    having min(birth_date) < max(birth_date)
) as inconstant;

select coalesce(sum(row_count), 0) as student_sex_constant
from (
    select count(*) as row_count
    from core.student
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null and sex in ('male', 'female', 'another')
    group by institution_id, student_id
    having min(sex) < max(sex)
) as inconstant;

with one_date as (
    select
        institution_id,
        count(*) as row_count,
        count(distinct student_id) as student_count
    from core.student
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and birth_date is not null
    group by institution_id, birth_date
),

counted as (
    select
        row_count,
        student_count,
        sum(student_count) over (partition by institution_id) as all_count
    from one_date
)

select coalesce(sum(row_count), 0) as student_birth_date_not_shared
from counted
where student_count >= 10 and student_count * 50 > all_count;

-- Who studies in a program that does not say its nontraditional sex is not contradicted by it.
with study as (
    select
        stay.institution_id,
        stay.student_id,
        list(distinct program.nontraditional_sex) as sexes,
        bool_or(program.nontraditional_sex is null) as is_untold
    from core.program_enrollment as stay
    inner join core.program as program using (grantee_id, program_year, institution_id, program_id)
    where stay.grantee_id = $grantee_id and stay.program_year = $program_year and stay.student_id is not null
    group by stay.institution_id, stay.student_id
),

answer as (
    select
        student.nontraditional_preparation_status = 'yes' as is_yes,
        coalesce(list_contains(study.sexes, student.sex), false) as is_nontraditional,
        coalesce(study.is_untold, false) as is_untold
    from core.student as student
    left join study using (institution_id, student_id)
    where
        student.grantee_id = $grantee_id and student.program_year = $program_year
        and student.institution_id is not null and student.student_id is not null
        and student.nontraditional_preparation_status in ('yes', 'no') and student.sex in ('male', 'female')
)

select count_if(is_yes <> is_nontraditional and not (is_yes and is_untold)) as student_nontraditional_status_agrees
from answer;

select
    count_if(institution_id is null) as program_enrollment_institution_id_present,
    count_if(student_id is null) as program_enrollment_student_id_present,
    count_if(program_id is null) as program_enrollment_program_id_present,
    count_if(entry_date not between '1980-01-01' and '2030-12-31') as program_enrollment_entry_date_plausible,
    count_if(contains(unreadable_columns, ',entry_date,')) as program_enrollment_entry_date_readable,
    count_if(exit_date not between '1980-01-01' and '2030-12-31') as program_enrollment_exit_date_plausible,
    count_if(contains(unreadable_columns, ',exit_date,')) as program_enrollment_exit_date_readable,
    count_if(exit_date < entry_date) as program_enrollment_exit_after_entry,
    count_if(
        (exit_date is null) <> (exit_reason is null)
        and not contains(unreadable_columns, ',exit_date,')
        and not contains(unreadable_columns, ',exit_reason,')
    ) as program_enrollment_exit_has_reason,
    count_if(contains(unreadable_columns, ',exit_reason,')) as program_enrollment_exit_reason_readable,
    count_if(contains(unreadable_columns, ',reported_participant_status,'))
        as program_enrollment_reported_participant_status_readable,
    count_if(contains(unreadable_columns, ',reported_concentrator_status,'))
        as program_enrollment_reported_concentrator_status_readable,
    count_if(reported_concentrator_status = 'yes' and reported_participant_status = 'no')
        as program_enrollment_concentrator_participates,
    count_if(contains(unreadable_columns, ',program_year,')) as program_enrollment_program_year_readable
from core.program_enrollment
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as program_enrollment_key_unique
from (
    select count(*) as row_count
    from core.program_enrollment
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null and program_id is not null
    group by institution_id, student_id, program_id
    having count(*) > 1
) as doubled;

select count(*) as program_enrollment_institution_known
from core.program_enrollment
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select count(*) as program_enrollment_program_known
from core.program_enrollment
anti join core.program using (grantee_id, program_year, institution_id, program_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and program_id is not null;

select count(*) as program_enrollment_student_known
from core.program_enrollment
anti join core.student using (grantee_id, program_year, institution_id, student_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and student_id is not null;

-- Flags are held against the credits only where the year of entry was submitted too.
with stay as (
    select *
    from core.program_enrollment
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null and program_id is not null
        and year(entry_date) - case when month(entry_date) < 7 then 1 else 0 end in (
            select distinct cast(substr(program_year, 1, 4) as integer)
            from core.enrollment
            where grantee_id = $grantee_id
        )
),

ever as (
    select distinct
        institution_id,
        student_id,
        program_id
    from mart.concentrator
    where grantee_id = $grantee_id
)

select
    count_if(
        stay.reported_concentrator_status in ('yes', 'no')
        and (stay.reported_concentrator_status = 'yes') <> (this_year.student_id is not null)
    ) as program_enrollment_concentrator_status_agrees,
    count_if(stay.exit_reason = 'completed' and ever.student_id is null) as program_enrollment_completion_has_credits
from stay
left join mart.concentrator as this_year using (grantee_id, program_year, institution_id, student_id, program_id)
left join ever using (institution_id, student_id, program_id);

select
    count_if(institution_id is null) as course_institution_id_present,
    count_if(course_id is null) as course_course_id_present,
    count_if(term_code is null and not contains(unreadable_columns, ',term_code,')) as course_term_code_present,
    count_if(contains(unreadable_columns, ',term_code,')) as course_term_code_readable,
    count_if(credit_status is null and not contains(unreadable_columns, ',credit_status,'))
        as course_credit_status_present,
    count_if(contains(unreadable_columns, ',credit_status,')) as course_credit_status_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as course_program_year_readable
from core.course
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as course_key_unique
from (
    select count(*) as row_count
    from core.course
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and term_code is not null and course_id is not null
    group by institution_id, term_code, course_id
    having count(*) > 1
) as doubled;

select count(*) as course_institution_known
from core.course
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select count(*) as course_program_known
from core.course
anti join core.program using (grantee_id, program_year, institution_id, program_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and program_id is not null;

select
    count_if(institution_id is null) as enrollment_institution_id_present,
    count_if(student_id is null) as enrollment_student_id_present,
    count_if(course_id is null) as enrollment_course_id_present,
    count_if(term_code is null and not contains(unreadable_columns, ',term_code,')) as enrollment_term_code_present,
    count_if(contains(unreadable_columns, ',term_code,')) as enrollment_term_code_readable,
    count_if(credits_attempted is null and not contains(unreadable_columns, ',credits_attempted,'))
        as enrollment_credits_attempted_present,
    count_if(contains(unreadable_columns, ',credits_attempted,')) as enrollment_credits_attempted_readable,
    count_if(credits_attempted not between 0 and 900) as enrollment_credits_attempted_plausible,
    count_if(contains(unreadable_columns, ',credits_earned,')) as enrollment_credits_earned_readable,
    count_if(credits_earned not between 0 and 900) as enrollment_credits_earned_plausible,
    count_if(credits_earned > credits_attempted) as enrollment_credits_earned_within_attempted,
    count_if(
        credits_attempted
        > case credit_unit when 'semester_credit' then 20 when 'quarter_credit' then 30 else 900 end
    ) as enrollment_credits_plausible_for_unit,
    count_if(credit_unit is null and not contains(unreadable_columns, ',credit_unit,'))
        as enrollment_credit_unit_present,
    count_if(contains(unreadable_columns, ',credit_unit,')) as enrollment_credit_unit_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as enrollment_program_year_readable
from core.enrollment
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as enrollment_key_unique
from (
    select count(*) as row_count
    from core.enrollment
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null and term_code is not null and course_id is not null
    group by institution_id, student_id, term_code, course_id
    having count(*) > 1
) as doubled;

select count(*) as enrollment_institution_known
from core.enrollment
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select count(*) as enrollment_student_known
from core.enrollment
anti join core.student using (grantee_id, program_year, institution_id, student_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and student_id is not null;

select count(*) as enrollment_course_known
from core.enrollment
anti join core.course using (grantee_id, program_year, institution_id, term_code, course_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and term_code is not null and course_id is not null;

select
    count_if(institution_id is null) as credential_institution_id_present,
    count_if(student_id is null) as credential_student_id_present,
    count_if(credential_type is null and not contains(unreadable_columns, ',credential_type,'))
        as credential_credential_type_present,
    count_if(contains(unreadable_columns, ',credential_type,')) as credential_credential_type_readable,
    count_if(contains(unreadable_columns, ',award_level_code,')) as credential_award_level_code_readable,
    count_if(award_date is null and not contains(unreadable_columns, ',award_date,')) as credential_award_date_present,
    count_if(contains(unreadable_columns, ',award_date,')) as credential_award_date_readable,
    count_if(award_date not between '1980-01-01' and '2030-12-31') as credential_award_date_plausible,
    count_if(contains(unreadable_columns, ',evidence_source,')) as credential_evidence_source_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as credential_program_year_readable
from core.credential
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as credential_key_unique
from (
    select count(*) as row_count
    from core.credential
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null and program_id is not null
        and credential_type is not null and award_date is not null
    group by institution_id, student_id, program_id, credential_type, award_date
    having count(*) > 1
) as doubled;

select count(*) as credential_institution_known
from core.credential
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select count(*) as credential_program_known
from core.credential
anti join core.program using (grantee_id, program_year, institution_id, program_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and program_id is not null;

-- The student may have been reported in an earlier program year.
select count(*) as credential_student_known
from core.credential
anti join core.student using (grantee_id, institution_id, student_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and student_id is not null;

select count(*) as credential_awarded_after_age_14
from core.credential as award
semi join core.student as student
    on
        award.grantee_id = student.grantee_id
        and award.institution_id = student.institution_id
        and award.student_id = student.student_id
        and award.award_date < student.birth_date + interval 14 year
where award.grantee_id = $grantee_id and award.program_year = $program_year;

with stay as (
    select
        institution_id,
        student_id,
        program_id,
        min(entry_date) as entry_date,
        max(exit_date) as exit_date
    from core.program_enrollment
    where grantee_id = $grantee_id
    group by institution_id, student_id, program_id
)

select count(*) as credential_awarded_in_time
from core.credential as award
inner join stay using (institution_id, student_id, program_id)
where
    award.grantee_id = $grantee_id and award.program_year = $program_year
    and (award.award_date < stay.entry_date or award.award_date > stay.exit_date + interval 1 year);

select
    count_if(institution_id is null) as placement_institution_id_present,
    count_if(student_id is null) as placement_student_id_present,
    count_if(reference_quarter is null) as placement_reference_quarter_present,
    count_if(not regexp_matches(reference_quarter, '^\d{4}Q[1-4]$')) as placement_reference_quarter_pattern,
    count_if(placement_status is null and not contains(unreadable_columns, ',placement_status,'))
        as placement_placement_status_present,
    count_if(contains(unreadable_columns, ',placement_status,')) as placement_placement_status_readable,
    count_if(placement_source is null and not contains(unreadable_columns, ',placement_source,'))
        as placement_placement_source_present,
    count_if(contains(unreadable_columns, ',placement_source,')) as placement_placement_source_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as placement_program_year_readable
from core.placement
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as placement_key_unique
from (
    select count(*) as row_count
    from core.placement
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null
        and reference_quarter is not null and placement_source is not null
    group by institution_id, student_id, reference_quarter, placement_source
    having count(*) > 1
) as doubled;

select count(*) as placement_institution_known
from core.placement
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select count(*) as placement_student_known
from core.placement
anti join core.student using (grantee_id, institution_id, student_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and student_id is not null;

-- Who left a program is looked for in the second quarter after an exit; a quarter that cannot be read says nothing.
with leaver as (
    select distinct
        institution_id,
        student_id,
        year(exit_date) * 4 + quarter(exit_date) + 2 as quarter_number
    from core.program_enrollment
    where
        grantee_id = $grantee_id and institution_id is not null and student_id is not null and exit_date is not null
),

looked_at as (
    select
        *,
        cast(substr(reference_quarter, 1, 4) as integer) * 4 + cast(substr(reference_quarter, 6, 1) as integer)
            as quarter_number
    from core.placement
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null
        and regexp_matches(reference_quarter, '^\d{4}Q[1-4]$')
)

select count(*) as placement_in_second_quarter_after_exit
from looked_at
semi join leaver as who using (institution_id, student_id)
anti join leaver as whose_quarter using (institution_id, student_id, quarter_number);

select
    count_if(institution_id is null) as staff_institution_id_present,
    count_if(staff_id is null) as staff_staff_id_present,
    count_if(contains(unreadable_columns, ',employment_status,')) as staff_employment_status_readable,
    count_if(sections_taught_count not between 0 and 60) as staff_sections_taught_count_plausible,
    count_if(contains(unreadable_columns, ',sections_taught_count,')) as staff_sections_taught_count_readable,
    count_if(contains(unreadable_columns, ',program_year,')) as staff_program_year_readable
from core.staff
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as staff_key_unique
from (
    select count(*) as row_count
    from core.staff
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and staff_id is not null
    group by institution_id, staff_id
    having count(*) > 1
) as doubled;

select count(*) as staff_institution_known
from core.staff
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select
    count_if(institution_id is null) as work_based_learning_institution_id_present,
    count_if(student_id is null) as work_based_learning_student_id_present,
    count_if(work_based_learning_type is null and not contains(unreadable_columns, ',work_based_learning_type,'))
        as work_based_learning_work_based_learning_type_present,
    count_if(contains(unreadable_columns, ',work_based_learning_type,'))
        as work_based_learning_work_based_learning_type_readable,
    count_if(start_date is null and not contains(unreadable_columns, ',start_date,'))
        as work_based_learning_start_date_present,
    count_if(contains(unreadable_columns, ',start_date,')) as work_based_learning_start_date_readable,
    count_if(start_date not between '1980-01-01' and '2030-12-31') as work_based_learning_start_date_plausible,
    count_if(contains(unreadable_columns, ',hours_completed,')) as work_based_learning_hours_completed_readable,
    count_if(hours_completed not between 0 and 4000) as work_based_learning_hours_completed_plausible,
    count_if(contains(unreadable_columns, ',program_year,')) as work_based_learning_program_year_readable
from core.work_based_learning
where grantee_id = $grantee_id and program_year = $program_year;

select coalesce(sum(row_count), 0) as work_based_learning_key_unique
from (
    select count(*) as row_count
    from core.work_based_learning
    where
        grantee_id = $grantee_id and program_year = $program_year
        and institution_id is not null and student_id is not null
        and work_based_learning_type is not null and start_date is not null
    group by institution_id, student_id, work_based_learning_type, start_date
    having count(*) > 1
) as doubled;

select count(*) as work_based_learning_institution_known
from core.work_based_learning
anti join core.institution using (grantee_id, program_year, institution_id)
where grantee_id = $grantee_id and program_year = $program_year and institution_id is not null;

select count(*) as work_based_learning_student_known
from core.work_based_learning
anti join core.student using (grantee_id, program_year, institution_id, student_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and student_id is not null;

select count(*) as work_based_learning_program_known
from core.work_based_learning
anti join core.program using (grantee_id, program_year, institution_id, program_id)
where
    grantee_id = $grantee_id and program_year = $program_year
    and institution_id is not null and program_id is not null;
