"""What a rule is: one statement about a table, with its reason, its repair and its proof.

No rule stands here; the rules of a table live in the module named after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.row_conditions import Condition

Dimension = Literal[
    "completeness", "validity", "uniqueness", "consistency", "integrity", "timeliness", "equity", "accuracy"
]
Severity = Literal["critical", "warning", "info"]
Layer = Literal[
    "structure", "validity", "reference", "consistency", "macro", "equity readiness", "timeliness", "drift",
    "outside agreement",
]  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Threshold:
    """How many rows may fail before the rule fails: at most ``count`` rows, or at most ``share`` of the population.

    The rule fails where both are exceeded. ``share`` is a decimal string, because floats cannot say 0.9.
    """

    share: str = "0"
    count: int = 0
    evidence: str = "house default"

    def allows(self, population: int, failed: int) -> bool:
        """Return whether ``failed`` of ``population`` rows is still within the threshold, in exact arithmetic."""
        return failed <= self.count or failed <= Fraction(self.share) * population

    def __str__(self) -> str:
        """Say the threshold in words, for tables and pages."""
        share = f"{float(Fraction(self.share) * 100):g}% of the population" if Fraction(self.share) else ""
        rows = f"{self.count} {'row' if self.count == 1 else 'rows'}" if self.count else ""
        allowed = " or ".join(filter(None, (share, rows)))
        return f"at most {allowed}" if allowed else "none may fail"


@dataclass(frozen=True)
class Rule:
    """One statement about one table.

    ``expectation`` is a Great Expectations expectation and says what must hold; ``population`` is a Great Expectations
    condition and says for which rows (None: all of them; value expectations leave nulls out besides).
    ``columns`` names what a finding points at, the first one being the value shown to the sender.
    ``passes`` and ``fails`` are rows of ``table`` that prove the rule; columns that are not named there are null.
    ``context`` holds rows of other tables that the proof needs. ``effective_from`` and ``effective_to`` are program
    years (``2024-25``), both inclusive, empty for no limit. ``severity_changes`` holds days (``2026-10-01``) with the
    severity from then on, oldest first. ``layer`` is the chapter of the rule book, empty where table and dimension say
    it (``layer_of``). ``not_applicable_words`` say what an empty population means, such as "too little history".
    """

    id: str
    table: str
    title: str
    dimension: Dimension
    severity: Severity
    expectation: Expectation
    columns: tuple[str, ...]
    why: str
    fix: str
    passes: tuple[Row, ...]
    fails: tuple[Row, ...]
    population: Condition | None = None
    population_words: str = "all rows"
    threshold: Threshold = Threshold()
    version: int = 1
    effective_from: str = ""
    effective_to: str = ""
    context: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    severity_changes: tuple[tuple[str, Severity], ...] = ()
    layer: Layer | None = None
    not_applicable_words: str = ""

    def severity_on(self, day: str) -> Severity:
        """Return the severity on a day written like ``2026-10-01``: a catalogue may change it within a year."""
        severity = self.severity
        for since, changed in self.severity_changes:
            severity = changed if since <= day else severity
        return severity

    def is_effective(self, program_year: str) -> bool:
        """Return whether the rule is in force for a program year such as ``2024-25``."""
        return (not self.effective_from or self.effective_from <= program_year) and (
            not self.effective_to or program_year <= self.effective_to
        )


_LAYER_OF_TABLE: Mapping[str, Layer] = {
    "quality.received_line": "structure", "quality.transaction": "structure", "quality.drift_check": "drift",
    "quality.submission": "timeliness", "quality.expected_file": "timeliness", "mart.readiness": "equity readiness",
    "mart.coverage": "equity readiness", "mart.record_count": "macro", "mart.indicator": "macro",
}  # fmt: skip
_LAYER_OF_DIMENSION: Mapping[Dimension, Layer] = {
    "completeness": "validity", "validity": "validity", "uniqueness": "reference", "integrity": "reference",
    "consistency": "consistency", "accuracy": "macro", "equity": "equity readiness", "timeliness": "timeliness",
}  # fmt: skip


def layer_of(rule: Rule) -> Layer:
    """Return the layer of the rule book that a rule belongs to: its own word, else by its table, else by dimension."""
    return rule.layer or _LAYER_OF_TABLE.get(rule.table) or _LAYER_OF_DIMENSION[rule.dimension]
