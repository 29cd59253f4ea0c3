-- Can an equity dimension be measured at an institution? Who is reached by its definition, what is really known of
-- them, what looks filled in rather than asked, who is missing, and whether the answers hold from year to year. A
-- student counts once at each institution, also in the rows of all institutions. The limits are house defaults and
-- stand in the first table of the query. Declined is neutral: it is in no denominator. Null is what cannot be told.
-- grain: grantee_id, program_year, institution_id, equity_dimension
-- column grantee_id: The grantee.
-- column program_year: Program year.
-- column institution_id: The institution; null means all.
-- column equity_dimension: sex, race_ethnicity or one of the nine special populations.
-- column source: Declared source of the dimension; null where none is declared.
-- column proxy: What stands for the dimension, such as Pell eligible; empty where it is asked for itself.
-- column is_source_declared: Whether the grantee's folder says where the dimension comes from.
-- column is_flag: Whether the answers are yes and no.
-- column is_collected: Whether any student reached has another state than not_collected; null where none is reached.
-- column student_count: Students.
-- column population_count: Students whom the definition reaches.
-- column not_reached_count: Students whom it does not reach: foster care and parents on active duty are asked of youth.
-- column reach_unknown_count: Students whose age, and so whether they are reached, is not known.
-- column informative_count: Students reached who have a code.
-- column yes_count: Students with yes; null where the dimension is no flag.
-- column no_count: Students with no that can be believed; null where the dimension is no flag.
-- column unknown_count: The source says that it does not know.
-- column not_reported_count: Left blank.
-- column never_filed_count: A no that only an aid form could have said, of students who never filed one.
-- column filing_unknown_count: Such a no of students of whom it is not known whether they filed one.
-- column missing_count: unknown, not reported, never filed or filing unknown.
-- column declined_count: Asked and not disclosed; neutral.
-- column not_collected_count: The source does not collect the attribute.
-- column informative_denominator_count: Students reached who did not decline.
-- column informative_rate: informative_count / informative_denominator_count.
-- column unknown_denominator_count: Students reached who did not decline and of whom the attribute is collected.
-- column unknown_rate: missing_count / unknown_denominator_count.
-- column is_all_no: Whether everybody who did not decline is sent as no; null below 30 students and where no flag.
-- column is_all_blank: Whether everybody who did not decline is blank; null below 30 students.
-- column is_never_yes: Whether there are no but never a yes; null below 30 students and where no flag.
-- column never_yes_year_count: Years with answers, up to this one, since the last yes; null where there is a yes.
-- column leading_code: The most frequent code.
-- column leading_count: Students with the leading code.
-- column leading_share: leading_count / informative_count.
-- column single_default_code: The leading code where 99% or more were sent with it; null below 30 students.
-- column completer_informative_count: Completers (mart.completer) with a code.
-- column completer_missing_count: Completers of whom it is missing.
-- column other_informative_count: Other students with a code.
-- column other_missing_count: Other students of whom it is missing.
-- column missingness_test: chi_square_1df, of missing or known by completer or not.
-- column missingness_count: Students in the test.
-- column missingness_statistic: The statistic, without continuity correction; null where a margin is empty.
-- column is_testable: Whether at least 5 students are expected in each of the four cells.
-- column is_differential: Whether the statistic exceeds 3.841459 (5%) and the shares differ by 5 points; null untested.
-- column previous_informative_count: Students with a code in the program year before; null without that year.
-- column previous_yes_rate: Share of yes in the program year before.
-- column code_distance: Share of students who would have to change code to get from that year's shares to this one's.
-- column is_stable: Whether code_distance is at most 15 points; null with fewer than 100 codes in either year.
-- column reasons: Why the verdict is what it is, separated by semicolons; empty where there is nothing to say.
-- column verdict: measurable, with_caution or not_measurable; null below 30 students.
with house as (
    select
        30 as smallest_population,
        80 as caution_below_percent,
        50 as not_measurable_below_percent,
        99 as default_from_percent,
        10 as reach_unknown_above_percent,
        5 as smallest_expected_count,
        3.841459 as chi_square_above,
        5 as different_from_points,
        100 as smallest_compared_count,
        15 as unstable_above_points
),

counted as (
    select
        grantee_id,
        program_year,
        institution_id,
        equity_dimension,
        answer,
        is_informative,
        is_missing,
        count(*) as student_count,
        sum(case when is_completer then 1 else 0 end) as completer_count
    from mart.readiness_answer
    group by
        grouping sets (
            (grantee_id, program_year, institution_id, equity_dimension, answer, is_informative, is_missing),
            (grantee_id, program_year, equity_dimension, answer, is_informative, is_missing)
        )
),

both_years as (
    select
        *,
        0 as previous_count
    from counted
    union all
    select
        counted.grantee_id,
        definition.program_year,
        counted.institution_id,
        counted.equity_dimension,
        counted.answer,
        counted.is_informative,
        counted.is_missing,
        0 as student_count,
        0 as completer_count,
        counted.student_count as previous_count
    from counted
    inner join reference.definition as definition
        on
            counted.grantee_id = definition.grantee_id
            and counted.program_year = definition.previous_program_year
),

-- One row for each answer of either year.
answers as (
    select
        grantee_id,
        program_year,
        institution_id,
        equity_dimension,
        answer,
        is_informative,
        is_missing,
        cast(sum(student_count) as bigint) as student_count,
        cast(sum(completer_count) as bigint) as completer_count,
        cast(sum(previous_count) as bigint) as previous_count
    from both_years
    group by grantee_id, program_year, institution_id, equity_dimension, answer, is_informative, is_missing
),

placed as (
    select
        *,
        row_number() over (
            partition by grantee_id, program_year, institution_id, equity_dimension
            order by is_informative desc, student_count desc, answer asc
        ) as place,
        cast(
            sum(case when is_informative then student_count else 0 end) over one_row as bigint
        ) as informative_total,
        cast(
            sum(case when is_informative then previous_count else 0 end) over one_row as bigint
        ) as previous_total
    from answers
    window one_row as (partition by grantee_id, program_year, institution_id, equity_dimension)
),

summed as (
    select
        grantee_id,
        program_year,
        institution_id,
        equity_dimension,
        equity_dimension not in ('sex', 'race_ethnicity') as is_flag,
        cast(sum(student_count) as bigint) as student_count,
        cast(sum(student_count) filter (where answer = 'not_reached') as bigint) as not_reached_count,
        cast(sum(student_count) filter (where answer = 'reach_unknown') as bigint) as reach_unknown_count,
        cast(sum(student_count) filter (where is_informative) as bigint) as informative_count,
        cast(sum(student_count) filter (where answer = 'yes') as bigint) as yes_count,
        cast(sum(student_count) filter (where answer = 'no') as bigint) as no_count,
        cast(sum(student_count) filter (where answer = 'unknown') as bigint) as unknown_count,
        cast(sum(student_count) filter (where answer = 'not_reported') as bigint) as not_reported_count,
        cast(sum(student_count) filter (where answer = 'never_filed') as bigint) as never_filed_count,
        cast(sum(student_count) filter (where answer = 'filing_unknown') as bigint) as filing_unknown_count,
        cast(sum(student_count) filter (where is_missing) as bigint) as missing_count,
        cast(sum(student_count) filter (where answer = 'declined') as bigint) as declined_count,
        cast(sum(student_count) filter (where answer = 'not_collected') as bigint) as not_collected_count,
        max(case when place = 1 and is_informative and student_count > 0 then answer end) as leading_code,
        max(case when place = 1 and is_informative then student_count else 0 end) as leading_count,
        cast(sum(completer_count) filter (where is_informative) as bigint) as completer_informative_count,
        cast(sum(completer_count) filter (where is_missing) as bigint) as completer_missing_count,
        cast(sum(student_count - completer_count) filter (where is_informative) as bigint) as other_informative_count,
        cast(sum(student_count - completer_count) filter (where is_missing) as bigint) as other_missing_count,
        sum(previous_count) as previous_student_count,
        max(previous_total) as previous_informative_count,
        cast(sum(previous_count) filter (where answer = 'yes') as bigint) as previous_yes_count,
        cast(
            sum(
                case
                    when is_informative
                        then abs(student_count * previous_total - previous_count * informative_total)
                end
            ) as bigint
        ) as distance_count
    from placed
    group by grantee_id, program_year, institution_id, equity_dimension
    having sum(student_count) > 0
),

filled as (
    select
        grantee_id,
        program_year,
        institution_id,
        equity_dimension,
        is_flag,
        student_count,
        coalesce(not_reached_count, 0) as not_reached_count,
        coalesce(reach_unknown_count, 0) as reach_unknown_count,
        student_count - coalesce(not_reached_count, 0) - coalesce(reach_unknown_count, 0) as population_count,
        coalesce(informative_count, 0) as informative_count,
        coalesce(yes_count, 0) as yes_count,
        coalesce(no_count, 0) as no_count,
        coalesce(unknown_count, 0) as unknown_count,
        coalesce(not_reported_count, 0) as not_reported_count,
        coalesce(never_filed_count, 0) as never_filed_count,
        coalesce(filing_unknown_count, 0) as filing_unknown_count,
        coalesce(no_count, 0)
        + coalesce(never_filed_count, 0)
        + coalesce(filing_unknown_count, 0) as sent_as_no_count,
        coalesce(missing_count, 0) as missing_count,
        coalesce(declined_count, 0) as declined_count,
        coalesce(not_collected_count, 0) as not_collected_count,
        leading_code,
        leading_count,
        coalesce(completer_informative_count, 0) as completer_informative_count,
        coalesce(completer_missing_count, 0) as completer_missing_count,
        coalesce(other_informative_count, 0) as other_informative_count,
        coalesce(other_missing_count, 0) as other_missing_count,
        case when previous_student_count > 0 then previous_informative_count end as previous_informative_count,
        coalesce(previous_yes_count, 0) as previous_yes_count,
        coalesce(distance_count, 0) as distance_count
    from summed
),

limited as (
    select
        filled.*,
        house.*,
        source.source,
        source.proxy
    from filled
    cross join house
    left join reference.equity_source as source
        on filled.grantee_id = source.grantee_id and filled.equity_dimension = source.equity_dimension
),

measured as (
    select
        *,
        population_count - declined_count as informative_denominator_count,
        population_count - declined_count - not_collected_count as unknown_denominator_count,
        completer_informative_count + completer_missing_count as completer_count,
        other_informative_count + other_missing_count as other_count,
        completer_missing_count * other_informative_count
        - completer_informative_count * other_missing_count as crossed_count,
        count(case when yes_count > 0 then 1 end) over (
            partition by grantee_id, institution_id, equity_dimension
            order by program_year
            rows between unbounded preceding and current row
        ) as yes_year_count
    from limited
),

tested as (
    select
        *,
        cast(
            sum(case when yes_count = 0 and sent_as_no_count > 0 then 1 else 0 end) over (
                partition by grantee_id, institution_id, equity_dimension, yes_year_count
                order by program_year
                rows between unbounded preceding and current row
            ) as bigint
        ) as year_count_without_yes,
        cast(crossed_count as double) * crossed_count * (informative_count + missing_count)
        / nullif(cast(completer_count as double) * other_count * informative_count * missing_count, 0)
            as missingness_statistic,
        least(completer_count, other_count) * least(informative_count, missing_count)
        >= smallest_expected_count * (informative_count + missing_count)
        and informative_count + missing_count > 0 as is_testable,
        population_count >= smallest_population as is_large
    from measured
),

judged as (
    select
        *,
        source is not null as is_source_declared,
        case when population_count > 0 then not_collected_count < population_count end as is_collected,
        case
            when is_large and is_flag
                then
                    informative_denominator_count > 0
                    and sent_as_no_count = informative_denominator_count
        end as is_all_no,
        case
            when is_large
                then informative_denominator_count > 0 and not_reported_count = informative_denominator_count
        end as is_all_blank,
        case when is_large and is_flag then yes_count = 0 and sent_as_no_count > 0 end as is_never_yes,
        case
            when
                is_large
                and leading_count * 100
                >= default_from_percent * (informative_count + never_filed_count + filing_unknown_count)
                then leading_code
        end as single_default_code,
        case
            when is_testable
                then
                    missingness_statistic > chi_square_above
                    and abs(crossed_count) * 100 >= different_from_points * completer_count * other_count
        end as is_differential,
        case
            when
                informative_count >= smallest_compared_count
                and previous_informative_count >= smallest_compared_count
                then
                    distance_count * 100
                    <= unstable_above_points * 2 * informative_count * previous_informative_count
        end as is_stable
    from tested
),

explained as (
    select
        *,
        concat_ws(
            '; ',
            case when not is_large then 'too few students' end,
            case
                when not is_collected then 'not collected'
                when is_all_blank then 'all blank'
                when population_count > 0 and informative_denominator_count = 0 then 'all declined'
                when informative_count * 100 < not_measurable_below_percent * informative_denominator_count
                    then 'less than half known'
                when informative_count * 100 < caution_below_percent * informative_denominator_count
                    then 'more than a fifth not known'
            end,
            case when is_all_no then 'all no' end,
            case when is_never_yes and not is_all_no then 'never yes' end,
            case
                when not is_flag and single_default_code is not null then 'one code for all'
                when single_default_code = 'yes' then 'yes for all'
            end,
            case when is_differential then 'missing more often on one side of completion' end,
            case when not is_stable then 'unlike the year before' end,
            case
                when reach_unknown_count * 100 > reach_unknown_above_percent * student_count
                    then 'age of many not known'
            end,
            case when is_collected and not is_source_declared then 'source not declared' end
        ) as reasons
    from judged
)

select
    grantee_id,
    program_year,
    institution_id,
    equity_dimension,
    source,
    proxy,
    is_source_declared,
    is_flag,
    is_collected,
    student_count,
    population_count,
    not_reached_count,
    reach_unknown_count,
    informative_count,
    case when is_flag then yes_count end as yes_count,
    case when is_flag then no_count end as no_count,
    unknown_count,
    not_reported_count,
    never_filed_count,
    filing_unknown_count,
    missing_count,
    declined_count,
    not_collected_count,
    informative_denominator_count,
    cast(informative_count as double) / nullif(informative_denominator_count, 0) as informative_rate,
    unknown_denominator_count,
    cast(missing_count as double) / nullif(unknown_denominator_count, 0) as unknown_rate,
    is_all_no,
    is_all_blank,
    is_never_yes,
    case when is_never_yes then year_count_without_yes end as never_yes_year_count,
    leading_code,
    leading_count,
    cast(leading_count as double) / nullif(informative_count, 0) as leading_share,
    single_default_code,
    completer_informative_count,
    completer_missing_count,
    other_informative_count,
    other_missing_count,
    'chi_square_1df' as missingness_test,
    informative_count + missing_count as missingness_count,
    missingness_statistic,
    is_testable,
    is_differential,
    previous_informative_count,
    case
        when is_flag then cast(previous_yes_count as double) / nullif(previous_informative_count, 0)
    end as previous_yes_rate,
    cast(distance_count as double)
    / nullif(2 * informative_count * previous_informative_count, 0) as code_distance,
    is_stable,
    reasons,
    case
        when not is_large then null
        when
            informative_count = 0
            or is_all_no
            or informative_count * 100 < not_measurable_below_percent * informative_denominator_count
            then 'not_measurable'
        when reasons <> '' then 'with_caution'
        else 'measurable'
    end as verdict
from explained
