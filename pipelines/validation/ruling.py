"""What a rule comes to by its counts, under the threshold, severity and waivers that hold on a day.

A night rules on what it has counted (``results``), `cte rejudge` on what earlier nights have.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.validation.status import status
from pipelines.validation.thresholds import Policy
from pipelines.validation.waivers import Waivers


@dataclass(frozen=True)
class Ruling:
    """What a rule came to: its status, and the threshold (in words), severity and waiver by which it did."""

    status: str
    threshold: str
    severity: str
    is_waived: bool

    @property
    def is_over(self) -> bool:
        """Whether a critical rule is over its threshold and nobody waived it: for a whole grantee, a closed gate."""
        return self.severity == "critical" and self.status == "failed" and not self.is_waived


def ruling_of(
    rule_id: str,
    institution_id: str | None,
    counts: tuple[int | None, int | None],
    policy: Policy,
    waivers: Waivers,
    *,
    is_covered: bool,
) -> Ruling:
    """Return what population and failed rows (None after an error) come to, at an institution or for all of them.

    ``is_covered``: a waiver for the whole grantee covers the failure, and so those of its institutions.
    """
    word = status(*counts, policy.threshold)
    is_waived = word == "failed" and (is_covered or waivers.covers(rule_id, institution_id, *counts))
    return Ruling(word, str(policy.threshold), policy.severity, is_waived)
