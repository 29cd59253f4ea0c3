-- What the institution says about a finding in the return that it sent back: the latest explanation of each finding. It
-- is written freely; longer numbers and addresses were withheld when it came, names it may hold. Line ends, and the
-- signs that stand for them in a return, become blanks; long ones are cut.
-- grain: finding_id
-- materialized: view
-- column finding_id: The finding explained.
-- column grantee_id: The grantee.
-- column institution_id: The institution that the finding is about; null where it is about none.
-- column program_year: The program year of the finding.
-- column explanation: What the institution says, its first 2,000 characters.
-- column submission_id: The return file that says so.
-- column received_at: When that file came (UTC).
with said as (
    select
        answer.grantee_id,
        answer.finding_id,
        answer.submission_id,
        answer.line_number,
        trim(
            regexp_replace(regexp_replace(answer.explanation, '^\s*''', '', 'g'), '\\u\{[0-9A-F]{2,6}\}|\s+', ' ', 'g')
        ) as explanation
    from core.explanation as answer
    inner join quality.answered_finding as heard
        on answer.submission_id = heard.submission_id and answer.line_number = heard.line_number
),

told as (
    select
        said.*,
        submission.received_at,
        row_number() over (
            partition by said.grantee_id, said.finding_id
            order by
                submission.received_at desc,
                said.submission_id asc,
                said.line_number desc
        ) as place
    from said
    inner join quality.submission as submission on said.submission_id = submission.submission_id
    where said.explanation <> ''
)

select
    finding.finding_id,
    finding.grantee_id,
    finding.institution_id,
    finding.program_year,
    case
        when length(told.explanation) > 2000 then concat(substr(told.explanation, 1, 2000), ' (cut)')
        else told.explanation
    end as explanation,
    told.submission_id,
    told.received_at
from told
inner join quality.finding as finding
    on told.grantee_id = finding.grantee_id and told.finding_id = finding.finding_id
where told.place = 1
