"""A second opinion: concentrators and indicators computed in Polars and plain Python, from the words of the statute.

Written without a look at the queries: credits as fractions, persons as sets, one loop per question.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import polars as pl
import pytest
from core_rows import YEARS, add, define, rows_of, small_warehouse

WINDOWS = {year: (date(int(year[:4]), 7, 1), date(int(year[:4]) + 1, 6, 30)) for year in YEARS}
SEMESTER = {"semester_credit": Fraction(1), "quarter_credit": Fraction(2, 3), "clock_hour": Fraction(1, 30)}
FOUND = {"employment", "postsecondary_education", "advanced_training", "military", "national_service"}
TERMS = ("summer", "fall", "winter", "spring")
RECIPIENT = {"A": "R1", "B": "R2"}
INVENTORY: dict[str, dict[str, str | None]] = {
    "P1": {"cip_code": "48.0508", "career_cluster_code": "13", "award_level_code": "01", "credit_status": "credit"},
    "P2": {"cip_code": "51.3801", "career_cluster_code": "08", "award_level_code": None, "credit_status": "noncredit"},
    "P3": {"cip_code": "51.3801", "career_cluster_code": None, "award_level_code": "01", "credit_status": "credit"},
}
FLAGS = ("active_duty_parent", "disability", "economic_disadvantage", "english_learner", "foster_care", "homelessness",
         "nontraditional_preparation", "out_of_workforce", "single_parent")  # fmt: skip
ANSWERS = ("yes", "no", "unknown", "declined", "not_reported", "not_collected")


@pytest.fixture(scope="module", params=[1, 2, 3])
def college(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = small_warehouse()
    for table in ("institution", "program", "course", "student"):
        connection.execute(f"delete from core.{table}")
    _fill(connection, random.Random(request.param))
    define(connection, credits_window="cumulative" if request.param % 2 else "reporting_year")
    yield connection
    connection.close()


def _fill(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    """Fill two colleges with students whose records are placeable, often near twelve credits, and often unknown."""
    connection.execute("begin")
    units = list(SEMESTER)
    seen: set[tuple[str, int]] = set()
    lengths = {"P1": (60, units[0]), "P2": (17.5, units[1]), "P3": (300, units[2])}
    for year in YEARS:
        for college in ("A", "B"):
            here = {"program_year": year, "institution_id": college}
            add(connection, "institution", **here, eligible_recipient_id=RECIPIENT[college])
            for program, (length, unit) in lengths.items():
                add(connection, "program", **here, program_id=program, program_length=length, program_length_unit=unit,
                    nontraditional_sex=chance.choice(["female", "male", "neither"]), **INVENTORY[program])  # fmt: skip
                for term in TERMS:
                    add(connection, "course", **here, course_id=program, program_id=program, term_code=term)
            for number in range(40):
                if chance.random() < 0.7:
                    _add_student(connection, chance, here, f"s{number}")
                    seen.add((college, number))
                if (college, number) in seen:  # followed up also in a year in which the person is no student any more
                    _add_outcomes(connection, chance, {**here, "student_id": f"s{number}"})
    connection.execute("commit")


def _add_student(connection: duckdb.DuckDBPyConnection, chance: random.Random, here: dict[str, Any], name: str) -> None:
    who = {**here, "student_id": name}
    start, _ = WINDOWS[here["program_year"]]

    def day(reach: int) -> date:
        return start + timedelta(days=chance.randrange(-reach, reach))

    kind = "ssn" if int(name[1:]) % 4 else "local"
    add(connection, "student", **who, student_id_kind=kind, sex=chance.choice(["female", "male", "unknown", "another"]),
        race_selections=chance.choice(["asian", "white", "declined", "unknown"]),
        **{f"{flag}_status": chance.choice(ANSWERS) for flag in FLAGS})  # fmt: skip
    for program in chance.sample(["P1", "P2", "P3"], 2):
        for term in chance.sample(TERMS, 2):
            unit = chance.choice(list(SEMESTER))
            earned = chance.choice([Decimal(0), Decimal(3), Decimal(6), Decimal(9), Decimal("4.5")])
            add(connection, "enrollment", **who, course_id=program, term_code=term, credit_unit=unit,
                credits_earned=earned * (30 if unit == "clock_hour" else 1))  # fmt: skip
        if chance.random() < 0.7:
            in_year = start + timedelta(days=chance.randrange(365))
            left = chance.choice([None, day(400), in_year, in_year, in_year])
            add(connection, "program_enrollment", **who, program_id=program, exit_date=left,
                entry_date=chance.choice([None, day(700)]),
                exit_reason=chance.choice(["completed", "completed", "withdrew", None]))  # fmt: skip


def _add_outcomes(connection: duckdb.DuckDBPyConnection, chance: random.Random, who: dict[str, Any]) -> None:
    start, _ = WINDOWS[who["program_year"]]
    quarters = [f"{start.year + later}Q{quarter}" for later in (0, 1) for quarter in (1, 2, 3, 4)]
    for source in ("wage_record", "survey"):
        for quarter in chance.sample(quarters, 4):
            add(
                connection,
                "placement",
                **who,
                reference_quarter=quarter,
                placement_source=source,
                placement_status=chance.choice(["not_engaged", "not_engaged", "unknown", "employment", "military"]),
            )
    if chance.random() < 0.5:
        award_date = start + timedelta(days=chance.randrange(-300, 300))
        add(connection, "credential", **who, program_id=chance.choice(["P1", "P2", None]), award_date=award_date)


def _frame(connection: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    return connection.sql(f"select * from core.{table}").pl()


def expected_concentrators(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], str]:
    """Return (year, college, student, program) -> basis."""
    ((window,),) = connection.sql("select distinct credits_window from reference.definition where grantee_id = 'oregon'"
                                  ).fetchall()  # fmt: skip
    earned: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    active: set[tuple[str, ...]] = set()
    courses = _frame(connection, "course").select(
        "program_year", "institution_id", "term_code", "course_id", "program_id"
    )
    taken = _frame(connection, "enrollment").join(
        courses, on=["program_year", "institution_id", "term_code", "course_id"]
    )
    for row in taken.iter_rows(named=True):  # who earned nothing is enrolled all the same
        key = (row["program_year"], row["institution_id"], row["student_id"], row["program_id"])
        earned[key] += Fraction(row["credits_earned"]) * SEMESTER[row["credit_unit"]]
        active.add(key)
    completed = set()
    for row in _frame(connection, "program_enrollment").iter_rows(named=True):
        key = (row["program_year"], row["institution_id"], row["student_id"], row["program_id"])
        active.add(key)
        start, end = WINDOWS[row["program_year"]]
        if row["exit_reason"] == "completed" and (row["exit_date"] is None or start <= row["exit_date"] <= end):
            completed.add(key)
    short = {
        (row["program_year"], row["institution_id"], row["program_id"])
        for row in _frame(connection, "program").iter_rows(named=True)
        if Fraction(row["program_length"]) * SEMESTER[row["program_length_unit"]] < 12
    }
    found = {}
    for year, *rest in active:
        years = [y for y in YEARS if y <= year] if window == "cumulative" else [year]
        if sum(earned[(y, *rest)] for y in years) >= 12:
            found[(year, *rest)] = "credits"
        elif (year, *rest) in completed and (year, rest[0], rest[2]) in short:
            found[(year, *rest)] = "short_program"
    return found


def test_concentrators_are_those_that_the_statute_names(college):
    expected = expected_concentrators(college)
    rows = rows_of(college, "mart.concentrator", "program_year, institution_id, student_id, program_id, basis")
    assert {row[:4]: row[4] for row in rows} == expected
    assert {"credits", "short_program"} == set(expected.values())


def _person(college: str, student: str) -> str:
    return student if int(student[1:]) % 4 else f"{college}/{student}"


def _second_quarter_after(day: date) -> str:
    quarter = day.year * 4 + (day.month - 1) // 3 + 2
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def _completers(connection: duckdb.DuckDBPyConnection, cohort: str) -> Iterator[dict[str, Any]]:
    concentrators = expected_concentrators(connection)
    start, end = WINDOWS[cohort]
    for row in _frame(connection, "program_enrollment").iter_rows(named=True):
        rest = (row["institution_id"], row["student_id"], row["program_id"])
        if row["program_year"] != cohort or row["exit_reason"] != "completed":
            continue
        if row["exit_date"] is not None and not start <= row["exit_date"] <= end:
            continue
        if any((year, *rest) in concentrators for year in YEARS if year <= cohort):
            yield row


def _placed(connection: duckdb.DuckDBPyConnection, row: dict[str, Any], year: str) -> str:
    if row["exit_date"] is None:
        return "unknown"
    person = _person(row["institution_id"], row["student_id"])
    answers = [
        (p["placement_status"], p["placement_source"])
        for p in _frame(connection, "placement").iter_rows(named=True)
        if _person(p["institution_id"], p["student_id"]) == person
        and p["reference_quarter"] == _second_quarter_after(row["exit_date"])
        and p["program_year"] <= year
    ]
    if any(status in FOUND for status, _ in answers):
        return "met"
    # A local number means nothing to a source of records, so that its silence says nothing; a survey asks the person.
    is_matchable = int(row["student_id"][1:]) % 4 != 0
    sought = any(status == "not_engaged" and (is_matchable or source == "survey") for status, source in answers)
    return "not_met" if sought else "unknown"


def _credentialed(connection: duckdb.DuckDBPyConnection, row: dict[str, Any], year: str) -> str:
    """Judge every date of entry and exit that the record leaves possible: all agree, or it cannot be told."""
    start, end = WINDOWS[row["program_year"]]
    exits = [row["exit_date"]] if row["exit_date"] else [start, end]
    person = _person(row["institution_id"], row["student_id"])
    verdicts = {"not_met"}
    for award in _frame(connection, "credential").iter_rows(named=True):
        if _person(award["institution_id"], award["student_id"]) != person or award["program_year"] > year:
            continue
        possible = set()
        for left in exits:
            last = date(left.year + 1, left.month, left.day)
            entries = [row["entry_date"]] if row["entry_date"] else [date.min, left]
            if award["program_id"] == row["program_id"] and not row["entry_date"]:
                entries = [date.min]  # a credential of the program itself is earned during participation
            possible |= {entry <= award["award_date"] <= last for entry in entries}
        verdicts.add("met" if possible == {True} else "not_met" if possible == {False} else "unknown")
    return "met" if "met" in verdicts else "unknown" if "unknown" in verdicts else "not_met"


def _summed(outcomes: list[tuple[str, str]]) -> tuple[int, int, int]:
    """Return numerator, denominator, unknown over persons: met anywhere, else unknown anywhere."""
    by_person: dict[str, set[str]] = defaultdict(set)
    for person, outcome in outcomes:
        by_person[person].add(outcome)
    met = sum("met" in found for found in by_person.values())
    unknown = sum("unknown" in found and "met" not in found for found in by_person.values())
    return met, len(by_person), unknown


def _found(connection: duckdb.DuckDBPyConnection, code: str, year: str, college: str | None) -> Any:
    where = f"subgroup_dimension = 'all' and cip_code is null and indicator_code = '{code}' and "
    where += f"program_year = '{year}' and institution_id is not distinct from "
    where += f"'{college}'" if college else "null"
    (row,) = rows_of(connection, "mart.indicator", "numerator_count, denominator_count, unknown_count", where)
    return row


@pytest.mark.parametrize("where", [None, "A"])
def test_indicators_are_those_of_the_second_opinion(college, where):
    year, cohort = "2023-24", "2022-23"
    for code, judge in (("1P1", _placed), ("2P1", _credentialed)):
        outcomes = [
            (_person(row["institution_id"], row["student_id"]), judge(college, row, year))
            for row in _completers(college, cohort)
            if where in (None, row["institution_id"])
        ]
        expected = _summed(outcomes)
        assert _found(college, code, year, where) == expected
        met, everybody, unknown = expected
        if where is None:  # all three outcomes occur, or the test would say little
            assert unknown > 0
            assert 0 < met < everybody - unknown


@pytest.mark.parametrize("where", [None, "B"])
def test_nontraditional_concentration_is_that_of_the_second_opinion(college, where):
    year = "2022-23"
    sexes = {(r["institution_id"], r["student_id"]): r["sex"] for r in _frame(college, "student").iter_rows(named=True)
             if r["program_year"] == year}  # fmt: skip
    flags = {(r["institution_id"], r["program_id"]): r["nontraditional_sex"]
             for r in _frame(college, "program").iter_rows(named=True) if r["program_year"] == year}  # fmt: skip
    outcomes = []
    for concentration_year, institution, student, program in expected_concentrators(college):
        flag = flags[(institution, program)]
        if concentration_year == year and flag != "neither" and where in (None, institution):
            sex = sexes[(institution, student)]
            outcome = "unknown" if sex == "unknown" else "met" if sex == flag else "not_met"
            outcomes.append((_person(institution, student), outcome))
    assert _found(college, "3P1", year, where) == _summed(outcomes)


def _answer(dimension: str, reports: list[dict[str, Any]]) -> str:
    """Return what a person is, of all reports of a year at one college or at all: a value weighs more than none."""
    states = [*ANSWERS[2:]]
    if not reports:
        return "not_reported"
    column = {"sex": "sex", "race_ethnicity": "race_selections"}.get(dimension, f"{dimension}_status")
    found = {report[column] for report in reports}
    values = [*sorted(found - set(states), reverse=True)] if dimension in ("sex", "race_ethnicity") else ["yes", "no"]
    return next(answer for answer in [*values, *states] if answer in found)


def _cases(connection: duckdb.DuckDBPyConnection, code: str, year: str, cohort: str) -> Iterator[tuple[str, ...]]:
    """Yield (college, student, program, outcome) of an indicator."""
    if code != "3P1":
        judge = _placed if code == "1P1" else _credentialed
        for row in _completers(connection, cohort):
            yield row["institution_id"], row["student_id"], row["program_id"], judge(connection, row, year)
        return
    sexes = {(r["institution_id"], r["student_id"]): r["sex"]
             for r in _frame(connection, "student").filter(program_year=cohort).iter_rows(named=True)}  # fmt: skip
    flags = {(r["institution_id"], r["program_id"]): r["nontraditional_sex"]
             for r in _frame(connection, "program").filter(program_year=cohort).iter_rows(named=True)}  # fmt: skip
    for found, college, student, program in expected_concentrators(connection):
        if found == cohort and (flag := flags[(college, program)]) != "neither":
            sex = sexes[(college, student)]
            yield college, student, program, "unknown" if sex == "unknown" else "met" if sex == flag else "not_met"


def expected_cells(connection: duckdb.DuckDBPyConnection, code: str, year: str, cohort: str) -> dict[Any, Any]:
    """Return (institution, CIP, dimension, code) -> numerator, denominator, unknown, unlinkable of all cells.

    Places and programs are taken one by one; within each a frame of persons is grouped by every set of columns.
    """
    cases = pl.DataFrame(
        [
            {"college": college, "person": _person(college, student), "recipient": RECIPIENT[college],
             "program": INVENTORY[program], "rank": ["not_met", "unknown", "met"].index(outcome)}
            for college, student, program, outcome in _cases(connection, code, year, cohort)
        ]
    )  # fmt: skip
    cases = cases.unnest("program").with_columns(pl.col(pl.String).fill_null("unknown"))
    reports: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in _frame(connection, "student").filter(program_year=cohort).iter_rows(named=True):
        person = _person(row["institution_id"], row["student_id"])
        reports[(row["institution_id"], person)].append(row)
        reports[(None, person)].append(row)
    cells: dict[Any, Any] = {}
    contexts = {"cip_code": "cip_code", "career_cluster": "career_cluster_code", "award_level": "award_level_code"}
    for place in (None, "A", "B"):
        here = cases if place is None else cases.filter(college=place)
        parts = [("", None, here)]
        for context, column in {**contexts, **({} if place else {"eligible_recipient": "recipient"})}.items():
            parts += [(context, value, part) for (value,), part in here.group_by(column)]
        for context, value, part in parts:
            persons = _persons_with_answers(part, place, reports)
            for told, code_, counts in _grouped(persons, is_whole=not context):
                dimension, subgroup = {"cip_code": (told, code_), "": (told, code_)}.get(context) or _beside(
                    told, code_, context, value
                )
                cells[(place, value if context == "cip_code" else None, dimension, subgroup)] = counts
    return cells


def _persons_with_answers(cases: pl.DataFrame, place: str | None, reports: dict[Any, Any]) -> pl.DataFrame:
    persons = cases.group_by("person").agg(
        pl.col("rank").max(),
        pl.when(pl.col("credit_status").n_unique() > 1).then(pl.lit("credit_and_noncredit"))
        .otherwise(pl.col("credit_status").first()).alias("credit_status"),
    )  # fmt: skip
    answers = [
        {name: _answer(name, reports[(place, person)]) for name in ("sex", "race_ethnicity", *FLAGS)}
        for person in persons["person"]
    ]
    return persons.hstack(pl.DataFrame(answers))


def _grouped(persons: pl.DataFrame, *, is_whole: bool) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield what tells apart, the code and the counts: everybody, each dimension and, for whole places, each pair."""
    names = sorted({"sex", "race_ethnicity", "credit_status", *FLAGS})
    pairs = [[one, other] for one in names for other in names if one < other] if is_whole else []
    for told in [[], *([name] for name in names), *pairs]:
        groups = persons.group_by(told) if told else [((), persons)]
        for values, group in groups:
            counts = (
                (group["rank"] == 2).sum(), group.height, (group["rank"] == 1).sum(),
                group["person"].str.contains("/").sum(),
            )  # fmt: skip
            yield "*".join(told) or "all", "*".join(map(str, values)) or "all", counts


def _beside(told: str, code: str, context: str, value: Any) -> tuple[str, str]:
    if told == "all":
        return context, value
    pair = sorted([(told, code), (context, value)])
    return "*".join(name for name, _ in pair), "*".join(one for _, one in pair)


@pytest.mark.parametrize(("code", "cohort"), [("1P1", "2022-23"), ("2P1", "2022-23"), ("3P1", "2023-24")])
def test_every_cell_of_every_subgroup_and_program_is_that_of_the_second_opinion(college, code, cohort):
    expected = expected_cells(college, code, "2023-24", cohort)
    rows = rows_of(
        college,
        "mart.indicator",
        "institution_id, cip_code, subgroup_dimension, subgroup_code, numerator_count, denominator_count, "
        "unknown_count, unlinkable_count",
        f"program_year = '2023-24' and indicator_code = '{code}'",
    )
    found = {row[:4]: row[4:] for row in rows}
    assert len(found) == len(rows) > 500
    assert found == expected
