"""How much may be told of groups decides whether an equity question has an answer. Is that share counted right?"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scorecard_example import GRANTEE, YEAR, insert, warehouse

from pipelines.grantee import Grantee, grantee
from pipelines.scorecard.read import Partition
from pipelines.scorecard.reportable import (
    Cell,
    by_institution,
    groups,
    judge_cell,
    of_grantee,
    reportable_cells,
    reportable_share,
)
from pipelines.scorecard.share import Share
from pipelines.suppression_policy import Policy

PLAIN = Policy(10, 10, (), 3, 1, 10, "", None, "house default")
BANDED = replace(PLAIN, bands=(Fraction(1, 20), Fraction(1, 5)))


@pytest.fixture
def connection() -> Any:
    made = warehouse()
    made.execute("delete from mart.indicator where subgroup_dimension <> 'all' or institution_id is not null")
    return made


@pytest.fixture
def owner() -> Grantee:
    return replace(grantee(GRANTEE), suppression=(PLAIN,))


def cell(connection: Any, dimension: str, code: str, numerator: int | None, denominator: int, **more: Any) -> None:
    row = {"grantee_id": GRANTEE, "program_year": YEAR, "indicator_code": "1P1", "status": "computed", **more}
    insert(connection, "mart.indicator", subgroup_dimension=dimension, subgroup_code=code, numerator_count=numerator,
           denominator_count=denominator, unknown_count=0, definition_version="v1", **row)  # fmt: skip


def told(connection: Any, owner: Grantee) -> dict[tuple[str, str, str], str]:
    cells = of_grantee(reportable_cells(Partition(connection, GRANTEE, YEAR), owner))
    return {(one.indicator_code, one.dimension, one.code): one.standing for one in cells}


@pytest.mark.parametrize(
    ("numerator", "denominator", "standing"),
    [
        (10, 20, "in_numbers"),
        (9, 20, "too_few"),
        (11, 20, "too_few"),
        (0, 20, "too_few"),
        (20, 20, "too_few"),
        (4, 9, "too_few"),
    ],
)
def test_those_who_succeeded_and_the_others_must_both_be_enough(
    numerator: int, denominator: int, standing: str
) -> None:
    assert judge_cell(PLAIN, numerator, denominator) == standing


@pytest.mark.parametrize(
    ("numerator", "denominator", "standing"),
    [(0, 200, "in_band"), (198, 200, "in_band"), (3, 49, "too_few"), (3, 50, "in_band"), (100, 200, "in_numbers")],
)
def test_a_band_tells_of_groups_whose_numbers_may_not_be_shown(numerator: int, denominator: int, standing: str) -> None:
    assert judge_cell(BANDED, numerator, denominator) == standing


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 30))
def test_a_higher_threshold_never_makes_more_reportable(numerator: int, rest: int, threshold: int) -> None:
    strict = replace(PLAIN, threshold=threshold + 1, width=threshold + 1)
    lax = replace(PLAIN, threshold=threshold, width=threshold)
    if judge_cell(strict, numerator, numerator + rest) == "in_numbers":
        assert judge_cell(lax, numerator, numerator + rest) == "in_numbers"


@given(st.integers(0, 300), st.integers(0, 300))
def test_success_and_failure_are_treated_alike(numerator: int, rest: int) -> None:
    assert judge_cell(BANDED, numerator, numerator + rest) == judge_cell(BANDED, rest, numerator + rest)


def test_a_group_of_nobody_lacks_nothing_while_a_flag_that_nobody_asked_for_counts_against(
    connection: Any, owner: Grantee
) -> None:
    cell(connection, "disability", "no", 60, 100)
    cell(connection, "english_learner", "not_collected", 60, 100)
    found = told(connection, owner)

    assert found["1P1", "disability", "yes"] == "nobody"
    assert found["1P1", "english_learner", "yes"] == "not_collected"


def test_a_pending_indicator_has_no_reportable_cell(connection: Any, owner: Grantee) -> None:
    found = told(connection, owner)

    assert {standing for (code, _, _), standing in found.items() if code == "2P1"} == {"not_computed"}


def test_what_is_true_by_construction_is_no_cell(connection: Any, owner: Grantee) -> None:
    assert ("3P1", "nontraditional_preparation", "yes") not in told(connection, owner)
    assert ("1P1", "nontraditional_preparation", "yes") in told(connection, owner)


def test_codes_that_say_why_there_is_no_value_are_no_groups() -> None:
    assert not {"unknown", "declined", "not_reported", "not_collected", "no"} & {code for _, code in groups()}
    assert len([code for _, code in groups() if code == "yes"]) == 9


def test_the_share_is_that_of_the_groups_that_have_somebody(connection: Any, owner: Grantee) -> None:
    cell(connection, "sex", "female", 50, 100)
    cell(connection, "sex", "male", 5, 100)
    cells = of_grantee(reportable_cells(Partition(connection, GRANTEE, YEAR), owner), "sex")
    mine = tuple(one for one in cells if one.indicator_code == "1P1")

    assert reportable_share(mine) == Share(1, 2)


def test_an_institution_is_counted_by_itself(connection: Any, owner: Grantee) -> None:
    for dimension, code, numerator in (("all", "all", 60), ("sex", "female", 30), ("sex", "male", 2)):
        cell(connection, dimension, code, numerator, 60, institution_id="C01")
    cells = reportable_cells(Partition(connection, GRANTEE, YEAR), owner)
    mine = [one for one in cells if one.institution_id == "C01" and one.dimension == "sex"]

    assert reportable_share(mine) == Share(1, 2)
    # Eight races and nine special populations besides, of which nobody's answer is known there.
    asked = len({group for group in groups() if group[0] != "sex"})
    assert by_institution(cells) == {"C01": Share(1, 2 + asked)}


def test_the_strictest_policy_of_all_that_touch_an_indicator_decides(connection: Any, owner: Grantee) -> None:
    cell(connection, "sex", "female", 12, 24)
    assert told(connection, owner)["1P1", "sex", "female"] == "in_numbers"

    strict = replace(PLAIN, threshold=20, width=20, name="wage_record")
    assert told(connection, replace(owner, suppression=(PLAIN, strict)))["1P1", "sex", "female"] == "too_few"


def test_nothing_counted_is_an_empty_share_and_not_zero_percent() -> None:
    cells: tuple[Cell, ...] = ()

    assert reportable_share(cells).percent == "n/a"
    assert reportable_cells(Partition(warehouse(is_filled=False), GRANTEE, YEAR), grantee(GRANTEE)) == ()
