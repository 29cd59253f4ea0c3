"""What an item of a plan is expected to gain: a measure of the scorecard, from where and to where. Read and checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipelines.scorecard.coverage import LABELS
from pipelines.scorecard.people.blocks import Block, Key, checked
from pipelines.scorecard.rubric import Rubric

Amount = int | Fraction | str
VERDICTS = ("not_measurable", "with_caution", "measurable")  # of readiness, the worst first
_OF_A_RUBRIC = ("criterion", "level")
# No powers of ten: 1e-9999999 takes a minute to read.
_SHARE = re.compile(r"[0-9]{1,9}(/[0-9]{1,9}|\.[0-9]{1,9})?")
_KEYS = {
    "measure": Key(lambda value: isinstance(value, str) and ":" in value, 'write it like "coverage:disability"'),
    "from": Key(lambda value: type(value) is int or isinstance(value, str), "write where it stood"),
    "to": Key(lambda value: type(value) is int or isinstance(value, str), "write where it is to stand"),
}


@dataclass(frozen=True)
class Expected:
    """A gain: ``measure`` as in ``candidates.measure``, ``start`` and ``goal`` as share, count, level or verdict."""

    measure: str
    start: Amount
    goal: Amount


def expected_of(block: Block, rubric: Rubric | None) -> tuple[Expected, ...]:
    """Return the gains that an item expects. Raises ConfigurationError that names the item, key and fix.

    Without a rubric, because the plan was made by another one, its criteria and levels are not checked.
    """
    gains = []
    for entry in block.values.get("expected", ()):
        own = checked(Block(f"{block.where}: expected", entry if isinstance(entry, dict) else {}), _KEYS)
        kind, _, rest = own.values["measure"].partition(":")
        known = _known(rubric)
        if rest not in known.get(kind, ()) and (rubric is not None or kind not in _OF_A_RUBRIC):
            own.refuse(f"measure {own.values['measure']!r}: there is none such; there are {_listed(known)}")
        start, goal = (_amount(own, key, kind, rubric) for key in ("from", "to"))
        gains.append(Expected(own.values["measure"], start, goal))
    return tuple(gains)


def _known(rubric: Rubric | None) -> Mapping[str, Collection[str]]:
    elements = rubric.elements if rubric is not None else ()
    return {
        "criterion": [criterion.id for element in elements for criterion in element.criteria],
        "coverage": list(LABELS),
        "informative": list(LABELS),
        "readiness": list(LABELS),
        "cells": list(LABELS),
        "level": [str(element.number) for element in elements if element.assessed == "suggested"],
    }


def _listed(known: Mapping[str, Collection[str]]) -> str:
    return "; ".join(f"{kind}: {', '.join(ids)}" for kind, ids in known.items() if ids)


def _amount(block: Block, key: str, kind: str, rubric: Rubric | None) -> Amount:
    value: object = block.values[key]
    if kind in ("level", "cells"):
        if type(value) is int and (kind == "cells" or rubric is None or value in rubric.levels):
            return value
        block.refuse(f"{key}: write a {'number of cells' if kind == 'cells' else 'level of the rubric'} without quotes")
    if kind == "readiness":
        if value in VERDICTS:
            return str(value)
        block.refuse(f"{key}: write a verdict: {', '.join(VERDICTS)}")
    try:
        share = Fraction(value) if isinstance(value, str) and _SHARE.fullmatch(value) else None
    except (ValueError, ZeroDivisionError):
        share = None
    if share is None or not 0 <= share <= 1:
        block.refuse(f'{key}: write a share from 0 to 1 in quotes, such as "83/100" or "0.83"')
    return share
