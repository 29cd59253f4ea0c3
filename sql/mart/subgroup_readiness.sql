-- What is known of each subgroup by sex and race, at each institution and at all of them: one cube, so that one rule
-- judges every subgroup, and each level is the sum of the one below. Beside it stands what is known of everybody there.
-- Answers are those of the special populations but nontraditional preparation, which follows from program and sex.
-- grain: grantee_id, program_year, institution_id, sex, race_ethnicity
-- margin institution_id: partition
-- margin sex: partition
-- margin race_ethnicity: partition
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution; null means all. A student counts once at each.
-- column sex: Sex, or one of the four states; null means all.
-- column race_ethnicity: Line of the Consolidated Annual Report, or one of the four states; null means all.
-- column student_count: Students.
-- column asked_answer_count: Answers due from them: special populations collected that reach them, not declined.
-- column informative_answer_count: Answers due that are yes or no.
-- column birth_date_count: Students with a birth date.
-- column linkable_count: Students whose identifier means the same person elsewhere, so that outcomes can be found.
-- column completer_count: Students who stand in mart.completer in the year.
-- column followed_count: Completers whose outcome in the second quarter (1P1) is known, as far as it was reported.
-- column everybody_student_count: student_count of both sexes and all races there.
-- column everybody_asked_answer_count: asked_answer_count of everybody there.
-- column everybody_informative_answer_count: informative_answer_count of everybody there.
-- column everybody_linkable_count: linkable_count of everybody there.
-- column everybody_completer_count: completer_count of everybody there.
-- column everybody_followed_count: followed_count of everybody there.
with followed as (
    select
        placement.grantee_id,
        scope.cohort_program_year as program_year,
        placement.institution_id,
        placement.student_id,
        max(case when placement.outcome = 'unknown' then 0 else 1 end) as is_followed
    from mart.placement_case as placement
    inner join mart.indicator_scope as scope
        on
            placement.grantee_id = scope.grantee_id
            and placement.program_year = scope.program_year
            and placement.indicator_code = scope.indicator_code
    group by placement.grantee_id, scope.cohort_program_year, placement.institution_id, placement.student_id
),

-- The dimension sex has one answer a student, so that it counts students.
answered as (
    select
        answer.grantee_id,
        answer.program_year,
        answer.institution_id,
        answer.sex_group as sex,
        answer.race_ethnicity_group as race_ethnicity,
        case when answer.equity_dimension = 'sex' then 1 else 0 end as student,
        case when answer.equity_dimension in ('sex', 'race_ethnicity', 'nontraditional_preparation') then 0 else 1 end
            as is_special_population,
        answer.is_informative,
        answer.is_missing,
        answer.has_birth_date,
        answer.is_linkable,
        answer.is_completer,
        coalesce(followed.is_followed, 0) as is_followed
    from mart.readiness_answer as answer
    left join followed
        on
            answer.grantee_id = followed.grantee_id
            and answer.program_year = followed.program_year
            and answer.institution_id = followed.institution_id
            and answer.student_id = followed.student_id
),

cubed as (
    select
        grantee_id,
        program_year,
        institution_id,
        sex,
        race_ethnicity,
        cast(sum(student) as bigint) as student_count,
        cast(
            sum(case when is_informative or is_missing then is_special_population else 0 end) as bigint
        ) as asked_answer_count,
        cast(
            sum(case when is_informative then is_special_population else 0 end) as bigint
        ) as informative_answer_count,
        cast(sum(case when has_birth_date then student else 0 end) as bigint) as birth_date_count,
        cast(sum(case when is_linkable then student else 0 end) as bigint) as linkable_count,
        cast(sum(case when is_completer then student else 0 end) as bigint) as completer_count,
        cast(sum(case when is_completer then student * is_followed else 0 end) as bigint) as followed_count
    from answered
    group by grantee_id, program_year, cube (institution_id, sex, race_ethnicity)
)

select
    grantee_id,
    program_year,
    institution_id,
    sex,
    race_ethnicity,
    student_count,
    asked_answer_count,
    informative_answer_count,
    birth_date_count,
    linkable_count,
    completer_count,
    followed_count,
    max(student_count) over same_place as everybody_student_count,
    max(asked_answer_count) over same_place as everybody_asked_answer_count,
    max(informative_answer_count) over same_place as everybody_informative_answer_count,
    max(linkable_count) over same_place as everybody_linkable_count,
    max(completer_count) over same_place as everybody_completer_count,
    max(followed_count) over same_place as everybody_followed_count
from cubed
window same_place as (partition by grantee_id, program_year, institution_id)
