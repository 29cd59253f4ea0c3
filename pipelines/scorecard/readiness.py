"""At how many institutions each equity dimension can be measured, and what most often speaks against it.

A verdict and its reasons are worked out in ``sql/mart/readiness.sql``; here they are counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from pipelines.scorecard.coverage import LABELS, ORDER
from pipelines.scorecard.lines import ReadinessLine
from pipelines.scorecard.read import Partition
from pipelines.validation.partition import NO_INSTITUTION

MOST = 3
BY_INSTITUTION = """
    select equity_dimension, verdict, reasons from mart.readiness
    where grantee_id = $1 and program_year = $2 and institution_id <> $3
"""


def readiness_lines(partition: Partition) -> tuple[ReadinessLine, ...]:
    """Return the verdicts on each equity dimension, in the order of the statute; records of no institution are none."""
    of_dimension: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in partition.rows(BY_INSTITUTION, NO_INSTITUTION):
        of_dimension[row["equity_dimension"]].append(row)
    ordered = sorted(of_dimension, key=lambda dimension: (ORDER.get(dimension, len(ORDER)), dimension))
    return tuple(_line(dimension, of_dimension[dimension]) for dimension in ordered)


def _line(dimension: str, rows: Sequence[dict[str, Any]]) -> ReadinessLine:
    verdicts = Counter(row["verdict"] for row in rows)
    reasons = Counter(
        reason for row in rows if row["verdict"] and row["reasons"] for reason in row["reasons"].split("; ")
    )
    return ReadinessLine(
        dimension,
        LABELS.get(dimension, dimension),
        verdicts["measurable"],
        verdicts["with_caution"],
        verdicts["not_measurable"],
        verdicts[None],
        tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]),
    )
