"""Grantees: everything that differs between them, read from ``grantees/<grantee>/grantee.toml`` and checked.

Names, institutions, calendar, due dates, definitions with their effective years, suppression policy. No rule, no
layout (see ``layouts``) and no code of a grantee's own. Beside the bundled grantees there are those of the folder that
``CTE_GRANTEES`` names, so that one can be added without touching the program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.career_clusters import CareerClusters, career_clusters
from pipelines.configuration import ConfigurationError, read_toml
from pipelines.equity_source import EquitySource, equity_sources
from pipelines.indicator_definition import Definition, definitions_of
from pipelines.ipeds_exception import IpedsException, ipeds_exceptions
from pipelines.layout_files import file_layouts
from pipelines.layouts import FileLayout
from pipelines.local_needs import Threshold, local_needs_of
from pipelines.performance_level import Performance, take_performance
from pipelines.suppression_keys import policies_from
from pipelines.suppression_policy import Policy

FOLDER = Path(__file__).parent / "grantees"
OWN_FOLDER = "CTE_GRANTEES"  # the environment variable that names a folder of the user's own grantees
_DUE_KEYS = {"file", "term_code", "vintage", "month_day", "years_after"}


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
class Grantee:
    """One grantee of the initiative, as its folder says.

    ``due`` holds the default ``month_day`` and, under ``file``, blocks for files that are due on another day.
    ``retention`` says how long archived files are kept, ``source`` from which database tables are read,
    ``equity_sources`` where the equity flags come from, ``gaps`` how gaps are tested, ``performance`` which
    levels its indicators are to reach, ``ipeds_exceptions`` where awards are known to differ from IPEDS,
    ``labor_market`` what it calls high-skill, high-wage and in-demand, ``local_needs`` what it asks of programs' size,
    ``suppression`` what may be told of counts of persons: the publisher's policy first, then those of others.
    """

    id: str
    name: str
    short_name: str
    state: str
    eligible_agency: str
    time_zone: str
    initiative_note: str
    race_question_standard: str
    calendar: dict[str, Any]
    due: dict[str, Any]
    identifiers: tuple[IdentifierKind, ...]
    definitions: tuple[Definition, ...]
    suppression: tuple[Policy, ...]
    career_clusters: CareerClusters
    institutions: tuple[Institution, ...]
    folder: Path
    retention: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    equity_sources: tuple[EquitySource, ...] = ()
    gaps: dict[str, Any] = field(default_factory=dict)
    performance: Performance = field(default_factory=Performance)
    ipeds_exceptions: tuple[IpedsException, ...] = ()
    labor_market: dict[str, Any] = field(default_factory=dict)
    local_needs: tuple[Threshold, ...] = ()

    @property
    def layouts(self) -> tuple[FileLayout, ...]:
        """All file layouts of the grantee."""
        return file_layouts(self.folder)

    def policy(self) -> Policy:
        """Return what the agency itself allows to be told; ``suppression_policy.policy_of`` knows the others, too."""
        return self.suppression[0]

    def definition(self, program_year: str) -> Definition:
        """Return the definitions in force in a program year. Raises ConfigurationError where there are none."""
        in_force = [d for d in self.definitions if d.effective_from <= program_year and not d.is_proposed]
        if not in_force:
            msg = f"{self.folder}/grantee.toml: no [[definition]] is effective in {program_year}; add one"
            raise ConfigurationError(msg)
        return max(in_force, key=lambda d: d.effective_from)

    def definition_of_version(self, version: str) -> Definition:
        """Return the definitions of a version, proposed ones too. Raises ConfigurationError that lists the versions."""
        for definition in self.definitions:
            if definition.version == version:
                return definition
        known = ", ".join(d.version for d in self.definitions)
        msg = f"{self.folder}/grantee.toml: no [[definition]] has version {version!r}; there are {known}"
        raise ConfigurationError(msg)

    def due_date(self, program_year: str, layout: FileLayout | None = None, file_name: str = "") -> date:
        """Return the day by which a file of a program year is due; without a file, that of the year's last ones.

        The first block ``[[due.file]]`` that speaks of the file decides, else ``[due] month_day`` after the year's end.
        """
        block = next((b for b in self.due.get("file", []) if layout and _speaks_of(b, layout, file_name)), self.due)
        month, day = (int(part) for part in block["month_day"].split("-"))
        return date(int(program_year[:4]) + block.get("years_after", 1), month, day)


def folders() -> tuple[Path, ...]:
    """Return the folders that hold grantees. Raises ConfigurationError where ``CTE_GRANTEES`` names none."""
    own = os.environ.get(OWN_FOLDER)
    if own and not Path(own).is_dir():
        msg = f"{OWN_FOLDER}={own}: no such folder; name the folder that holds the folders of your own grantees"
        raise ConfigurationError(msg)
    return (FOLDER, Path(own).absolute()) if own else (FOLDER,)


def grantee_ids() -> tuple[str, ...]:
    """Return the ids of all grantees: the folders, apart from those that begin with an underscore."""
    found = {path.parent.name for folder in folders() for path in folder.glob("*/grantee.toml")}
    return tuple(sorted(name for name in found if not name.startswith("_")))


def grantee(grantee_id: str) -> Grantee:
    """Return a grantee. Raises ConfigurationError that names file and key, or lists the ids for an unknown one."""
    paths = [path for folder in folders() if (path := folder / grantee_id / "grantee.toml").is_file()]
    if not paths:
        msg = f"no grantee {grantee_id!r}; there are {', '.join(grantee_ids())}. To add one see docs/add-a-grantee.md"
        raise ConfigurationError(msg)
    if len(paths) > 1:
        msg = f"{paths[1]}: a grantee {grantee_id!r} is bundled already; give the folder and its id another name"
        raise ConfigurationError(msg)
    found = read_grantee(paths[0])
    # A copied folder would mix its records, and its key, with those of the first; a template is nobody yet.
    if found.id != grantee_id and not grantee_id.startswith("_"):
        msg = f"{paths[0]}: id = {found.id!r}: the folder is {grantee_id!r}; name both alike"
        raise ConfigurationError(msg)
    return found


@cache
def read_grantee(path: Path) -> Grantee:
    """Return the grantee of a ``grantee.toml``. Raises ConfigurationError that names file and key."""
    content = read_toml(path)
    content.pop("ipeds", None)
    try:
        found = Grantee(
            identifiers=tuple(IdentifierKind(**i) for i in content.pop("identifier", [])),
            definitions=definitions_of(content.pop("definition", []), path),
            institutions=tuple(Institution(**i) for i in content.pop("institution", [])),
            equity_sources=equity_sources(content.pop("equity_source", []), path),
            performance=take_performance(content, path),
            suppression=policies_from(content.pop("suppression", None), content.pop("suppression_source", []), path),
            career_clusters=career_clusters(content.pop("career_clusters", {}), path),
            ipeds_exceptions=ipeds_exceptions(content.pop("ipeds_exception", []), path),
            local_needs=local_needs_of(content.pop("local_needs", {}), path),
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
        "[[due.file]]": lambda: [_due_day(block) for block in found.due.get("file", [])],
        "[[identifier]] pattern": lambda: [re.compile(i.pattern) for i in found.identifiers],
    }
    for key, use in uses.items():
        try:
            use()
        except (LookupError, ValueError, TypeError, AttributeError, ImportError, re.error) as fault:
            msg = f"{path}: {key}: {fault}; write it like the other grantees do"
            raise ConfigurationError(msg) from fault


def _due_day(block: dict[str, Any]) -> date:
    """Return the day that a block of due dates gives in some year. Raises ValueError or KeyError that names the key."""
    if unknown := sorted(set(block) - _DUE_KEYS):
        msg = f"{', '.join(unknown)}: no such key; there are {', '.join(sorted(_DUE_KEYS))}"
        raise ValueError(msg)
    month, day = (int(part) for part in block["month_day"].split("-"))
    return date(2023 + block.get("years_after", 1), month, day)


def _speaks_of(block: dict[str, Any], layout: FileLayout, file_name: str) -> bool:
    """Return whether a block of due dates is about a file, told by its place such as ``a.zip/Book.xlsx!Students``."""
    names = block.get("file", [layout.name])
    plain = file_name.partition("!")[0].rpartition("/")[2]
    said = {"term_code": layout.name_parts(plain).get("term_code"), "vintage": layout.vintage_of(plain)}
    return layout.name in ([names] if isinstance(names, str) else names) and all(
        block[key] == value for key, value in said.items() if key in block
    )


def all_grantees() -> tuple[Grantee, ...]:
    """Return all grantees by id."""
    return tuple(grantee(grantee_id) for grantee_id in grantee_ids())
