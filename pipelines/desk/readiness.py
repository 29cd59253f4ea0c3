"""Where each equity dimension can be measured: institutions by verdict, with what speaks against it in words.

Verdicts and reasons are worked out in ``sql/mart/readiness.sql``; how many institutions there are of each verdict is
told on the scorecard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.scorecard.coverage import LABELS, ORDER
from pipelines.validation.partition import NO_INSTITUTION

READINESS = f"""
    select grantee_id, program_year, institution_id, equity_dimension, verdict, reasons from mart.readiness
    where institution_id <> '{NO_INSTITUTION}' order by grantee_id, program_year, equity_dimension, institution_id
"""
Cell = tuple[tuple[str, tuple[str, ...]], ...]
VERDICTS = ("measurable", "with_caution", "not_measurable", None)


@dataclass(frozen=True)
class ReadinessRow:
    """An equity dimension, and (reasons, names of institutions) under each of ``VERDICTS``, the most names first."""

    label: str
    cells: tuple[Cell, ...]


def readiness_rows(desk: Desk, rows: Sequence[dict[str, Any]]) -> tuple[ReadinessRow, ...]:
    """Return the rows of one partition by dimension, in the order of the statute."""
    found: dict[str, dict[tuple[str | None, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        name = desk.directory.find(row["grantee_id"], row["institution_id"]).name
        found[row["equity_dimension"]][row["verdict"], row["reasons"] or ""].add(name)
    ordered = sorted(found, key=lambda dimension: (ORDER.get(dimension, len(ORDER)), dimension))
    return tuple(
        ReadinessRow(LABELS.get(dimension, dimension), tuple(_cell(found[dimension], verdict) for verdict in VERDICTS))
        for dimension in ordered
    )


def _cell(
    found: dict[tuple[str | None, str], set[str]], verdict: str | None
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups = [(reasons, tuple(sorted(names))) for (own, reasons), names in found.items() if own == verdict]
    return tuple(sorted(groups, key=lambda group: (-len(group[1]), group)))
