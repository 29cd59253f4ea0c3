"""How that stands now which an item of the plan answers: a rule, a criterion, a gap, a finding. Nothing is judged here.

Whether a rule passes or a gap is beyond chance was decided elsewhere; here the answer is looked up and said in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.desk.subgroups import group_name
from pipelines.scorecard.card import CriterionResult
from pipelines.scorecard.judge import judge_element
from pipelines.scorecard.people.gap_states import COMPUTED, UNTESTED, GapState, gap_states
from pipelines.scorecard.people.plan_file import kind_of
from pipelines.scorecard.rubric import rubric
from pipelines.scorecard.share import UNKNOWN, Share
from pipelines.scorecard.sources import Sources
from pipelines.scorecard.verdicts import Verdict, title

_FINDINGS = """
    select finding_id, rule_id, state, is_waived from quality.finding
    where grantee_id = $1 and program_year = $2 order by finding_id
"""
_OF_RULES = {"passed": "passes", "not_applicable": "has no records to judge", "error": "could not be judged"}
# What a share of an answer counts: less of the first is better, more of the last.
FAILING, AS_SAID = "rows that fail", "what the criterion says"
REACHED = "concentrators of the group who met the measure"


@dataclass(frozen=True)
class State:
    """What an id means, the share that stands for it now, how it stands in words, and what it is a share of."""

    meaning: str
    now: Share | None
    words: str
    of: str = ""


@dataclass(frozen=True)
class Answers:
    """Looks up how the ids of a plan stand in one grantee and program year."""

    seen: Sources

    def state(self, answer: str) -> State:
        """Return how an id of ``answers`` stands now."""
        kind, rest = kind_of(answer)
        if kind == "criterion":
            return self._criterion(rest)
        if kind == "gap":
            return self._gap(rest)
        return self._finding(rest) if kind == "finding" else self._rule(answer)

    def _rule(self, rule_id: str) -> State:
        found, meaning = self._verdicts.get(rule_id), title(self.seen.words, rule_id)
        if found is None:
            return State(meaning, None, "not judged in this program year")
        failing = "fails; waived, which is no pass" if found.is_waived else "fails"
        words = _OF_RULES.get(found.status, failing)
        is_within = found.status == "passed" and found.failed.numerator
        told = f"{words}: what fails is within its threshold" if is_within else words
        return State(meaning, found.failed, told, FAILING)

    def _criterion(self, criterion_id: str) -> State:
        found = self._criteria.get(criterion_id)
        if found is None:
            return State("no criterion of the rubric in force", None, UNKNOWN)
        words = {True: "met", False: "not met", None: UNKNOWN}[found.is_met]
        worst = f"; worst decile {found.worst.percent}" if found.worst else ""
        return State(f"{found.title}: {found.needed}", found.measured, words + worst, AS_SAID)

    def _gap(self, gap_id: str) -> State:
        indicator, _, group = gap_id.partition(":")
        meaning = f"{indicator}: {group_name(*group.split('=', 1))}"
        found = self._gaps.get(gap_id)
        if found is None or found.status != COMPUTED:
            return State(meaning, None, "the gap cannot be computed")
        words = "below everybody by more than chance" if found.is_below else "not below by more than chance can explain"
        told = words if found.said != UNTESTED else "not tested: too few, or too unknown"
        return State(meaning, found.rate, told, REACHED)

    def _finding(self, finding_id: str) -> State:
        if finding_id not in self._findings:
            return State("no finding of this program year has this id", None, UNKNOWN)
        rule_id, words = self._findings[finding_id]
        return State(title(self.seen.words, rule_id), None, words)

    @cached_property
    def _verdicts(self) -> Mapping[str, Verdict]:
        return {verdict.rule_id: verdict for verdict in self.seen.known.verdicts}

    @cached_property
    def _criteria(self) -> Mapping[str, CriterionResult]:
        judged = [judge_element(element, self.seen) for element in rubric().elements]
        return {result.id: result for one in judged for result in one.criteria}

    @cached_property
    def _gaps(self) -> Mapping[str, GapState]:
        return gap_states(self.seen.partition)

    @cached_property
    def _findings(self) -> Mapping[str, tuple[str, str]]:
        rows = self.seen.partition.rows(_FINDINGS)
        return {r["finding_id"]: (r["rule_id"], r["state"] + "; waived" * bool(r["is_waived"])) for r in rows}
