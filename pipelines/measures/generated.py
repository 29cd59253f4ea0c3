"""Models that follow from the canonical tables: a new table or column enters them by itself.

Texts in the form of ``sql/<schema>/<name>.sql``. A query with a subject of its own is a file below ``sql/`` instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Table

from pipelines.code_sets import STATES
from pipelines.measures.exclusion import exclusion_query
from pipelines.measures.indicators import indicator_query
from pipelines.measures.placement_match import placement_match_query
from pipelines.measures.student_count import student_count_query
from pipelines.measures.student_year import student_year_query
from pipelines.schema import content_columns, core_tables
from pipelines.worksheet_form import form_query

# Disclosure is voluntary, and nobody leaves out what is not asked.
_NEUTRAL = ("declined", "not_collected")
# Null would mean all institutions, so that rows whose institution is not known have a code.
INSTITUTION = "coalesce(institution_id, 'unknown')"

_COMPLETENESS_HEADER = """\
-- How many rows of each institution hold an informative value, column by column. All rows submitted count, also those
-- that mart.exclusion leaves out of the measures: a row without a key is the very thing that is incomplete.
-- grain: grantee_id, program_year, institution_id, table_name, column_name
-- column grantee_id: The grantee.
-- column program_year: Program year of the submission.
-- column institution_id: The institution; the code unknown where the rows do not say.
-- column table_name: The canonical table, without its schema.
-- column column_name: The column.
-- column row_count: Rows submitted.
-- column asked_count: Rows of which a value can be expected: all but declined and not collected.
-- column value_count: Rows with a value: not null, and not unknown, declined, not reported or not collected.
"""

_RECORD_COUNT_HEADER = """\
-- How many rows of each table an institution submitted, beside the year before. Where it sent rows the year before and
-- none now, row_count is 0.
-- grain: grantee_id, program_year, institution_id, table_name
-- column grantee_id: The grantee.
-- column program_year: Program year of the submission.
-- column institution_id: The institution; the code unknown where the rows do not say.
-- column table_name: The canonical table, without its schema.
-- column row_count: Rows submitted.
-- column previous_row_count: Rows submitted the year before; null where there were none.
"""

_EXPECTED_FILE_HEADER = """\
-- Which required tables arrived, from the first to the last program year in which a grantee sent anything.
-- grain: grantee_id, program_year, table_name
-- column grantee_id: The grantee.
-- column program_year: Program year expected.
-- column table_name: The canonical table that must arrive.
-- column due_date: When the grantee's calendar expects it.
-- column received_count: Files received that carry the table, apart from repeats and files replaced later.
-- column refused_count: Those of them that were refused.
"""


def generated_queries() -> Iterator[tuple[str, str, str]]:
    """Yield (schema, name, text) of each model that is derived from the schema, or from the list of dimensions."""
    yield "mart", "exclusion", exclusion_query()
    yield "mart", "element_completeness", _COMPLETENESS_HEADER + _completeness()
    yield "mart", "record_count", _RECORD_COUNT_HEADER + _record_count()
    yield "mart", "indicator", indicator_query()
    yield "mart", "student_count", student_count_query()
    yield "mart", "placement_match", placement_match_query()
    yield "mart", "student_year", student_year_query()
    yield "mart", "form_line", form_query()
    yield "quality", "expected_file", _EXPECTED_FILE_HEADER + _expected_file()


def _completeness() -> str:
    return "\nunion all\n".join(_completeness_of(table) for table in core_tables())


def _completeness_of(table: Table) -> str:
    columns = [c for c in content_columns(table) if c.name != "institution_id"]
    counts = ",\n        ".join(
        f"{_count_unless(c, _NEUTRAL)} as {c.name}_asked,\n        {_count_unless(c, STATES)} as {c.name}_value"
        for c in columns
    )
    pairs = ", ".join(f"({c.name}_asked, {c.name}_value) as {c.name}" for c in columns)
    return f"""select
    grantee_id,
    program_year,
    institution_id,
    '{table.name}' as table_name,
    column_name,
    row_count,
    asked_count,
    value_count
from (
    select
        grantee_id,
        program_year,
        {INSTITUTION} as institution_id,
        count(*) as row_count,
        {counts}
    from core.{table.name}
    group by grantee_id, program_year, {INSTITUTION}
) as counted
unpivot ((asked_count, value_count) for column_name in ({pairs}))"""


def _count_unless(column: Column[Any], states: Sequence[str]) -> str:
    """Return the count of rows that hold something; of an attribute, of those that hold none of ``states``."""
    if not column.info["states"]:
        return "count(*)" if states is _NEUTRAL else f"count({column.name})"
    listed = ", ".join(f"'{state}'" for state in states)
    absent = f" or {column.name} is null" if states is _NEUTRAL else ""
    return f"count(case when {column.name} not in ({listed}){absent} then 1 end)"


def _record_count() -> str:
    counts = "\n    union all\n".join(
        f"    select grantee_id, program_year, {INSTITUTION} as institution_id, '{table.name}' as table_name, "
        f"count(*) as row_count\n    from core.{table.name}\n    group by grantee_id, program_year, {INSTITUTION}"
        for table in core_tables()
    )
    return f"""with counted as (
{counts}
),
previous as (
    select definition.grantee_id, definition.program_year, counted.institution_id, counted.table_name, counted.row_count
    from counted
    inner join reference.definition as definition
        on counted.grantee_id = definition.grantee_id and counted.program_year = definition.previous_program_year
    where (definition.grantee_id, definition.program_year) in (select grantee_id, program_year from counted)
)
select
    grantee_id,
    program_year,
    institution_id,
    table_name,
    coalesce(counted.row_count, 0) as row_count,
    previous.row_count as previous_row_count
from counted
full join previous using (grantee_id, program_year, institution_id, table_name)"""


def _expected_file() -> str:
    names = ", ".join(f"('{table.name}')" for table in core_tables() if not table.info["optional"])
    return f"""with required as (
    select table_name from (values {names}) as required (table_name)
),
submitted_years as (
    select grantee_id, min(program_year) as first_year, max(program_year) as last_year
    from quality.submission
    where grantee_id is not null
    group by grantee_id
),
received as (
    select grantee_id, program_year, ',' || replace(table_name, ' ', '') || ',' as table_names, status
    from quality.submission
    where status not in ('repeated', 'superseded')
)
select
    definition.grantee_id,
    definition.program_year,
    required.table_name,
    min(definition.due_date) as due_date,
    count(received.status) as received_count,
    count(case when received.status = 'refused' then 1 end) as refused_count
from reference.definition as definition
inner join submitted_years on definition.grantee_id = submitted_years.grantee_id
cross join required
left join received
    on
        definition.grantee_id = received.grantee_id
        and definition.program_year = received.program_year
        and received.table_names like '%,' || required.table_name || ',%'
where definition.program_year between submitted_years.first_year and submitted_years.last_year
group by definition.grantee_id, definition.program_year, required.table_name"""
