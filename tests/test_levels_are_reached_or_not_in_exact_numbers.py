"""Does a State reach 90 % of its level? Rounded or in floats, the answer is wrong where money hangs on it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from core_rows import add, complete, earn, rows_of, small_warehouse
from hypothesis import given, settings
from hypothesis import strategies as st
from level_rows import count, level, level_warehouse, made, plan

from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, all_grantees, grantee, read_grantee
from pipelines.measures.level_tables import load_levels
from pipelines.measures.levels import meets_level, required_count
from pipelines.performance_level import Performance, take_performance

LEVEL = '[[level]]\nprogram_year = "2023-24"\nindicator_code = "1P1"\nlevel_percent = "61.53"\nevidence = "page 70"\n'
PLAN = '[[improvement_plan]]\nindicator_code = "1P1"\nfirst_program_year = "2022-23"\nevidence = "letter"\n'


def of_state(connection, program_year="2023-24"):
    (row,) = made(connection, "mart.level_test", f"eligible_recipient_id is null and program_year = '{program_year}'")
    return row


def result(numerator, denominator, percent, unknown=0):
    with level_warehouse() as connection:
        count(connection, numerator, denominator, unknown_count=unknown)
        level(connection, percent)
        return of_state(connection)


BOUNDARY = (
    (5535, 10000, "61.50", "met"), (5534, 10000, "61.50", "not_met"), (5535, 10000, "61.53", "not_met"),
    (5538, 10000, "61.53", "met"), (36, 100, "40.0", "met"), (35, 100, "40.0", "not_met"),
    (288, 1000, "32.0", "met"), (287, 1000, "32.0", "not_met"), (297, 1000, "33.0", "met"),
    (296, 1000, "33.0", "not_met"), (117, 400, "32.5", "met"), (116, 400, "32.5", "not_met"),
    (54, 100, "60.0", "met"), (53, 100, "60.0", "not_met"), (9, 10, "100", "met"), (8, 10, "100", "not_met"),
    (0, 7, "0", "met"),
)  # fmt: skip


@pytest.fixture(scope="module")
def at_the_boundary():
    """The results of the boundary cases, each in a year of its own."""
    with level_warehouse() as connection:
        for number, (numerator, denominator, percent, _) in enumerate(BOUNDARY):
            year = f"{2000 + number}-{number + 1:02d}"
            count(connection, numerator, denominator, program_year=year)
            level(connection, percent, program_year=year)
        return [row["result"] for row in made(connection, "mart.level_test")]


@pytest.mark.parametrize("case", range(len(BOUNDARY)), ids=lambda n: "{} of {} at {}: {}".format(*BOUNDARY[n]))
def test_the_boundary_cases_of_the_90_percent_rule_come_out_as_on_paper(at_the_boundary, case):
    numerator, denominator, percent, expected = BOUNDARY[case]
    assert at_the_boundary[case] == expected
    assert meets_level(numerator, denominator, percent) is (expected == "met")


def test_a_float_would_have_failed_a_state_that_stands_exactly_at_90_percent():
    assert not 36 / 100 >= 0.9 * 0.4
    assert meets_level(36, 100, "40.0") is True


counts = st.integers(1, 100_000_000).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n)).flatmap(
        lambda nk: st.tuples(st.just(nk[0]), st.just(nk[1]), st.integers(0, nk[0] - nk[1]))
    )
)
percents = st.integers(0, 1_000_000).map(lambda n: f"{n // 10000}.{n % 10000:04d}")


@settings(max_examples=12)
@given(st.lists(st.tuples(counts, percents, st.integers(-2, 2)), min_size=30, max_size=40))
def test_sql_in_whole_numbers_says_what_fractions_say_close_to_the_boundary_too(cases):
    with level_warehouse() as connection:
        expected = {}
        for number, ((denominator, _, most), percent, near) in enumerate(cases):
            # As near as two persons to what is required, where a rounding would show.
            numerator = min(max(required_count(denominator, percent) + near, 0), denominator)
            unknown = min(most, denominator - numerator)
            year = f"{2000 + number}-{(number + 1) % 100:02d}"
            count(connection, numerator, denominator, unknown_count=unknown, program_year=year)
            level(connection, percent, program_year=year)
            expected[year] = (
                meets_level(numerator, denominator, percent), meets_level(numerator + unknown, denominator, percent),
                required_count(denominator, percent),
            )  # fmt: skip
        found = {
            row["program_year"]: (
                row["result"] == "met", row["result_if_all_unknown_met"] == "met", row["required_count"],
            )
            for row in made(connection, "mart.level_test")
        }  # fmt: skip
    assert found == expected


@given(counts, percents)
def test_what_is_required_is_the_smallest_number_that_meets_the_level(counted, percent):
    denominator, _, _ = counted
    needed = required_count(denominator, percent)
    assert Fraction(needed, denominator) >= Fraction(9, 10) * Fraction(percent) / 100
    assert needed == 0 or meets_level(needed - 1, denominator, percent) is False


def test_a_rate_of_a_part_of_the_state_is_not_the_states_figure_whatever_it_is():
    with level_warehouse(covers_state=False) as connection:
        count(connection, 99, 100)
        count(connection, 99, 100, subgroup_dimension="eligible_recipient", subgroup_code="R1")
        level(connection, "50")
        level(connection, "50", eligible_recipient_id="R1")
        found = {r["eligible_recipient_id"]: r["result"] for r in made(connection, "mart.level_test")}
    assert found == {None: "not_the_states_figure", "R1": "met"}


def test_a_state_of_which_a_college_sent_nothing_has_neither_reached_nor_failed_its_level():
    with level_warehouse() as connection:
        count(connection, 99, 100)
        count(connection, 99, 100, institution_id="A")
        count(connection, None, None, institution_id="B", status="not_computable", unknown_count=None)
        level(connection, "50")
        row = of_state(connection)
        progress = made(connection, "mart.subgroup_progress")
    assert (row["result"], row["untold_institution_count"]) == ("not_the_states_figure", 1)
    assert (row["numerator_count"], row["required_count"]) == (99, 45)
    assert not any(one["is_states_figure"] for one in progress)


def test_a_college_without_outcomes_is_among_the_unknown_and_takes_nothing_from_the_state():
    with level_warehouse() as connection:
        count(connection, 60, 150, unknown_count=50)
        count(connection, 60, 100, institution_id="A")
        count(connection, None, 50, institution_id="B", status="not_computable", unknown_count=None)
        level(connection, "80")
        row = of_state(connection)
    assert (row["result"], row["result_if_all_unknown_met"]) == ("not_met", "met")
    assert row["untold_institution_count"] == 0


def test_each_recipient_is_held_against_its_own_level_and_never_against_the_states():
    with level_warehouse() as connection:
        count(connection, 60, 100)
        for recipient, numerator in (("R1", 40), ("R2", 20), ("unknown", 0)):
            count(connection, numerator, 50, subgroup_dimension="eligible_recipient", subgroup_code=recipient)
        level(connection, "50")
        level(connection, "99", eligible_recipient_id="R1")
        found = {r["eligible_recipient_id"]: r["result"] for r in made(connection, "mart.level_test")}
    assert found == {None: "met", "R1": "not_met", "R2": "no_level"}


def test_a_recipient_with_a_level_and_nobody_to_count_has_its_line_all_the_same():
    with level_warehouse() as connection:
        count(connection, 60, 100)
        level(connection, "50", eligible_recipient_id="R9")
        level(connection, "50", eligible_recipient_id="R9", program_year="2030-31")  # a year of which nothing was sent
        rows = made(connection, "mart.level_test", "eligible_recipient_id is not null")
    assert [(r["program_year"], r["result"], r["denominator_count"], r["required_count"]) for r in rows] == [
        ("2023-24", "no_denominator", 0, None)
    ]


@pytest.mark.parametrize("status", ["pending", "not_computable", "no_denominator"])
def test_what_is_not_computed_has_not_failed_its_level(status):
    with level_warehouse() as connection:
        count(connection, None, 0 if status == "no_denominator" else 80, unknown_count=None, status=status)
        level(connection, "61.53")
        row = of_state(connection)
    assert (row["result"], row["result_if_all_unknown_met"], row["years_below_in_plan"]) == (status, status, 0)


def test_where_no_level_is_known_none_is_made_up():
    with level_warehouse() as connection:
        count(connection, 1, 100)
        row = of_state(connection)
    assert (row["result"], row["level_percent"], row["required_count"]) == ("no_level", None, None)


def test_unknown_outcomes_that_could_turn_the_result_are_said():
    row = result(50, 100, "60", unknown=4)
    assert (row["result"], row["result_if_all_unknown_met"], row["required_count"]) == ("not_met", "met", 54)


def history(*numerators, plans=(("2020-21", None),), levels=None):
    """Return (years below in a row, trigger) by year from 2020-21 on; None is a year that is pending."""
    with level_warehouse() as connection:
        for number, numerator in enumerate(numerators):
            year = f"{2020 + number}-{21 + number}"
            status = "pending" if numerator is None else "computed"
            count(connection, numerator, 100, program_year=year, status=status)
            level(connection, levels[number] if levels else "60", program_year=year)
        for first, last in plans:
            plan(connection, first, last)
        return made(connection, "mart.level_test")


def below(*numerators, **options):
    return [(row["years_below_in_plan"], row["is_sanction_trigger"]) for row in history(*numerators, **options)]


def test_two_years_in_a_row_below_90_percent_while_in_a_plan_are_the_trigger():
    assert below(53, 53, 54, 53) == [(1, False), (2, True), (0, False), (1, False)]
    assert below(53, 53, 53) == [(1, False), (2, True), (3, True)]


def test_years_before_and_after_the_plan_do_not_count():
    assert below(53, 53, 53, plans=[("2021-22", "2021-22")]) == [(0, False), (1, False), (0, False)]


def test_a_year_of_which_nothing_can_be_told_joins_no_two_others():
    assert below(53, None, 53) == [(1, False), (0, False), (1, False)]


def test_a_plan_of_another_indicator_or_recipient_is_not_this_ones():
    with level_warehouse() as connection:
        count(connection, 1, 100)
        level(connection, "60")
        plan(connection, "2020-21", indicator_code="2P1")
        plan(connection, "2020-21", eligible_recipient_id="R1")
        assert of_state(connection)["is_in_plan"] is False


def test_two_plans_over_the_same_year_do_not_double_a_line():
    assert len(history(53, plans=[("2020-21", "2020-21"), ("2019-20", None)])) == 1


def test_a_level_that_fell_while_under_a_plan_is_pointed_out():
    rows = history(50, 50, 50, levels=["60", "59.9", "60"])
    assert [row["is_level_lowered_in_plan"] for row in rows] == [False, True, False]
    rows = history(50, 50, levels=["60", "59.9"], plans=[])
    assert [row["is_level_lowered_in_plan"] for row in rows] == [False, False]


def read(tmp_path: Path, blocks: str) -> Performance:
    return take_performance(tomllib.loads(blocks), tmp_path / "grantee.toml")


def test_a_folder_says_its_levels_plans_and_whether_it_holds_the_whole_state(tmp_path):
    text = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
    own = tmp_path / "grantee.toml"
    own.write_text(f"{text}\n{LEVEL}{PLAN}[state_coverage]\ncovers_state = true\nevidence = 'all submit'\n")
    found = read_grantee(own).performance
    assert [one.level_percent for one in found.levels] == ["61.53"]
    assert found.plans[0].last_program_year == ""
    assert found.coverage.covers_state


def test_what_a_folder_says_stands_in_the_tables_as_written(tmp_path, monkeypatch):
    blocks = (
        f"{LEVEL}{LEVEL}eligible_recipient_id = 'R1'\n{PLAN}[state_coverage]\ncovers_state = true\nevidence = 'all'"
    )
    told = replace(grantee("oregon"), performance=read(tmp_path, blocks))
    monkeypatch.setattr("pipelines.measures.level_tables.all_grantees", lambda: (told,))
    with duckdb.connect() as connection:
        load_levels(connection)
        levels = connection.execute("select eligible_recipient_id, level_percent from reference.performance_level")
        assert levels.fetchall() == [(None, Decimal("61.5300")), ("R1", Decimal("61.5300"))]
        plans = connection.execute("select * exclude (evidence) from reference.improvement_plan").fetchall()
        assert plans == [("oregon", "1P1", None, "2022-23", None)]
        assert connection.execute("select * from reference.state_coverage").fetchall() == [("oregon", True, "all")]


def test_a_level_is_held_against_what_was_counted_from_records():
    connection = small_warehouse()
    earn(connection, 12)
    complete(connection)
    add(connection, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status="employment")
    connection.execute("update reference.state_coverage set covers_state = true where grantee_id = 'oregon'")
    level(connection, "61.53")
    level(connection, "61.53", eligible_recipient_id="R1")
    where = "program_year = '2023-24' and indicator_code = '1P1'"
    columns = "eligible_recipient_id, numerator_count, denominator_count, required_count, result"
    assert rows_of(connection, "mart.level_test", columns, where) == [("R1", 1, 1, 1, "met"), (None, 1, 1, 1, "met")]
    connection.close()


def test_no_level_of_a_real_agency_is_invented_and_none_is_taken_for_its_whole_state():
    assert all(one.performance == Performance() for one in all_grantees())


def test_the_examples_in_the_template_are_read_once_they_are_no_comments():
    lines = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line == "# [[level]]")
    last = next(n for n, line in enumerate(lines) if line == "[suppression]")
    said = [line.removeprefix("# ") for line in lines[first:last] if "=" in line or "[" in line]
    found = take_performance(tomllib.loads("\n".join(said)), FOLDER / "_template" / "grantee.toml")
    assert (len(found.levels), len(found.plans), found.coverage.covers_state) == (1, 1, True)


@pytest.mark.parametrize(
    ("blocks", "fix"),
    [
        (LEVEL.replace('"61.53"', "61.53"), 'put it in quotes: level_percent = "61.53"'),
        (LEVEL.replace('"61.53"', "61"), 'put it in quotes: level_percent = "61"'),
        (LEVEL.replace("61.53", "161.53"), "0 to 100"),
        (LEVEL.replace("61.53", "61.53 %"), "such as 61.53"),
        (LEVEL.replace("61.53", "61.53001"), "4 decimals at most"),
        (LEVEL.replace("61.53", "\uff16\uff11"), "such as 61.53"),
        (LEVEL.replace("1P1", "1S1"), "write one of 1P1, 2P1, 3P1"),
        (LEVEL.replace("2023-24", "2023-25"), "a program year such as 2024-25"),
        (LEVEL.replace("page 70", " "), "evidence is empty"),
        (LEVEL.replace("evidence", "source"), "the keys are program_year"),
        (LEVEL.replace("[[level]]", "[level]"), "begins with [[level]]"),
        (LEVEL + "eligible_recipient_id = 7\n", "a text in quotes"),
        (LEVEL + LEVEL, "2023-24 1P1: said twice"),
        (PLAN + 'last_program_year = "2021-22"\n', "exchange them"),
        (PLAN + 'last_program_year = "open"\n', "a program year such as 2024-25"),
        ("[state_coverage]\ncovers_state = true\n", "the evidence of a true"),
        ('[state_coverage]\ncovers_state = "yes"\n', "covers_state = true or false"),
        ("[state_coverage]\ncovers_state = true\nevidence = 7\n", "the evidence of a true"),
    ],
)
def test_a_wrong_block_is_refused_by_file_block_and_key(tmp_path, blocks, fix):
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, blocks)
    assert str(tmp_path / "grantee.toml") in str(refused.value)
    assert fix in str(refused.value)
