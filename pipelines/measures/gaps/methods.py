"""Other measures of disproportionate impact, as options beside the statutory gap: four published methods.

Written from their published descriptions (California Community Colleges, percentage point gap of 2017 and PPG-1 of
2022; proportionality index; 80 % index of the four-fifths rule). Each rate is compared as a fraction: where floats
come close to a limit, whole numbers decide. References are held fixed except in the proportionality index.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pipelines.measures.gaps.exact import ceil_divide
from pipelines.measures.gaps.statistics import Counts, Flags, Shares, divide, has_others

Z = Fraction(196, 100)  # as the methods are published, not 1.959964
PPG_2017_MARGIN, PPG1_2022_MARGIN, THRESHOLD = Fraction(3, 100), Fraction(2, 100), Fraction(80, 100)
PPG1_SMALLEST_N = 10
_NEAR = 1e-6  # so near to a whole number, or to a limit, floats decide nothing


@dataclass(frozen=True)
class Groups:
    """Counts of the groups judged, the totals that hold them, and the highest group's; arrays of one shape."""

    met: Counts
    count: Counts
    all_met: Counts
    all_count: Counts
    highest_met: Counts
    highest_count: Counts


@dataclass(frozen=True)
class Judgement:
    """What a method says of each group. Where it says nothing, values are NaN, ``is_computed`` false, the rest void."""

    is_computed: Flags
    reference_value: Shares
    value: Shares
    margin: Shares
    is_flagged: Flags
    needed_for_parity: Counts
    needed_until_not_flagged: Counts


def ppg_2017(groups: Groups) -> Judgement:
    """Flag where p + margin <= the rate of all; margin max(1.96 sqrt(0.25 / n), 0.03).

    On equality a group is flagged although 0 students are missing: so the method is published.
    """
    margin = np.maximum(float(Z) * np.sqrt(divide(np.full(len(groups.count), 0.25), groups.count)), 0.03)
    computed = (groups.count > 0) & (groups.all_count > 0)
    return _gap_judgement(
        groups, (groups.all_met, groups.all_count), margin, (Fraction(1, 4), PPG_2017_MARGIN), computed
    )


def ppg1_2022(groups: Groups) -> Judgement:
    """Flag where p - rate of all others <= -E; E = max(1.96 sqrt(p (1 - p) / n), 0.02); not for 10 or fewer."""
    told = has_others(groups.met, groups.count, groups.all_met, groups.all_count)
    computed = told & (groups.count > PPG1_SMALLEST_N)
    share = divide(groups.met, groups.count)
    margin = np.maximum(float(Z) * np.sqrt(divide(share * (1 - share), groups.count)), 0.02)
    others = (np.where(told, groups.all_met - groups.met, 0), np.where(told, groups.all_count - groups.count, 0))
    return _gap_judgement(groups, others, margin, (None, PPG1_2022_MARGIN), computed)


def prop_index(groups: Groups) -> Judgement:
    """Flag where (share of the successes) / (share of the persons) < 0.80; the total moves with the group."""
    met, count, all_met, all_count = groups.met, groups.count, groups.all_met, groups.all_count
    computed = (count > 0) & (all_met > 0)
    flagged = computed & (5 * met * all_count < 4 * all_met * count)
    return Judgement(
        is_computed=computed,
        reference_value=np.where(computed, divide(all_met, all_count), np.nan),
        value=np.where(computed, divide(met * all_count, all_met * count), np.nan),
        margin=np.full(len(met), np.nan),
        is_flagged=flagged,
        needed_for_parity=_at_least_0(ceil_divide(all_met * count - met * all_count, all_count - count)),
        needed_until_not_flagged=np.where(
            flagged, ceil_divide(4 * all_met * count - 5 * met * all_count, 5 * all_count - 4 * count), 0
        ),
    )


def index_80(groups: Groups) -> Judgement:
    """Flag where the rate is below 0.80 of that of the highest group of the same dimension."""
    met, count, top, of = groups.met, groups.count, groups.highest_met, groups.highest_count
    computed = (count > 0) & (top > 0)
    flagged = computed & (5 * met * of < 4 * top * count)
    return Judgement(
        is_computed=computed,
        reference_value=np.where(computed, divide(top, of), np.nan),
        value=np.where(computed, divide(met * of, top * count), np.nan),
        margin=np.full(len(met), np.nan),
        is_flagged=flagged,
        needed_for_parity=_at_least_0(ceil_divide(top * count - met * of, of)),
        needed_until_not_flagged=np.where(flagged, ceil_divide(4 * top * count - 5 * met * of, 5 * of), 0),
    )


BY_NAME: dict[str, Callable[[Groups], Judgement]] = {
    "ppg_2017": ppg_2017, "ppg1_2022": ppg1_2022, "prop_index": prop_index, "index_80": index_80,
}  # fmt: skip
REFERENCES = {"ppg_2017": "overall", "ppg1_2022": "all_others", "prop_index": "overall", "index_80": "highest_group"}
PARAMETERS = {
    "ppg_2017": "margin max(1.96*sqrt(0.25/n), 0.03); flagged at or below; reference fixed",
    "ppg1_2022": "margin max(1.96*sqrt(p*(1-p)/n), 0.02); flagged at or below; more than 10; reference fixed",
    "prop_index": "flagged below 0.80; reference moves with the group",
    "index_80": "flagged below 0.80; highest group of more than {smallest_n}; reference fixed",
}


def _at_least_0(counts: Counts) -> Counts:
    return np.maximum(counts, 0)


def _gap_judgement(
    groups: Groups,
    reference: tuple[Counts, Counts],
    margin: Shares,
    exactly: tuple[Fraction | None, Fraction],
    computed: Flags,
) -> Judgement:
    """Return what a percentage point gap says: flagged where reference - p >= margin, near the limit by fractions.

    ``exactly`` are the variance of one person, None for p (1 - p), and the smallest margin.
    """
    met, count, (ref_met, ref_count) = groups.met, groups.count, reference
    shortfall = ref_met * count - met * ref_count  # times 1 / (count * ref_count) the missing share
    spread, smallest = exactly
    beyond = divide(shortfall, count * ref_count) - margin
    flagged, missing = beyond >= 0, np.where(np.isnan(beyond), 0.0, beyond) * count
    needed = np.ceil(missing).astype(np.int64)
    for i in np.flatnonzero(computed & (np.abs(missing - np.round(missing)) < _NEAR)):
        n, s = int(count[i]), int(met[i])
        variance = Fraction(s * (n - s), n * n) if spread is None else spread
        lacking = Fraction(int(shortfall[i]), int(ref_count[i]))
        needed[i] = _needed(lacking, Z * Z * variance * n, smallest * n)
        flagged[i] = _reaches(lacking, Z * Z * variance * n, smallest * n)
    return Judgement(
        is_computed=computed,
        reference_value=np.where(computed, divide(ref_met, ref_count), np.nan),
        value=np.where(computed, -divide(shortfall, count * ref_count), np.nan),
        margin=np.where(computed, margin, np.nan),
        is_flagged=flagged & computed,
        needed_for_parity=_at_least_0(ceil_divide(shortfall, ref_count)),
        needed_until_not_flagged=np.where(flagged & computed, _at_least_0(needed), 0),
    )


def _reaches(students: Fraction, margin_squared: Fraction, smallest_margin: Fraction) -> bool:
    """Return whether so many students are at least max(sqrt(margin_squared), smallest_margin)."""
    return students >= smallest_margin and students >= 0 and students * students >= margin_squared


def _needed(students: Fraction, margin_squared: Fraction, smallest_margin: Fraction) -> int:
    """Return the ceiling of students - max(sqrt(margin_squared), smallest_margin), exactly."""
    needed = round(float(students) - max(math.sqrt(margin_squared), float(smallest_margin))) - 2

    def is_enough(k: int) -> bool:  # students - k <= margin
        rest = students - k
        return rest <= smallest_margin or rest <= 0 or rest * rest <= margin_squared

    while not is_enough(needed):
        needed += 1
    return needed
