"""Do gaps hold what must be true of any counts, and do whole numbers of students close them exactly?"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from pipelines.measures.gaps import methods
from pipelines.measures.gaps.exact import students_needed
from pipelines.measures.gaps.methods import Groups
from pipelines.measures.gaps.statistics import (
    detectable_gap,
    gap_interval,
    newcombe,
    p_value,
    q_values,
    shrunken_shortfall,
    statutory_gap,
)

GROUP = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
PARTITION = st.lists(GROUP, min_size=2, max_size=7)


def _columns(groups: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    met, count = (np.array(column, dtype=np.int64) for column in zip(*groups, strict=True))
    whole = np.ones(len(met), dtype=np.int64)
    return met, count, whole * met.sum(), whole * count.sum()


@given(GROUP)
def test_everybody_has_no_gap(group):
    met, count = (np.array([n]) for n in group)
    assert statutory_gap(met, count, met, count).tolist() == [0]
    assert np.isnan(p_value(met, count, met, count)[0])
    assert students_needed(met, count, met, count).tolist() == [0]


@given(PARTITION)
def test_gaps_of_a_partition_weigh_each_other_up(groups):
    met, count, all_met, all_count = _columns(groups)
    exact = [Fraction(s, n) - Fraction(sum(met.tolist()), sum(count.tolist())) for s, n in groups]
    assert sum(gap * n for gap, (_, n) in zip(exact, groups, strict=True)) == 0
    assert statutory_gap(met, count, all_met, all_count).tolist() == [float(gap) for gap in exact]


@given(PARTITION)
def test_the_statutory_gap_is_the_gap_to_all_others_times_their_share(groups):
    counts = met, count, all_met, all_count = _columns(groups)
    low, high = newcombe(met, count, all_met - met, all_count - count)
    share = 1 - count / all_count
    found_low, found_high = gap_interval(*counts)
    assert found_low == pytest.approx(share * low, abs=1e-12)
    assert found_high == pytest.approx(share * high, abs=1e-12)
    gap = statutory_gap(*counts)
    assert ((found_low <= gap + 1e-12) & (gap <= found_high + 1e-12)).all()


@given(PARTITION)
def test_so_many_students_close_the_gap_and_one_fewer_does_not(groups):
    met, count, all_met, all_count = _columns(groups)
    needed = students_needed(met, count, all_met, all_count)
    total, whole = int(all_met[0]), int(all_count[0])
    for (s, n), found in zip(groups, needed.tolist(), strict=True):
        by_trying = next(k for k in range(n - s + 1) if Fraction(s + k, n) >= Fraction(total + k, whole))
        assert found == by_trying


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2)), min_size=1, max_size=40))
def test_q_is_never_below_p_and_keeps_its_order_and_is_that_of_the_books(tests):
    p, family = np.array([one for one, _ in tests]), np.array([of for _, of in tests])
    q = q_values(p, family)
    assert (q >= p).all()
    for one in np.unique(family):
        own = family == one
        order = np.argsort(p[own], kind="stable")
        assert (np.diff(q[own][order]) >= 0).all()
        assert q[own] == pytest.approx(false_discovery_control(p[own]), rel=1e-12)


def test_what_was_not_tested_is_in_no_family():
    q = q_values(np.array([0.01, np.nan, 0.04]), np.array([1, 1, 1]))
    assert q[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(q[1])


def test_tiny_q_values_do_not_drown_in_their_neighbors():
    assert q_values(np.array([1e-200, 0.5]), np.array([7, 3])).tolist() == [1e-200, 0.5]


@given(st.lists(GROUP, min_size=3, max_size=6), st.randoms())
def test_the_order_of_rows_changes_nothing(groups, random):
    order = list(range(len(groups)))
    random.shuffle(order)
    family = np.arange(len(groups)) % 2
    straight, shuffled = _columns(groups), tuple(column[order] for column in _columns(groups))
    for measure in (statutory_gap, p_value, students_needed):
        assert np.array_equal(measure(*straight)[order], measure(*shuffled), equal_nan=True)
    ordered = shrunken_shortfall(*straight, family)[order]
    assert shrunken_shortfall(*shuffled, family[order]) == pytest.approx(ordered, nan_ok=True)


def test_a_larger_group_shows_a_smaller_gap():
    count = np.array([10, 100, 1000])
    whole = np.array([10_000] * 3)
    smallest = detectable_gap(count, whole // 2, whole)
    assert (np.diff(smallest) < 0).all()
    assert np.isnan(detectable_gap(count, whole, whole)).all()


def test_the_smallest_gap_that_can_be_detected_is_detected_four_times_of_five():
    draws, count, others = 20_000, 300, 1500
    of, whole = np.full(draws, count), np.full(draws, count + others)
    smallest = float(detectable_gap(of[:1], np.array([720]), whole[:1])[0])
    to_others = smallest / (others / (count + others))
    random = np.random.default_rng(8)
    met = random.binomial(count, 0.4 - to_others * others / (count + others), draws)
    others_met = random.binomial(others, 0.4 + to_others * count / (count + others), draws)
    found = (p_value(met, of, met + others_met, whole) < 0.05).mean()
    assert 0.78 < found < 0.84


def test_few_students_with_a_wide_gap_come_after_many_with_a_sure_one():
    # 3 of 12 against 300 of 1000: alike in rate; the small group's shortfall is mostly chance.
    met, count = np.array([3, 300, 900]), np.array([12, 1000, 1500])
    whole = np.ones(3, dtype=np.int64)
    order = shrunken_shortfall(met, count, whole * 1203, whole * 2512, np.zeros(3, dtype=np.int64))
    assert order[1] > order[0] > 0 > order[2]


@settings(max_examples=60)
@given(PARTITION)
def test_each_method_decides_as_fractions_do(groups):
    met, count, all_met, all_count = _columns(groups)
    best = max(range(len(groups)), key=lambda i: Fraction(*groups[i]))
    top = (np.full(len(groups), groups[best][0]), np.full(len(groups), groups[best][1]))
    judged = {name: method(Groups(met, count, all_met, all_count, *top)) for name, method in methods.BY_NAME.items()}
    for i, (s, n) in enumerate(groups):
        for name, said in judged.items():
            expected = _by_fractions(name, s, n, int(all_met[0]), int(all_count[0]), groups[best])
            assert bool(said.is_computed[i]) is (expected is not None), name
            if expected is not None:
                found = said.is_flagged[i], said.needed_until_not_flagged[i], said.needed_for_parity[i]
                assert found == expected, (name, s, n)


def _by_fractions(name: str, s: int, n: int, total: int, whole: int, best: tuple[int, int]):
    """Return (flagged, until not flagged, until parity) by trying every number of students, None: not computable."""
    p, z2 = Fraction(s, n), Fraction(196, 100) ** 2
    if name in ("ppg_2017", "ppg1_2022"):
        if name == "ppg1_2022" and n <= 10:
            return None
        reference = Fraction(total, whole) if name == "ppg_2017" else Fraction(total - s, whole - n)
        variance = z2 * (Fraction(1, 4) if name == "ppg_2017" else p * (1 - p)) / n
        least = Fraction(3, 100) if name == "ppg_2017" else Fraction(2, 100)

        def is_flagged(rate: Fraction) -> bool:
            gap = reference - rate
            return gap >= least and gap * gap >= variance

        # "Not flagged" is reached where the margin is: on equality nobody more is counted as missing.
        def is_short(rate: Fraction) -> bool:
            gap = reference - rate
            return gap > least and gap * gap > variance

        flagged = is_flagged(p)
        return flagged, _first(lambda k: not is_short(p + Fraction(k, n))) if flagged else 0, _parity(p, n, reference)
    if (total if name == "prop_index" else best[0]) == 0:
        return None
    if name == "prop_index":
        index = lambda k: Fraction(s + k, total + k) / Fraction(n, whole)  # noqa: E731
        return index(0) < Fraction(4, 5), _first(lambda k: index(k) >= Fraction(4, 5)), _first(lambda k: index(k) >= 1)
    reference = Fraction(*best)
    short = _first(lambda k: p + Fraction(k, n) >= reference * Fraction(4, 5))
    return p < reference * Fraction(4, 5), short, _parity(p, n, reference)


def _parity(p: Fraction, n: int, reference: Fraction) -> int:
    return _first(lambda k: p + Fraction(k, n) >= reference)


def _first(is_enough) -> int:
    return next(k for k in range(1000) if is_enough(k))


def test_at_the_limit_itself_the_gap_methods_flag_and_floats_would_not():
    # 0.44 + 0.03 is exactly 0.47, and 0.47 - 0.44 is 0.02999999999999997 in floats.
    groups = Groups(*(np.array([n]) for n in (4400, 10_000, 47_000, 100_000, 1, 1)))
    judged = methods.ppg_2017(groups)
    assert 0.47 - 0.44 < 0.03
    assert judged.is_flagged.tolist() == [True]
    assert judged.needed_until_not_flagged.tolist() == [0]
    four_fifths = methods.index_80(Groups(*(np.array([n]) for n in (56, 100, 70, 100, 70, 100))))
    assert 0.56 / 0.7 < 0.8 or not four_fifths.is_flagged[0]
    assert four_fifths.is_flagged.tolist() == [False]


def test_exactly_four_fifths_of_the_rate_of_all_are_enough():
    judged = methods.prop_index(Groups(*(np.array([n]) for n in (40, 100, 500, 1000, 60, 100))))
    assert (judged.value.tolist(), judged.is_flagged.tolist()) == ([0.8], [False])


def test_what_cannot_be_computed_is_not_called_no_impact():
    nobody_met = Groups(*(np.array([n]) for n in (0, 20, 0, 40, 0, 20)))
    assert not methods.prop_index(nobody_met).is_computed[0]
    assert not methods.index_80(nobody_met).is_computed[0]
    alone = Groups(*(np.array([n]) for n in (10, 20, 10, 20, 10, 20)))
    assert not methods.ppg1_2022(alone).is_computed[0]
    ten = Groups(*(np.array([n]) for n in (0, 10, 40, 50, 40, 40)))
    assert not methods.ppg1_2022(ten).is_computed[0]
