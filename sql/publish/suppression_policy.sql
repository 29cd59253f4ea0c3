-- Under which rules the numbers in this file left: the strictest of all policies that touch a kind of count, as it was
-- on the day of the release. A rule that changed since changes nothing here before the next release.
-- grain: grantee_id, program_year, indicator_code
-- column grantee_id: The grantee.
-- column program_year: The program year; for years put together the span, such as 2021-22 to 2023-24.
-- column indicator_code: 1P1, 2P1 or 3P1; all for counts of participants, concentrators and completers.
-- column name: Whose rules together: publisher (the agency), publisher:<name>, or sources of placements.
-- column threshold: Counts of persons above 0 and below this are not shown.
-- column protection_width: How many persons wide what anybody can conclude of a sensitive count at least is.
-- column bands: Shares at or under which rates are told as at_most, from 1 less them as at_least; such as 0.05,0.10.
-- column rate_digits: Digits after the point of a rate as a share of 1: 3 is a tenth of a percent.
-- column count_rounding: Shown counts are rounded to a multiple of this; 1 is not at all.
-- column smallest_change: A later release that changes fewer persons than this leaves this one in force.
-- column approved_by: Who confirmed the rules for releases; null for an invented sample.
-- column approved_on: When they were confirmed.
-- column source: Where the rules stand.
-- column release_id: The release that the numbers left with (publish.release).
select
    policy.grantee_id,
    policy.program_year,
    policy.indicator_code,
    policy.name,
    policy.threshold,
    policy.protection_width,
    policy.bands,
    policy.rate_digits,
    policy.count_rounding,
    policy.smallest_change,
    nullif(policy.approved_by, '') as approved_by,
    policy.approved_on,
    policy.source,
    policy.release_id
from quality.release_policy as policy
inner join quality.release_in_force as release
    on
        policy.release_id = release.release_id
        and policy.grantee_id = release.grantee_id
        and policy.program_year = release.program_year
