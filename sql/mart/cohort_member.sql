-- Whom each indicator counts: its denominator, student by program, with the time in which an outcome counts. The
-- definition of the reporting year says whom it counts and for how long; who is a concentrator and what completes was
-- said by that of the cohort's year. 1P1 counts concentrators who completed, or all who left; 2P1 these, or all
-- concentrators of the year; 3P1 the concentrators in programs that are nontraditional for a sex, or all.
-- grain: grantee_id, program_year, indicator_code, institution_id, student_id, program_id
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column indicator_code: 1P1, 2P1 or 3P1.
-- column cohort_program_year: Program year of the cohort.
-- column institution_id: The institution.
-- column student_id: Pseudonym of the student.
-- column person_id: The person within the grantee.
-- column is_linkable: Whether the identifier means the same person at another college of the grantee.
-- column is_matchable: Whether the identifier may be looked up at another body, as the definition says.
-- column program_id: The CTE program.
-- column left_in_year: Whether the student completed or left in the cohort's year.
-- column entry_date: Entry into the program; null where not reported.
-- column entry_until_date: Last day on which the entry can have been, where it is not reported.
-- column left_date: Completion or exit; null where there was none, or its date could not be read.
-- column outcome_quarter: Calendar quarter in which the student is to be looked for, written 2023Q4; null without date.
-- column award_until_date: Last day on which a credential can count.
-- column award_certain_until_date: The same where the date of leaving is not known and was the earliest possible.
-- column nontraditional_sex: The sex that the program is nontraditional for: female, male, both, neither; null unknown.
with scope as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        scope.cohort_program_year,
        definition.follow_up_quarters * 3 * interval 1 month as follow_up,
        definition.credential_window_months * interval 1 month as award_window,
        case scope.indicator_code
            when '1P1' then definition.denominator_1p1
            when '2P1' then definition.denominator_2p1
            else definition.denominator_3p1
        end as denominator,
        case scope.indicator_code
            when '1P1' then definition.cohort_end_date_1p1
            when '2P1' then definition.cohort_end_date_2p1
            else definition.cohort_end_date_3p1
        end as cohort_end_date
    from mart.indicator_scope as scope
    inner join reference.definition as definition
        on scope.grantee_id = definition.grantee_id and scope.program_year = definition.program_year
),

-- Whoever has not left is in the program until the year's end at least.
member as (
    select
        scope.*,
        stay.institution_id,
        stay.student_id,
        stay.person_id,
        stay.program_id,
        stay.left_in_year,
        stay.entry_date,
        stay.left_date,
        coalesce(stay.left_date, scope.cohort_end_date) as last_date,
        case
            when stay.left_date is not null then stay.left_date
            when stay.left_in_year then cast(scope.cohort_end_date + interval 1 day - interval 1 year as date)
            else scope.cohort_end_date
        end as first_date,
        date_trunc('quarter', stay.left_date) + scope.follow_up as followed_up,
        list.nontraditional_sex
    from scope
    inner join mart.concentrator_stay as stay
        on scope.grantee_id = stay.grantee_id and scope.cohort_program_year = stay.program_year
    left join mart.nontraditional_program as list
        on
            stay.grantee_id = list.grantee_id
            and stay.program_year = list.program_year
            and stay.institution_id = list.institution_id
            and stay.program_id = list.program_id
    where
        case scope.denominator
            when 'completed' then stay.completed_in_year
            when 'exited' then stay.left_in_year
            when 'concentrators' then stay.is_concentrator
            else stay.is_concentrator and coalesce(list.nontraditional_sex, 'neither') <> 'neither'
        end
)

select
    member.grantee_id,
    member.program_year,
    member.indicator_code,
    member.cohort_program_year,
    member.institution_id,
    member.student_id,
    member.person_id,
    person.is_linkable,
    counted.code is not null as is_matchable,
    member.program_id,
    member.left_in_year,
    member.entry_date,
    member.last_date as entry_until_date,
    member.left_date,
    cast(extract(year from member.followed_up) as varchar)
    || 'Q'
    || cast(extract(quarter from member.followed_up) as varchar) as outcome_quarter,
    cast(member.last_date + member.award_window as date) as award_until_date,
    cast(member.first_date + member.award_window as date) as award_certain_until_date,
    member.nontraditional_sex
from member
inner join mart.person as person
    on
        member.grantee_id = person.grantee_id
        and member.institution_id = person.institution_id
        and member.student_id = person.student_id
left join reference.counted_code as counted
    on
        member.grantee_id = counted.grantee_id
        and member.program_year = counted.program_year
        and person.student_id_kind = counted.code
        and counted.code_set = 'matchable_student_id_kind'
