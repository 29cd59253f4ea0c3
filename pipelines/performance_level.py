"""State determined and local levels of performance, improvement plans, and whether records cover the whole State.

The blocks ``[[level]]``, ``[[improvement_plan]]`` and ``[state_coverage]`` of a ``grantee.toml``, read and checked.
What is done with them stands in ``measures.levels`` and ``sql/mart/level_test.sql``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pipelines.configuration import ConfigurationError, hold_keys

INDICATORS = ("1P1", "2P1", "3P1")
DECIMALS = 4  # of a level in percent that the models can hold; States write two
WHOLE = 100  # percent
_PERCENT = re.compile(rf"[0-9]{{1,3}}(\.[0-9]{{1,{DECIMALS}}})?")
_YEAR = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True)
class PerformanceLevel:
    """The level of an indicator in a program year: the State's, or, where a recipient is named, a local one.

    ``level_percent`` is a decimal text such as ``61.53``: a binary float cannot hold it.
    """

    program_year: str
    indicator_code: str
    level_percent: str
    evidence: str
    eligible_recipient_id: str = ""


@dataclass(frozen=True)
class ImprovementPlan:
    """The program years in which an indicator is under an improvement plan; without a last one it still is."""

    indicator_code: str
    first_program_year: str
    evidence: str
    last_program_year: str = ""
    eligible_recipient_id: str = ""


@dataclass(frozen=True)
class StateCoverage:
    """Whether the records hold every postsecondary concentrator of the State, so that a rate is the State's figure."""

    covers_state: bool = False
    evidence: str = ""


@dataclass(frozen=True)
class Performance:
    """What a grantee's folder says of levels; nothing where it says nothing."""

    levels: tuple[PerformanceLevel, ...] = ()
    plans: tuple[ImprovementPlan, ...] = ()
    coverage: StateCoverage = StateCoverage()


Block = TypeVar("Block", PerformanceLevel, ImprovementPlan, StateCoverage)


def take_performance(content: dict[str, Any], path: Path) -> Performance:
    """Take the blocks on performance out of a ``grantee.toml``. Raises ConfigurationError that names block and key."""
    levels = _blocks(PerformanceLevel, "level", content.pop("level", []), path)
    plans = _blocks(ImprovementPlan, "improvement_plan", content.pop("improvement_plan", []), path)
    coverage = _built(StateCoverage, content.pop("state_coverage", {}), f"{path}: [state_coverage]")
    is_said = isinstance(coverage.covers_state, bool) and isinstance(coverage.evidence, str)
    if not is_said or (coverage.covers_state and not coverage.evidence.strip()):
        _refuse(f"{path}: [state_coverage]", "write covers_state = true or false, and the evidence of a true")
    for number, level in enumerate(levels, start=1):
        _check_level(level, f"{path}: [[level]] number {number}")
    for number, plan in enumerate(plans, start=1):
        _check_plan(plan, f"{path}: [[improvement_plan]] number {number}")
    _refuse_doubled(levels, path)
    return Performance(levels, plans, coverage)


def _blocks(kind: type[Block], name: str, blocks: Any, path: Path) -> tuple[Block, ...]:
    if not isinstance(blocks, list):
        _refuse(f"{path}: {name}", f"write each as a block of its own that begins with [[{name}]]")
    return tuple(_built(kind, block, f"{path}: [[{name}]] number {n}") for n, block in enumerate(blocks, start=1))


def _built(kind: type[Block], block: Any, where: str) -> Block:
    if not isinstance(block, Mapping):
        _refuse(where, "write a table of keys")
    hold_keys(kind, block, where)
    return kind(**block)


def _check_level(level: PerformanceLevel, where: str) -> None:
    _check_indicator(level.indicator_code, where)
    _check_year(level.program_year, "program_year", where)
    percent = level.level_percent
    if not isinstance(percent, str):
        _refuse(where, f'level_percent = {percent} may be rounded; put it in quotes: level_percent = "{percent}"')
    if not _PERCENT.fullmatch(percent) or Decimal(percent) > WHOLE:
        _refuse(where, f"level_percent is {percent!r}; write 0 to 100, {DECIMALS} decimals at most, such as 61.53")
    _check_texts(where, eligible_recipient_id=level.eligible_recipient_id, evidence=level.evidence)


def _check_plan(plan: ImprovementPlan, where: str) -> None:
    _check_indicator(plan.indicator_code, where)
    _check_year(plan.first_program_year, "first_program_year", where)
    if plan.last_program_year != "":
        _check_year(plan.last_program_year, "last_program_year", where)
        if plan.last_program_year < plan.first_program_year:
            _refuse(where, f"last_program_year {plan.last_program_year} is before first_program_year; exchange them")
    _check_texts(where, eligible_recipient_id=plan.eligible_recipient_id, evidence=plan.evidence)


def _check_indicator(indicator_code: Any, where: str) -> None:
    if indicator_code not in INDICATORS:
        _refuse(where, f"indicator_code is {indicator_code!r}; write one of {', '.join(INDICATORS)}")


def _check_year(program_year: Any, key: str, where: str) -> None:
    found = _YEAR.fullmatch(program_year) if isinstance(program_year, str) else None
    if found is None or int(found[2]) != (int(found[1]) + 1) % 100:
        _refuse(where, f"{key} is {program_year!r}; write a program year such as 2024-25")


def _check_texts(where: str, **texts: Any) -> None:
    for key, text in texts.items():
        if not isinstance(text, str):
            _refuse(where, f"{key} is {text!r}; write a text in quotes")
    if not texts["evidence"].strip():
        _refuse(where, "evidence is empty; say where the value stands, such as the State plan and its page")


def _refuse_doubled(levels: Sequence[PerformanceLevel], path: Path) -> None:
    keys = Counter((one.program_year, one.indicator_code, one.eligible_recipient_id) for one in levels)
    if doubled := [" ".join(filter(None, key)) for key, count in keys.items() if count > 1]:
        _refuse(f"{path}: [[level]]", f"{', '.join(doubled)}: said twice; leave one block")


def _refuse(where: str, fix: str) -> NoReturn:
    msg = f"{where}: {fix}"
    raise ConfigurationError(msg)
