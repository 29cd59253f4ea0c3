"""Verdicts on rules and open findings, as the last run left them: gates, themes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipelines.scorecard.card import Gate
from pipelines.scorecard.lines import Finding, ThemeLine
from pipelines.scorecard.read import Partition
from pipelines.scorecard.share import Share

SEVERITIES = ("critical", "warning", "info")
DIMENSIONS = (
    "completeness", "validity", "uniqueness", "consistency", "integrity", "timeliness", "equity", "accuracy",
)  # fmt: skip
LAST_RUN = "select max(run_id) from quality.rule_result where grantee_id = $1 and program_year = $2"
LATEST = f"""
    select * from quality.rule_result
    where grantee_id = $1 and program_year = $2 and institution_id is null and run_id = ({LAST_RUN})
"""


@dataclass(frozen=True)
class RuleWords:
    """What people read of a rule besides its id."""

    title: str
    fix: str


def rule_words() -> dict[str, RuleWords]:
    """Return the words of every rule in the rule book by id; takes seconds, because rules carry their expectation."""
    from expectations.catalogue import all_rules

    return {rule.id: RuleWords(rule.title, rule.fix) for rule in all_rules()}


@dataclass(frozen=True)
class Verdict:
    """The verdict on one rule for the grantee as a whole."""

    rule_id: str
    dimension: str
    severity: str
    failed: Share
    threshold: str
    status: str
    is_waived: bool
    message: str


def verdicts(partition: Partition) -> tuple[Verdict, ...]:
    """Return the verdicts of the last run that judged the partition, by rule id."""
    rows = partition.rows(f"select * from ({LATEST}) as latest order by rule_id")
    return tuple(
        Verdict(
            r["rule_id"], r["dimension"], r["severity"], Share(r["failed_count"], r["population_count"]),
            r["threshold"] or "", r["status"], bool(r["is_waived"]), r["message"] or "",
        )
        for r in rows
    )  # fmt: skip


def rule_gates(
    found: tuple[Verdict, ...], words: Mapping[str, RuleWords], told_by_files: Collection[str] = ()
) -> tuple[Gate, ...]:
    """Return a gate for each critical rule over its threshold; a waiver keeps the gate open but in sight.

    ``told_by_files`` are rules that fail for refused files alone: the gate of the file says it once and better.
    """
    return tuple(
        Gate("rule", v.rule_id, title(words, v.rule_id), _reason(v), v.dimension, v.is_waived, fix(words, v.rule_id))
        for v in found
        if v.severity == "critical" and v.status == "failed" and v.rule_id not in told_by_files
    )


def could_not_be_judged(found: tuple[Verdict, ...], words: Mapping[str, RuleWords]) -> tuple[tuple[str, str], ...]:
    """Return dimension and a sentence for each rule that the system failed to judge: no word about the data."""
    return tuple(
        (v.dimension, f"{title(words, v.rule_id)} ({v.rule_id}): {v.message or 'the engine gave no reason'}")
        for v in found
        if v.status == "error"
    )


def themes(found: tuple[Verdict, ...]) -> tuple[ThemeLine, ...]:
    """Return how many rules of each dimension passed, failed and so on; a waived failure is a failure."""

    def count(dimension: str, status: str) -> int:
        return sum(v.dimension == dimension and v.status == status for v in found)

    return tuple(
        ThemeLine(
            d, count(d, "passed"), count(d, "failed"),
            sum(v.dimension == d and v.status == "failed" and v.is_waived for v in found),
            count(d, "not_applicable"), count(d, "error"),
        )
        for d in DIMENSIONS
        if any(v.dimension == d for v in found)
    )  # fmt: skip


def open_findings(partition: Partition) -> tuple[Finding, ...]:
    """Return the number of open findings of each severity."""
    rows = partition.rows(
        """
        select severity, count(*) as open_count, count(*) filter (where is_waived) as waived_count
        from quality.finding where grantee_id = $1 and program_year = $2 and state = 'open' group by severity
        """
    )
    by_severity = {r["severity"]: r for r in rows}
    counts = ((s, by_severity.get(s, {})) for s in SEVERITIES)
    return tuple(Finding(s, r.get("open_count", 0), r.get("waived_count", 0)) for s, r in counts)


def title(words: Mapping[str, RuleWords], rule_id: str) -> str:
    """Return the title of a rule; its id where the rule book of today no longer has it."""
    return words[rule_id].title if rule_id in words else rule_id


def fix(words: Mapping[str, RuleWords], rule_id: str) -> str:
    """Return how a rule's failures are repaired; nothing where the rule book of today no longer has it."""
    return words[rule_id].fix if rule_id in words else ""


def _reason(verdict: Verdict) -> str:
    failed, population = verdict.failed.numerator, verdict.failed.denominator
    return f"{failed:,} of {population:,} rows fail ({verdict.failed.percent}); {verdict.threshold}"
