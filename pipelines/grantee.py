"""Grantees: everything that differs between them, read from ``grantees/<grantee>/grantee.toml`` and checked.

Names, institutions, calendar, due dates, definitions with their effective years, suppression policy. No rule, no
layout (see ``layouts``) and no code of a grantee's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.layout_files import file_layouts
from pipelines.layouts import FileLayout

FOLDER = Path(__file__).parent / "grantees"


@dataclass(frozen=True)
class Institution:
    """An institution in a grantee's IPEDS list. ``note`` says what its figures cover, where that misleads."""

    unitid: str
    name: str
    instcat: str
    note: str = ""


@dataclass(frozen=True)
class IdentifierKind:
    """A form of person identifier, told by a regular expression on the text with blanks and hyphens removed."""

    kind: str
    pattern: str


@dataclass(frozen=True)
class Definition:
    """What participant, concentrator and the indicators mean, from a program year on. Numbers are decimal strings."""

    version: str
    effective_from: str
    evidence: str
    concentrator_credits: str
    credits_window: str
    counting_courses: str
    semester_credits_per_quarter_credit: str
    clock_hours_per_semester_credit: str
    cohort_lag_1p1: int
    cohort_lag_2p1: int
    cohort_lag_3p1: int


@dataclass(frozen=True)
class Grantee:
    """One grantee of the initiative, as its folder says."""

    id: str
    name: str
    short_name: str
    state: str
    eligible_agency: str
    time_zone: str
    initiative_note: str
    race_question_standard: str
    calendar: dict[str, Any]
    due: dict[str, str]
    identifiers: tuple[IdentifierKind, ...]
    definitions: tuple[Definition, ...]
    suppression: dict[str, Any]
    career_clusters: dict[str, Any]
    institutions: tuple[Institution, ...]
    folder: Path

    @property
    def layouts(self) -> tuple[FileLayout, ...]:
        """All file layouts of the grantee."""
        return file_layouts(self.folder)

    def definition(self, program_year: str) -> Definition:
        """Return the definitions in force in a program year. Raises ConfigurationError where there are none."""
        in_force = [d for d in self.definitions if d.effective_from <= program_year]
        if not in_force:
            msg = f"{self.folder}/grantee.toml: no [[definition]] is effective in {program_year}; add one"
            raise ConfigurationError(msg)
        return max(in_force, key=lambda d: d.effective_from)

    def due_date(self, program_year: str) -> date:
        """Return the day by which the files of a program year are due: ``month_day`` after the year has ended."""
        month, day = (int(part) for part in self.due["month_day"].split("-"))
        return date(int(program_year[:4]) + 1, month, day)


def grantee_ids() -> tuple[str, ...]:
    """Return the ids of all grantees: the folders, apart from those that begin with an underscore."""
    return tuple(sorted(p.parent.name for p in FOLDER.glob("*/grantee.toml") if not p.parent.name.startswith("_")))


@cache
def grantee(grantee_id: str) -> Grantee:
    """Return a grantee. Raises ConfigurationError that names file and key, or lists the ids for an unknown one."""
    path = FOLDER / grantee_id / "grantee.toml"
    if not path.is_file():
        msg = f"no grantee {grantee_id!r}; there are {', '.join(grantee_ids())}. To add one, copy grantees/_template"
        raise ConfigurationError(msg)
    content = read_toml(path)
    content.pop("ipeds", None)
    try:
        found = Grantee(
            identifiers=tuple(IdentifierKind(**i) for i in content.pop("identifier", [])),
            definitions=tuple(Definition(**d) for d in content.pop("definition", [])),
            institutions=tuple(Institution(**i) for i in content.pop("institution", [])),
            folder=path.parent,
            **content,
        )
    except TypeError as fault:
        msg = f"{path}: {fault}; the keys are those of pipelines.grantee.Grantee"
        raise ConfigurationError(msg) from fault
    _refuse_unusable(found, path)
    return found


def _refuse_unusable(found: Grantee, path: Path) -> None:
    """Refuse values that no night could use. Raises ConfigurationError that names the key."""
    uses: dict[str, Callable[[], object]] = {
        f"time_zone = {found.time_zone!r}": lambda: ZoneInfo(found.time_zone),
        f"[due] month_day = {found.due.get('month_day')!r}": lambda: found.due_date("2023-24"),
        "[[identifier]] pattern": lambda: [re.compile(i.pattern) for i in found.identifiers],
    }
    for key, use in uses.items():
        try:
            use()
        except (LookupError, ValueError, ImportError, re.error) as fault:
            msg = f"{path}: {key}: {fault}; write it like the other grantees do"
            raise ConfigurationError(msg) from fault


def all_grantees() -> tuple[Grantee, ...]:
    """Return all grantees by id."""
    return tuple(grantee(grantee_id) for grantee_id in grantee_ids())
