"""The fewest institutions whose correction suffices for a mark. Pure functions of exact shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from pipelines.scorecard.share import Share

Mark = tuple[Fraction, Fraction]  # rank among institutions, the worst first, and the share that it must reach


def fewest_at_ranks(shares: Mapping[str, Share], costs: Mapping[str, int], marks: Sequence[Mark]) -> list[str]:
    """Return the institutions to bring above their marks so that each rank reaches its own: few first, then cheap.

    A rank reaches its mark where no more institutions lie below the mark than places come before the rank.
    """
    told = {place: share.fraction for place, share in sorted(shares.items()) if share.fraction is not None}
    chosen: list[str] = []
    for rank, mark in sorted(marks, key=lambda pair: pair[1]):
        below = [place for place, value in told.items() if value < mark and place not in chosen]
        spared = max(-(-len(told) * rank.numerator // rank.denominator), 1) - 1
        cheap = sorted(below, key=lambda place: (costs.get(place, 0), place))
        chosen += cheap[: max(0, len(below) - spared)]
    return sorted(chosen)


def fewest_to_share(share: Share, adds: Mapping[str, int], mark: Fraction) -> list[str]:
    """Return the institutions that add most to a share, as few as bring it to the mark; all where none suffice."""
    total, chosen = share.numerator or 0, []
    for place in sorted((p for p in adds if adds[p]), key=lambda p: (-adds[p], p)):
        if not share.denominator or Fraction(total, share.denominator) >= mark:
            break
        total += adds[place]
        chosen.append(place)
    return sorted(chosen)


def fewest_within(failed: Mapping[str, int], total: int, allowed: int) -> list[str]:
    """Return the institutions with most failures, as few as leave at most ``allowed`` of ``total``; all may not do."""
    left, chosen = total, []
    for place in sorted((p for p in failed if failed[p]), key=lambda p: (-failed[p], p)):
        if left <= allowed:
            break
        left -= failed[place]
        chosen.append(place)
    return sorted(chosen)
