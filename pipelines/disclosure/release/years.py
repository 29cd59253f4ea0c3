"""What becomes of each program year: released anew, left as it is, or kept back. No count is withheld here.

Years hang together only by sums over several of them. Where such a sum has left, a year of it whose counts differ from
its last release, and which is not released with the others, keeps them all at their last release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    """What becomes of a program year, and why. ``change`` is None without a release before.

    ``is_told`` where what has left tells a count that must be uncertain by the rules of today.
    """

    program_year: str
    fate: str
    reasons: tuple[str, ...] = ()
    change: Change | None = None
    is_told: bool = False

    @property
    def differs(self) -> bool:
        """Whether something of it has left, and its counts are others now."""
        return self.is_told or (self.change is not None and not self.change.is_nothing)

    @property
    def is_context(self) -> bool:
        """Whether its counts are a part of the question: it leaves, or what left of it still holds."""
        return self.fate == FRESH or (self.change is not None and not self.differs)

    def kept(self, why: str) -> Year:
        """Return the year kept back: at its last release where there is one, refused otherwise."""
        return replace(self, fate=REFUSED if self.change is None else CARRIED, reasons=(why,))

    def told(self, why: str) -> Year:
        """Return the year without a part in the question, because what left of it can no longer be protected."""
        return replace(self.kept(why) if self.fate == FRESH else self, is_told=True)


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


def hold_together(years: Mapping[str, Year], spans: Iterable[tuple[str, str]]) -> dict[str, Year]:
    """Return the years, those kept back that a sum which left ties to a year kept back. ``spans``: first and last."""
    kept = dict(years)
    ties = [[year for year in kept if first <= year <= last] for first, last in spans]
    while torn := [tie for tie in ties if _is_torn([kept[year] for year in tie])]:
        for name in torn[0]:
            if kept[name].fate == FRESH:
                other = next(year for year in torn[0] if kept[year].differs and kept[year].fate != FRESH)
                why = f"it left summed with {other}, which cannot be released anew with it; the sums would tell {other}"
                kept[name] = kept[name].kept(why)
    return kept


def _is_torn(tie: Sequence[Year]) -> bool:
    return any(one.fate == FRESH for one in tie) and any(one.differs and one.fate != FRESH for one in tie)
