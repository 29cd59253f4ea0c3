-- The 90 % test of a grantee and of each eligible recipient. Levels are what the grantee's folder says; without one the
-- result is no_level, and records that do not hold all of the State's concentrators have not_the_states_figure.
-- grain: indicator_code, eligible_recipient_id
select
    indicator_code,
    eligible_recipient_id,
    level_percent,
    numerator_count,
    denominator_count,
    unknown_count,
    required_count,
    result,
    result_if_all_unknown_met,
    untold_institution_count,
    is_in_plan,
    years_below_in_plan,
    is_sanction_trigger
from mart.level_test
where grantee_id = 'oregon' and program_year = '2023-24'
order by indicator_code, eligible_recipient_id nulls first
