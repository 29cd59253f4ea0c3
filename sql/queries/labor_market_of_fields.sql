-- Where each field of a grantee's programs leads by published figures: its programs and concentrators, how many of the
-- occupations that the crosswalk names count, openings, growth and wages, and the verdicts. Figures are of the nation.
-- grain: cip_code, cip_version
select
    cip_code,
    cip_version,
    program_name,
    program_count,
    concentrator_count,
    crosswalk_status,
    occupation_count,
    counted_count,
    openings_count,
    growth_least,
    growth_most,
    wage_least,
    wage_most,
    high_skill,
    high_wage,
    in_demand,
    all_three,
    critical_count,
    automation_least,
    automation_most,
    proximity_least,
    proximity_most
from mart.labor_program
where grantee_id = 'oregon' and program_year = '2023-24'
order by cip_code, cip_version
