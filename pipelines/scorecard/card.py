"""What a scorecard consists of: frozen parts that pages and files show as they are. No query, no wording of pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pipelines.scorecard.share import Share

EDITION = "internal"
NOTICE = "restricted: unprotected counts"


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

    ``text`` stands for what is no number. All three empty means that it cannot be told.
    """

    label: str
    population: str
    source: str
    numerator: int | None = None
    denominator: int | None = None
    text: str = ""

    @property
    def share(self) -> Share:
        """The evidence as a share."""
        return Share(self.numerator, self.denominator)


@dataclass(frozen=True)
class Finding:
    """How many findings of a severity are open, and how many of them a waiver covers."""

    severity: str
    open_count: int
    waived_count: int


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
class IndicatorLine:
    """An indicator of the grantee (``institution_id`` None) or of one institution. Shares are None unless computed."""

    indicator_code: str
    name: str
    institution_id: str | None
    institution_name: str
    cohort_program_year: str
    outcome_window_end: date | None
    status: str
    numerator_count: int | None
    denominator_count: int | None
    unknown_count: int | None
    lowest: Share | None
    highest: Share | None


@dataclass(frozen=True)
class CoverageLine:
    """The five states of one equity dimension, over all students of the grantee."""

    dimension: str
    label: str
    student_count: int
    value_count: int
    unknown_count: int
    declined_count: int
    not_reported_count: int
    not_collected_count: int
    yes_count: int | None
    known: Share


@dataclass(frozen=True)
class HeatRow:
    """Informative completeness of one element, one share per institution in the order of ``Completeness``."""

    table_name: str
    column_name: str
    is_required: bool
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Completeness:
    """Elements by institutions. ``full`` lists, by table, the elements that are complete wherever they have rows."""

    institutions: tuple[tuple[str, str], ...]
    rows: tuple[HeatRow, ...]
    full: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class RuleLine:
    """A rule with many open findings, and its verdict for the grantee."""

    rule_id: str
    title: str
    severity: str
    dimension: str
    finding_count: int
    institution_count: int
    failed: Share
    threshold: str
    status: str
    is_waived: bool
    fix: str


@dataclass(frozen=True)
class ThemeLine:
    """How many rules of a dimension have which status; rules are counted, never averaged."""

    dimension: str
    passed: int
    failed: int
    waived: int
    not_applicable: int
    error: int


@dataclass(frozen=True)
class FileLine:
    """A file received: what became of its lines, and when it came. ``days_late`` is None without a due date."""

    grantee_id: str
    program_year: str
    file_name: str
    table_name: str
    status: str
    message: str
    sha256: str
    physical_line_count: int
    header_line_count: int
    loaded_line_count: int
    quarantined_line_count: int
    received_on: date | None
    due_date: date | None
    is_late: bool
    days_late: int | None


@dataclass(frozen=True)
class RecordLine:
    """Rows of a table now and the year before; ``previous`` is None where there is no year before."""

    table_name: str
    row_count: int
    previous_row_count: int | None
    excluded_count: int


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
    coverage: tuple[CoverageLine, ...]
    completeness: Completeness
    themes: tuple[ThemeLine, ...]
    top_rules: tuple[RuleLine, ...]
    files: tuple[FileLine, ...]
    missing_tables: tuple[str, ...] | None
    records: tuple[RecordLine, ...]
    exclusions: tuple[tuple[str, int], ...]
    run: Run

    @property
    def closed_gates(self) -> tuple[Gate, ...]:
        """The gates that are closed: those that no waiver covers."""
        return tuple(gate for gate in self.gates if not gate.is_waived)
