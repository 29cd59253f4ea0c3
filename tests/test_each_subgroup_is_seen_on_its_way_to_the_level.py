"""Is each subgroup's way to the level described as it is: no line drawn through a break, no verdict of the statute?"""

from __future__ import annotations

import pytest
from level_rows import count, level, level_warehouse, made

BEFORE = "2022-23"
WOMEN = {"subgroup_dimension": "sex", "subgroup_code": "female"}


@pytest.fixture
def connection():
    with level_warehouse() as opened:
        yield opened


def women(connection, program_year="2023-24"):
    where = f"subgroup_dimension = 'sex' and program_year = '{program_year}'"
    (row,) = made(connection, "mart.subgroup_progress", where)
    return row


@pytest.mark.parametrize(
    ("now", "before", "progress"),
    [((2, 3), (1, 2), "rose"), ((1, 2), (2, 3), "fell"), ((2, 4), (1, 2), "same"), ((0, 5), (0, 9), "same")],
)
def test_a_rate_is_compared_with_the_year_before_by_exact_counts(connection, now, before, progress):
    count(connection, *now, **WOMEN)
    count(connection, *before, program_year=BEFORE, **WOMEN)
    row = women(connection)
    assert row["progress"] == progress
    assert row["rate_change"] == pytest.approx(now[0] / now[1] - before[0] / before[1])
    assert (row["previous_program_year"], row["previous_numerator_count"]) == (BEFORE, before[0])


def test_no_difference_is_formed_across_a_change_of_definition(connection):
    count(connection, 9, 10, **WOMEN)
    count(connection, 1, 10, program_year=BEFORE, definition_version="v0", **WOMEN)
    row = women(connection)
    assert (row["progress"], row["rate_change"], row["previous_definition_version"]) == ("break", None, "v0")


@pytest.mark.parametrize("status", ["pending", "not_computable", "no_denominator"])
def test_what_is_not_computed_has_no_rate_no_standing_and_no_progress(connection, status):
    level(connection, "60")
    count(connection, None, 10, status=status, unknown_count=None, **WOMEN)
    count(connection, 1, 10, program_year=BEFORE, **WOMEN)
    count(connection, 1, 10, program_year="2024-25", **WOMEN)
    row = women(connection)
    assert (row["rate"], row["standing"], row["rate_change"], row["progress"]) == (None, None, None, "not_computed")
    assert women(connection, "2024-25")["progress"] == "not_computed_before"


def test_a_year_two_years_ago_is_not_the_year_before(connection):
    count(connection, 1, 10, program_year="2021-22", **WOMEN)
    count(connection, 9, 10, **WOMEN)
    assert women(connection)["progress"] == "no_previous_year"


@pytest.mark.parametrize(
    ("numerator", "unknown", "standing", "highest"),
    [(60, 0, "at_level", "at_level"), (59, 1, "at_90_percent", "at_level"), (54, 0, "at_90_percent", "at_90_percent"),
     (53, 0, "below_90_percent", "below_90_percent"), (53, 7, "below_90_percent", "at_level")],
)  # fmt: skip
def test_a_subgroup_stands_at_the_level_at_its_nine_tenths_or_below(connection, numerator, unknown, standing, highest):
    level(connection, "60.00")
    count(connection, numerator, 100, unknown_count=unknown, **WOMEN)
    row = women(connection)
    assert (row["standing"], row["standing_if_all_unknown_met"]) == (standing, highest)


def test_without_a_level_a_subgroup_stands_nowhere_and_a_local_level_is_not_the_states(connection):
    level(connection, "60", eligible_recipient_id="R1")
    count(connection, 1, 100, **WOMEN)
    row = women(connection)
    assert (row["standing"], row["level_percent"]) == ("no_level", None)


def test_only_single_dimensions_of_the_grantee_stand_there(connection):
    count(connection, 5, 9)
    count(connection, 5, 9, **WOMEN)
    count(connection, 5, 9, **WOMEN, institution_id="A")
    count(connection, 5, 9, **WOMEN, cip_code="48.0508")
    count(connection, 5, 9, subgroup_dimension="disability*sex", subgroup_code="yes*female")
    count(connection, 5, 9, subgroup_dimension="eligible_recipient", subgroup_code="R1")
    found = [(r["subgroup_dimension"], r["subgroup_code"]) for r in made(connection, "mart.subgroup_progress")]
    assert found == [("all", "all"), ("sex", "female")]


def test_beside_the_level_it_is_said_whether_the_rate_is_one_of_the_whole_state():
    for covers_state in (True, False):
        with level_warehouse(covers_state=covers_state) as opened:
            count(opened, 5, 9, **WOMEN)
            assert women(opened)["is_states_figure"] is covers_state
