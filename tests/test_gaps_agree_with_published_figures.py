"""Do gaps and methods give the figures that others published, to the printed digit?"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.measures.gaps import methods
from pipelines.measures.gaps.methods import Groups, Judgement
from pipelines.measures.gaps.statistics import detectable_gap, newcombe, p_value, q_values, wilson, z_statistic

# Race groups of the vignette of DisImpact 0.0.22: how many persons, and how many of them met the measure.
GROUPS = ("Asian", "Black", "Hispanic", "Multi-Ethnicity", "Native American", "White")
COUNT = (3000, 1000, 2000, 500, 100, 3400)
MET = {2017: (2062, 310, 410, 262, 43, 2053), 2018: (2230, 297, 437, 242, 35, 2147)}
POOLED = tuple(map(sum, zip(*MET.values(), strict=True)))


def _groups(met: tuple[int, ...], count: tuple[int, ...] = COUNT) -> Groups:
    ours, of = np.array(met), np.array(count)
    best = int(np.argmax(ours / of))
    whole = np.ones(len(met), dtype=np.int64)
    return Groups(ours, of, whole * sum(met), whole * sum(count), whole * met[best], whole * count[best])


def _flags(judged: Judgement) -> list[int]:
    assert judged.is_computed.all()
    return judged.is_flagged.astype(int).tolist()


def _needed(judged: Judgement) -> list[tuple[int, int]]:
    return list(zip(judged.needed_until_not_flagged.tolist(), judged.needed_for_parity.tolist(), strict=True))


# The vignette prints 205 and 619 where exactly 204 and 618 are missing: see the test on its ceilings.
PPG = {
    2017: ([0, 1, 1, 0, 0, 0], {1: (174, 204), 2: (558, 618), 3: (0, 0), 4: (0, 9)}),
    2018: ([0, 1, 1, 1, 1, 0], {1: (211, 242), 2: (581, 641), 3: (6, 28), 4: (10, 19)}),
}
PPG_1 = {
    2017: (
        [0.247619, -0.226667, -0.386250, 0.010526, -0.084848, 0.136096],
        [0.02, 0.028666, 0.02, 0.043776, 0.097035, 0.02],
        [0, 1, 1, 0, 0, 0],
    ),
    2018: (
        [0.292190, -0.268667, -0.400375, -0.057684, -0.190707, 0.140410],
        [0.02, 0.028321, 0.02, 0.043804, 0.093486, 0.02],
        [0, 1, 1, 1, 1, 0],
    ),
}
INDEX = {
    2017: ([1.3372244, .6031128, .3988327, 1.0194553, .8365759, 1.1747539], [0, 1, 1, 0, 0, 0],
           [1, .4510184, .2982541, .7623666, .6256062, .8785017], [0, 1, 1, 1, 1, 0]),
    2018: ([1.3796090, .5512249, .4055308, .8982925, .6495917, 1.1719944], [0, 1, 1, 0, 1, 0],
           [1, .3995516, .2939462, .6511211, .4708520, .8495120], [0, 1, 1, 1, 1, 0]),
}  # fmt: skip


@pytest.mark.parametrize("cohort", [2017, 2018])
def test_the_gap_of_2017_flags_and_counts_as_published(cohort):
    judged = methods.ppg_2017(_groups(MET[cohort]))
    flags, needed = PPG[cohort]
    assert np.round(judged.margin, 6).tolist() == [.03, .030990, .03, .043827, .098000, .03]  # fmt: skip
    assert _flags(judged) == flags
    assert {i: _needed(judged)[i] for i in needed} == needed


@pytest.mark.parametrize(("met", "count", "printed", "exact"), [(310, 1000, 205, 204), (410, 2000, 619, 618)])
def test_where_floats_ask_for_one_student_too_many_whole_numbers_do_not(met, count, printed, exact):
    assert math.ceil((5140 / 10_000 - met / count) * count) == printed
    assert Fraction(5140, 10_000) * count - met == exact


@pytest.mark.parametrize("cohort", [2017, 2018])
def test_the_gap_of_2022_is_measured_against_all_others(cohort):
    judged = methods.ppg1_2022(_groups(MET[cohort]))
    gaps, margins, flags = PPG_1[cohort]
    assert np.round(judged.value, 6).tolist() == gaps
    assert np.round(judged.margin, 6).tolist() == margins
    assert _flags(judged) == flags


@pytest.mark.parametrize("cohort", [2017, 2018])
def test_the_two_indices_are_the_published_ones(cohort):
    proportion, four_fifths = methods.prop_index(_groups(MET[cohort])), methods.index_80(_groups(MET[cohort]))
    shares, share_flags, ratios, ratio_flags = INDEX[cohort]
    assert np.round(proportion.value, 7).tolist() == shares
    assert _flags(proportion) == share_flags
    assert np.round(four_fifths.value, 7).tolist() == ratios
    assert _flags(four_fifths) == ratio_flags


def test_both_cohorts_together_need_as_many_students_as_published():
    judged = methods.ppg_2017(_groups(POOLED, tuple(2 * n for n in COUNT)))
    assert _needed(judged)[1:5] == [(386, 446), (1139, 1259), (0, 23), (14, 28)]
    assert [round(judged.margin[i], 8) for i in (3, 4)] == [0.03099032, 0.06929646]


@pytest.mark.parametrize(
    ("cohort", "p_of_multi", "p_of_native_american", "q_of_multi", "q_of_native_american"),
    [(2017, "0.646", "0.0912", "0.646", "0.109"), (2018, "0.0117", "0.000141", "0.0117", "0.000169")],
)
def test_the_tests_and_what_many_of_them_are_worth_are_the_published_ones(
    cohort, p_of_multi, p_of_native_american, q_of_multi, q_of_native_american
):
    groups = _groups(MET[cohort])
    p = p_value(groups.met, groups.count, groups.all_met, groups.all_count)
    q = q_values(p, np.zeros(6, dtype=np.int64))
    assert [f"{x:.3g}" for x in (p[3], p[4])] == [p_of_multi, p_of_native_american]
    assert [f"{x:.3g}" for x in (q[3], q[4])] == [q_of_multi, q_of_native_american]


def test_the_z_statistic_is_the_published_one():
    groups = _groups(MET[2017])
    assert round(float(z_statistic(groups.met, groups.count, groups.all_met, groups.all_count)[4]), 3) == -1.689


@pytest.mark.parametrize(
    ("cohort", "low", "high"),
    [
        (2017, [.6705, .2821, .1879, .4802, .3373, .5873], [.7037, .3393, .2233, .5674, .5278, .6201]),
        (2018, [.7274, .2695, .2009, .4405, .2636, .6151], [.7586, .3261, .2371, .5278, .4475, .6475]),
    ],
)  # fmt: skip
def test_the_interval_of_each_rate_is_the_published_one_on_whole_arrays_too(cohort, low, high):
    lower, upper = wilson(np.array(MET[cohort]), np.array(COUNT))
    assert np.round(lower, 4).tolist() == low
    assert np.round(upper, 4).tolist() == high


@pytest.mark.parametrize(
    ("ours", "theirs", "low", "high"),
    [
        ((56, 70), (48, 80), .0524, .3339), ((9, 10), (3, 10), .1705, .8090), ((6, 7), (2, 7), .0582, .8062),
        ((5, 56), (0, 29), -.0381, .1926), ((0, 10), (0, 20), -.1611, .2775), ((0, 10), (0, 10), -.2775, .2775),
        ((10, 10), (0, 20), .6791, 1), ((10, 10), (0, 10), .6075, 1),
    ],
)  # fmt: skip
def test_the_interval_of_a_difference_is_that_of_newcombes_table(ours, theirs, low, high):
    lower, upper = newcombe(*(np.array([n]) for n in (*ours, *theirs)))
    assert (round(float(lower[0]), 4), round(float(upper[0]), 4)) == (low, high)


def test_thirty_students_show_a_gap_of_about_18_points_at_best():
    # Against a fixed rate of 50 %, and found by chance every other time: the published rule of thumb.
    many = np.array([10**12])
    smallest = detectable_gap(np.array([30]), many // 2, many, z_power=0.0)
    assert round(float(smallest[0]), 3) == 0.179


def test_the_published_students_give_the_published_counts_and_flags(real_data: Path):
    frame = pl.read_parquet(real_data / "equity" / "disimpact_student_equity.parquet")
    assert frame.height == 20_000
    for cohort, met in MET.items():
        by_group = (
            frame.filter(pl.col("Cohort") == cohort)
            .group_by("Ethnicity")
            .agg(pl.col("Transfer").sum().alias("met"), pl.len().alias("count"))
            .sort("Ethnicity")
        )
        assert by_group["Ethnicity"].to_list() == list(GROUPS)
        counted = tuple(by_group["met"].to_list()), tuple(by_group["count"].to_list())
        assert counted == (met, COUNT)
        assert _flags(methods.ppg_2017(_groups(*counted))) == PPG[cohort][0]
    assert round(sum(MET[2017]) / 10_000, 4) == 0.5140
    assert round(sum(MET[2018]) / 10_000, 4) == 0.5388
