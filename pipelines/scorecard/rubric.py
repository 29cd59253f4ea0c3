"""The rubric as data: core elements, levels and criteria, read from ``rubric.toml`` and checked. No judgement."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipelines.configuration import ConfigurationError, read_toml

RUBRIC = Path(__file__).parent / "rubric.toml"
Assessed = Literal["suggested", "evidence", "people"]


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
class SubElement:
    """A sub-element of the Tool, as its user has entered it."""

    code: str
    text: str


@dataclass(frozen=True)
class CoreElement:
    """One of the six core elements and who assesses it: data suggest, data give evidence only, or people alone."""

    number: int
    name: str
    assessed: Assessed
    says: str
    dimensions: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
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
    """The whole rubric."""

    title: str
    publisher: str
    evidence: str
    elements: tuple[CoreElement, ...]
    suggestion: SuggestionRule
    levels: dict[int, str] = field(default_factory=dict)


@cache
def rubric(path: Path = RUBRIC) -> Rubric:
    """Return the rubric. Raises ConfigurationError that names file, element and key."""
    content = read_toml(path)
    try:
        elements = tuple(_element(dict(block)) for block in content.pop("element"))
        levels = {level["number"]: level["name"] for level in content.pop("level")}
        suggestion = SuggestionRule(**content.pop("suggestion"))
        made = Rubric(elements=elements, levels=levels, suggestion=suggestion, **content)
        _check(made)
    except (TypeError, KeyError, ValueError, ZeroDivisionError) as fault:
        msg = f"{path}: {fault}; the keys are those of pipelines.scorecard.rubric, shares are written 99/100"
        raise ConfigurationError(msg) from fault
    return made


def _element(block: dict[str, Any]) -> CoreElement:
    return CoreElement(
        dimensions=tuple(block.pop("dimensions", ())),
        criteria=tuple(Criterion(**c) for c in block.pop("criterion", ())),
        sub_elements=tuple(SubElement(**s) for s in block.pop("sub_element", ())),
        **block,
    )


def _check(made: Rubric) -> None:
    rule = made.suggestion
    for share in (rule.established_from, rule.promising_from, rule.building_from, rule.median_rank, rule.worst_rank):
        Fraction(share)
    for element in made.elements:
        if bool(element.criteria) != (element.assessed == "suggested"):
            msg = f"element {element.number}: criteria belong to assessed = 'suggested', and only there"
            raise ValueError(msg)
        for criterion in element.criteria:
            marks = (
                (criterion.at_least,)
                if criterion.over == "grantee"
                else (criterion.median_at_least, criterion.worst_at_least)
            )
            for mark in marks:
                Fraction(mark)
