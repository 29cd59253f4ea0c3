-- Which rule to repair first: how far the open findings of each may move an indicator of a grantee, in percentage
-- points from the rate as reported to the farther bound. `cte rules RULE_ID` says what a rule means and how to repair
-- it.
-- grain: rule_id, indicator_code
select
    rule_effect.rule_id,
    rule_effect.indicator_code,
    rule_effect.use_code,
    rule_effect.finding_count,
    rule_effect.denominator_touched_count,
    rule_effect.outside_count,
    round(
        greatest(
            100.0 * rule_effect.numerator_count / rule_effect.denominator_count
            - 100.0 * rule_effect.lowest_numerator_count / rule_effect.lowest_denominator_count,
            100.0 * rule_effect.highest_numerator_count / rule_effect.highest_denominator_count
            - 100.0 * rule_effect.numerator_count / rule_effect.denominator_count
        ), 1
    ) as points
from quality.rule_effect as rule_effect
where
    rule_effect.grantee_id = 'oregon'
    and rule_effect.program_year = '2023-24'
    and rule_effect.institution_id is null
    and rule_effect.record_program_year is null
    and rule_effect.status = 'computed'
    and rule_effect.denominator_count > 0
    and rule_effect.lowest_denominator_count > 0
    and rule_effect.highest_denominator_count > 0
order by points desc, rule_effect.rule_id asc, rule_effect.indicator_code asc
limit 20
