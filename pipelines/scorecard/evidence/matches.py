"""Evidence of matching with other agencies: what each source of placements knows, and of which group it knows least."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipelines.code_sets import code_set
from pipelines.measures.dimensions import ALL
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.coverage import LABELS
from pipelines.scorecard.evidence.known import Known
from pipelines.scorecard.read import Partition
from pipelines.scorecard.reportable import groups
from pipelines.scorecard.rubric import rubric

SOURCE = "mart.placement_match"
QUERY = "match_rate_by_subgroup"
_MATCHES = """
    select placement_source, subgroup_dimension, subgroup_code, denominator_count, looked_for_count, matched_count
    from mart.placement_match where grantee_id = $1 and program_year = $2 and institution_id is null
    order by placement_source, subgroup_dimension, subgroup_code
"""


def match_items(partition: Partition, known: Known, as_of: str) -> tuple[Evidence, ...]:
    """Return the known outcomes of 1P1, then of each source its match rate and the group that it knows least."""
    rows = partition.rows_of(SOURCE, _MATCHES)
    sources = sorted({row["placement_source"] for row in rows})
    own = {source: [row for row in rows if row["placement_source"] == source] for source in sources}
    return (_outcomes(known, as_of), *(item for source in sources for item in _of_source(source, own[source], as_of)))


def _outcomes(known: Known, as_of: str) -> Evidence:
    placement = next((i for i in known.indicators if i.indicator_code == "1P1" and not i.institution_id), None)
    label, population, source = "Outcomes found or ruled out by a match", "denominator of 1P1", "mart.indicator"
    if placement is None or placement.lowest is None:
        return Evidence(label, population, source, as_of=as_of, query=source)
    found = (placement.denominator_count or 0) - (placement.unknown_count or 0)
    return Evidence(label, population, source, found, placement.denominator_count, as_of=as_of, query=source)


def _of_source(source: str, rows: list[dict[str, Any]], as_of: str) -> tuple[Evidence, ...]:
    everybody = next((row for row in rows if row["subgroup_dimension"] == ALL), None)
    if everybody is None or not everybody["looked_for_count"]:
        return ()
    known_codes = code_set("placement_source")
    name = known_codes[source].label if source in known_codes else source
    items = [_item(f"{name}: matched", "denominator of 1P1, looked for in this source or not", everybody, as_of)]
    # A rate of fewer is too small to judge by, as in the rubric; the whole table by group stands in the query.
    enough = [
        row for row in rows
        if (row["subgroup_dimension"], row["subgroup_code"]) in groups()
        and row["denominator_count"] >= rubric().suggestion.minimum_records
    ]  # fmt: skip
    if enough:
        least = min(enough, key=lambda row: (_rate(row), row["subgroup_dimension"], row["subgroup_code"]))
        title = f"{name}: matched, of the group that it knows least ({_group(least)})"
        population = f"denominator of 1P1 of that group; the lowest of {len(enough)} groups large enough to judge"
        items.append(_item(title, population, least, as_of))
    return tuple(items)


def _item(label: str, population: str, row: dict[str, Any], as_of: str) -> Evidence:
    matched, denominator = row["matched_count"], row["denominator_count"]
    return Evidence(label, population, SOURCE, matched, denominator, as_of=as_of, query=QUERY)


def _rate(row: dict[str, Any]) -> Fraction:
    return Fraction(row["matched_count"], row["denominator_count"])


def _group(row: dict[str, Any]) -> str:
    dimension, code = row["subgroup_dimension"], row["subgroup_code"]
    return LABELS.get(dimension, dimension) if code == "yes" else code_set(dimension)[code].label
