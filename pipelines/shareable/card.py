"""A scorecard for everybody: frozen parts that the page shows as they are. No query and no wording of pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipelines.shareable.told import Count, Rate

EDITION = "shareable"
NOTICE = "released for sharing: small numbers are withheld"


@dataclass(frozen=True)
class Heading:
    """Whose page it is, of which year and which release. ``fiction`` is empty for real records."""

    grantee_id: str
    grantee_name: str
    eligible_agency: str
    program_year: str
    release_id: str
    number: int
    released_at: datetime | None
    fiction: str


@dataclass(frozen=True)
class Indicator:
    """One indicator for everybody; ``highest`` is the rate if every unknown outcome were a success, in words."""

    code: str
    name: str
    cohort_program_year: str
    outcome_window_end: date | None
    definition_version: str
    rate: Rate
    unknown: Count
    highest: str


@dataclass(frozen=True)
class Group:
    """One line: a group, what it holds together where it is many, and its counts or rates in the order of a table."""

    name: str
    members: str
    counts: tuple[Count, ...]
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class Groups:
    """The groups of one dimension. ``withheld`` names those of which every number is, so that they share one line."""

    dimension: str
    name: str
    groups: tuple[Group, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """Dimensions that stand in one table, such as the nine special populations."""

    anchor: str
    name: str
    parts: tuple[Groups, ...]


@dataclass(frozen=True)
class Gap:
    """A group's rate less that of everybody, both shown; ``students_needed`` more successes would close it."""

    name: str
    indicator_code: str
    rate: Rate
    reference: Rate
    gap: float
    students_needed: int | None


@dataclass(frozen=True)
class Pooled:
    """Years put together for one group of one place, because the single years are too small."""

    place: str
    group: str
    years: str
    indicator_code: str
    rate: Rate


@dataclass(frozen=True)
class Judged:
    """A quality rule (rows, and how many fail) or an attribute (participants, and how many have an answer)."""

    name: str
    note: str
    status: str
    population: Count
    counted: Count


@dataclass(frozen=True)
class Tally:
    """How many rules of one dimension of quality ended how; ``untold`` includes those with nothing to judge."""

    dimension: str
    passed: int
    failed: int
    untold: int


@dataclass(frozen=True)
class Kept:
    """How much of one kind of numbers is shown: ``shown + coded + withheld`` could be told, ``other`` not anyhow."""

    name: str
    shown: int
    coded: int
    withheld: int
    other: int

    @property
    def total(self) -> int:
        """All of them that there was a number for."""
        return self.shown + self.coded + self.withheld


@dataclass(frozen=True)
class Protection:
    """What was withheld and what was done so that it is not more."""

    sentences: tuple[str, ...]
    kinds: tuple[Kept, ...]
    never_shown: str
    policies: tuple[Mapping[str, Any], ...]

    @property
    def total(self) -> Kept:
        """All kinds together."""
        parts = [(kept.shown, kept.coded, kept.withheld, kept.other) for kept in self.kinds]
        return Kept("All", *(sum(column) for column in zip(*parts, strict=True))) if parts else Kept("All", 0, 0, 0, 0)


@dataclass(frozen=True)
class Change:
    """How many rows of a table became what, against the release before (``previous_number``)."""

    table: str
    what: str
    row_count: int
    previous_number: int


@dataclass(frozen=True)
class Shareable:
    """Everything on the page of one grantee and program year."""

    heading: Heading
    indicators: tuple[Indicator, ...]
    students: tuple[Count, ...]
    families: tuple[Family, ...]
    pairs: tuple[Family, ...]
    gaps: tuple[Gap, ...]
    student_families: tuple[Family, ...]
    institutions: tuple[Group, ...]
    clusters: Family | None
    programs: tuple[Group, ...]
    programs_withheld: tuple[str, ...]
    pooled: tuple[Pooled, ...]
    tallies: tuple[Tally, ...]
    failed_rules: tuple[Judged, ...]
    coverage: tuple[Judged, ...]
    protection: Protection
    changes: tuple[Change, ...]
    definition: tuple[Mapping[str, Any], ...]
    notes: tuple[Mapping[str, Any], ...]
