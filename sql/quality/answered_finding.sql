-- The lines of return files that are heard: those about a finding that this very return had. Whose return a file is,
-- its name says, which begins or ends as people like; a college that writes the finding of another into its own return
-- speaks for nobody.
-- grain: submission_id, line_number
-- materialized: view
-- column submission_id: The return file that came back.
-- column line_number: The line of it.
-- column grantee_id: The grantee.
-- column finding_id: The finding that the line is about.
select distinct
    answer.submission_id,
    answer.line_number,
    answer.grantee_id,
    answer.finding_id
from core.explanation as answer
inner join quality.submission as came on answer.submission_id = came.submission_id
inner join quality.returned_finding as held on answer.finding_id = held.finding_id
inner join quality.return_package as package
    on held.return_id = package.return_id and answer.grantee_id = package.grantee_id
where
    contains(
        lower(came.file_name),
        lower(concat('_', split_part(package.file_path, '/', 2), '_', substr(package.submission_id, 1, 12)))
    )
