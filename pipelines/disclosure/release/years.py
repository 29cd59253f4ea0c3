"""What becomes of each program year: released anew, left as it is, or kept back. No count is withheld here.

A year that is not released anew stands with the counts of its last release; those remain facts for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.disclosure.release.change import Change

FRESH = "released"
UNCHANGED = "unchanged"  # every count is that of its last release, which stays
CARRIED = "carried_forward"
REFUSED = "refused"
BLOCKED = "blocked"  # may not leave; no try of it is recorded
ASIDE = "not_asked_for"


@dataclass(frozen=True)
class Year:
    """What becomes of a program year, and why. ``change`` is None without a release before."""

    program_year: str
    fate: str
    reasons: tuple[str, ...] = ()
    change: Change | None = None

    def kept(self, why: str) -> Year:
        """Return the year kept back: at its last release where there is one, refused otherwise."""
        return replace(self, fate=REFUSED if self.change is None else CARRIED, reasons=(why,))


def fate_of(year: str, reasons: Sequence[str], change: Change | None, smallest_change: int) -> Year:
    """Return what becomes of a year that was asked for. ``reasons`` say why it may not leave; empty where it may."""
    if reasons:
        return Year(year, BLOCKED, tuple(reasons), change)
    if change is None:
        return Year(year, FRESH)
    if change.is_nothing:
        return Year(year, UNCHANGED, (), change)
    if 0 < change.touched < smallest_change:
        why = (
            f"fewer than {smallest_change} persons count otherwise than in the last release, and who holds both would "
            "see who they are; it is released anew when more has changed"
        )
        return Year(year, CARRIED, (why,), change)
    return Year(year, FRESH, (), change)
