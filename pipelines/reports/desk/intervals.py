"""Small drawings of a rate beside its level, and of gaps with intervals; every number stands in words beside them.

Their template draws them: there may be hundreds on a page, and Altair takes 20 to 50 milliseconds a chart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.measures.rates import wilson_interval

WIDTH, MIDDLE, EDGE = 120, 60, 3  # of a drawing of a gap
RATE_WIDTH = 200  # of a drawing of a rate, from 0 to 100 %
NINE_TENTHS = 0.9
_STEP = 0.05  # of the scale of gaps: 5 points


@dataclass(frozen=True)
class GapDrawing:
    """Where a gap (``at``) and the ends of its interval lie in a box of ``WIDTH``; no ends where none can be told."""

    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class RateDrawing:
    """Where a rate, its interval, and what unknown outcomes leave possible lie in a box of ``RATE_WIDTH``.

    ``level`` and ``required`` (nine tenths of it) are None where no level is known.
    """

    rate: float
    highest: float
    low: float
    high: float
    level: float | None
    required: float | None


def scale_of(rows: Iterable[Mapping[str, Any]]) -> float:
    """Return the share at the end of the scale that holds every gap and interval of a table: 0.05 to 1."""
    ends = (abs(row[name]) for row in rows for name in ("gap", "gap_low", "gap_high") if row[name] is not None)
    return min(max(math.ceil(max(ends, default=0.0) / _STEP - 1e-9), 1) * _STEP, 1.0)


def gap_drawing(row: Mapping[str, Any], scale: float) -> GapDrawing:
    """Return the drawing of a gap on a scale from ``-scale`` to ``scale``."""

    def place(share: float) -> float:
        return round(MIDDLE + (MIDDLE - EDGE) * max(-1.0, min(share / scale, 1.0)), 1)

    low, high = row["gap_low"], row["gap_high"]
    has_interval = low is not None and high is not None
    return GapDrawing(place(row["gap"]), place(low) if has_interval else None, place(high) if has_interval else None)


def rate_drawing(row: Mapping[str, Any]) -> RateDrawing | None:
    """Return the drawing of a computed indicator; None for what is not computed, which is not zero."""
    numerator, denominator, unknown = row["numerator_count"], row["denominator_count"], row["unknown_count"]
    if row["status"] != "computed" or not denominator or numerator is None:
        return None
    level = row["level_percent"]
    level_at = None if level is None else round(float(level) / 100 * RATE_WIDTH, 1)
    low, high = wilson_interval(numerator, denominator) or (0.0, 1.0)
    return RateDrawing(
        rate=round(numerator / denominator * RATE_WIDTH, 1),
        highest=round((numerator + (unknown or 0)) / denominator * RATE_WIDTH, 1),
        low=round(low * RATE_WIDTH, 1),
        high=round(high * RATE_WIDTH, 1),
        level=level_at,
        required=None if level_at is None else round(level_at * NINE_TENTHS, 1),
    )
