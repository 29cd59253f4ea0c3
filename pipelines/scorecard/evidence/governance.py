"""Evidence for element 2: owners, definitions, rules, policies, waivers and agreements that are there, and current.

Presence only: whether they are good or followed no record can say.
"""

from __future__ import annotations

from collections import Counter

from pipelines.measures.definitions import year_end
from pipelines.schema import content_columns, core_tables
from pipelines.scorecard.card import Evidence
from pipelines.scorecard.evidence.known import Known
from pipelines.scorecard.people.agreements import CURRENT, NOT_YET
from pipelines.scorecard.people.owners import owned_rules
from pipelines.scorecard.read import Partition

WAIVERS = """
    select standing, count(*) as waiver_count from quality.waiver
    where grantee_id = $1 and program_year = $2 group by standing order by standing
"""
IN_USE = ("active", "expiring", "idle")  # idle ones have nothing to cover and are current all the same
_AT_RUN = "the day of the run"


def governance(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    """Return the items for element 2."""
    return (*_rules(known), *_policies(known), *_waivers(partition, known), *_agreements(partition, known))


def _rules(known: Known) -> tuple[Evidence, ...]:
    columns = [column for table in core_tables() for column in content_columns(table)]
    owned, count = owned_rules(known.said.owners, known.verdicts), len(known.verdicts)
    return (
        Evidence("Rules in force", "all rules that judge this program year", "quality.rule_result", count,
                 as_of="the last run that judged", query="quality.rule_result"),
        Evidence("Rules with a named owner", "rules in force", "owners.toml", owned, count, as_of="as entered")
        if known.said.owners else
        Evidence("Rules with a named owner", "rules in force", "owners.toml", text="no owner has been entered"),
        Evidence("Data elements with a written definition", "elements of the canonical tables", "pipelines.schema",
                 sum(bool(c.comment) for c in columns), len(columns), as_of="the program's version"),
    )  # fmt: skip


def _policies(known: Known) -> tuple[Evidence, ...]:
    policy, definition = known.grantee.policy(), known.definition
    return (
        Evidence("Indicator definitions", "those in force in the program year", "grantee.toml",
                 text=f"{definition.version}: {definition.evidence}", as_of=f"since {definition.effective_from}"),
        Evidence("Suppression policy", "minimum count to show, and who approved it", "grantee.toml",
                 text=f"{policy.threshold}; approved by {policy.approved_by or 'nobody yet'}", as_of="as entered"),
        Evidence("Due dates", "evidence for the calendar", "grantee.toml",
                 text=known.grantee.due.get("evidence") or "not stated", as_of="as entered"),
    )  # fmt: skip


def _waivers(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    failed = [v for v in known.verdicts if v.status == "failed"]
    found = Counter({r["standing"]: r["waiver_count"] for r in partition.rows(WAIVERS)})
    entered = "waivers entered for this program year"
    source, dated = "quality.waiver", {"as_of": "the last run that judged", "query": "quality.waiver"}
    return (
        Evidence("Rules that failed and are waived, failures all the same", "rules that failed", "quality.rule_result",
                 sum(v.is_waived for v in failed), len(failed), as_of="the last run that judged"),
        Evidence("Waivers current", entered, source, sum(found[s] for s in IN_USE), found.total(), **dated),
        Evidence("Waivers expired", entered, source, found["expired"], found.total(), **dated),
        Evidence("Waivers exceeded: more rows fail than were waived", entered, source, found["exceeded"],
                 found.total(), **dated),
    )  # fmt: skip


def _agreements(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    found, source = known.said.agreements, "agreements.toml"
    if not found:
        words = "none has been entered, which does not mean that there is none"
        return (Evidence("Data-sharing agreements", "agreements entered", source, text=words, as_of="as entered"),)
    end = year_end(partition.program_year)
    at_run = [one.standing(known.today) for one in found] if known.today else None
    gone = sum(words not in (CURRENT, NOT_YET) for words in at_run) if at_run else None
    return (
        Evidence("Data-sharing agreements current at the year's end", "agreements entered", source,
                 sum(one.standing(end) == CURRENT for one in found), len(found), as_of=end.isoformat()),
        Evidence("Data-sharing agreements current", "agreements entered", source,
                 at_run.count(CURRENT) if at_run else None, len(found) if at_run else None, as_of=_AT_RUN),
        Evidence("Data-sharing agreements expired", "agreements entered", source,
                 gone, len(found) if at_run else None, as_of=_AT_RUN),
    )  # fmt: skip
