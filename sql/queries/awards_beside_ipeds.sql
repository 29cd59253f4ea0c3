-- Awards in the records beside IPEDS Completions, what is farthest apart first; and why nothing can be compared. Rows
-- of not_comparable need no repair: they say which file or code is missing.
-- grain: institution_id, cip_code, award_level_code
select
    institution_id,
    unitid,
    cip_code,
    award_level_code,
    ours_count,
    theirs_count,
    tolerance_count,
    lag_years,
    status,
    reason_code,
    exception_reason
from mart.completions_agreement
where grantee_id = 'oregon' and program_year = '2023-24'
order by
    case when status = 'not_comparable' then 1 else 0 end asc,
    abs(difference_count) desc,
    institution_id asc,
    cip_code asc,
    award_level_code asc
