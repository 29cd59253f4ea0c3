-- Which concentrators of a year are in programs that lead to high-skill, high-wage and in-demand occupations, by group.
-- Beside each count stands how many cannot be told: they are no "no". Where each field leads stands in
-- mart.labor_program, its occupations with their figures in mart.program_occupation.
-- grain: subgroup_dimension, subgroup_code
select
    subgroup_dimension,
    subgroup_code,
    concentrator_count,
    high_skill_count,
    high_skill_untold_count,
    high_wage_count,
    high_wage_untold_count,
    in_demand_count,
    in_demand_untold_count,
    all_three_count,
    all_three_untold_count,
    no_occupation_count
from mart.labor_alignment
where
    grantee_id = 'oregon'
    and program_year = '2023-24'
    and institution_id is null
order by subgroup_dimension, subgroup_code
