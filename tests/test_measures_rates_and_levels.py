"""Rates are exact, intervals are those of the books, and the 90 % test does not depend on how floats round."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.measures.levels import meets_level, parse_level
from pipelines.measures.rates import bounds, known_rate, rate, wilson_interval

COUNTS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)).map(
    lambda parts: (parts[0], sum(parts), parts[1])  # numerator, denominator, unknown
)


@pytest.mark.parametrize(
    ("level", "numerator", "denominator", "meets"),
    [
        ("40.0", 36, 100, True),  # exactly 90 %; floats say no
        ("40.0", 35, 100, False),
        ("32.0", 288, 1000, True), ("33.0", 297, 1000, True), ("32.5", 117, 400, True),
        ("60.0", 54, 100, True), ("60.0", 53, 100, False),
        ("61.50", 5535, 10000, True), ("61.53", 5535, 10000, False),
        ("0", 0, 5, True),
    ],
)  # fmt: skip
def test_exactly_nine_tenths_of_the_level_is_enough(level, numerator, denominator, meets):
    assert meets_level(numerator, denominator, level) is meets


def test_without_a_denominator_a_level_is_neither_met_nor_missed():
    assert meets_level(0, 0, "40.0") is None


@pytest.mark.parametrize("level", ["", "abc", "-1", "100.01", "nan"])
def test_a_level_that_is_no_percentage_is_refused(level):
    with pytest.raises(ValueError, match=r"."):
        parse_level(level)


@pytest.mark.parametrize(
    ("numerator", "denominator", "lower", "upper"),
    [
        (2062, 3000, 0.6705, 0.7037), (310, 1000, 0.2821, 0.3393), (410, 2000, 0.1879, 0.2233),
        (262, 500, 0.4802, 0.5674), (43, 100, 0.3373, 0.5278), (2053, 3400, 0.5873, 0.6201),
        (297, 1000, 0.2695, 0.3261), (437, 2000, 0.2009, 0.2371), (242, 500, 0.4405, 0.5278),
        (35, 100, 0.2636, 0.4475), (2230, 3000, 0.7274, 0.7586), (2147, 3400, 0.6151, 0.6475),
    ],
)  # fmt: skip
def test_the_wilson_interval_is_the_published_one(numerator, denominator, lower, upper):
    found = wilson_interval(numerator, denominator)
    assert found is not None
    assert [round(limit, 4) for limit in found] == [lower, upper]


def test_nobody_of_twelve_is_not_known_for_certain():
    assert wilson_interval(0, 12) == (0.0, pytest.approx(0.2425, abs=1e-4))


def test_without_a_denominator_there_is_no_rate_and_no_interval_instead_of_zero():
    assert rate(0, 0) is None
    assert wilson_interval(0, 0) is None
    assert bounds(0, 0, 0) is None
    assert known_rate(0, 5, 5) is None


@pytest.mark.parametrize(("numerator", "denominator"), [(3, 2), (-1, 2)])
def test_more_successes_than_people_are_refused(numerator, denominator):
    with pytest.raises(ValueError, match="no share"):
        rate(numerator, denominator)


@given(COUNTS)
def test_whatever_the_unknown_outcomes_are_the_rate_lies_within_the_bounds(counts):
    numerator, denominator, unknown = counts
    limits = bounds(numerator, denominator, unknown)
    if denominator == 0:
        assert limits is None
        return
    assert limits is not None
    assert limits.upper - limits.lower == Fraction(unknown, denominator)
    assert 0 <= limits.lower <= limits.upper <= 1
    known = known_rate(numerator, denominator, unknown)
    if known is not None:
        assert limits.lower <= known <= limits.upper


@given(COUNTS)
def test_the_interval_holds_the_rate_and_stays_between_0_and_1(counts):
    numerator, denominator, _ = counts
    interval = wilson_interval(numerator, denominator)
    if interval is not None:
        assert 0 <= interval[0] <= numerator / denominator + 1e-12
        assert numerator / denominator - 1e-12 <= interval[1] <= 1
