"""What is measured: one kind of drift in a file, with the changes found. How large a change is a fault: the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

# Shares of fewer rows say little: with 20, a difference of a half is needed to be clear.
FEWEST_ROWS = 20
_CLEARLY = 9  # 3 squared: by chance alone, 1 difference in 370 is that large


@dataclass(frozen=True)
class Change:
    """One thing that differs; the fields are columns of ``quality.drift``."""

    kind: str
    detail: str
    layout_name: str | None = None
    table_name: str | None = None
    column_name: str | None = None
    measured: int | None = None
    expected: int | None = None
    n: int | None = None
    previous_n: int | None = None


@dataclass(frozen=True)
class Measured:
    """A kind that could be measured: over how many subjects (columns, codes, rows), against which file, what changed.

    ``compared_with`` is the id of the file compared with, None where the layout alone decides.
    """

    kind: str
    subject_count: int
    changes: tuple[Change, ...] = ()
    compared_with: str | None = None


def together(measured: Iterable[Measured]) -> list[Measured]:
    """Return one entry a kind: the kinds of record of a file have been measured one by one."""
    kinds: dict[str, Measured] = {}
    for one in measured:
        known = kinds.get(one.kind)
        kinds[one.kind] = one if known is None else replace(
            known,
            subject_count=known.subject_count + one.subject_count,
            changes=(*known.changes, *one.changes),
            compared_with=known.compared_with or one.compared_with,
        )  # fmt: skip
    return list(kinds.values())


def differ_clearly(count: int, n: int, previous_count: int, previous_n: int) -> bool:
    """Return whether two shares differ by more than chance would: two-proportion z over 3, in exact integers.

    False where either has too few rows to tell.
    """
    if min(n, previous_n) < FEWEST_ROWS:
        return False
    total, hits = n + previous_n, count + previous_count
    return (count * previous_n - previous_count * n) ** 2 * total > _CLEARLY * hits * (total - hits) * n * previous_n
