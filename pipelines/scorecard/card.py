"""A scorecard and its judgements: frozen parts that pages and files show as they are. No query, no wording of pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipelines.scorecard.gaps import Gaps
from pipelines.scorecard.lines import (
    Completeness,
    CoverageLine,
    FileLine,
    Finding,
    IndicatorLine,
    ReadinessLine,
    RecordLine,
    RuleLine,
    ThemeLine,
    WaiverLine,
)
from pipelines.scorecard.section import Section
from pipelines.scorecard.share import Share


@dataclass(frozen=True)
class Run:
    """The run that wrote the scorecard: the only thing that may differ between two nights on unchanged input."""

    run_id: str
    started_at: datetime | None
    is_sample: bool
    code_version: str
    rule_book_version: str


@dataclass(frozen=True)
class Evidence:
    """One item of evidence: a share of a population, a count (``denominator`` None), or ``text``; never a guess.

    ``text`` stands for what is no number. All three empty means that it cannot be told. ``as_of`` is the date or
    vintage of what was counted; ``query`` the name of a file of ``sql/queries``, or the table, that gives the number.
    """

    label: str
    population: str
    source: str
    numerator: int | None = None
    denominator: int | None = None
    text: str = ""
    as_of: str = ""
    query: str = ""

    @property
    def share(self) -> Share:
        """The evidence as a share."""
        return Share(self.numerator, self.denominator)


@dataclass(frozen=True)
class CriterionResult:
    """A criterion and what was measured. ``is_met`` is None where that cannot be told."""

    id: str
    title: str
    over: str
    population: str
    source: str
    raises: str
    is_met: bool | None
    needed: str
    measured: Share | None
    worst: Share | None = None
    worst_institution: str = ""
    institution_count: int = 0


@dataclass(frozen=True)
class Gate:
    """A reason to stop: a critical rule over its threshold or a file refused. A waived one is shown and stays open."""

    kind: Literal["rule", "file"]
    id: str
    title: str
    reason: str
    dimension: str
    is_waived: bool = False
    fix: str = ""


@dataclass(frozen=True)
class Suggestion:
    """What the data suggest for one core element. ``level`` is None where that cannot be told."""

    level: int | None
    level_name: str
    derivation: tuple[str, ...]
    is_capped: bool = False


@dataclass(frozen=True)
class ElementCard:
    """One core element: who assesses it, its evidence, and a suggestion where the rubric allows one."""

    number: int
    name: str
    assessed: str
    says: str
    evidence: tuple[Evidence, ...] = ()
    criteria: tuple[CriterionResult, ...] = ()
    suggestion: Suggestion | None = None
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True)
class Scorecard:
    """Everything that one page says about one grantee and program year; there is no overall number among it."""

    grantee_id: str
    grantee_name: str
    program_year: str
    is_sample: bool
    definition_version: str
    definition_evidence: str
    rule_book_version: str
    code_version: str
    rubric_title: str
    elements: tuple[ElementCard, ...]
    gates: tuple[Gate, ...]
    could_not_be_judged: tuple[str, ...]
    findings: tuple[Finding, ...]
    indicators: tuple[IndicatorLine, ...]
    institution_indicators: tuple[IndicatorLine, ...]
    gaps: Gaps
    coverage: tuple[CoverageLine, ...]
    readiness: tuple[ReadinessLine, ...]
    completeness: Completeness
    themes: tuple[ThemeLine, ...]
    top_rules: tuple[RuleLine, ...]
    waivers: tuple[WaiverLine, ...]
    files: tuple[FileLine, ...]
    missing_tables: tuple[str, ...] | None
    records: tuple[RecordLine, ...]
    exclusions: tuple[tuple[str, int], ...]
    sections: tuple[Section, ...]
    run: Run

    @property
    def closed_gates(self) -> tuple[Gate, ...]:
        """The gates that are closed: those that no waiver covers."""
        return tuple(gate for gate in self.gates if not gate.is_waived)
