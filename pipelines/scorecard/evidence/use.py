"""Evidence for element 6: gaps that are computed, what the plan does about them, and what has become of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipelines.scorecard.card import Evidence
from pipelines.scorecard.evidence.known import Known
from pipelines.scorecard.people.gap_states import COMPUTED, UNTESTED, GapState, gap_states
from pipelines.scorecard.people.plan_file import Plan, kind_of
from pipelines.scorecard.people.shown_plan import accepted, shown
from pipelines.scorecard.read import Partition

GAP = "mart.gap"
_OF_GAPS = "gaps computed for groups of the grantee"


def use(partition: Partition, known: Known) -> tuple[Evidence, ...]:
    """Return the items for element 6."""
    by_institution = [i for i in known.indicators if i.institution_id is not None]
    found, dated = gap_states(partition), {"as_of": f"records of {partition.program_year}", "query": GAP}
    computed = [gap for gap in found.values() if gap.status == COMPUTED]
    told = [gap for gap in computed if gap.said != UNTESTED]
    return (
        Evidence("Indicators by institution that could be computed", "institutions by indicator", "mart.indicator",
                 sum(i.status == COMPUTED for i in by_institution), len(by_institution), **dated | {
                     "query": "mart.indicator"}),
        Evidence("Gaps in performance computed", "groups of the grantee by indicator", GAP,
                 len(computed) if found else None, len(found) if found else None, **dated),
        Evidence("Gaps tested against chance", _OF_GAPS, GAP, len(told) if found else None,
                 len(computed) if found else None, **dated),
        *_plan(partition, known, found),
    )  # fmt: skip


def _plan(partition: Partition, known: Known, found: Mapping[str, GapState]) -> tuple[Evidence, ...]:
    plan, source = shown(known.said.plan, partition.program_year), f"plan.toml, {GAP}"
    dated = {"as_of": f"plan as entered, records of {partition.program_year}", "query": GAP}
    if plan is None:
        words = "no plan has been entered for this year"
        return (Evidence("Gaps tied to items of the action plan", words, source, None, None, **dated),)
    answers = _answered(plan)
    below = _below(found)
    before = _below(gap_states(replace(partition, program_year=plan.program_year)))
    tested = {gap_id for gap_id, gap in found.items() if gap.status == COMPUTED and gap.said != UNTESTED}
    begun = answers & before
    return (
        Evidence("Gaps beyond chance that an item of the action plan answers", "gaps below everybody beyond chance",
                 source, len(answers & below) if found else None, len(below) if found else None, **dated),
        Evidence("Gaps of the action plan that can be tested this year", "gaps that items answer", source,
                 len(answers & tested), len(answers), **dated),
        Evidence("Gaps of the action plan closed: tested, and no longer beyond chance",
                 f"gaps that items answer and that were beyond chance in {plan.program_year}",
                 source, len(begun & tested - below), len(begun), **dated),
    )  # fmt: skip


def _answered(plan: Plan) -> set[str]:
    """Return the ids of the gaps that items of the plan answer, dropped items left out."""
    pairs = (kind_of(answer) for item in accepted(plan) for answer in item.answers)
    return {rest for kind, rest in pairs if kind == "gap"}


def _below(found: Mapping[str, GapState]) -> set[str]:
    return {gap_id for gap_id, gap in found.items() if gap.is_below}
