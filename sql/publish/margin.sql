-- How the groups of each published table sum to the whole: partition (they sum to everybody of the place), cover (each
-- is at most everybody, and together they are at least everybody, because persons may be in several) or part (each is
-- at most everybody). So a withheld row can be bounded, and never told: releases are attacked with all of these before
-- they leave. Pairs that are not published are left out.
-- grain: table_name, subgroup_dimension
-- column table_name: The table of this file.
-- column subgroup_dimension: What the groups are told by: a dimension, two of them, or a key such as institution_id.
-- column margin: partition, cover or part.
with published as (
    select
        'mart.indicator' as mart_name,
        'publish.indicator' as table_name
    union all
    select
        'mart.student_count' as mart_name,
        'publish.student_count' as table_name
)

select
    published.table_name,
    margin.subgroup_dimension,
    margin.margin
from mart.margin as margin
inner join published on margin.table_name = published.mart_name
where
    strpos(margin.subgroup_dimension, '*') = 0
    or margin.subgroup_dimension = 'race_ethnicity*sex'
