-- What the public tables of the labor market do not tell: fields by what the crosswalk says of them, with the persons
-- who concentrate in them; occupations that count by whether a projection is published for them, and by whether a wage.
-- grain: what, projection_status, wage_status
with fields as (
    select
        crosswalk_status,
        count(*) as found_count,
        cast(sum(concentrator_count) as bigint) as concentrator_count
    from mart.labor_program
    where grantee_id = 'oregon' and program_year = '2023-24'
    group by crosswalk_status
),

occupations as (
    select
        projection_status,
        wage_status,
        count(*) as found_count
    from mart.program_occupation
    where grantee_id = 'oregon' and program_year = '2023-24' and is_counted
    group by grouping sets ((projection_status), (wage_status))
)

select
    'fields' as what,
    crosswalk_status as projection_status,
    null as wage_status,
    found_count,
    cast(sum(found_count) over () as bigint) as all_count,
    concentrator_count
from fields
union all
select
    'occupations' as what,
    projection_status,
    wage_status,
    found_count,
    cast(sum(found_count) over (partition by wage_status is null) as bigint) as all_count,
    null as concentrator_count
from occupations
order by what, projection_status, wage_status
