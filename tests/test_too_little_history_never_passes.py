"""Is a measure held against its own accepted past alone, and does too little of it never read as a pass?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from statistics import median
from typing import Any

import duckdb
import pytest
from core_rows import add, received, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import baseline
from expectations.rule import Rule
from pipelines import warehouse
from pipelines.measures.definitions import load_definitions
from pipelines.models import all_models, build
from pipelines.validation.judge import judge
from pipelines.validation.status import status

YEARS = ("2019-20", "2020-21", "2021-22", "2022-23", "2023-24", "2024-25")
NOW = YEARS[-1]
MEASURE = ("grantee_id", "institution_id", "term_code", "program_year", "measure_code", "measure_family")
COLUMNS = "history_count, median_measured, mad_measured, status"

Year = tuple[int, int | None, bool]  # numerator, denominator, accepted


@pytest.fixture(scope="module")
def bare() -> Iterator[duckdb.DuckDBPyConnection]:
    """Nothing but the definitions: the measures are made by hand."""
    with warehouse.open_in_memory() as connection:
        load_definitions(connection, YEARS)
        yield connection


@pytest.fixture
def home() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse that knows the definitions of six years and holds no record."""
    with warehouse.open_in_memory() as connection:
        load_definitions(connection, YEARS)
        yield connection


def enroll(connection: duckdb.DuckDBPyConnection, counts: dict[str, int], term: str = "fall") -> None:
    """Let a college have so many students in a term of each year; the files are read, not accepted."""
    for year, count in counts.items():
        received(connection, f"{year} all", program_year=year, status="read")
        add(connection, "institution", program_year=year)
        for number in range(count):
            add(connection, "student", program_year=year, student_id=f"s{number}", term_code=term)


def accept(connection: duckdb.DuckDBPyConnection, *years: str) -> None:
    connection.execute(
        "update quality.submission set status = 'accepted' where list_contains(?, program_year)", [years]
    )


def students_now(connection: duckdb.DuckDBPyConnection, columns: str = COLUMNS) -> Any:
    where = f"measure_code = 'student' and institution_id = 'A' and program_year = '{NOW}'"
    (row,) = rows_of(connection, "mart.baseline", columns, where)
    return row


def verdict(connection: duckdb.DuckDBPyConnection, rule: Rule) -> tuple[int | None, int | None, str]:
    """Return population, failed count and status of a rule over this year."""
    found = judge(connection, rule.table, [rule], {"grantee_id": "oregon", "program_year": NOW})[0]
    word = status(found.population_count, found.failed_count, rule.threshold, error=found.error is not None)
    return found.population_count, found.failed_count, word


COUNT_USUAL = next(rule for rule in baseline.RULES if rule.id == "baseline_count_usual")


def test_two_accepted_years_are_too_little_history_however_far_the_count_has_moved(home: Any) -> None:
    enroll(home, {YEARS[3]: 4, YEARS[4]: 4, NOW: 90})
    accept(home, *YEARS)
    assert students_now(home) == (2, None, None, "too_little_history")
    assert verdict(home, COUNT_USUAL) == (0, 0, "not_applicable")
    assert COUNT_USUAL.not_applicable_words.startswith("too little history")


def test_the_third_accepted_year_lets_the_same_count_fail(home: Any) -> None:
    enroll(home, {YEARS[2]: 4, YEARS[3]: 4, YEARS[4]: 4, NOW: 90})
    accept(home, *YEARS)
    assert students_now(home) == (3, 4.0, 0.0, "outside")
    assert verdict(home, COUNT_USUAL) == (2, 2, "failed")  # the college and the State


def test_a_year_that_nobody_has_accepted_is_no_history_and_one_open_file_keeps_it_out(home: Any) -> None:
    enroll(home, {YEARS[1]: 50, YEARS[2]: 4, YEARS[3]: 4, YEARS[4]: 4, NOW: 4})
    accept(home, *YEARS[2:])
    assert students_now(home) == (3, 4.0, 0.0, "within")
    received(home, "late", program_year=YEARS[3], status="read")
    assert students_now(home) == (2, None, None, "too_little_history")
    home.execute("update quality.submission set status = 'refused' where submission_id = 'late'")
    assert students_now(home) == (3, 4.0, 0.0, "within")


def test_other_terms_are_no_history_because_a_summer_is_no_fall(home: Any) -> None:
    enroll(home, dict.fromkeys(YEARS[1:5], 2), term="summer")
    enroll(home, {NOW: 40})
    accept(home, *YEARS)
    assert students_now(home) == (0, None, None, "too_little_history")


def test_what_comes_later_never_enters_the_history_of_a_year(home: Any) -> None:
    enroll(home, {YEARS[0]: 2, YEARS[1]: 2, YEARS[2]: 2, YEARS[3]: 60, YEARS[4]: 61, NOW: 60})
    accept(home, *YEARS)
    where = "measure_code = 'student' and institution_id = 'A'"
    assert rows_of(home, "mart.baseline", "program_year, earlier_count, median_measured", where) == [
        (YEARS[0], 0, None), (YEARS[1], 1, None), (YEARS[2], 2, None), (YEARS[3], 3, 2.0), (YEARS[4], 4, 2.0),
        (NOW, 5, 2.0),
    ]  # fmt: skip


def test_the_order_in_which_nights_come_and_years_are_accepted_changes_nothing(home: Any) -> None:
    counts = {YEARS[2]: 3, YEARS[3]: 5, YEARS[4]: 9, NOW: 5}
    enroll(home, counts)
    assert students_now(home) == (0, None, None, "too_little_history")
    concerned = [m for m in all_models() if m.table in ("mart.term_measure", "mart.baseline")]
    query = f"select {COLUMNS} from mart.baseline where measure_code = 'student' and program_year = '{NOW}'"
    said = set()
    for order in permutations(YEARS[2:5]):
        home.execute("update quality.submission set status = 'read'")
        for year in order:
            accept(home, year)
            for model in concerned:  # a night
                build(home, model)
        said.add(tuple(home.execute(query).fetchall()))
    assert said == {((3, 5.0, 2.0, "within"),) * 2}  # the college and the State


def measured(year: Year) -> int:
    """The count, or the share in hundredths of a percent, half up: written again from the words of the model."""
    numerator, denominator, _ = year
    return numerator if denominator is None else int(Fraction(10000 * numerator, denominator) + Fraction(1, 2))


def expected(history: list[Year], now: Year) -> tuple[int, Any, Any, str]:
    """The same in exact arithmetic, from the description: median, MAD, and the largest of three limits."""
    past = [Fraction(measured(year)) for year in history if year[2]]
    if len(past) < 3:
        return len(past), None, None, "too_little_history"
    center = median(past)
    spread = median([abs(one - center) for one in past])
    difference, size = abs(measured(now) - center), now[1]
    variance = center if size is None else center * max(10000 - center, Fraction(0)) / size
    small = center / 20 if size is None else Fraction(200)
    far = difference > spread * Fraction("3.5") * Fraction("1.4826") and difference > small
    chance = 9 * variance * Fraction(len(past) + 2, len(past))
    word = "outside" if far and difference**2 > chance else "within"
    return len(past), float(center), float(spread), word


def years_of(shares: bool) -> st.SearchStrategy[list[Year]]:
    number = st.one_of(st.integers(0, 60), st.integers(0, 5000))
    size = st.integers(1, 5000) if shares else st.none()
    return st.lists(st.tuples(number, size, st.booleans()), min_size=1, max_size=len(YEARS))


def baselines_of(connection: duckdb.DuckDBPyConnection, series: list[list[Year]]) -> list[Any]:
    """Build the model over hand-made measures, each up to this year, and return what it says of this year, in order."""
    rows = [
        ("oregon", "A", "fall", program_year, str(number), "count", *year)
        for number, years in enumerate(series)
        for program_year, year in zip(YEARS[-len(years) :], years, strict=True)
    ]
    connection.execute(
        f"create or replace table mart.term_measure ({', '.join(f'{name} varchar' for name in MEASURE)}, "
        "numerator_count decimal(18, 2), denominator_count decimal(18, 2), is_accepted boolean)"
    )
    connection.executemany(f"insert into mart.term_measure values ({', '.join('?' * 9)})", rows)
    (model,) = [m for m in all_models() if m.table == "mart.baseline"]
    build(connection, model)
    query = f"select measure_code, {COLUMNS} from mart.baseline where program_year = ?"
    said = {code: tuple(row) for code, *row in connection.execute(query, [NOW]).fetchall()}
    return [said.get(str(number)) for number in range(len(series))]


@pytest.mark.parametrize("shares", [False, True], ids=["counts", "shares"])
def test_measures_are_held_to_median_and_spread_as_exact_arithmetic_has_them(bare: Any, shares: bool) -> None:
    @settings(max_examples=15)
    @given(st.lists(years_of(shares), min_size=1, max_size=40))
    def agree(series: list[list[Year]]) -> None:
        assert baselines_of(bare, series) == [expected(years[:-1], years[-1]) for years in series]

    agree()


@pytest.mark.parametrize(
    ("now", "word"),
    [(10500, "within"), (10501, "outside"), (9500, "within"), (9499, "outside")],
)
def test_a_count_may_differ_by_a_twentieth_and_not_by_one_more(bare: Any, now: int, word: str) -> None:
    years: list[Year] = [(10000, None, True)] * 3 + [(now, None, False)]
    assert baselines_of(bare, [years]) == [(3, 10000.0, 0.0, word)]


def test_a_share_of_nobody_is_no_measure_and_no_history(bare: Any) -> None:
    nobody, half = (0, 0, True), (1, 2, True)
    assert baselines_of(bare, [[half, half, half, nobody], [nobody, half, half, half]]) == [
        None,
        (2, None, None, "too_little_history"),
    ]


@pytest.mark.parametrize(("size", "is_within_chance"), [(30, True), (600, False)])
def test_the_same_jump_is_chance_in_a_small_cohort_and_none_in_a_large_one(
    bare: Any, size: int, is_within_chance: bool
) -> None:
    baselines_of(bare, [[(size * 6 // 10, size, True), (size * 8 // 10, size, True)]])
    columns = "measured, previous_measured, is_within_chance"
    query = f"select {columns} from mart.baseline where program_year = ?"
    assert bare.execute(query, [NOW]).fetchall() == [(8000, 6000, is_within_chance)]
