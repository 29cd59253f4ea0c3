-- runs on: published/cte.duckdb
-- Question: What do the definitions of the grantees say, and in what do they differ?
-- Reading: a row for each key and value, with the grantees that have it; keys with value_count above 1 come first.
-- It cannot tell: how much of a difference in rates comes from it: only the agency can count both ways.
with compared as (
    select
        key,
        count(distinct value) as value_count
    from publish.definition
    where program_year = '2023-24'
    group by key
)

select
    definition.key,
    definition.words,
    compared.value_count,
    definition.value,
    string_agg(definition.grantee_id, ', ' order by definition.grantee_id) as grantees
from publish.definition as definition
inner join compared on definition.key = compared.key
where definition.program_year = '2023-24' and definition.key not in ('evidence', 'effective_from')
group by definition.key, definition.words, compared.value_count, definition.value
order by compared.value_count desc, definition.key asc, definition.value asc
