"""The model ``mart.placement_match``: what each source of placements knows of whom.

Dimensions and the way from persons to cells are in ``cells``; what a source says of a person is
``mart.placement_answer``.
"""

from __future__ import annotations

from pipelines.measures.cells import cells_query
from pipelines.measures.dimensions import CONTEXTS, dimensions

_MATCH_HEADER = """\
-- What each source of placements that counts under the definition knows of the persons of 1P1: match rates by subgroup.
-- Where a source knows less of one group than of another, the gap between the two may be one of the source. Only places
-- whose 1P1 is computed.
-- grain: grantee_id, program_year, institution_id, placement_source, subgroup_dimension, subgroup_code
-- column grantee_id: The grantee.
-- column program_year: The reporting year.
-- column institution_id: The institution; null means all.
-- column placement_source: The source (code set placement_source).
-- column subgroup_dimension: all or a dimension.
-- column subgroup_code: all or a code of the dimension.
-- column denominator_count: Persons of 1P1.
-- column looked_for_count: Those of whom the source has a record of the quarter to look at, whatever it says.
-- column matched_count: Those of whom it says something: found in a status, or looked for and not found anywhere.
-- column placed_count: Those whom it found in a status that counts.
"""
_COUNTED_SOURCE = """\
counted_source as (
    select grantee_id, program_year, code as placement_source
    from reference.counted_code
    where code_set = 'placement_source'
)"""
_MATCHES = """\
select
    cells.grantee_id,
    cells.program_year,
    cells.institution_id,
    cells.placement_source,
    cells.subgroup_dimension,
    cells.subgroup_code,
    cells.denominator_count,
    cells.looked_for_count,
    cells.matched_count,
    cells.placed_count
from cells
inner join mart.indicator as everybody
    on
        cells.grantee_id = everybody.grantee_id
        and cells.program_year = everybody.program_year
        and coalesce(cells.institution_id, '') = coalesce(everybody.institution_id, '')
where
    everybody.indicator_code = '1P1'
    and everybody.cip_code is null
    and everybody.subgroup_dimension = 'all'
    and everybody.status = 'computed'"""


def placement_match_query() -> str:
    """Return the model ``mart.placement_match``: header and query."""
    programs = ", ".join(f"one.{column}" for column in ("cip_code", *CONTEXTS.values()))
    source = f"""select one.grantee_id, one.program_year, one.cohort_program_year, counted_source.placement_source,
    one.institution_id, one.person_id, one.credit_status, {programs},
    case said.answer when 'placed' then 3 when 'not_placed' then 2 when 'unknown' then 1 else 0 end as said
from mart.indicator_case as one
inner join counted_source
    on one.grantee_id = counted_source.grantee_id and one.program_year = counted_source.program_year
left join mart.placement_answer as said
    on
        one.grantee_id = said.grantee_id
        and one.program_year = said.program_year
        and one.institution_id = said.institution_id
        and one.student_id = said.student_id
        and one.program_id = said.program_id
        and counted_source.placement_source = said.placement_source
where one.indicator_code = '1P1'"""
    names = {"looked_for_count": 1, "matched_count": 2, "placed_count": 3}
    counts = {"denominator_count": "count(*)"}
    counts |= {name: f"count(case when persons.said >= {least} then 1 end)" for name, least in names.items()}
    keys = ("grantee_id", "program_year", "placement_source")
    cells = cells_query(source, keys, "cohort_program_year", {"said": "max(said)"}, counts, is_whole=False)
    lines = "".join(f"-- margin {d.name}: partition\n" for d in dimensions()) + "-- margin institution_id: cover\n"
    return f"{_MATCH_HEADER}{lines}with {_COUNTED_SOURCE},\n\n{cells}\n\n{_MATCHES}"
