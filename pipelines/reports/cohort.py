"""The page that lays grantees side by side: the common core alone, by name, from shareable JSON files and nothing else.

It ranks nobody, adds nothing up, and says where definitions differ, so that rates must not be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError
from pipelines.reports.page import render_page
from pipelines.reports.shared_file import write_shared
from pipelines.scorecard.outcomes import NAMES
from pipelines.shareable.card import NOTICE

READ, PAGE = "scorecard.json", "index.html"
FORMAT = "cte-scorecard-shareable/1"
_HEADING = ("grantee_id", "grantee_name", "program_year")
_NO_DECISIONS = ("evidence", "effective_from")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Member:
    """One grantee's file: its heading, and the rows of its tables by table id, each a dict by column."""

    href: str
    document: Mapping[str, Any]
    tables: Mapping[str, tuple[Row, ...]]

    @property
    def name(self) -> str:
        """The grantee's name."""
        return str(self.document["grantee_name"])

    @property
    def decisions(self) -> dict[str, str]:
        """What the definition decides, by key."""
        found: dict[str, set[str]] = {}
        for row in self.tables.get("definitions", ()):
            if row["key"] not in _NO_DECISIONS:
                found.setdefault(row["key"], set()).add(str(row["value"]))
        return {key: " or ".join(sorted(values)) for key, values in found.items()}


@dataclass(frozen=True)
class Difference:
    """One decision of the definitions in which grantees differ, as each has it; ``touches`` are indicators."""

    words: str
    values: tuple[str, ...]
    touches: tuple[str, ...]


@dataclass(frozen=True)
class Core:
    """One indicator of one year: a row a grantee, and the decisions that keep its rates from being compared."""

    code: str
    name: str
    rows: tuple[tuple[Member, Row | None], ...]
    differs_in: tuple[str, ...]
    is_told: bool


@dataclass(frozen=True)
class Year:
    """One program year: its grantees by name, the indicators that all have, those that some lack, the differences."""

    program_year: str
    members: tuple[Member, ...]
    cores: tuple[Core, ...]
    left_out: tuple[str, ...]
    differences: tuple[Difference, ...]


def write_cohort(folder: Path) -> Path | None:
    """Write ``index.html`` from every ``scorecard.json`` below a folder; without any, it goes and None comes back.

    The files may come from several homes. Raises ConfigurationError for a file that is none of ours, and for two
    files of one grantee and program year.
    """
    page = folder / PAGE
    members = read_members(folder)
    if not members:
        page.unlink(missing_ok=True)
        return None
    write_shared(page, render_cohort(members).encode())
    return page


def read_members(folder: Path) -> tuple[Member, ...]:
    """Return the files below a folder, by name of the grantee and year."""
    found: dict[tuple[str, str], Path] = {}
    members = []
    for path in sorted(folder.rglob(READ)):
        member = _member(path, folder)
        key = (member.document["grantee_id"], member.document["program_year"])
        if key in found:
            msg = f"{path}: {found[key]} is of the same grantee and program year, too; keep the later release alone"
            raise ConfigurationError(msg)
        found[key] = path
        members.append(member)
    order = ((m.name.casefold(), m.document["grantee_id"], m.document["program_year"], m) for m in members)
    return tuple(one[-1] for one in sorted(order, key=lambda one: one[:-1]))


def _member(path: Path, folder: Path) -> Member:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            msg = f"{path}: format is {document['format']!r}, not {FORMAT!r}; publish it anew with this version"
            raise ConfigurationError(msg)
        if not all(isinstance(document[key], str) for key in _HEADING) or "fictional" not in document:
            raise TypeError
        tables = {table["id"]: _rows(table) for section in document["sections"] for table in section["tables"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"{path}: this is no shareable scorecard ({type(error).__name__}); take the file away or publish it anew"
        raise ConfigurationError(msg) from error
    return Member(path.with_name("scorecard.html").relative_to(folder).as_posix(), document, tables)


def _rows(table: Mapping[str, Any]) -> tuple[Row, ...]:
    keys = [column["key"] for column in table["columns"]]
    return tuple(dict(zip(keys, row, strict=True)) for row in table["rows"])


def render_cohort(members: Sequence[Member]) -> str:
    """Return the page."""
    fictional = sorted({m.name for m in members if m.document["fictional"]})
    return render_page("cohort.html", notice=NOTICE, fictional=", ".join(fictional), years=years_of(members))


def years_of(members: Iterable[Member]) -> tuple[Year, ...]:
    """Return the years that any grantee has released."""
    by_year: dict[str, list[Member]] = {}
    for member in members:
        by_year.setdefault(member.document["program_year"], []).append(member)
    return tuple(_year(year, tuple(found)) for year, found in sorted(by_year.items()))


def _year(program_year: str, members: tuple[Member, ...]) -> Year:
    rates = [{row["indicator"]: row for row in m.tables.get("indicators_everybody", ())} for m in members]
    common = sorted(set.intersection(*(set(one) for one in rates)))
    others = sorted(set.union(*(set(one) for one in rates)) - set(common))
    differences = _differences(members)
    cores = tuple(
        Core(code, NAMES.get(code, code), tuple((m, one[code]) for m, one in zip(members, rates, strict=True)),
             tuple(d.words for d in differences if code in d.touches), all(m.decisions for m in members))
        for code in common
    )  # fmt: skip
    return Year(program_year, members, cores, tuple(others), differences)


def _differences(members: Sequence[Member]) -> tuple[Difference, ...]:
    """Return the decisions in which the definitions differ; one that a grantee's file does not tell differs, too."""
    decided = [member.decisions for member in members]
    said = {row["key"]: row["decision"] for m in members for row in m.tables.get("definitions", ())}
    found = []
    for key in sorted(set().union(*decided)):
        values = tuple(one.get(key, "not told") for one in decided)
        if len(set(values)) > 1:
            found.append(Difference(said[key], values, _touches(key)))
    return tuple(found)


def _touches(key: str) -> tuple[str, ...]:
    """Return the indicators that a decision can move: those that its key or its subject names, else all of them."""
    named = tuple(code for code in NAMES if code.lower() in key)
    return named or _SUBJECTS.get(key, tuple(NAMES))


_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "placement_statuses": ("1P1",),
    "placement_sources": ("1P1",),
    "follow_up_quarters": ("1P1",),
    "matchable_identifier_kinds": ("1P1",),
    "credential_types": ("2P1",),
    "credential_evidence": ("2P1",),
    "credential_window_months": ("2P1",),
    "nontraditional_list": ("3P1",),
    "youth_age_max": (),  # decides who is in a group, not who is counted
    "status_as_of": (),
}
