"""How many more indicator-by-subgroup cells become reportable once missing answers of a special population are given.

Least is nobody who says yes, most is everybody: with more persons in a group its count can only become reportable,
never the reverse, so that nothing lies outside. Judged by ``reportable``; no policy is said here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.measures.dimensions import FLAGS
from pipelines.scorecard.reportable import BY_CONSTRUCTION, REPORTABLE, Cell, judge_cell, reportable_cells
from pipelines.scorecard.sources import Sources
from pipelines.suppression_policy import policy_of

_SAID = " ".join(f"when '{name}' then student.{name}_status" for name in FLAGS)
_POOLS = f"""
    with chosen as (select unnest($3::text[]) as equity_dimension, unnest($4::text[]) as institution_id),
    answered as (
        select student.person_id, student.institution_id, answer.equity_dimension, answer.is_missing,
            case answer.equity_dimension {_SAID} end as said, chosen.institution_id is not null as is_chosen
        from mart.readiness_answer as answer
        inner join mart.student_year as student using (grantee_id, program_year, institution_id, student_id)
        left join chosen on answer.equity_dimension = chosen.equity_dimension
            and answer.institution_id = chosen.institution_id
        where answer.grantee_id = $1 and answer.program_year = $2 and list_contains($3, answer.equity_dimension)
    ),
    attributes as (
        select person_id, institution_id, equity_dimension, bool_or(said = 'yes') as is_yes,
            bool_or(is_chosen and (is_missing or said in ('unknown', 'not_reported'))) as is_filled
        from answered
        group by grouping sets ((person_id, institution_id, equity_dimension), (person_id, equity_dimension))
    ),
    cohort as (
        select indicator_code, institution_id, person_id, bool_or(outcome = 'met') as is_met
        from mart.indicator_case
        where grantee_id = $1 and program_year = $2 and cohort_program_year = $2
        group by grouping sets ((indicator_code, institution_id, person_id), (indicator_code, person_id))
    )
    select equity_dimension, indicator_code, cohort.institution_id,
        count(*) filter (is_yes) as yes_count, count(*) filter (is_yes and is_met) as yes_met_count,
        count(*) filter (not is_yes and is_filled) as open_count,
        count(*) filter (not is_yes and is_filled and is_met) as open_met_count
    from cohort inner join attributes on cohort.person_id = attributes.person_id
        and cohort.institution_id is not distinct from attributes.institution_id
    group by all order by all
"""
_TABLES = ("mart.readiness_answer", "mart.student_year", "mart.indicator_case", "mart.indicator")


def cells_after(seen: Sources, filled: Mapping[str, Iterable[str]]) -> dict[str, tuple[int, int, int]]:
    """Return, by dimension, its reportable cells now, and at least and at most once institutions fill what is missing.

    ``filled`` maps special populations to codes of institutions. Cells of the report of this program year about a
    cohort of the same year only: the records of a year are those of its cohorts. Empty where it cannot be told.
    """
    pairs = [(dimension, place) for dimension in sorted(filled) for place in sorted(filled[dimension])]
    if not pairs or not all(seen.partition.has(table) for table in _TABLES):
        return {}
    owner, year = seen.known.grantee, seen.partition.program_year
    standing = {(c.indicator_code, c.institution_id, c.dimension): c for c in reportable_cells(seen.partition, owner)}
    now: dict[str, int] = defaultdict(int)
    for (_, _, dimension), cell in standing.items():
        now[dimension] += cell.standing in REPORTABLE
    more: dict[str, int] = defaultdict(int)
    for row in seen.partition.rows(_POOLS, *map(list, zip(*pairs, strict=True))):
        place = (row["indicator_code"], row["institution_id"], row["equity_dimension"])
        policy = policy_of(owner, row["indicator_code"], year)
        more[row["equity_dimension"]] += place in standing and _opens(standing[place], row, policy)
    return {dimension: (now[dimension], now[dimension], now[dimension] + more[dimension]) for dimension in filled}


def _opens(cell: Cell, row: Mapping[str, Any], policy: Any) -> bool:
    if cell.standing in (*REPORTABLE, "not_computed") or (cell.indicator_code, cell.dimension) == BY_CONSTRUCTION:
        return False
    met, everybody = (row[f"yes{one}_count"] + row[f"open{one}_count"] for one in ("_met", ""))
    return bool(everybody) and judge_cell(policy, met, everybody) in REPORTABLE
