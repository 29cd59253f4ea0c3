"""``publish.rule``: the rule book; which rules have results that may leave stands in ``disclosure.quality``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.disclosure.quality import is_released
from pipelines.measures.commented_table import CommentedTable

if TYPE_CHECKING:
    from expectations.rule import Rule

RULE = CommentedTable("publish.rule", "The rule book: what each rule asks, why, and how to repair it.", {
    "rule_id": ("varchar", "Id; never changes its meaning."),
    "version": ("integer", "Version of the rule."),
    "table_name": ("varchar", "The table it judges."),
    "title": ("varchar", "What must hold."),
    "dimension": ("varchar", "Dimension of data quality."),
    "severity": ("varchar", "critical, warning or info."),
    "population": ("varchar", "The rows that the rule speaks of."),
    "threshold": ("varchar", "How many may fail."),
    "threshold_evidence": ("varchar", "Where the threshold comes from."),
    "why": ("varchar", "Why it matters to those who use the data."),
    "fix": ("varchar", "How those who send the data repair it."),
    "is_about_everybody": ("boolean", "Whether it reads no column that tells persons apart: rule_result has it."),
})  # fmt: skip


def rule_row(rule: Rule) -> tuple[object, ...]:
    """Return the row of a rule, in the order of the columns."""
    return (
        rule.id, rule.version, rule.table, rule.title, rule.dimension, rule.severity, rule.population_words,
        str(rule.threshold), rule.threshold.evidence, rule.why, rule.fix, is_released(rule),
    )  # fmt: skip
