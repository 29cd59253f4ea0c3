"""What two versions side by side come to: figures, effects and the whole; ``compare`` computes them."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.side_by_side.cells import Cell
from pipelines.side_by_side.people import Moved
from pipelines.side_by_side.versions import Change


@dataclass(frozen=True)
class Figure:
    """A measure at a place under one version. ``numerator`` and ``unknown`` are None where the status is no number.

    ``institution_id`` is None for everybody. Counts (participant, concentrator, completer) have a denominator only.
    """

    measure: str
    institution_id: str | None
    status: str
    denominator: int | None
    numerator: int | None = None
    unknown: int | None = None


@dataclass(frozen=True)
class Effect:
    """What changes at a place: by one key alone (``change``), or by all that no key does alone (``change`` is None).

    ``moved`` is None for the latter, because persons cannot be told apart there. ``numerator`` and ``unknown`` are
    None where one of the two versions has no number, ``denominator`` and ``moved`` too where one cannot tell whom it
    counts: that is no change to nobody.
    """

    change: Change | None
    measure: str
    institution_id: str | None
    denominator: int | None
    numerator: int | None
    unknown: int | None
    moved: Moved | None


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side: figures in the same order, the whole difference, and its parts.

    ``cells`` are those of subgroups and programs that differ, where they were asked for.
    """

    grantee_id: str
    program_year: str
    versions: tuple[str, str]
    changes: tuple[Change, ...]
    before: tuple[Figure, ...]
    after: tuple[Figure, ...]
    whole: tuple[Effect, ...]
    parts: tuple[Effect, ...]
    cells: tuple[Cell, ...] = ()
