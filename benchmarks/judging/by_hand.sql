-- The 100 rules of checks.py as a person would write them who wants them fast: the yardstick of this benchmark.
-- It counts failing rows by grantee, program year and institution; of a key, only the places where some row fails.
--
-- Tried on 1 million rows of Parquet (CPU seconds, two processors), and what was kept:
-- * counting: count_if 2.2 to 3.2 (kept), sum(case) 3.1, count(case) 3.1, count(*) filter 4.9. Grouping by the three
--   columns adds nothing. Nulls as count(*) - count(x), or regexp_full_match for regexp_matches: no difference.
-- * references: not in, within the grand scan, adds less than runs differ (kept); five anti joins 0.5; distinct keys
--   first and then anti joins 0.2. The lists are short and hold no nulls.
-- * keys: by the hash of the key, then by the key itself for the few rows whose hash is not alone, so that no collision
--   does harm: 1.2 (kept); by the key at once 1.8, with hash tables as large as the keys; windows over all rows 3.0.
--   Where a key lacks the institution, a window over those few rows tells the places.
-- Not done: judging the distinct values of a column in place of its rows. Which columns have few values, and which of
-- them are wrong, is known only after a look at the data, and this is a file of SQL and no program.

select
    grantee_id,
    program_year,
    institution_id,
    count_if(student_id is null) as student_id_present,
    count_if(record_number is null) as record_number_present,
    count_if(program_id is null) as program_id_present,
    count_if(course_id is null) as course_id_present,
    count_if(birth_date is null) as birth_date_present,
    count_if(begin_date is null) as begin_date_present,
    count_if(end_date is null) as end_date_present,
    count_if(credits_attempted is null) as credits_attempted_present,
    count_if(credits_earned is null) as credits_earned_present,
    count_if(course_title is null) as course_title_present,
    count_if(cip_code is null) as cip_code_present,
    count_if(term_code is null) as term_code_present,
    count_if(sex is null) as sex_present,
    count_if(race_ethnicity is null) as race_ethnicity_present,
    count_if(credit_unit is null) as credit_unit_present,
    count_if(grade_code is null) as grade_code_present,
    count_if(attendance_status is null) as attendance_status_present,
    count_if(enrollment_status is null) as enrollment_status_present,
    count_if(credential_level is null) as credential_level_present,
    count_if(term_code not in ('summer', 'fall', 'winter', 'spring')) as term_code_known,
    count_if(sex not in ('female', 'male', 'another', 'unknown')) as sex_known,
    count_if(
        race_ethnicity not in ('american_indian_or_alaska_native', 'asian', 'black_or_african_american',
            'hispanic_or_latino', 'native_hawaiian_or_other_pacific_islander', 'two_or_more', 'white',
            'unknown')
    ) as race_ethnicity_known,
    count_if(hispanic_ethnicity not in ('yes', 'no', 'unknown')) as hispanic_ethnicity_known,
    count_if(disability_status not in ('yes', 'no', 'unknown')) as disability_status_known,
    count_if(economic_disadvantage_status not in ('yes', 'no', 'unknown')) as economic_disadvantage_status_known,
    count_if(
        nontraditional_preparation_status not in ('yes', 'no', 'unknown')
    ) as nontraditional_preparation_status_known,
    count_if(single_parent_status not in ('yes', 'no', 'unknown')) as single_parent_status_known,
    count_if(out_of_workforce_status not in ('yes', 'no', 'unknown')) as out_of_workforce_status_known,
    count_if(english_learner_status not in ('yes', 'no', 'unknown')) as english_learner_status_known,
    count_if(homelessness_status not in ('yes', 'no', 'unknown')) as homelessness_status_known,
    count_if(foster_care_status not in ('yes', 'no', 'unknown')) as foster_care_status_known,
    count_if(active_duty_parent_status not in ('yes', 'no', 'unknown')) as active_duty_parent_status_known,
    count_if(residence_state not in ('AL', 'DE', 'DC', 'FL', 'OR', 'GA', 'MD', 'WA')) as residence_state_known,
    count_if(credit_unit not in ('semester_credit', 'quarter_credit', 'clock_hour')) as credit_unit_known,
    count_if(grade_code not in ('A', 'B', 'C', 'D', 'F', 'P', 'W', 'I')) as grade_code_known,
    count_if(delivery_mode not in ('in_person', 'online', 'hybrid')) as delivery_mode_known,
    count_if(enrollment_status not in ('completed', 'withdrawn', 'in_progress')) as enrollment_status_known,
    count_if(attendance_status not in ('full_time', 'part_time')) as attendance_status_known,
    count_if(
        credential_level not in ('certificate_short', 'certificate_long', 'associate', 'none')
    ) as credential_level_known,
    count_if(
        placement_status not in ('employed', 'postsecondary', 'military', 'service', 'not_placed',
            'unknown')
    ) as placement_status_known,
    count_if(
        work_based_learning_type not in ('internship', 'apprenticeship', 'clinical', 'none')
    ) as work_based_learning_type_known,
    count_if(
        career_cluster_code not in ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12',
            '13', '14')
    ) as career_cluster_code_known,
    count_if(not regexp_matches(student_id, '^[0-9a-f]{16}$')) as student_id_shaped,
    count_if(not regexp_matches(record_number, '^R[0-9]{9}$')) as record_number_shaped,
    count_if(not regexp_matches(program_id, '^P[0-9]{5}$')) as program_id_shaped,
    count_if(not regexp_matches(course_id, '^[A-Z]{3}[0-9]{3}$')) as course_id_shaped,
    count_if(not regexp_matches(credential_number, '^C[0-9]{10}$')) as credential_number_shaped,
    count_if(not regexp_matches(institution_id, '^[0-9]{6}$')) as institution_id_shaped,
    count_if(not regexp_matches(home_institution_id, '^1[0-9]{5}$')) as home_institution_id_shaped,
    count_if(not regexp_matches(postal_code, '^[0-9]{5}(-[0-9]{4})?$')) as postal_code_shaped,
    count_if(not regexp_matches(course_title, '[A-Za-z]')) as course_title_shaped,
    count_if(not regexp_matches(cip_code, '^[0-9]{2}[.][0-9]{4}$')) as cip_code_shaped,
    count_if(not regexp_matches(soc_code, '^[0-9]{2}-[0-9]{4}$')) as soc_code_shaped,
    count_if(not regexp_matches(submission_id, '^[a-z]+-20[0-9]{2}-[0-9]{2}-[0-9]+$')) as submission_id_shaped,
    count_if(length(course_title) not between 3 and 60) as course_title_length,
    count_if(length(student_id) <> 16) as student_id_length,
    count_if(length(course_id) not between 5 and 8) as course_id_length,
    count_if(length(postal_code) not between 5 and 10) as postal_code_length,
    count_if(birth_date not between date '1920-01-01' and date '2015-12-31') as birth_date_plausible,
    count_if(begin_date not between date '2000-01-01' and date '2030-12-31') as begin_date_plausible,
    count_if(end_date not between date '2000-01-01' and date '2030-12-31') as end_date_plausible,
    count_if(credential_date not between date '2005-01-01' and date '2030-12-31') as credential_date_plausible,
    count_if(credits_attempted not between 0 and 30) as credits_attempted_plausible,
    count_if(credits_earned not between 0 and 30) as credits_earned_plausible,
    count_if(quarterly_wage not between 0 and 250000) as quarterly_wage_plausible,
    count_if(line_number < 1) as line_number_plausible,
    count_if(end_date < begin_date) as end_date_not_before_begin_date,
    count_if(begin_date < birth_date) as begin_date_not_before_birth_date,
    count_if(credential_date < begin_date) as credential_date_not_before_begin_date,
    count_if(credential_date < birth_date) as credential_date_not_before_birth_date,
    count_if(credits_attempted < credits_earned) as credits_attempted_not_before_credits_earned,
    count_if(not (credits_earned <= credits_attempted * 2)) as credits_within_twice,
    count_if(not (credits_attempted + credits_earned <= 45)) as credits_add_up,
    count_if(not (quarterly_wage <= 100000 + credits_earned * 1000)) as wage_for_credits,
    count_if(
        credential_level in ('certificate_short', 'certificate_long', 'associate')
        and credential_number is null
    ) as award_has_number,
    count_if(
        credential_level in ('certificate_short', 'certificate_long', 'associate')
        and credential_date is null
    ) as award_has_date,
    count_if(enrollment_status = 'completed' and credential_number is null) as completer_has_number,
    count_if(credential_level = 'none' and credential_number is not null) as no_award_has_no_number,
    count_if(credential_level = 'none' and credential_date is not null) as no_award_has_no_date,
    count_if(enrollment_status = 'withdrawn' and credential_date is not null) as who_left_has_no_date,
    count_if(enrollment_status = 'withdrawn' and credential_level <> 'none') as who_left_has_no_award,
    count_if(
        enrollment_status = 'completed'
        and credential_level not in ('certificate_short', 'certificate_long', 'associate')
    ) as completer_has_award,
    count_if(
        credential_level in ('certificate_short', 'certificate_long', 'associate')
        and enrollment_status <> 'completed'
    ) as award_is_of_completer,
    count_if(
        work_based_learning_type = 'clinical'
        and delivery_mode not in ('in_person', 'online', 'hybrid')
    ) as clinical_in_known_mode,
    count_if(placement_status = 'employed' and soc_code is null) as employed_has_soc,
    count_if(credit_unit = 'quarter_credit' and credits_attempted not between 0 and 25) as quarter_credits_few,
    count_if(credit_unit = 'clock_hour' and credits_attempted not between 0 and 900) as clock_hours_many,
    count_if(delivery_mode = 'online' and not regexp_matches(course_title, '^[A-Z]')) as online_has_title,
    count_if(attendance_status = 'full_time' and begin_date is null) as full_time_begins,
    count_if(credential_level = 'associate' and program_id is null) as associate_has_program,
    count_if(institution_id not in (select institution_id from bench.institution)) as institution_listed,
    count_if(home_institution_id not in (select institution_id from bench.institution)) as home_institution_listed,
    count_if(program_id not in (select program_id from bench.program)) as program_listed,
    count_if(cip_code not in (select cip_code from bench.program)) as cip_code_listed,
    count_if(
        institution_id is not null and program_id is not null
        and row(institution_id, program_id) not in (select row(institution_id, program_id) from bench.program)
    ) as program_of_institution,
from bench.record
group by grantee_id, program_year, institution_id;

with shared as materialized (
    select hash(grantee_id, program_year, institution_id, record_number) as key_hash
    from bench.record
    where institution_id is not null and record_number is not null
    group by key_hash
    having count(*) > 1
),
repeated as (
    select grantee_id, program_year, institution_id, record_number, count(*) as row_count
    from bench.record
    semi join shared on hash(grantee_id, program_year, institution_id, record_number) = key_hash
    where institution_id is not null and record_number is not null
    group by all
    having count(*) > 1
)
select grantee_id, program_year, institution_id, sum(row_count) as record_once
from repeated
group by all;

with shared as materialized (
    select hash(grantee_id, program_year, institution_id, student_id, course_id) as key_hash
    from bench.record
    where institution_id is not null and student_id is not null and course_id is not null
    group by key_hash
    having count(*) > 1
),
repeated as (
    select grantee_id, program_year, institution_id, student_id, course_id, count(*) as row_count
    from bench.record
    semi join shared on hash(grantee_id, program_year, institution_id, student_id, course_id) = key_hash
    where institution_id is not null and student_id is not null and course_id is not null
    group by all
    having count(*) > 1
)
select grantee_id, program_year, institution_id, sum(row_count) as course_once
from repeated
group by all;

with shared as materialized (
    select hash(grantee_id, program_year, institution_id, student_id, course_id, begin_date) as key_hash
    from bench.record
    where institution_id is not null and student_id is not null and course_id is not null and begin_date is not null
    group by key_hash
    having count(*) > 1
),
repeated as (
    select grantee_id, program_year, institution_id, student_id, course_id, begin_date, count(*) as row_count
    from bench.record
    semi join shared on hash(grantee_id, program_year, institution_id, student_id, course_id, begin_date) = key_hash
    where institution_id is not null and student_id is not null and course_id is not null and begin_date is not null
    group by all
    having count(*) > 1
)
select grantee_id, program_year, institution_id, sum(row_count) as stay_once
from repeated
group by all;

with shared as materialized (
    select hash(grantee_id, program_year, submission_id, line_number) as key_hash
    from bench.record
    group by key_hash
    having count(*) > 1
),
alike as (
    select
        grantee_id,
        program_year,
        institution_id,
        count(*) over (partition by grantee_id, program_year, submission_id, line_number) as row_count
    from bench.record
    semi join shared on hash(grantee_id, program_year, submission_id, line_number) = key_hash
)
select grantee_id, program_year, institution_id, count(*) as line_once
from alike
where row_count > 1
group by all;

with shared as materialized (
    select hash(grantee_id, program_year, credential_number) as key_hash
    from bench.record
    where credential_number is not null
    group by key_hash
    having count(*) > 1
),
alike as (
    select
        grantee_id,
        program_year,
        institution_id,
        count(*) over (partition by grantee_id, program_year, credential_number) as row_count
    from bench.record
    semi join shared on hash(grantee_id, program_year, credential_number) = key_hash
    where credential_number is not null
)
select grantee_id, program_year, institution_id, count(*) as credential_once
from alike
where row_count > 1
group by all;
