-- How many persons: CTE participants, concentrators and completers, the group of each indicator (its denominator), and
-- how many of everybody's outcomes are unknown. Who met an indicator stands in publish.indicator. Each row has a count
-- or a code, never both. Groups that nobody is in have no row. Of a dimension that parts the persons of a place
-- (publish.margin: partition), the row all_other holds those who are in no group that is shown: the total less the
-- shown rows.
-- grain: grantee_id, program_year, count_code, institution_id, cip_code, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee (publish.grantee).
-- column program_year: The program year; for counts of an indicator the reporting year.
-- column count_code: participant, concentrator, completer; denominator_1P1 and alike, or unknown_1P1 and alike.
-- column institution_id: The institution (publish.institution); null means all.
-- column cip_code: CIP code of the program; null means all.
-- column subgroup_dimension: all, a dimension, or two such as race_ethnicity*sex.
-- column subgroup_code: all, a code of the dimension (publish.code), two such as white*female, or all_other.
-- column members: Of all_other the groups that it holds, joined by commas; else null.
-- column student_count: Persons; null where there is a code.
-- column suppression_code: withheld, pending or not_computable (publish.note); null where there is a count.
-- column release_id: The release that the row left with (publish.release).
with cell as (
    select *
    from quality.release_count
    where not starts_with(count_code, 'numerator_') and strpos(program_year, ' to ') = 0
),

partition_dimension as (
    select subgroup_dimension
    from mart.margin
    where table_name = 'mart.indicator' and margin = 'partition'
),

part as (
    select
        cell.grantee_id,
        cell.program_year,
        cell.count_code,
        cell.institution_id,
        cell.subgroup_dimension,
        sum(coalesce(cell.shown_count, 0)) as shown_count,
        count(cell.shown_count) as shown_group_count,
        count(case when cell.shown_count is null then 1 end) as hidden_count,
        string_agg(
            case when cell.shown_count is null then cell.subgroup_code end, ',' order by cell.subgroup_code
        ) as members
    from cell
    inner join partition_dimension on cell.subgroup_dimension = partition_dimension.subgroup_dimension
    where cell.cip_code is null
    group by cell.grantee_id, cell.program_year, cell.count_code, cell.institution_id, cell.subgroup_dimension
),

-- Made of shown numbers only: whoever has the rows can make it himself.
rest as (
    select
        part.grantee_id,
        part.program_year,
        part.count_code,
        part.institution_id,
        part.subgroup_dimension,
        part.members,
        cast(total.shown_count - part.shown_count as bigint) as student_count,
        total.release_id,
        total.threshold
    from part
    inner join cell as total
        on
            part.grantee_id = total.grantee_id
            and part.program_year = total.program_year
            and part.count_code = total.count_code
            and coalesce(part.institution_id, '') = coalesce(total.institution_id, '')
    where
        total.cip_code is null
        and total.subgroup_dimension = 'all'
        and total.shown_count is not null
        and part.hidden_count >= 2
        and part.shown_group_count > 0
)

select
    grantee_id,
    program_year,
    count_code,
    institution_id,
    cip_code,
    subgroup_dimension,
    subgroup_code,
    cast(null as varchar) as members,
    shown_count as student_count,
    code as suppression_code,
    release_id
from cell
union all
select
    grantee_id,
    program_year,
    count_code,
    institution_id,
    cast(null as varchar) as cip_code,
    subgroup_dimension,
    'all_other' as subgroup_code,
    members,
    student_count,
    cast(null as varchar) as suppression_code,
    release_id
from rest
where student_count >= threshold
