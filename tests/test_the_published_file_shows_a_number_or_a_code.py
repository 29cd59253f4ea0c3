"""What leaves is a number or a code, never both, and never more than the release has shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from released_rows import SPAN, build_published, cell, empty_warehouse, measured, measured_many, release

from pipelines.measures.gaps.exact import students_needed
from pipelines.suppression_policy import Policy

WOMEN = {"subgroup_dimension": "sex", "subgroup_code": "female"}
MEN = {"subgroup_dimension": "sex", "subgroup_code": "male"}
OTHERS = {"subgroup_dimension": "sex", "subgroup_code": "another"}
UNSAID = {"subgroup_dimension": "sex", "subgroup_code": "not_reported"}


@pytest.fixture
def home() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = empty_warehouse()
    release(connection)
    yield connection
    connection.close()


def shown(home: duckdb.DuckDBPyConnection, columns: str, code: str, table: str = "indicator") -> Any:
    build_published(home, *dict.fromkeys(("indicator", table)))
    return home.execute(f"select {columns} from publish.{table} where subgroup_code = ?", [code]).fetchone()


NUMBERS = "numerator_count, denominator_count, rate, suppression_code"


@pytest.mark.parametrize("table", ["student_count", "indicator", "indicator_pooled", "gap"])
def test_a_home_without_a_release_has_empty_tables_and_not_a_night_that_fails(table: str) -> None:
    connection = empty_warehouse()
    build_published(connection, "indicator", table)
    assert connection.execute(f"select count(*) from publish.{table}").fetchone() == (0,)
    comments = connection.execute(
        "select comment from duckdb_columns() where schema_name = 'publish' and table_name = ?", [table]
    ).fetchall()
    assert all(comment for (comment,) in comments)


def test_a_shown_cell_has_both_counts_and_their_rate(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 123, 456)
    assert shown(home, NUMBERS, "all") == (123, 456, 0.27, None)  # 0.26974


def test_a_coded_numerator_takes_the_denominator_along_or_the_row_would_be_a_number_and_a_code(
    home: duckdb.DuckDBPyConnection,
) -> None:
    measured(home, 3, 456, code="at_most_5_percent")
    assert shown(home, NUMBERS, "all") == (None, None, None, "at_most_5_percent")
    assert shown(home, "student_count, suppression_code", "all", "student_count") == (456, None)


def test_a_withheld_group_withholds_how_many_met(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 30, 60, group_code="withheld")
    assert shown(home, NUMBERS, "all") == (None, None, None, "withheld")
    assert shown(home, "student_count, suppression_code", "all", "student_count") == (None, "withheld")


def test_a_numerator_without_its_own_cell_is_withheld_and_never_0(home: duckdb.DuckDBPyConnection) -> None:
    cell(home, "denominator_1P1", 60)
    assert shown(home, NUMBERS, "all") == (None, None, None, "withheld")


def test_no_derived_count_and_no_numerator_stands_among_the_counts_of_persons(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 30, 60)
    cell(home, "other_1P1", 30, role="derived", is_shown=False)
    cell(home, "unknown_1P1", 12)
    build_published(home, "student_count")
    found = home.execute("select distinct count_code from publish.student_count order by 1").fetchall()
    assert found == [("denominator_1P1",), ("unknown_1P1",)]


@pytest.mark.parametrize("status", ["pending", "not_computable"])
def test_an_indicator_without_a_number_says_why_and_shows_none(status: str) -> None:
    connection = empty_warehouse()
    release(connection, statuses={"2P1": status})
    build_published(connection, "indicator")
    found = connection.execute(f"select indicator_code, {NUMBERS} from publish.indicator").fetchall()
    assert found == [("2P1", None, None, None, status)]


def test_an_institution_without_a_number_says_why_too(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 30, 60)
    cell(home, "denominator_1P1", None, institution_id="A", code="not_computable")
    build_published(home, "indicator")
    found = home.execute("select suppression_code from publish.indicator where institution_id = 'A'").fetchall()
    assert found == [("not_computable",)]


def test_a_group_of_nobody_is_no_denominator_and_no_rate_of_0(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 0, 0)
    assert shown(home, NUMBERS, "all") == (None, None, None, "no_denominator")


def test_only_the_newest_release_that_was_not_refused_is_in_force(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 30, 60)
    release(home, 2, status="refused")
    release(home, 3, status="carried_forward")
    assert shown(home, "numerator_count, release_id", "all") == (30, "r1")
    release(home, 4)
    measured(home, 31, 60, release_id="r4")
    assert shown(home, "numerator_count, release_id", "all") == (31, "r4")


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_rates_are_rounded_as_the_policy_rounds_them_in_whole_numbers(digits: int) -> None:
    connection = empty_warehouse()
    release(connection, policy={"rate_digits": digits})
    policy = Policy(10, 10, (), digits, 1, 10, "", None, "")
    pairs = {(met, count) for count in range(1, 120) for met in (count // 3, count // 2, (2 * count) // 3)}
    measured_many(connection, "sex", {f"{met}/{count}": (met, count) for met, count in sorted(pairs)})
    build_published(connection, "indicator")
    rows = connection.execute("select numerator_count, denominator_count, rate from publish.indicator").fetchall()
    assert len(rows) > 200
    assert [rate for _, _, rate in rows] == [float(policy.rate(met, count)) for met, count, _ in rows]


def test_rounded_counts_are_rounded_before_their_rate_so_that_it_tells_no_more_than_they_do() -> None:
    connection = empty_warehouse()
    release(connection, policy={"count_rounding": 5})
    policy = Policy(10, 10, (), 3, 5, 10, "", None, "")
    for met, count in ((33, 101), (32, 98), (37, 93)):
        measured(connection, met, count, subgroup_dimension="sex", subgroup_code=f"{met}/{count}")
    build_published(connection, "indicator")
    rows = connection.execute(
        "select subgroup_code, numerator_count, denominator_count, rate from publish.indicator"
    ).fetchall()
    for code, met, count, rate in rows:
        was_met, was_count = (int(part) for part in code.split("/"))
        assert (met, count) == (policy.rounded(was_met), policy.rounded(was_count))
        assert rate == float(policy.rate(met, count))


def _two_groups_hidden(home: duckdb.DuckDBPyConnection, rest_met: int, rest: int) -> Any:
    """Show everybody and the women; hide two groups that are the rest together. Return the row all_other."""
    measured(home, 200 + rest_met, 400 + rest)
    measured(home, 200, 400, **WOMEN)
    measured(home, rest_met, rest - 8, code="withheld", **MEN)
    measured(home, 0, 8, group_code="withheld", **OTHERS)
    return shown(home, f"{NUMBERS}, members", "all_other")


def test_hidden_groups_come_together_where_their_sum_passes_the_policy(home: duckdb.DuckDBPyConnection) -> None:
    assert _two_groups_hidden(home, 40, 100) == (40, 100, 0.4, None, "another,male")
    assert shown(home, "student_count, members", "all_other", "student_count") is None  # only one size is hidden


@pytest.mark.parametrize(
    ("met", "count", "why"),
    [
        (9, 100, "fewer met than the threshold"),
        (91, 100, "fewer did not than the threshold"),
        (10, 100, "within the lowest band of 0.10"),
        (0, 100, "nobody met it"),
        (100, 100, "everybody met it"),
        (4, 9, "the group is too small"),
    ],
)
def test_a_sum_that_fails_the_policy_is_not_written(
    home: duckdb.DuckDBPyConnection, met: int, count: int, why: str
) -> None:
    assert _two_groups_hidden(home, met, count) is None, why


def test_one_hidden_group_is_never_told_as_all_other(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 300, 600)
    measured(home, 200, 400, **WOMEN)
    measured(home, 100, 200, code="withheld", **MEN)
    assert shown(home, NUMBERS, "all_other") is None


def test_where_no_group_is_shown_the_rest_is_everybody_and_is_not_told_twice(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 300, 600)
    measured(home, 150, 300, group_code="withheld", **MEN)
    measured(home, 150, 300, group_code="withheld", **WOMEN)
    assert shown(home, NUMBERS, "all_other") is None
    assert shown(home, "student_count", "all_other", "student_count") is None


def test_without_a_shown_total_there_is_no_rest(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 300, 600, code="withheld")
    measured(home, 60, 200, code="withheld", **MEN)
    measured(home, 60, 200, code="withheld", **OTHERS)
    assert shown(home, NUMBERS, "all_other") is None


def test_groups_that_overlap_have_no_rest_because_nobody_could_say_of_how_many_persons(
    home: duckdb.DuckDBPyConnection,
) -> None:
    measured(home, 300, 600)
    for code in ("01", "02"):
        measured(home, 4, 50, subgroup_dimension="career_cluster", subgroup_code=code, code="withheld")
    assert shown(home, NUMBERS, "all_other") is None


def test_a_gap_is_told_of_shown_rows_alone(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 300, 600)
    measured(home, 220, 400, **WOMEN)
    measured(home, 80, 190, **MEN)
    measured(home, 2, 10, code="withheld", **OTHERS)
    columns = "rate, reference_rate, gap, students_needed, suppression_code"
    assert shown(home, columns, "female", "gap") == (0.55, 0.5, 0.05, 0, None)
    assert shown(home, columns, "male", "gap") == (0.421, 0.5, -0.079, 22, None)  # 102 of 190, 322 of 600
    assert shown(home, columns, "another", "gap") == (None, None, None, None, "withheld")


def test_persons_whose_group_is_not_known_and_all_other_are_no_group_and_have_no_gap(
    home: duckdb.DuckDBPyConnection,
) -> None:
    measured(home, 300, 600)
    measured(home, 50, 100, **UNSAID)
    measured(home, 60, 100, code="withheld", **MEN)
    measured(home, 4, 20, code="withheld", **OTHERS)
    build_published(home, "indicator", "gap")
    assert home.execute("select subgroup_code from publish.gap order by 1").fetchall() == [("another",), ("male",)]


def test_a_gap_within_a_cluster_is_to_all_of_the_cluster(home: duckdb.DuckDBPyConnection) -> None:
    measured(home, 300, 600)
    measured(home, 30, 100, subgroup_dimension="career_cluster", subgroup_code="01")
    measured(home, 20, 50, subgroup_dimension="career_cluster*sex", subgroup_code="01*female")
    measured(home, 12, 40, subgroup_dimension="active_duty_parent*career_cluster", subgroup_code="no*01")
    columns = "reference_dimension, reference_code, reference_rate, gap"
    assert shown(home, columns, "01*female", "gap") == ("career_cluster", "01", 0.3, 0.1)
    assert shown(home, columns, "no*01", "gap") == ("career_cluster", "01", 0.3, 0.0)
    assert shown(home, columns, "01", "gap") == ("all", "all", 0.5, -0.2)


def test_a_gap_whose_reference_is_coded_is_withheld_and_shows_not_even_the_rate_beside_it(
    home: duckdb.DuckDBPyConnection,
) -> None:
    measured(home, 598, 600, code="at_least_95_percent")
    measured(home, 120, 400, **WOMEN)
    assert shown(home, "rate, gap, suppression_code", "female", "gap") == (None, None, "withheld")


def test_the_students_that_a_gap_needs_are_those_of_the_restricted_tables(home: duckdb.DuckDBPyConnection) -> None:
    generator = np.random.default_rng(7)
    total = 5_000
    all_met = int(generator.integers(1_500, 3_500))
    measured(home, all_met, total)
    counts = generator.integers(1, total, 300)
    met = np.minimum(generator.integers(0, total, 300) % (counts + 1), all_met)
    pairs = zip(met.tolist(), counts.tolist(), strict=True)
    measured_many(home, "race_ethnicity", {str(number): pair for number, pair in enumerate(pairs)})
    build_published(home, "indicator", "gap")
    found = home.execute(
        "select gap.students_needed from publish.gap as gap order by cast(gap.subgroup_code as integer)"
    ).fetchall()
    expected = students_needed(met, counts, np.full(300, all_met), np.full(300, total))
    assert [needed for (needed,) in found] == expected.tolist()


def test_years_put_together_stand_by_themselves_and_in_no_table_of_single_years(
    home: duckdb.DuckDBPyConnection,
) -> None:
    release(home, 1, program_year=SPAN)
    measured(home, 30, 60)
    measured(home, 40, 100, program_year=SPAN, **MEN)
    measured(home, 3, 90, program_year=SPAN, code="at_most_20_percent", **WOMEN)
    build_published(home, "indicator", "student_count", "indicator_pooled")
    assert home.execute("select distinct program_year from publish.indicator").fetchall() == [("2023-24",)]
    assert home.execute("select distinct program_year from publish.student_count").fetchall() == [("2023-24",)]
    pooled = home.execute(
        "select first_program_year, last_program_year, year_count, subgroup_code, numerator_count, rate, "
        "suppression_code from publish.indicator_pooled order by subgroup_code"
    ).fetchall()
    assert pooled == [
        ("2021-22", "2023-24", 3, "female", None, None, "at_most_20_percent"),
        ("2021-22", "2023-24", 3, "male", 40, 0.4, None),
    ]
