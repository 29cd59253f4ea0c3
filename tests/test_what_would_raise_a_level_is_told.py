"""Does the scorecard say what would raise a level, where, and for how many records, and never more than it can know?"""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
import scorecard_example as example
from test_simulated_gains_are_right import sources

from pipelines.scorecard.build import build_scorecard
from pipelines.scorecard.candidates.cells import cells_after
from pipelines.scorecard.candidates.fewest import fewest_to_share, fewest_within
from pipelines.scorecard.candidates.ground import ground_of
from pipelines.scorecard.candidates.measure import measure_now
from pipelines.scorecard.candidates.of_dimensions import of_dimensions
from pipelines.scorecard.candidates.propose import Climb, propose
from pipelines.scorecard.section import Section, Table
from pipelines.scorecard.share import UNKNOWN, Share


def raises_of(connection: duckdb.DuckDBPyConnection) -> Section:
    card = build_scorecard(connection, example.GRANTEE, example.YEAR, example.RUN, example.WORDS)
    return next(section for section in card.sections if section.id == "raises")


def table(section: Section, id_: str) -> Table:
    return next(table for table in section.tables if table.id == id_)


def climb_of(connection: duckdb.DuckDBPyConnection, number: int) -> Climb:
    climbs = propose(sources(connection, example.GRANTEE, example.YEAR))[1]
    return next(climb for climb in climbs if climb.element.number == number)


@pytest.fixture(scope="module")
def warehouse() -> Any:
    return example.warehouse()


@pytest.fixture(scope="module")
def section(warehouse: Any) -> Section:
    return raises_of(warehouse)


def test_each_candidate_says_what_to_do_where_and_how_much_it_touches(section: Section) -> None:
    rows = table(section, "raises_candidates").rows
    assert len(rows) > 5
    for row in rows:
        _, element, action, places, answers, records, touched = row
        assert element in (1, 4)
        assert all((action, places, answers, touched))
        assert isinstance(records, int)


def test_institutions_are_named_so_that_somebody_can_be_called(section: Section) -> None:
    rows = {row[0]: row for row in table(section, "raises_candidates").rows}
    assert "Driftwood Bay Community College" in str(rows["records_valid"][3])
    assert "Cedar Fork" not in str(rows["records_valid"][3]), "its records reach the mark already"


def test_every_number_stands_beside_what_it_is_of_its_source_and_date(section: Section) -> None:
    for one in section.tables:
        assert all((one.population, one.source, one.as_of)), one.id
        assert all(len(row) == len(one.columns) for row in one.rows), one.id
    for row in table(section, "raises_shares").rows:
        assert all(isinstance(cell, Share) or cell == UNKNOWN for cell in row[2:]), row


def test_a_criterion_that_was_not_met_reaches_its_mark_in_the_simulation(section: Section) -> None:
    gains = {row[0]: row for row in table(section, "raises_shares").rows}
    now, after = gains["records_valid: median:records_valid"][2:]
    assert isinstance(now, Share)
    assert isinstance(after, Share)
    assert (now.fraction or 0) < (after.fraction or 0)


def test_the_way_up_opens_gates_first_and_stops_where_the_level_is_reached(warehouse: Any) -> None:
    climb = climb_of(warehouse, 1)
    assert climb.goal == 3
    assert [step.candidate.aim.partition(":")[0] for step in climb.steps] == ["gate"] * 3
    levels = [step.level or 0 for step in climb.steps]
    assert levels == sorted(levels)
    assert levels[-2] < climb.goal <= levels[-1]


def test_files_that_came_late_are_not_said_to_be_corrigible(section: Section) -> None:
    assert "files_on_time" not in {row[0] for row in table(section, "raises_candidates").rows}


def test_a_gate_that_is_waived_is_open_and_no_candidate(section: Section) -> None:
    assert "gate:student_key_unique" not in {row[0] for row in table(section, "raises_candidates").rows}


def test_a_level_that_cannot_be_told_has_no_way_up() -> None:
    empty = example.warehouse(is_filled=False)
    assert climb_of(empty, 1).goal is None
    section = raises_of(empty)
    assert any("cannot be told" in sentence for sentence in section.says)
    assert not any(table.rows for table in section.tables)


def test_a_measure_that_nobody_knows_is_none_and_not_zero(warehouse: Any) -> None:
    seen = sources(warehouse, example.GRANTEE, example.YEAR)
    for one in ("nothing", "nothing:at_all", "level:5", "level:x", "criterion:none", "coverage:none", "cells:none"):
        assert measure_now(seen, one) is None, one
    assert measure_now(sources(example.warehouse(is_filled=False), "oregon", "2023-24"), "criterion:lines_read") is None


def test_nothing_differs_between_two_times_on_the_same_records(warehouse: Any, section: Section) -> None:
    assert raises_of(warehouse) == section


def test_as_few_colleges_are_asked_as_suffice_the_largest_gaps_first() -> None:
    from fractions import Fraction

    assert fewest_to_share(Share(80, 100), {"A": 3, "B": 9, "C": 5, "D": 0}, Fraction(9, 10)) == ["B", "C"]
    assert fewest_to_share(Share(90, 100), {"A": 3}, Fraction(9, 10)) == []
    assert fewest_within({"A": 2, "B": 7, "C": 1}, 10, 3) == ["B"]
    assert fewest_within({"A": 2, "B": 7, "C": 1}, 10, 0) == ["A", "B", "C"]


PERSONS = """
create table mart.readiness_answer (grantee_id text, program_year text, institution_id text, student_id text,
    equity_dimension text, is_missing boolean);
create table mart.student_year (grantee_id text, program_year text, institution_id text, student_id text,
    person_id text, {flags});
create table mart.indicator_case (grantee_id text, program_year text, cohort_program_year text, indicator_code text,
    institution_id text, person_id text, outcome text);
"""


def persons(connection: Any, institution: str, said: str, count: int, met: int) -> None:
    """Put so many students of a cohort with one answer on homelessness into the tables, ``met`` of them placed."""
    start = connection.execute("select count(*) from mart.student_year").fetchall()[0][0]
    for number in range(count):
        person = f"P{start + number}"
        place = ("oregon", "2023-24", institution)
        row = (*place, person, "homelessness", said == "not_reported")
        connection.execute("insert into mart.readiness_answer values (?, ?, ?, ?, ?, ?)", row)
        connection.execute(
            "insert into mart.student_year (grantee_id, program_year, institution_id, student_id, person_id, "
            "homelessness_status) values (?, ?, ?, ?, ?, ?)", (*place, person, person, said))  # fmt: skip
        row = ("oregon", "2023-24", "2023-24", "3P1", institution, person, "met" if number < met else "not_met")
        connection.execute("insert into mart.indicator_case values (?, ?, ?, ?, ?, ?, ?)", row)


@pytest.mark.parametrize(("blank", "opens"), [(40, 2), (2, 0)])
def test_cells_are_told_from_nobody_to_everybody_and_never_guessed(blank: int, opens: int) -> None:
    from pipelines.measures.dimensions import FLAGS

    connection = example.warehouse(1)
    connection.execute(PERSONS.format(flags=", ".join(f"{name}_status text" for name in FLAGS)))
    connection.execute("delete from mart.indicator")
    persons(connection, "C01", "yes", 4, 2)
    persons(connection, "C01", "no", 60, 30)
    persons(connection, "C01", "not_reported", blank, blank // 2)
    for institution in (None, "C01"):
        for dimension, code, count in (
            ("all", "all", 64 + blank),
            ("homelessness", "yes", 4),
            ("homelessness", "no", 60),
        ):
            example.insert(connection, "mart.indicator", grantee_id="oregon", program_year="2023-24",
                           cohort_program_year="2023-24", indicator_code="3P1", institution_id=institution,
                           subgroup_dimension=dimension, subgroup_code=code, numerator_count=count // 2,
                           denominator_count=count, unknown_count=0, status="computed")  # fmt: skip
    seen = sources(connection, "oregon", "2023-24")
    assert cells_after(seen, {"homelessness": ["C01"]}) == {"homelessness": (0, 0, opens)}
    assert cells_after(seen, {"homelessness": ["C09"]}) == {"homelessness": (0, 0, 0)}, "nobody is asked there"
    assert cells_after(seen, {}) == {}


def test_dimensions_without_readiness_give_no_candidate(warehouse: Any) -> None:
    seen = sources(example.warehouse(is_filled=False), example.GRANTEE, example.YEAR)
    assert list(of_dimensions(seen, ground_of(seen))) == []


def test_a_threshold_that_allows_nothing_says_so_in_the_words_that_are_looked_for() -> None:
    from expectations.rule import Threshold
    from pipelines.scorecard.candidates.of_gates import NONE_MAY_FAIL

    assert str(Threshold()) == NONE_MAY_FAIL
