"""Fixes: the smallest corrections that a simulation knows, and candidates, which are sets of them with their gains.

A fix says what becomes of measurements, never what a student's answer will be. Nothing is applied here, see ``apply``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.scorecard.share import Share

FixKind = Literal[
    "records",  # records with a finding of dimension ``what`` in table ``where`` are correct
    "elements",  # element ``where``.``what`` holds a value in every record
    "answers",  # every student of whom equity dimension ``what`` is missing has an answer
    "collected",  # equity dimension ``what`` is asked of everybody of whom no source asks it
    "lines",  # the lines of file ``what`` that were quarantined are readable
    "file",  # file ``what`` was refused and is accepted
    "table",  # table ``what`` arrives
    "gate",  # critical rule ``what`` is within its threshold again
    "outcomes",  # the outcomes of indicator ``what`` that are unknown are known
]
Amount = Share | int | str | None


@dataclass(frozen=True, order=True)
class Fix:
    """One correction. ``institution`` is empty where it is not of one institution."""

    kind: FixKind
    what: str
    institution: str = ""
    where: str = ""


@dataclass(frozen=True)
class Gain:
    """What a measure of ``measure`` would come to: exactly so where ``least`` and ``most`` are the same.

    They differ where the answers are unknown. Both None: cannot be told. Verdicts are the worst and the best possible.
    """

    measure: str
    now: Amount
    least: Amount
    most: Amount


@dataclass(frozen=True)
class Candidate:
    """One thing that could be done, for a core element of the plan, and what it would gain.

    ``places`` are codes of institutions, or names of files or tables, the fewest that suffice for ``aim``; ``answers``
    are ids as in ``plan.toml``; ``records`` counts what has to be touched: ``touched`` says what is counted.
    """

    id: str
    element: int
    action: str
    aim: str
    places: tuple[str, ...]
    answers: tuple[str, ...]
    records: int
    touched: str
    fixes: frozenset[Fix]
    gains: tuple[Gain, ...] = ()
