-- Whom each open finding about a record concerns: the student of the record, those enrolled in a course, those of a
-- program, everybody of an institution. A record that names nobody, or that is no longer there, has a row without a
-- student; findings on rates, years and whole files have none.
-- grain: finding_id, student_id
-- materialized: view
-- column finding_id: The finding; open ones only.
-- column rule_id: The rule.
-- column grantee_id: The grantee.
-- column program_year: Program year of the record.
-- column institution_id: The institution of the finding; null where it belongs to none.
-- column table_name: The canonical table of the record, without its schema.
-- column column_name: The column that the finding points at.
-- column student_id: Pseudonym of the student; null where the record names nobody.
-- column person_id: The person within the grantee; null where student_id is.
-- column is_left_out: Whether no measure counts the record, so that the person may be missing there.
with finding as (
    select
        finding_id,
        rule_id,
        grantee_id,
        program_year,
        institution_id,
        replace(table_name, 'core.', '') as table_name,
        column_name,
        submission_id,
        line_number
    from quality.finding
    where state = 'open' and grantee_id is not null and table_name like 'core.%'
),

record as (
    select
        'student' as table_name,
        submission_id,
        line_number,
        institution_id,
        student_id
    from core.student
    union all
    select
        'program_enrollment' as table_name,
        submission_id,
        line_number,
        institution_id,
        student_id
    from core.program_enrollment
    union all
    select
        'enrollment' as table_name,
        submission_id,
        line_number,
        institution_id,
        student_id
    from core.enrollment
    union all
    select
        'credential' as table_name,
        submission_id,
        line_number,
        institution_id,
        student_id
    from core.credential
    union all
    select
        'placement' as table_name,
        submission_id,
        line_number,
        institution_id,
        student_id
    from core.placement
    union all
    select
        'work_based_learning' as table_name,
        submission_id,
        line_number,
        institution_id,
        student_id
    from core.work_based_learning
),

-- Those of a program that is itself left out are in no measure, but in the records.
member as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        student_id
    from core.program_enrollment
    where student_id is not null
    union all
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        student_id
    from mart.program_student
),

concerned as (
    select
        finding.*,
        record.institution_id as student_institution_id,
        record.student_id
    from finding
    left join record
        on
            finding.table_name = record.table_name
            and finding.submission_id = record.submission_id
            and finding.line_number = record.line_number
    where
        finding.table_name in (
            'student', 'program_enrollment', 'enrollment', 'credential', 'placement', 'work_based_learning'
        )
    union all
    select distinct
        finding.*,
        course.institution_id as student_institution_id,
        enrollment.student_id
    from finding
    left join core.course as course
        on finding.submission_id = course.submission_id and finding.line_number = course.line_number
    left join core.enrollment as enrollment
        on
            course.grantee_id = enrollment.grantee_id
            and course.program_year = enrollment.program_year
            and course.institution_id = enrollment.institution_id
            and course.term_code = enrollment.term_code
            and course.course_id = enrollment.course_id
    where
        finding.table_name = 'course'
        and (enrollment.student_id is not null or course.course_id is null or course.term_code is null)
    union all
    select distinct
        finding.*,
        program.institution_id as student_institution_id,
        member.student_id
    from finding
    left join core.program as program
        on finding.submission_id = program.submission_id and finding.line_number = program.line_number
    left join member
        on
            program.grantee_id = member.grantee_id
            and program.program_year = member.program_year
            and program.institution_id = member.institution_id
            and program.program_id = member.program_id
    where finding.table_name = 'program' and (member.student_id is not null or program.program_id is null)
    union all
    select distinct
        finding.*,
        institution.institution_id as student_institution_id,
        student.student_id
    from finding
    left join core.institution as institution
        on finding.submission_id = institution.submission_id and finding.line_number = institution.line_number
    left join core.student as student
        on
            institution.grantee_id = student.grantee_id
            and institution.program_year = student.program_year
            and institution.institution_id = student.institution_id
    where
        finding.table_name = 'institution' and (student.student_id is not null or institution.institution_id is null)
),

-- Of a second row with the same key nobody is missing: the first one counts.
left_out as (
    select
        table_name,
        submission_id,
        line_number
    from mart.exclusion
    where reason_code in ('key_unreadable', 'orphan')
)

select
    concerned.finding_id,
    concerned.rule_id,
    concerned.grantee_id,
    concerned.program_year,
    nullif(concerned.institution_id, '') as institution_id,
    concerned.table_name,
    concerned.column_name,
    concerned.student_id,
    case
        when concerned.student_id is not null
            then
                coalesce(
                    person.person_id, concat(coalesce(concerned.student_institution_id, '?'), ':', concerned.student_id)
                )
    end as person_id,
    left_out.line_number is not null as is_left_out
from concerned
left join mart.person as person
    on
        concerned.grantee_id = person.grantee_id
        and concerned.student_institution_id = person.institution_id
        and concerned.student_id = person.student_id
left join left_out
    on
        concerned.table_name = left_out.table_name
        and concerned.submission_id = left_out.submission_id
        and concerned.line_number = left_out.line_number
