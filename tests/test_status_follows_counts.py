"""Does a status follow from exact counts, so that neither a float nor a broken engine ever says "passed"?"""

from __future__ import annotations

from fractions import Fraction

import pytest
from great_expectations.expectations.expectation import _mostly_success
from hypothesis import example, given
from hypothesis import strategies as st

from expectations.rule import Threshold
from pipelines.validation.status import status

COUNTS = st.integers(0, 10**6).flatmap(lambda population: st.tuples(st.just(population), st.integers(0, population)))
SHARES = st.integers(0, 1000).map(lambda thousandths: f"{thousandths / 1000:g}")


@given(counts=COUNTS.filter(lambda counts: counts[0] > 0), share=SHARES)
@example(counts=(10, 1), share="0.1")
@example(counts=(1000, 71), share="0.071")
@example(counts=(3, 1), share="0.333")
def test_a_share_means_what_great_expectations_mostly_means(counts: tuple[int, int], share: str) -> None:
    population, failed = counts
    theirs = _mostly_success(population, failed, float(1 - Fraction(share)))
    assert status(population, failed, Threshold(share=share)) == ("passed" if theirs else "failed")


@given(share=st.fractions(0, 1, max_denominator=999), hundreds=st.integers(1, 1000))
def test_exactly_as_many_as_are_allowed_pass_and_one_more_fails_here_and_in_great_expectations(
    share: Fraction, hundreds: int
) -> None:
    population, failed = share.denominator * hundreds, share.numerator * hundreds
    for more in (0, 1) if failed < population else (0,):
        theirs = _mostly_success(population, failed + more, float(1 - share))
        assert theirs == (more == 0)
        assert status(population, failed + more, Threshold(share=str(share))) == ("passed" if theirs else "failed")


def test_only_where_a_float_cannot_hold_the_count_does_great_expectations_pass_one_too_many() -> None:
    share, population, failed = "0.1", 10**17, 10**16 + 1
    assert _mostly_success(population, failed, 0.9)
    assert status(population, failed, Threshold(share=share)) == "failed"


@given(counts=COUNTS, share=SHARES, count=st.integers(0, 100))
def test_a_count_or_a_share_is_enough_and_nobody_is_never_passed(
    counts: tuple[int, int], share: str, count: int
) -> None:
    population, failed = counts
    said = status(population, failed, Threshold(share=share, count=count))
    if population == 0:
        assert said == "not_applicable"
    else:
        assert (said == "passed") == (failed <= count or Fraction(failed, population) <= Fraction(share))


@pytest.mark.parametrize(
    ("population", "failed", "error"),
    [(None, None, False), (10, None, False), (None, 0, False), (10, 0, True), (0, 0, True)],
)
def test_what_could_not_be_judged_is_an_error_whatever_the_counts_say(
    population: int | None, failed: int | None, error: bool
) -> None:
    assert status(population, failed, Threshold(share="1"), error=error) == "error"


@pytest.mark.parametrize(("population", "failed"), [(1, 2), (0, 1), (5, -1), (-1, 0)])
def test_counts_that_contradict_each_other_are_a_bug_and_not_a_status(population: int, failed: int) -> None:
    with pytest.raises(ValueError, match="contradict"):
        status(population, failed, Threshold())
