"""What a grantee calls high-skill, high-wage and in-demand: ``[labor_market]`` of its ``grantee.toml``.

House defaults where a State has said nothing, apart from what only a State can say: a living wage and the occupations
that it calls critical (``critical_occupations.csv`` beside the file) are never guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError
from pipelines.grantee import Grantee

# The words of BLS for the education that an occupation typically asks for at entry, least first.
EDUCATION = (
    "No formal educational credential", "High school diploma or equivalent", "Some college, no degree",
    "Postsecondary nondegree award", "Associate's degree", "Bachelor's degree", "Master's degree",
    "Doctoral or professional degree",
)  # fmt: skip
RULES = ("majority_of_openings", "majority_of_occupations", "any")
NEEDS = ("both", "either")
ALL_OCCUPATIONS = "all_occupations"
CRITICAL = "critical_occupations.csv"
_DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9])?")


@dataclass(frozen=True)
class LaborSettings:
    """The marks of a grantee; every default is a house default.

    ``living_wage`` is dollars a year; None where none is declared. ``in_demand_growth`` is percent over ten years, or
    ``all_occupations``: at least that of all occupations together. ``in_demand_openings`` is openings a year in the
    nation. ``top_coded_wage`` is the least that ``#`` stands for in OEWS (May 2025 Field Descriptions).
    """

    rule: str = "majority_of_openings"
    high_skill: str = "Postsecondary nondegree award"
    in_demand_openings: int = 10_000
    in_demand_growth: str = ALL_OCCUPATIONS
    in_demand_needs: str = "both"
    broad_groups: bool = False
    counts_teachers: bool = False
    top_coded_wage: int = 239_200
    living_wage: int | None = None
    living_wage_place: str = ""
    living_wage_source: str = ""
    living_wage_date: date | None = None
    evidence: str = "house default"


def labor_settings_of(owner: Grantee) -> LaborSettings:
    """Return a grantee's settings. Raises ConfigurationError that names file, key and what may stand there."""
    try:
        return parse_labor(owner.labor_market)
    except ValueError as fault:
        msg = f"{owner.folder}/grantee.toml: [labor_market] {fault}"
        raise ConfigurationError(msg) from fault


def parse_labor(content: Mapping[str, Any]) -> LaborSettings:
    """Return the settings that a table of TOML says. Raises ValueError that names the key."""
    known = {one.name for one in fields(LaborSettings)}
    if unknown := sorted(set(content) - known):
        msg = f"{', '.join(unknown)}: no such key; there are {', '.join(sorted(known))}"
        raise ValueError(msg)
    found = LaborSettings(**content)
    _among("rule", found.rule, RULES)
    _among("high_skill", found.high_skill, EDUCATION)
    _among("in_demand_needs", found.in_demand_needs, NEEDS)
    for key in ("in_demand_openings", "top_coded_wage", "living_wage"):
        _whole(key, getattr(found, key))
    for key in ("broad_groups", "counts_teachers"):
        if not isinstance(getattr(found, key), bool):
            msg = f"{key} = {getattr(found, key)!r}; write true or false"
            raise ValueError(msg)
    growth = found.in_demand_growth
    if not isinstance(growth, str) or (growth != ALL_OCCUPATIONS and not _DECIMAL.fullmatch(growth)):
        msg = f'in_demand_growth = {growth!r}; write percent with one decimal in quotes, "5.0", or "{ALL_OCCUPATIONS}"'
        raise ValueError(msg)
    _living_wage(found)
    return found


def growth_mark(settings: LaborSettings) -> Decimal | None:
    """Return the growth in percent that is asked for; None where it is that of all occupations."""
    return None if settings.in_demand_growth == ALL_OCCUPATIONS else Decimal(settings.in_demand_growth)


def educations_from(least: str) -> tuple[str, ...]:
    """Return the levels of education of at least this one."""
    return EDUCATION[EDUCATION.index(least) :]


def critical_occupations(folder: Path) -> tuple[tuple[str, str], ...] | None:
    """Return (SOC code, source) of the grantee's list of critical occupations; None where there is no list.

    Raises ConfigurationError that names the line.
    """
    path = folder / CRITICAL
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        if not {"soc_code", "source"} <= set(reader.fieldnames or ()):
            msg = f"{path}: line 1: the columns are soc_code and source; others may stand beside them"
            raise ConfigurationError(msg)
        found = {(row["soc_code"] or "").strip(): ((row["source"] or "").strip(), reader.line_num) for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        msg = f"{path}: cannot be read ({type(fault).__name__}); save it as CSV in UTF-8"
        raise ConfigurationError(msg) from fault
    for code, (source, line) in found.items():
        if not re.fullmatch(r"\d{2}-\d{4}", code) or not source:
            msg = f"{path}: line {line}: write a SOC 2018 code like 29-1141, and the source of the list"
            raise ConfigurationError(msg)
    return tuple((code, source) for code, (source, _line) in sorted(found.items()))


def _among(key: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        msg = f"{key} = {value!r}; write one of {', '.join(allowed)}"
        raise ValueError(msg)


def _whole(key: str, value: object) -> None:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if not is_whole and not (key == "living_wage" and value is None):
        msg = f"{key} = {value!r}; write a whole number above 0, without quotes"
        raise ValueError(msg)


def _living_wage(found: LaborSettings) -> None:
    said = (found.living_wage_place, found.living_wage_source, found.living_wage_date)
    is_date = found.living_wage_date is None or type(found.living_wage_date) is date
    if not is_date or not all(isinstance(one, str) for one in said[:2]):
        msg = "living_wage_place and living_wage_source are texts, living_wage_date is a day without quotes: 2026-02-01"
        raise ValueError(msg)
    if (found.living_wage is not None) != any(said) or (found.living_wage is not None and not all(said)):
        msg = "living_wage: say living_wage_place, living_wage_source and living_wage_date with it, or none of the four"
        raise ValueError(msg)
