"""By which threshold and severity a rule is judged: those of the rule book, unless a grantee has declared others.

A grantee declares in ``thresholds.toml``. A count becomes a status in ``status``; failures that are lived with stand in
``waivers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from expectations.rule import Rule, Severity, Threshold
from pipelines.grantee import grantee
from pipelines.validation.declared import Block, blocks_of

FILE_NAME = "thresholds.toml"
_CHANGES = ("share", "count", "severity")
_REQUIRED = ("rule_id", "evidence")
_OPTIONAL = (*_CHANGES, "institution_id", "program_year", "effective_from", "effective_to")


@dataclass(frozen=True)
class Policy:
    """How a rule is judged at one place on one day."""

    threshold: Threshold
    severity: Severity


Policies = Callable[[Rule, str | None], Policy]  # rule and institution (None: the grantee as a whole) to policy


@dataclass(frozen=True)
class Override:
    """One block of ``thresholds.toml``; what it leaves out (None) stays as the rule book says.

    Empty ``institution_id`` and ``program_year`` mean all. The days are days of judging, both inclusive.
    """

    rule_id: str
    evidence: str
    share: str | None = None
    count: int | None = None
    severity: Severity | None = None
    institution_id: str = ""
    program_year: str = ""
    effective_from: date = date.min
    effective_to: date = date.max

    @property
    def place(self) -> tuple[str, str, str, date]:
        """What tells a block from the others of its file."""
        return (self.rule_id, self.institution_id, self.program_year, self.effective_from)

    @property
    def rank(self) -> tuple[bool, bool, date]:
        """The order in which blocks give way: one institution before all, one year before all, later before earlier."""
        return (bool(self.institution_id), bool(self.program_year), self.effective_from)

    def on(self, rule: Rule, day: date) -> Policy:
        """Return the rule's policy under this block."""
        threshold = rule.threshold
        if self.share is not None or self.count is not None:
            share = threshold.share if self.share is None else self.share
            threshold = Threshold(share, threshold.count if self.count is None else self.count, self.evidence)
        return Policy(threshold, self.severity or rule.severity_on(day.isoformat()))


def policies(grantee_id: str | None, program_year: str | None, today: date) -> Policies:
    """Return how each rule is judged for a grantee (None: reference tables) on a day.

    Of the blocks that speak of a place and a day one decides: the one for the institution before those for all, then
    the one for the program year, then the one in force last. A grantee as a whole has no institution.

    Raises ConfigurationError that names file, block and the fix.
    """
    speaking: dict[tuple[str, str], list[Override]] = {}
    for one in overrides_of(grantee_id) if grantee_id else ():
        if one.program_year in ("", program_year) and one.effective_from <= today <= one.effective_to:
            speaking.setdefault((one.rule_id, one.institution_id), []).append(one)

    def policy(rule: Rule, institution_id: str | None) -> Policy:
        places = ("",) if institution_id is None else ("", institution_id)
        found = [one for place in places for one in speaking.get((rule.id, place), ())]
        if not found:
            return Policy(rule.threshold, rule.severity_on(today.isoformat()))
        return max(found, key=lambda one: one.rank).on(rule, today)

    return policy


def overrides_of(grantee_id: str) -> tuple[Override, ...]:
    """Return what a grantee has declared. Raises ConfigurationError that names file, block and the fix."""
    return tuple(_checked(blocks_of(grantee(grantee_id).folder / FILE_NAME, "threshold", _REQUIRED, _OPTIONAL)))


def _checked(blocks: Iterable[Block]) -> Iterable[Override]:
    seen: set[tuple[str, str, str, date]] = set()
    for block in blocks:
        one = Override(**block.values)
        if not any(key in block.values for key in _CHANGES):
            block.refuse(f"changes nothing; say at least one of {', '.join(_CHANGES)}")
        if one.effective_from > one.effective_to:
            block.refuse("effective_to: lies before effective_from; exchange the two days")
        if one.place in seen:
            block.refuse("stands twice; give one of the two another effective_from, or take it out")
        seen.add(one.place)
        yield one
