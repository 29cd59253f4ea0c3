"""What may be told of how many rows fail a rule: a pure function of two counts, and the argument that it is safe.

Whoever attacks has the rule book: what the rule asks, its threshold, and the code below. He must never come nearer to a
number of failing rows than the policy's width, or its threshold where that is more (here: the width). Which rules leave
at all, and how they are kept, stands in ``quality``.

**All rows of a table** (``told``). The population is shown rounded to twice the width, and not at all up to the width;
so nobody takes it from a count of persons and has the rest left. No failing row is told as 0: that a rule holds is no
secret of a person. Any other number is told as a part only, never as itself: at most a band, at least all but a band
(all rows included, for that everybody fails may be a secret), or between. Every part is wider than the width for every
population that is rounded alike, and bands are taken from the smallest of these, so that a code tells nothing more of
the population. Where no band is wide enough, all numbers but 0 are one part. Failed or passed is told only where the
threshold leaves a part whole, or cuts it into parts that are still wide; it depends on the part alone, so that silence
tells nothing either.

**Some rows of a table** (``told_of_part``), such as completed programs or records of employment: the population may be
a count of persons that is withheld elsewhere, so not even its size is told, and no band, for a band needs a size. What
is left: 0, whether or not there were any rows, or withheld; and failed where none may fail.

**Rules about the same rows** that part them (a + b = population): no number but 0 leaves; few rows of one are almost
all of the other, and both codes then tell the same end part. **Earlier releases**: a part that was once told stays true
of that release only. Who knows besides by how many rows a table changed may cut a part short where the number lay
beyond it before. These are rows of the agency's tables, not persons, and columns that tell persons apart are left out
altogether; that is the limit of the argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor

from pipelines.suppression_policy import Policy

WITHHELD = "withheld"
_FINEST = 5  # percent of the band beside which a fifth of all rows leaves a wide part


@dataclass(frozen=True)
class Allowed:
    """How many rows may fail: at most ``count``, or at most ``share`` (text of a fraction) of the population."""

    share: str = "0"
    count: int = 0


@dataclass(frozen=True)
class Told:
    """What leaves of a rule: a rounded population, 0 or no number of failing rows, a code, failed or passed."""

    population: int | None
    counted: int | None
    code: str | None
    status: str | None


def told(population: int, failed: int, allows: Allowed, policy: Policy, *, is_always_judged: bool = False) -> Told:
    """Return what leaves of a rule about all rows. ``is_always_judged`` tells failed or passed of rows without persons.

    An empty population is withheld like a small one, unless ``is_always_judged``: then it is not_applicable.
    """
    status = _status(population, failed, allows)
    if population <= _width(policy):
        return Told(None, None, WITHHELD, status if is_always_judged else None)
    lowest, shown, highest = alike(population, policy)
    if failed == 0:
        return Told(shown, 0, None, status)
    code, _, _ = _part(population, failed, lowest, policy)
    said = is_always_judged or _is_cut_wide(code, (lowest, highest), allows, policy)
    return Told(shown, None, code, status if said else None)


def told_of_part(failed: int, allows: Allowed) -> Told:
    """Return what leaves of a rule about some rows: nothing that tells how many rows these are."""
    if failed == 0:
        return Told(None, 0, None, None)
    none_may = not Fraction(allows.share) and not allows.count
    return Told(None, None, WITHHELD, "failed" if none_may else None)


def alike(population: int, policy: Policy) -> tuple[int, int, int]:
    """Return the smallest population that is rounded alike, the rounded one, and the largest."""
    width = _width(policy)
    shown = (population + width) // (2 * width) * 2 * width
    return max(shown - width, width + 1), shown, shown + width - 1


def _width(policy: Policy) -> int:
    return max(policy.width, policy.threshold)


def _status(population: int, failed: int, allows: Allowed) -> str:
    if not population:
        return "not_applicable"
    return "passed" if failed <= _allowed(population, allows) else "failed"


def _allowed(population: int, allows: Allowed) -> int:
    return max(allows.count, floor(Fraction(allows.share) * population))


def _part(population: int, failed: int, lowest: int, policy: Policy) -> tuple[str, int, int]:
    """Return the code of a number of failing rows above 0, and the least and most rows that share it."""
    parts = _parts(population, lowest, policy)
    return next((code, low, high) for code, low, high in parts if low <= failed <= high)


@cache
def _parts(population: int, lowest: int, policy: Policy) -> list[tuple[str, int, int]]:
    """Return the parts of 1 to the population as (code, least, most); ``lowest`` is the smallest population alike."""
    width = _width(policy)
    for band in policy.bands:
        rows = floor(band * lowest)
        if rows > width and lowest - 2 * rows - 2 >= width:
            percent = int(band * 100)
            low, high = rows + 1, population - rows - 1
            return [
                (f"at_most_{percent}_percent", 1, rows),
                *_middle(percent, low, high, population, is_wide=lowest >= 5 * (width + 2)),
                (f"at_least_{100 - percent}_percent", high + 1, population),
            ]
    return [(WITHHELD, 1, population)]


def _middle(percent: int, low: int, high: int, population: int, *, is_wide: bool) -> list[tuple[str, int, int]]:
    """Return what lies between the bands: by fifths of all rows where each ``is_wide``, else as one part."""
    if not is_wide or percent > _FINEST:
        return [(f"between_{percent}_and_{100 - percent}_percent", low, high)]
    cuts = [population * number // 5 for number in range(1, 5)]
    lows, highs = [low, *(cut + 1 for cut in cuts)], [*cuts, high]
    shares = [percent, 20, 40, 60, 80, 100 - percent]
    return [(f"between_{shares[n]}_and_{shares[n + 1]}_percent", lows[n], highs[n]) for n in range(5)]


@cache
def _is_cut_wide(code: str, populations: tuple[int, int], allows: Allowed, policy: Policy) -> bool:
    """Return whether the threshold leaves a part whole or cuts it into wide ones, in all populations rounded alike."""
    lowest, highest = populations
    for population in range(lowest, highest + 1):
        low, high = next((low, high) for name, low, high in _parts(population, lowest, policy) if name == code)
        most = _allowed(population, allows)
        if low <= most < high and min(most - low, high - most - 1) < _width(policy):
            return False
    return True
