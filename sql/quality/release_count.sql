-- Restricted. The counts of the releases in force as they may be shown, each with the policy of the day of its release.
-- What is published is made of shown_count and code alone: no other count of quality.release_cell is read for it.
-- materialized: view
-- grain: grantee_id, program_year, count_code, institution_id, cip_code, subgroup_dimension, subgroup_code
-- column release_id: Random token of the release.
-- column grantee_id: The grantee.
-- column program_year: The program year, or a span such as 2021-22 to 2023-24.
-- column count_code: participant, concentrator, completer; denominator_, numerator_ or unknown_ of an indicator.
-- column institution_id: The institution; null means all.
-- column cip_code: The program; null means all.
-- column subgroup_dimension: What the subgroup is told by; all for everybody.
-- column subgroup_code: The subgroup; all for everybody.
-- column shown_count: Persons, rounded as the policy says; null where the count is not shown.
-- column code: Code in place of the number; null where it is shown.
-- column threshold: Counts of persons above 0 and below this are not shown; null where no policy was kept.
-- column least_band: Persons that a band of top and bottom coding must hold; null likewise.
-- column bands: Shares by which rates are top and bottom coded, joined by commas; null likewise.
-- column rate_scale: One over the smallest step of a rate: 1000 is a tenth of a percent.
with kept as (
    select
        cell.*,
        policy.threshold as policy_threshold,
        policy.bands,
        greatest(policy.threshold, policy.protection_width) as least_band,
        coalesce(policy.rate_digits, 3) as rate_digits,
        cast(coalesce(policy.count_rounding, 1) as bigint) as step
    from quality.release_cell as cell
    inner join quality.release_in_force as in_force
        on
            cell.release_id = in_force.release_id
            and cell.grantee_id = in_force.grantee_id
            and cell.program_year = in_force.program_year
    left join quality.release_policy as policy
        on
            cell.release_id = policy.release_id
            and cell.grantee_id = policy.grantee_id
            and cell.program_year = policy.program_year
            and coalesce(nullif(split_part(cell.count_code, '_', 2), ''), 'all') = policy.indicator_code
    where cell.role = 'written'
),

-- The nearest multiple of the step, halves up, in whole numbers.
rounded as (
    select
        kept.*,
        cast((2 * kept.count + kept.step - (2 * kept.count + kept.step) % (2 * kept.step)) / 2 as bigint) as as_shown
    from kept
)

select
    release_id,
    grantee_id,
    program_year,
    count_code,
    institution_id,
    cip_code,
    subgroup_dimension,
    subgroup_code,
    case when is_shown then as_shown end as shown_count,
    case when is_shown and as_shown is not null then null else coalesce(code, 'withheld') end as code,
    policy_threshold as threshold,
    least_band,
    bands,
    cast(power(10, rate_digits) as bigint) as rate_scale
from rounded
