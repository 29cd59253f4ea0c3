-- The worksheets of the annual report as they were reported, beside what the same years are counted at now: an act that
-- froze a worksheet is never restated, what is sent later changes the restated series only.
-- grain: grantee_id, program_year, line_code, measure, series, act_number
-- materialized: view
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column series: as_reported (frozen by an act) or restated (counted now).
-- column act_number: The act that froze it; null for the restated series.
-- column acted_at: When that act was done (UTC); null for the restated series.
-- column section: Section of the form.
-- column line_code: The line.
-- column line_label: The line in words.
-- column is_on_form: Whether the form has the line; the others show what it has no line for.
-- column measure: participant, concentrator, or numerator, denominator or unknown of an indicator (1p1_numerator).
-- column person_count: Persons of the line; null unless computed.
-- column status: computed, or why there is no number: pending, not_computable or not_collected.
-- column form_version: Version of the form.
-- column definition_version: Definition applied.
select
    frozen.grantee_id,
    frozen.program_year,
    'as_reported' as series,
    frozen.act_number,
    act.acted_at,
    frozen.section,
    frozen.line_code,
    frozen.line_label,
    frozen.is_on_form,
    frozen.measure,
    frozen.person_count,
    frozen.status,
    frozen.form_version,
    frozen.definition_version
from quality.certified_worksheet as frozen
left join quality.act as act on frozen.act_number = act.act_number
union all
select
    grantee_id,
    program_year,
    'restated' as series,
    cast(null as bigint) as act_number,
    cast(null as varchar) as acted_at,
    section,
    line_code,
    line_label,
    is_on_form,
    measure,
    person_count,
    status,
    form_version,
    definition_version
from mart.worksheet_line
