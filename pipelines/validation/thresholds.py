"""By which threshold and severity a rule is judged: those of the rule book, unless a grantee has declared others.

A count becomes a status in ``status``; failures that are lived with stand in ``waivers``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expectations.rule import Rule, Severity, Threshold


@dataclass(frozen=True)
class Policy:
    """How a rule is judged at one place on one day."""

    threshold: Threshold
    severity: Severity


Policies = Callable[["Rule", str | None], Policy]  # rule and institution (None: the grantee as a whole) to policy


def policies(grantee_id: str | None, program_year: str | None, today: date) -> Policies:
    """Return how each rule is judged for a grantee (None: reference tables) on a day."""
    del grantee_id, program_year

    def policy(rule: Rule, institution_id: str | None) -> Policy:
        del institution_id
        return Policy(rule.threshold, rule.severity_on(today.isoformat()))

    return policy
