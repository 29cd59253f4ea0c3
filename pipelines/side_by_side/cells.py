"""Cells of subgroups and programs in which two versions of the definitions say different counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.side_by_side.figures import Figures

_CELL = ("institution_id", "cip_code", "subgroup_dimension", "subgroup_code")


@dataclass(frozen=True)
class Cell:
    """A cell in which two versions differ; a denominator is None where a version has nobody there."""

    measure: str
    institution_id: str | None
    cip_code: str | None
    subgroup_dimension: str
    subgroup_code: str
    numerator_before: int | None
    denominator_before: int | None
    numerator_after: int | None
    denominator_after: int | None


def differing_cells(before: Figures, after: Figures) -> Iterator[Cell]:
    """Yield the cells of subgroups and programs in which the counts of the two versions differ.

    Of places alone of which both can tell everybody: elsewhere a cell that is not there would look like nobody.
    """
    for code, old, new in (
        ("count_code", before.student_counts, after.student_counts),
        ("indicator_code", before.indicators, after.indicators),
    ):
        sides = [{tuple(row[name] for name in (code, *_CELL)): row for row in rows} for rows in (old, new)]
        for key in sorted(sides[0].keys() | sides[1].keys(), key=lambda k: [part or "" for part in k]):
            a, b = sides[0].get(key), sides[1].get(key)
            everybody = (*key[:2], None, "all", "all")
            are_told = all(_counts(side.get(everybody))[1] is not None for side in sides)
            if are_told and key != everybody and _counts(a) != _counts(b):
                place = dict(zip(_CELL, key[1:], strict=True))
                yield Cell(measure=key[0], **place, **_named(a, "before"), **_named(b, "after"))


def _counts(row: dict[str, Any] | None) -> tuple[int | None, int | None]:
    """Return the numerator and the denominator of a row; of a count of students the latter only."""
    if row is None:
        return None, None
    return row.get("numerator_count"), row.get("denominator_count", row.get("student_count"))


def _named(row: dict[str, Any] | None, side: str) -> dict[str, Any]:
    return dict(zip((f"numerator_{side}", f"denominator_{side}"), _counts(row), strict=True))
