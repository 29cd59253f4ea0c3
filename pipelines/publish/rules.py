"""``publish.rule``: the rule book, and which rules are about everybody, so that their results may leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.measures.commented_table import CommentedTable
from pipelines.schema import equity_columns

if TYPE_CHECKING:
    from expectations.rule import Rule

PERSON_WORDS = ("race", "hispanic", "birth_date")
ABOUT_FILLING = ("_present", "_readable")  # ends of the ids that the structural rules of a column have
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
    "is_about_everybody": ("boolean", "Whether its population is no subgroup of persons: its counts are published."),
})  # fmt: skip


def is_about_everybody(rule: Rule) -> bool:
    """Return whether a rule's counts say nothing about a subgroup of persons or a single institution.

    Careful by intent: a rule that so much as names a person attribute in its population, its condition or its columns
    is left out; the columns do not count where the question is whether one was filled and readable at all.
    """
    if rule.dimension == "equity" or not rule.table.startswith(("core.", "quality.")):
        return False
    attributes = {column.name for column in equity_columns()}
    condition = getattr(rule.expectation, "condition", "")
    columns = () if rule.id.endswith(ABOUT_FILLING) else rule.columns
    said = f"{rule.population!r} {condition} {columns}"
    return not any(word in said for word in (*attributes, *PERSON_WORDS))


def rule_row(rule: Rule) -> tuple[object, ...]:
    """Return the row of a rule, in the order of the columns."""
    return (
        rule.id, rule.version, rule.table, rule.title, rule.dimension, rule.severity, rule.population_words,
        str(rule.threshold), rule.threshold.evidence, rule.why, rule.fix, is_about_everybody(rule),
    )  # fmt: skip
