"""How the verdicts of a partition have moved: the runs after which they were other than after the run before.

What comes twice a year is judged daily: a line a night would say the same on most days, and change each page nightly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

MOST = 12
# Runs that broke off are left out, because they may have judged a part of the rules only; $1 is the run under way.
TREND = """
    select result.grantee_id, result.program_year, result.run_id, min(run.started_at) as started_at,
        count(*) filter (where result.status = 'failed' and result.severity = 'critical') as failed_critical,
        count(*) filter (where result.status = 'failed' and result.severity = 'warning') as failed_warning,
        count(*) filter (where result.status = 'error') as error_count,
        cast(coalesce(sum(result.failed_count), 0) as bigint) as failed_rows
    from quality.rule_result as result inner join quality.run as run on result.run_id = run.run_id
    where result.institution_id is null and (run.rule_book_version is not null or run.run_id = $1)
    group by all order by result.grantee_id, result.program_year, result.run_id
"""


@dataclass(frozen=True)
class TrendPoint:
    """The verdicts of a partition from a run on, until the next point."""

    started_at: datetime
    failed_critical: int
    failed_warning: int
    error_count: int
    failed_rows: int


def trend_points(rows: Sequence[dict[str, Any]]) -> tuple[TrendPoint, ...]:
    """Return the last points at which anything changed, the newest first."""
    told = [
        TrendPoint(r["started_at"], r["failed_critical"], r["failed_warning"], r["error_count"], r["failed_rows"])
        for r in rows
    ]
    changed = [next(same) for _, same in groupby(told, key=_counts)]
    return tuple(reversed(changed[-MOST:]))


def _counts(point: TrendPoint) -> tuple[int, int, int, int]:
    return (point.failed_critical, point.failed_warning, point.error_count, point.failed_rows)
