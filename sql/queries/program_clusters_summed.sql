-- Programs of the inventory and concentrators by Career Cluster and by what is said of it, as the scorecard's section
-- of Career Clusters sums mart.program_cluster: a line a question and answer, for the grantee and for each institution.
-- An answer is null where none was sent or proposed. Concentrators are counted once, at one program.
-- grain: institution_id, question, answer
with asked as (
    select
        institution_id,
        is_in_inventory,
        concentrator_once_count,
        coalesce(career_cluster_code, '') as state_cluster,
        coalesce(proposed_cluster_code, '') as proposed_cluster,
        coalesce(legacy_cluster_code, '') as legacy_cluster,
        coalesce(unmapped_reason, 'proposed') as unmapped,
        agreement,
        case
            when career_cluster_framework = '14-cluster' then 'ready'
            when proposed_cluster_count = 0 then 'none'
            when proposed_cluster_count = 1 then 'one'
            else 'several'
        end as readiness,
        if(career_cluster_code is null, 'no', 'yes') as has_state_cluster,
        if(career_cluster_framework = expected_framework, 'yes', 'no') as has_cluster_of_the_year,
        if(career_cluster_framework = '14-cluster', 'yes', 'no') as has_cluster_of_the_14,
        if(proposed_cluster_code is null, 'no', 'yes') as has_proposed_cluster
    from mart.program_cluster
    where grantee_id = 'oregon' and program_year = '2023-24'
),

answered as (
    select *
    from asked
    unpivot (
        answer for question in (
            state_cluster,
            proposed_cluster,
            legacy_cluster,
            unmapped,
            agreement,
            readiness,
            has_state_cluster,
            has_cluster_of_the_year,
            has_cluster_of_the_14,
            has_proposed_cluster
        )
    )
),

counted as (
    select
        institution_id,
        question,
        answer,
        count(*) filter (where is_in_inventory) as program_count,
        cast(sum(concentrator_once_count) as bigint) as concentrator_count
    from answered
    group by grouping sets ((institution_id, question, answer), (question, answer))
)

select
    institution_id,
    question,
    nullif(answer, '') as answer,
    program_count,
    cast(sum(program_count) over whole as bigint) as all_program_count,
    concentrator_count,
    cast(sum(concentrator_count) over whole as bigint) as all_concentrator_count
from counted
window whole as (partition by institution_id, question)
order by institution_id nulls first, question, answer
