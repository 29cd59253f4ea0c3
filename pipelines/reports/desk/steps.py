"""A count over time, drawn as steps. Every number is in the table beside it.

Many pages have one, so that their template draws it: Altair takes 20 to 50 milliseconds a chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT, EDGE = 560, 96, 6


@dataclass(frozen=True)
class Steps:
    """Where the line runs in a box of ``WIDTH`` by ``HEIGHT``, and what stands at its ends."""

    path: str
    first_at: datetime
    last_at: datetime
    first: int
    last: int
    most: int


def steps(points: Sequence[tuple[datetime, int]]) -> Steps | None:
    """Return the drawing of counts in the order of time; None for fewer than two, which make no line."""
    if len(points) < 2:  # noqa: PLR2004 - two points make a line
        return None
    (first_at, first), (last_at, last) = points[0], points[-1]
    most = max(count for _, count in points)
    long = (last_at - first_at).total_seconds() or 1
    placed = [
        (
            EDGE + round((WIDTH - 2 * EDGE) * (at - first_at).total_seconds() / long),
            HEIGHT - EDGE - round((HEIGHT - 2 * EDGE) * count / (most or 1)),
        )
        for at, count in points
    ]
    path = f"M{placed[0][0]} {placed[0][1]}" + "".join(f"H{x}V{y}" for x, y in placed[1:])
    return Steps(path, first_at, last_at, first, last, most)
