"""Do all measures agree, cell by cell, with a clerk who knows no query: in worlds drawn by lot, and in the sample?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from clerk_worlds import world
from core_rows import YEARS, rows_of
from measures_clerk import BEST, FLAGS, Case, Cell, Clerk

from pipelines.grantee import grantee_ids
from tests.conftest import Ran

KEYS = "institution_id, cip_code, subgroup_dimension, subgroup_code"
CODES = ("1P1", "2P1", "3P1")
COUNTS = ("participant", "concentrator", "completer")
Told = dict[Cell, tuple[Any, ...]]


def _counted(clerk: Clerk, count: str, year: str) -> list[Case]:
    """Return whom a count of students counts, as cases that are all met."""
    if year not in clerk.active:
        return []
    who = {"participant": clerk.participants, "concentrator": clerk.concentrators, "completer": clerk.completers}
    return [Case(*key, clerk.person(*key[:2]), "met") for key in who[count](year)]


def _cohort(clerk: Clerk, code: str, year: str) -> str:
    return str(clerk.definitions[year][f"cohort_program_year_{code.lower()}"])


def _cases(clerk: Clerk, code: str, year: str) -> list[Case]:
    return clerk.cases(code, year) if _cohort(clerk, code, year) in clerk.active else []


def _sizes(cells: dict[Cell, dict[str, set[str]]]) -> Told:
    """Return numerator, denominator, unknown and unlinkable persons of each cell; a local number bears its college."""
    told = {}
    for cell, by_outcome in cells.items():
        met, unknown, not_met = (by_outcome[outcome] for outcome in BEST)
        people = met | unknown | not_met
        told[cell] = len(met), len(people), len(unknown), sum(":" in person for person in people)
    return told


def _without_nobody(rows: list[tuple[Any, ...]], expected: Told) -> Told:
    """Return rows by cell, less those of everybody of a place where there is nobody or where it cannot be told."""
    return {row[:4]: row[4:] for row in rows if row[:4] in expected or row[1:4] != (None, "all", "all")}


def check_students(clerk: Clerk, count: str, year: str) -> None:
    cases = _counted(clerk, count, year)
    here = [clerk.grantee_id, year]
    keys = clerk.connection.execute(
        f"select institution_id, student_id, program_id from mart.{count} where grantee_id = $1 and program_year = $2",
        here,
    ).fetchall()
    assert sorted(keys) == sorted((c.institution_id, c.student_id, c.program_id) for c in cases)
    expected = {cell: (size[1], size[3]) for cell, size in _sizes(clerk.cells(year, cases)).items()}
    rows = clerk.connection.execute(
        f"select {KEYS}, student_count, unlinkable_count from mart.student_count "
        "where grantee_id = $1 and program_year = $2 and count_code = $3", [*here, count],
    ).fetchall()  # fmt: skip
    assert _without_nobody(rows, expected) == expected


def check_indicator(clerk: Clerk, code: str, year: str) -> set[str]:
    """Hold cases and cells to the clerk's and return which outcomes and statuses there were."""
    cases, here = _cases(clerk, code, year), [clerk.grantee_id, year, code]
    where = "where grantee_id = $1 and program_year = $2 and indicator_code = $3"
    found = clerk.connection.execute(
        f"select institution_id, student_id, program_id, person_id, outcome from mart.indicator_case {where}", here
    ).fetchall()
    assert sorted(found) == sorted(
        (c.institution_id, c.student_id, c.program_id, c.person_id, c.outcome) for c in cases
    )
    expected = _sizes(clerk.cells(_cohort(clerk, code, year), cases))
    rows = clerk.connection.execute(
        f"select {KEYS}, numerator_count, denominator_count, unknown_count, unlinkable_count, status "
        f"from mart.indicator {where}", here,
    ).fetchall()  # fmt: skip
    told = _without_nobody(rows, expected)
    assert told.keys() == expected.keys()
    for cell, (*counts, status) in told.items():
        numerator, denominator, unknown, unlinkable = expected[cell]
        is_known = status == "computed"
        assert counts == [numerator if is_known else None, denominator, unknown if is_known else None, unlinkable], cell
    return {case.outcome for case in cases} | {row[-1] for row in told.values()}


@pytest.mark.parametrize("seed", [8, 27])
def test_in_a_world_drawn_by_lot_every_cell_is_the_clerks_though_definitions_change_each_year(seed: int) -> None:
    with world(seed) as connection:
        for table in ("mart.indicator", "mart.student_count", "mart.placement_match"):
            rows_of(connection, table, "1")
        clerk, seen = Clerk(connection, "oregon"), set()
        for year in YEARS:
            for count in COUNTS:
                check_students(clerk, count, year)
            for code in CODES:
                seen |= check_indicator(clerk, code, year)
            check_matches(clerk, year)
    assert seen >= {"met", "not_met", "unknown", "computed"}


@pytest.fixture(scope="module")
def sample(demonstration: Ran) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demonstration.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize("grantee_id", grantee_ids())
def test_of_each_sample_grantee_students_indicators_matches_and_worksheet_are_the_clerks(
    sample: duckdb.DuckDBPyConnection, grantee_id: str
) -> None:
    clerk = Clerk(sample, grantee_id)
    for year in ("2022-23", "2023-24"):
        for count in COUNTS:
            check_students(clerk, count, year)
        for code in CODES:
            check_indicator(clerk, code, year)
        check_worksheet(clerk, year)
        check_matches(clerk, year)


def check_worksheet(clerk: Clerk, year: str) -> None:
    """Count the persons of each line of the form and compare them with the worksheet."""
    people: dict[str, dict[tuple[str, str], set[str]]] = {}
    for count in ("participant", "concentrator"):
        people[count] = {
            cell[2:]: by["met"] for cell, by in clerk.cells(year, _counted(clerk, count, year)).items()
            if cell[:2] == (None, None)
        }  # fmt: skip
    for code in CODES:
        cells = clerk.cells(_cohort(clerk, code, year), _cases(clerk, code, year))
        of_grantee = {cell[2:]: by for cell, by in cells.items() if cell[:2] == (None, None)}
        if of_grantee:
            lower = code.lower()
            people[f"{lower}_numerator"] = {cell: by["met"] for cell, by in of_grantee.items()}
            people[f"{lower}_unknown"] = {cell: by["unknown"] for cell, by in of_grantee.items()}
            people[f"{lower}_denominator"] = {cell: set().union(*by.values()) for cell, by in of_grantee.items()}
    codes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    form = "select line_code, subgroup_dimension, subgroup_code from mart.form_line where form_version = $1"
    for line, *cell in clerk.connection.execute(form, ["car-16-clusters"]).fetchall():
        codes[line].add((cell[0], cell[1]))
    rows = clerk.connection.execute(
        "select line_code, measure, person_count from mart.worksheet_line where grantee_id = $1 and program_year = $2",
        [clerk.grantee_id, year],
    ).fetchall()
    assert {row[0] for row in rows} == set(codes)
    asked = {cell[0] for cell in people["participant"] if cell[1] != "not_collected"}
    for line, measure, count in rows:
        if measure not in people or {dimension for dimension, _ in codes[line]} <= set(FLAGS) - asked:
            # Of a population that nobody was asked about, a 0 would be read as a count; who was not asked is counted.
            assert count is None or line.endswith("_not_known"), (line, measure)
            continue
        of_line = [people[measure].get(cell, set()) for cell in codes[line]]
        assert count == len(set().union(*of_line)), (line, measure)


def check_matches(clerk: Clerk, year: str) -> None:
    """Ask of each source of placements whom of 1P1 it looked for, says something of, and found."""
    expected: dict[Any, list[int]] = defaultdict(list)
    cases = _cases(clerk, "1P1", year)
    for source in clerk.counted[year, "placement_source"]:
        for what in ("counted", "looked_for", "matched", "placed"):
            marked = [
                Case(c.institution_id, c.student_id, c.program_id, c.person_id,
                     "met" if _is_known(clerk, year, c, source, what) else "not_met")
                for c in cases
            ]  # fmt: skip
            for (place, cip, dimension, code), by in clerk.cells(_cohort(clerk, "1P1", year), marked).items():
                context = dimension in ("award_level", "career_cluster", "eligible_recipient")
                if cip is None and "*" not in dimension and not context:
                    expected[place, source, dimension, code].append(len(by["met"]))
    rows = clerk.connection.execute(
        "select institution_id, placement_source, subgroup_dimension, subgroup_code, denominator_count, "
        "looked_for_count, matched_count, placed_count from mart.placement_match "
        "where grantee_id = $1 and program_year = $2", [clerk.grantee_id, year],
    ).fetchall()  # fmt: skip
    told = clerk.connection.execute(
        "select institution_id from mart.indicator where grantee_id = $1 and program_year = $2 and "
        "indicator_code = '1P1' and status = 'computed' and cip_code is null and subgroup_dimension = 'all'",
        [clerk.grantee_id, year],
    ).fetchall()
    assert {row[:4]: list(row[4:]) for row in rows} == {
        key: counts for key, counts in expected.items() if key[:1] in told
    }  # fmt: skip


def _is_known(clerk: Clerk, year: str, case: Case, source: str, what: str) -> bool:
    rows = [
        row for row in clerk.answers_of_sources(year, case.person_id, case.quarter) if row["placement_source"] == source
    ]  # fmt: skip
    kind = clerk.kinds[case.institution_id, case.student_id]
    return {
        "counted": True, "looked_for": bool(rows), "matched": any(clerk.tells(year, kind, row) for row in rows),
        "placed": any(row["placement_status"] in clerk.counted[year, "placement_status"] for row in rows),
    }[what]  # fmt: skip
