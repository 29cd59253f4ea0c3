"""The nine special populations: is each asked for, from which source, how complete, and which cells may be reported.

Read once for the evidence of element 4 and for the section on gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.measures.dimensions import FLAGS
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.coverage import LABELS, coverage_lines
from pipelines.scorecard.evidence.known import Known
from pipelines.scorecard.read import Partition
from pipelines.scorecard.reportable import Cell, of_grantee, reportable_share
from pipelines.scorecard.share import Share


@dataclass(frozen=True)
class Population:
    """A special population. ``collected``: students whose college asks; ``known``: answers among who did not decline.

    ``source`` is what the grantee's folder declares, with a proxy where it is one; empty where it declares none.
    """

    dimension: str
    label: str
    source: str
    collected: Share
    known: Share
    yes_count: int | None
    reportable: Share


def populations(partition: Partition, known: Known, cells: Sequence[Cell]) -> tuple[Population, ...]:
    """Return the nine in the order of the statute; shares without a denominator where no student was sent."""
    lines = {line.dimension: line for line in coverage_lines(partition)}
    found = []
    for dimension in (name for name in LABELS if name in FLAGS):
        line = lines.get(dimension)
        students = line.student_count if line else 0
        found.append(
            Population(
                dimension,
                LABELS[dimension],
                _source(known, dimension),
                Share(students - (line.not_collected_count if line else 0), students),
                line.known if line else Share(0, 0),
                line.yes_count if line else None,
                reportable_share(of_grantee(cells, dimension)),
            )
        )
    return tuple(found)


def population_items(partition: Partition, known: Known, cells: Sequence[Cell], as_of: str) -> tuple[Evidence, ...]:
    """Return an item for each special population: the share of students whose answer is known."""
    return tuple(
        Evidence(f"{one.label}: answer known", _words(one), "mart.coverage", one.known.numerator,
                 one.known.denominator, as_of=as_of, query="mart.coverage")
        for one in populations(partition, known, cells)
    )  # fmt: skip


def _words(one: Population) -> str:
    asked = "collected" if one.collected.numerator else "not collected"
    source = one.source or "no source declared"
    told = one.reportable
    return (
        f"students who did not decline; {asked} ({one.collected.numerator} of {one.collected.denominator} students), "
        f"source: {source}; {told.numerator} of {told.denominator} indicator cells may be reported"
    )


def _source(known: Known, dimension: str) -> str:
    declared = next((one for one in known.grantee.equity_sources if one.equity_dimension == dimension), None)
    if declared is None:
        return ""
    name = declared.source.replace("_", " ")
    return f"{name}, proxy: {declared.proxy}" if declared.proxy else name
