"""The model ``mart.indicator``: what its cells count, and for which places they stand.

Dimensions and the way from persons to cells are in ``cells``; who counts, and with which outcome, is said by
``mart.indicator_case`` and what it reads.
"""

from __future__ import annotations

from pipelines.measures.cells import cells_query
from pipelines.measures.dimensions import CONTEXTS, margin_lines

GRAIN = """\
-- grain: grantee_id, program_year, {key}, institution_id, cip_code, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: {year}
-- column {key}: {meaning}
-- column institution_id: The institution; null means all.
-- column cip_code: CIP code of the program, or unknown; null means all programs.
-- column subgroup_dimension: all, a dimension, or two in alphabetical order such as race_ethnicity*sex.
-- column subgroup_code: all, a code of the dimension, or two such as white*female.
"""
_INDICATOR_HEADER = (
    """\
-- The core indicators 1P1, 2P1 and 3P1 by place, program and subgroup: everybody, each dimension and each pair, for the
-- grantee and for each institution; each dimension within a program, a Career Cluster, an award level and an eligible
-- recipient. Every person counts once in a cell, also of two colleges where the identifier means the same person there:
-- met if any of the person's cases in the cell is met, else unknown if any is. Who a person is, is what
-- mart.student_year says of the cohort's year: at an institution what that one reports, at the grantee what all of them
-- report together (a flag yes at any college is yes, else no at any is no; of several values of sex or race the last of
-- the alphabet; a value weighs more than none). Nobody is left out: without a record of the year every answer is
-- not_reported. credit_status is that of the person's programs in the cell, both being credit_and_noncredit. Only cells
-- that have anybody have a row, but everybody of a place always has one.
"""
    + GRAIN.format(key="indicator_code", year="The reporting year.", meaning="1P1, 2P1 or 3P1.")
    + """\
-- column cohort_program_year: Program year of the cohort.
-- column outcome_window_end: Last day on which an outcome of the cohort counts.
-- column numerator_count: Persons who met the measure; null unless computed or without a denominator.
-- column denominator_count: Persons of the cohort; null where it cannot be told.
-- column unknown_count: Persons of the cohort whose outcome cannot be told; null where numerator_count is.
-- column unlinkable_count: Persons of the cohort whose duplication across colleges cannot be resolved: local numbers.
-- column matchable_count: Persons of the cohort whose identifier may be looked up at an outside source of placements.
-- column status: computed, pending (the window was open when the files came), no_denominator or not_computable.
-- column definition_version: Definition applied.
-- column vintage: How final the cohort's files are (code set vintage); null where they do not say.
"""
)
_OUTCOMES = {
    "outcome": "max(case outcome when 'met' then 2 when 'unknown' then 1 else 0 end)",
    "linkable": "max(case when is_linkable then 1 else 0 end)",
    "matchable": "max(case when is_matchable then 1 else 0 end)",
}
_OUTCOME_COUNTS = {
    "denominator_count": "count(*)",
    "numerator_count": "count(case when persons.outcome = 2 then 1 end)",
    "unknown_count": "count(case when persons.outcome = 1 then 1 end)",
    "unlinkable_count": "count(case when persons.linkable = 0 then 1 end)",
    "matchable_count": "count(case when persons.matchable = 1 then 1 end)",
}
_PLACES = """\
-- A grantee of which no institution can be told has its row all the same.
sources as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.indicator_code,
        source.institution_id,
        max(case when source.has_cohort then 1 else 0 end) as has_cohort,
        max(case when source.has_outcome then 1 else 0 end) as has_outcome
    from mart.indicator_scope as scope
    left join mart.indicator_source as source using (grantee_id, program_year, indicator_code)
    group by
        grouping sets (
            (scope.grantee_id, scope.program_year, scope.indicator_code, source.institution_id),
            (scope.grantee_id, scope.program_year, scope.indicator_code)
        )
    having grouping(source.institution_id) = 1 or source.institution_id is not null
),

judged as (
    select
        scope.grantee_id,
        scope.program_year,
        scope.cohort_program_year,
        scope.outcome_window_end,
        scope.indicator_code,
        sources.institution_id,
        cells.cip_code,
        coalesce(cells.subgroup_dimension, 'all') as subgroup_dimension,
        coalesce(cells.subgroup_code, 'all') as subgroup_code,
        sources.has_cohort,
        coalesce(cells.numerator_count, 0) as numerator_count,
        coalesce(cells.denominator_count, 0) as denominator_count,
        coalesce(cells.unknown_count, 0) as unknown_count,
        coalesce(cells.unlinkable_count, 0) as unlinkable_count,
        coalesce(cells.matchable_count, 0) as matchable_count,
        case
            when sources.has_cohort = 0 or scope.as_of_date is null then 'not_computable'
            when cells.denominator_count is null then 'no_denominator'
            when scope.as_of_date <= scope.outcome_window_end then 'pending'
            when sources.has_outcome = 0 then 'not_computable'
            else 'computed'
        end as status,
        scope.definition_version
    from sources
    inner join mart.indicator_scope as scope
        on
            sources.grantee_id = scope.grantee_id
            and sources.program_year = scope.program_year
            and sources.indicator_code = scope.indicator_code
    left join cells
        on
            sources.grantee_id = cells.grantee_id
            and sources.program_year = cells.program_year
            and sources.indicator_code = cells.indicator_code
            and coalesce(sources.institution_id, '') = coalesce(cells.institution_id, '')
    where sources.has_cohort = 1 or coalesce(cells.subgroup_dimension, 'all') = 'all' and cells.cip_code is null
)

select
    judged.grantee_id,
    judged.program_year,
    judged.cohort_program_year,
    judged.outcome_window_end,
    judged.indicator_code,
    judged.institution_id,
    judged.cip_code,
    judged.subgroup_dimension,
    judged.subgroup_code,
    case when judged.status in ('computed', 'no_denominator') then judged.numerator_count end as numerator_count,
    case when judged.has_cohort = 1 then judged.denominator_count end as denominator_count,
    case when judged.status in ('computed', 'no_denominator') then judged.unknown_count end as unknown_count,
    case when judged.has_cohort = 1 then judged.unlinkable_count end as unlinkable_count,
    case when judged.has_cohort = 1 then judged.matchable_count end as matchable_count,
    judged.status,
    judged.definition_version,
    vintage.vintage
from judged
left join mart.vintage as vintage
    on judged.grantee_id = vintage.grantee_id and judged.cohort_program_year = vintage.program_year"""


def indicator_query() -> str:
    """Return the model ``mart.indicator``: header and query."""
    programs = ", ".join(("cip_code", *CONTEXTS.values()))
    source = (
        "select grantee_id, program_year, indicator_code, cohort_program_year, institution_id, person_id, outcome, "
        f"is_linkable, is_matchable, credit_status, {programs}\nfrom mart.indicator_case"
    )
    keys = ("grantee_id", "program_year", "indicator_code")
    cells = cells_query(source, keys, "cohort_program_year", _OUTCOMES, _OUTCOME_COUNTS)
    return f"{_INDICATOR_HEADER}{margin_lines()}with {cells},\n\n{_PLACES}"
