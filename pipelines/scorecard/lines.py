"""The lines of a scorecard's tables: what was measured, one frozen part a line. No judgement, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.scorecard.share import Share


@dataclass(frozen=True)
class Finding:
    """How many findings of a severity are open, and how many of them a waiver covers."""

    severity: str
    open_count: int
    waived_count: int


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator of the grantee (``institution_id`` None) or of one institution. Shares are None unless computed.

    ``interval`` is Wilson's at 95 %, as shares. ``level_percent`` and the ``level_result`` of the 90 % test are
    those of the State, None where no level is known or asked.
    """

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
    interval: tuple[float, float] | None = None
    level_percent: str | None = None
    level_result: str | None = None


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
class ReadinessLine:
    """At how many institutions an equity dimension can be measured; ``reasons`` with institutions, most frequent first.

    ``too_few_count``: institutions with too few students for a verdict.
    """

    dimension: str
    label: str
    measurable_count: int
    with_caution_count: int
    not_measurable_count: int
    too_few_count: int
    reasons: tuple[tuple[str, int], ...]


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
    """A rule with many open findings, and its verdict for the grantee.

    ``institutions``: those at which the rule fails, of those at which it was judged. ``before`` is the last other share
    of rows that failed, None where none has been seen, and ``trend`` says better or worse than that, or nothing.
    """

    rule_id: str
    title: str
    severity: str
    dimension: str
    finding_count: int
    institutions: Share
    failed: Share
    trend: str
    before: Share | None
    threshold: str
    status: str
    is_waived: bool
    fix: str


@dataclass(frozen=True)
class WaiverLine:
    """A failure that the agency lives with until a date. ``institution_id`` is None where it is for the grantee."""

    rule_id: str
    title: str
    institution_id: str | None
    institution_name: str
    standing: str
    failed: Share
    tolerance: str
    reason: str
    author: str
    approved_by: str
    approved_at: date
    expires: date


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
