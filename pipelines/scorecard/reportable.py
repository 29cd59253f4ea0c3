"""Which indicator-by-subgroup cells the grantee's suppression policies would let it report, and why not the others.

Judged from the counts of a cell alone: what must be withheld besides, so that nothing follows from sums, is decided by
a release, which reports less. No count is published here and no policy said.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pipelines.code_sets import code_set
from pipelines.grantee import Grantee
from pipelines.measures.dimensions import ALL, FLAGS
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share
from pipelines.suppression_policy import Policy, policy_of

Standing = Literal["in_numbers", "in_band", "too_few", "not_collected", "not_computed", "nobody"]
INDICATORS = ("1P1", "2P1", "3P1")
REPORTABLE: tuple[Standing, ...] = ("in_numbers", "in_band")  # a band tells the public something, too
# 3P1 of those preparing for nontraditional fields is what it measures: no information, whatever its size.
BY_CONSTRUCTION = ("3P1", "nontraditional_preparation")
_CELLS = """
    select indicator_code, institution_id, subgroup_dimension, subgroup_code, numerator_count, denominator_count, status
    from mart.indicator
    where grantee_id = $1 and program_year = $2 and cip_code is null and list_contains($3, subgroup_dimension)
    order by all
"""
_Key = tuple[str | None, str, str]


@dataclass(frozen=True)
class Cell:
    """An indicator of a group at a place (``institution_id`` None: the grantee) and whether it may be reported.

    ``in_band``: only as at most or at least so many percent. ``not_collected``: nobody's answer is known there.
    ``nobody``: the answers are known, and none of the cohort belongs to the group.
    """

    indicator_code: str
    institution_id: str | None
    dimension: str
    code: str
    standing: Standing


@cache
def groups() -> tuple[tuple[str, str], ...]:
    """Return (dimension, code) of the subgroups of the statute: sexes, races and the nine special populations.

    Codes that say only why there is no value are no subgroups, nor is the rest beside a special population.
    """
    values = tuple((name, code) for name in ("sex", "race_ethnicity") for code in code_set(name))
    return values + tuple((name, "yes") for name in FLAGS)


def judge_cell(policy: Policy, numerator: int, denominator: int) -> Standing:
    """Return how a cell of a group that has somebody may be told: in numbers, as a band, or not at all.

    Those who succeeded and the others must each be as many as the threshold, as whoever knows two knows the third.
    """
    if denominator < policy.threshold:
        return "too_few"
    if policy.code_of(numerator, denominator) is not None:
        return "in_band"
    return "in_numbers" if min(numerator, denominator - numerator) >= policy.threshold else "too_few"


def reportable_cells(partition: Partition, owner: Grantee) -> tuple[Cell, ...]:
    """Return every indicator-by-subgroup cell of the grantee and its institutions, the empty ones too, in order."""
    rows = partition.rows(_CELLS, [ALL, "sex", "race_ethnicity", *FLAGS])
    policies = {code: policy_of(owner, code, partition.program_year) for code in INDICATORS}
    found: dict[_Key, dict[tuple[str, str], Mapping[str, Any]]] = {}
    for row in rows:
        place = (row["institution_id"], row["indicator_code"], row["subgroup_dimension"])
        found.setdefault(place, {})[row["subgroup_dimension"], row["subgroup_code"]] = row
    places = sorted({(i or "", code) for i, code, dimension in found if dimension == ALL and code in policies})
    return tuple(
        Cell(code, institution or None, *group, _standing(found, (institution or None, code), group, policies[code]))
        for institution, code in places
        for group in groups()
        if (code, group[0]) != BY_CONSTRUCTION
    )


def _standing(
    found: Mapping[_Key, Mapping[tuple[str, str], Mapping[str, Any]]],
    place: tuple[str | None, str],
    group: tuple[str, str],
    policy: Policy,
) -> Standing:
    if found[(*place, ALL)][ALL, ALL]["status"] != "computed":
        return "not_computed"
    of_dimension = found.get((*place, group[0]), {})
    row = of_dimension.get(group)
    if row is None or not row["denominator_count"]:
        values = {code for dimension, code in groups() if dimension == group[0]} | {"no"}
        is_known = any(
            code in values and found_row["denominator_count"] for (_, code), found_row in of_dimension.items()
        )
        return "nobody" if is_known else "not_collected"
    if row["status"] != "computed" or row["numerator_count"] is None:
        return "not_computed"
    return judge_cell(policy, row["numerator_count"], row["denominator_count"])


def reportable_share(cells: Iterable[Cell], told: tuple[Standing, ...] = REPORTABLE) -> Share:
    """Return the reportable ones of the cells; groups of nobody lack nothing and are left out of both numbers."""
    counted = Counter(cell.standing for cell in cells)
    return Share(sum(counted[one] for one in told), counted.total() - counted["nobody"])


def by_institution(cells: Iterable[Cell]) -> dict[str, Share]:
    """Return the reportable share of each institution by its code."""
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.institution_id is not None:
            found[cell.institution_id].append(cell)
    return {institution_id: reportable_share(own) for institution_id, own in sorted(found.items())}


def of_grantee(cells: Iterable[Cell], dimension: str | None = None) -> tuple[Cell, ...]:
    """Return the cells of the grantee as a whole; of one dimension where one is named."""
    return tuple(c for c in cells if c.institution_id is None and dimension in (None, c.dimension))
