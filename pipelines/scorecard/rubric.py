"""The rubric as data: core elements, levels and criteria, read from ``rubric.toml`` and checked. No judgement.

Ours is that of the initiative; the file that ``CTE_RUBRIC`` names takes its place: a State's own, or that of another
tool. Sub-elements stand in a file beside it, see ``sub_elements``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.scorecard.sub_elements import SubElement, sub_elements

RUBRIC = Path(__file__).parent / "rubric.toml"
OWN_RUBRIC = "CTE_RUBRIC"  # the environment variable that names a rubric file of the user's own
Assessed = Literal["suggested", "evidence", "people"]
# What ``criteria`` can measure and ``evidence`` can show; another rubric picks from these and cannot add to them.
MEASURED: Mapping[str, tuple[str, ...]] = {
    "grantee": ("lines_read", "files_on_time", "tables_arrived", "dimensions_collected", "outcomes_known"),
    "institutions": (
        "required_values", "dimensions_known", "programs_classified", "records_valid", "records_unique",
        "records_integral", "records_consistent",
    ),
}  # fmt: skip
SHOWN = ("collection", "governance", "alignment", "information", "use")
_SUGGESTED_LEVELS = {1, 2, 3, 4}


@dataclass(frozen=True)
class Criterion:
    """One thing that an established practice would show, with its mark: a share as text, such as ``99/100``."""

    id: str
    title: str
    over: Literal["grantee", "institutions"]
    population: str
    source: str
    raises: str
    at_least: str = ""
    median_at_least: str = ""
    worst_at_least: str = ""


@dataclass(frozen=True)
class CoreElement:
    """One core element and who assesses it: data suggest, data give evidence only, or people alone.

    ``evidence`` names the groups of items that are shown with it, see ``SHOWN``.
    """

    number: int
    name: str
    assessed: Assessed
    says: str
    dimensions: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    evidence: tuple[str, ...] = ()
    sub_elements: tuple[SubElement, ...] = ()


@dataclass(frozen=True)
class SuggestionRule:
    """How many criteria make which level, and where a gate caps it. Shares are fractions as text."""

    established_from: str
    promising_from: str
    building_from: str
    gate_caps_at: int
    median_rank: str
    worst_rank: str
    minimum_records: int


@dataclass(frozen=True)
class Rubric:
    """The whole rubric. ``id`` tells it from others: ratings say by which rubric they were given."""

    id: str
    title: str
    publisher: str
    evidence: str
    elements: tuple[CoreElement, ...]
    suggestion: SuggestionRule
    levels: dict[int, str] = field(default_factory=dict)

    def element(self, number: int) -> CoreElement | None:
        """Return the core element of a number, or None where the rubric has none."""
        return next((element for element in self.elements if element.number == number), None)


def rubric_file() -> Path:
    """Return the rubric file in force: that of ``CTE_RUBRIC``, or ours. ConfigurationError where it is not there."""
    own = os.environ.get(OWN_RUBRIC)
    if own and not Path(own).is_file():
        msg = f"{OWN_RUBRIC}={own}: no such file; name a rubric file like pipelines/scorecard/rubric.toml"
        raise ConfigurationError(msg)
    return Path(own).absolute() if own else RUBRIC


def rubric(path: Path | None = None) -> Rubric:
    """Return a rubric, that in force where no file is named. Raises ConfigurationError that names file and key."""
    return _read(path or rubric_file())


@cache
def _read(path: Path) -> Rubric:
    content = read_toml(path)
    try:
        blocks = [dict(block) for block in content.pop("element")]
        levels = {level["number"]: level["name"] for level in content.pop("level")}
        own_rule = content.pop("suggestion", None)
        # A rubric of which people alone assess every element need not say how many criteria make a level.
        suggestion = SuggestionRule(**own_rule) if own_rule else rubric(RUBRIC).suggestion
        beside = sub_elements(path, {block["number"] for block in blocks}, set(levels))
        elements = tuple(_element(block, beside) for block in blocks)
        made = Rubric(elements=elements, levels=levels, suggestion=suggestion, **content)
        _check(made)
    except (TypeError, KeyError, ValueError, ZeroDivisionError) as fault:
        msg = f"{path}: {fault}; the keys are those of pipelines.scorecard.rubric, shares are written 99/100"
        raise ConfigurationError(msg) from fault
    return made


def _element(block: dict[str, Any], beside: Mapping[int, tuple[SubElement, ...]]) -> CoreElement:
    return CoreElement(
        dimensions=tuple(block.pop("dimensions", ())),
        criteria=tuple(Criterion(**c) for c in block.pop("criterion", ())),
        evidence=tuple(block.pop("evidence", ())),
        sub_elements=beside.get(block["number"], ()),
        **block,
    )


def _check(made: Rubric) -> None:
    """Refuse what no scorecard could show. Raises ValueError that names element, criterion and fix."""
    rule = made.suggestion
    for share in (rule.established_from, rule.promising_from, rule.building_from, rule.median_rank, rule.worst_rank):
        Fraction(share)
    _once("element", (element.number for element in made.elements))
    _once("criterion", (criterion.id for element in made.elements for criterion in element.criteria))
    for element in made.elements:
        _check_element(element, made)
        for criterion in element.criteria:
            _check_criterion(criterion)


def _check_element(element: CoreElement, made: Rubric) -> None:
    if element.assessed not in get_args(Assessed):
        msg = f"element {element.number}: assessed = {element.assessed!r}; write one of {', '.join(get_args(Assessed))}"
        raise ValueError(msg)
    if bool(element.criteria) != (element.assessed == "suggested"):
        msg = f"element {element.number}: criteria belong to assessed = 'suggested', and only there"
        raise ValueError(msg)
    if element.criteria and set(made.levels) != _SUGGESTED_LEVELS:
        msg = f"element {element.number}: data suggest levels 1 to 4; number the levels so, or drop the criteria"
        raise ValueError(msg)
    if unknown := [name for name in element.evidence if name not in SHOWN]:
        msg = f"element {element.number}: evidence {', '.join(unknown)}: no such group; there are {', '.join(SHOWN)}"
        raise ValueError(msg)


def _check_criterion(criterion: Criterion) -> None:
    known = MEASURED.get(criterion.over, ())
    if criterion.id not in known:
        msg = f"criterion {criterion.id!r} over {criterion.over!r}: cannot be measured; those that can: {MEASURED}"
        raise ValueError(msg)
    is_one = criterion.over == "grantee"
    for mark in (criterion.at_least,) if is_one else (criterion.median_at_least, criterion.worst_at_least):
        Fraction(mark)


def _once(what: str, ids: Iterable[object]) -> None:
    if doubled := [str(one) for one, count in Counter(ids).items() if count > 1]:
        msg = f"{what} {', '.join(doubled)}: stands twice; take one of the two out"
        raise ValueError(msg)
