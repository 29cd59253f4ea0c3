-- The worksheet for the Consolidated Annual Report: every line of the form with its persons, for the grantee as a
-- whole. Unprotected counts of unduplicated persons. A code that no line of the form holds has its own line, off it.
-- grain: grantee_id, program_year, line_code, measure
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column form_version: Version of the form that the year is reported on.
-- column section: Section of the form.
-- column section_title: The section in words.
-- column section_rule: total, partition, part or cover: how its lines add up to the grand total.
-- column line_order: Place of the line on the form.
-- column line_code: The line.
-- column line_label: The line in words.
-- column is_on_form: Whether the form has the line; the others show what it has no line for.
-- column subgroup_dimension: What the people of the line are told by.
-- column measure: participant, concentrator, or numerator, denominator or unknown of an indicator (1p1_numerator).
-- column person_count: Persons of the line; null unless computed.
-- column status: computed, or why there is no number: pending, not_computable, or not_collected (nobody was asked).
-- column definition_version: Definition applied.
with cells as (
    select
        grantee_id,
        program_year,
        subgroup_dimension,
        subgroup_code,
        count_code as measure,
        student_count as person_count,
        'not_computable' as status_without_count,
        definition_version
    from mart.student_count
    where institution_id is null and cip_code is null and count_code in ('participant', 'concentrator')
    union all
    select
        indicator.grantee_id,
        indicator.program_year,
        indicator.subgroup_dimension,
        indicator.subgroup_code,
        lower(indicator.indicator_code) || '_' || counted.part as measure,
        case counted.part
            when 'numerator' then indicator.numerator_count
            when 'denominator' then indicator.denominator_count
            else indicator.unknown_count
        end as person_count,
        indicator.status as status_without_count,
        indicator.definition_version
    from mart.indicator as indicator
    cross join (values ('numerator'), ('denominator'), ('unknown')) as counted (part)
    where indicator.institution_id is null and indicator.cip_code is null
),

-- What stands for everybody says which numbers there are: where it has one, a line without a cell has nobody.
measured as (
    select
        grantee_id,
        program_year,
        measure,
        person_count is not null as is_computed,
        case when person_count is null then status_without_count else 'computed' end as status,
        definition_version
    from cells
    where subgroup_dimension = 'all'
),

asked as (
    select distinct
        grantee_id,
        program_year
    from measured
),

-- Of whom no college asks a question, nobody is known to have the answer: that is no zero.
not_collected as (
    select
        everybody.grantee_id,
        everybody.program_year,
        cells.subgroup_dimension,
        everybody.measure as population
    from cells as everybody
    inner join cells using (grantee_id, program_year, measure)
    where
        everybody.subgroup_dimension = 'all' and everybody.person_count > 0
        and cells.subgroup_code = 'not_collected' and cells.person_count = everybody.person_count
),

form as (
    select
        asked.grantee_id,
        asked.program_year,
        form_line.form_version,
        form_line.section,
        form_line.section_title,
        form_line.section_rule,
        form_line.line_order,
        form_line.line_code,
        form_line.line_label,
        form_line.is_on_form,
        form_line.subgroup_dimension,
        form_line.subgroup_code
    from asked
    inner join mart.form_line as form_line
        on
            asked.program_year >= form_line.effective_from
            and (form_line.effective_until is null or asked.program_year < form_line.effective_until)
),

-- Of a flag the form asks for those who have it: its other codes are nobody's line.
full_section as (
    select
        grantee_id,
        program_year,
        form_version,
        section,
        section_title,
        section_rule,
        subgroup_dimension,
        max(line_order) + 1 as line_order
    from form
    where section_rule in ('partition', 'cover')
    group by grantee_id, program_year, form_version, section, section_title, section_rule, subgroup_dimension
),

left_over as (
    select distinct
        grantee_id,
        program_year,
        subgroup_dimension,
        subgroup_code
    from cells
    anti join form using (grantee_id, program_year, subgroup_dimension, subgroup_code)
),

line as (
    select
        *,
        max(case when subgroup_code = 'not_collected' then 1 else 0 end) over (
            partition by grantee_id, program_year, line_code
        ) as is_of_states
    from form
    union all
    select
        full_section.grantee_id,
        full_section.program_year,
        full_section.form_version,
        full_section.section,
        full_section.section_title,
        full_section.section_rule,
        full_section.line_order,
        left_over.subgroup_dimension || ':' || left_over.subgroup_code as line_code,
        'Code without a line: ' || left_over.subgroup_code as line_label,
        false as is_on_form,
        left_over.subgroup_dimension,
        left_over.subgroup_code,
        0 as is_of_states
    from full_section
    inner join left_over using (grantee_id, program_year, subgroup_dimension)
)

select
    line.grantee_id,
    line.program_year,
    line.form_version,
    line.section,
    line.section_title,
    line.section_rule,
    line.line_order,
    line.line_code,
    line.line_label,
    line.is_on_form,
    line.subgroup_dimension,
    measured.measure,
    cast(
        case
            when measured.is_computed and not_collected.population is null then coalesce(sum(cells.person_count), 0)
        end as bigint
    ) as person_count,
    case
        when measured.is_computed and not_collected.population is not null then 'not_collected' else measured.status
    end as status,
    measured.definition_version
from line
inner join measured on line.grantee_id = measured.grantee_id and line.program_year = measured.program_year
left join cells
    on
        line.grantee_id = cells.grantee_id
        and line.program_year = cells.program_year
        and line.subgroup_dimension = cells.subgroup_dimension
        and line.subgroup_code = cells.subgroup_code
        and measured.measure = cells.measure
left join not_collected
    on
        line.grantee_id = not_collected.grantee_id
        and line.program_year = not_collected.program_year
        and line.subgroup_dimension = not_collected.subgroup_dimension
        and line.is_of_states = 0
        and case
            when measured.measure in ('participant', 'concentrator') then measured.measure
            else substr(measured.measure, 1, 3) || '_denominator'
        end = not_collected.population
group by
    line.grantee_id,
    line.program_year,
    line.form_version,
    line.section,
    line.section_title,
    line.section_rule,
    line.line_order,
    line.line_code,
    line.line_label,
    line.is_on_form,
    line.subgroup_dimension,
    measured.measure,
    measured.is_computed,
    measured.status,
    not_collected.population,
    measured.definition_version
