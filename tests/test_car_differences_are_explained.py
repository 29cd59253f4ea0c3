"""Is every difference from the worksheet certified last year told as a sum of what has changed?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worksheet_example import GRANTEE, LAST_YEAR, YEAR, YEARS, colleges, later_file, worksheet

from pipelines import grantee as grantees
from pipelines.act_tables import CERTIFIED_WORKSHEET
from pipelines.car.compare import Before, Difference, differences
from pipelines.car.under import year_before
from pipelines.car.worksheet import MEASURES, Count, Line, Worksheet
from pipelines.measures.definitions import load_definitions

ACT = 7
NEXT_DEFINITION = """
[[definition]]
version = "oregon-2"
effective_from = "2023-24"
evidence = "a definition of the test"
concentrator_credits = "3"
credits_window = "cumulative"
counting_courses = "program"
semester_credits_per_quarter_credit = "2/3"
clock_hours_per_semester_credit = "30"
cohort_lag_1p1 = 1
cohort_lag_2p1 = 1
cohort_lag_3p1 = 0
"""
CODES = ("total", "male", "career_cluster:01", "career_cluster:education")
COUNTS = st.builds(Count, st.integers(0, 99)) | st.sampled_from((Count(None, "pending"), Count(None, "not_computable")))


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    """Last year is counted, certified and frozen as it is."""
    connection = colleges()
    worksheet(connection, LAST_YEAR)
    _freeze(connection)
    return connection


def _freeze(connection: duckdb.DuckDBPyConnection) -> None:
    names = [
        column.name for column in CERTIFIED_WORKSHEET.columns if column.name not in ("act_number", "certified_by_act")
    ]
    connection.execute(
        f"insert into quality.certified_worksheet (act_number, {', '.join(names)}) select ?, {', '.join(names)} "
        "from mart.worksheet_line where program_year = ?", [ACT, LAST_YEAR],
    )  # fmt: skip


def _compared(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Difference]:
    now = worksheet(connection)
    before = year_before(connection, now)
    assert before is not None
    assert before.act_number == ACT
    return {(one.line.code, one.measure): one for one in differences(now, before)}


def _parts(one: Difference) -> tuple[int | None, int | None, int | None]:
    return one.data, one.definition, one.students


def test_where_nothing_was_frozen_there_is_nothing_to_compare_with() -> None:
    connection = colleges()
    assert year_before(connection, worksheet(connection)) is None


def test_records_that_came_after_the_certification_are_told_apart_from_this_years_students(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    later_file(warehouse, LAST_YEAR)  # one participant more of last year
    warehouse.execute("delete from core.enrollment where program_year = ? and student_id = 's3'", [YEAR])
    one = _compared(warehouse)["total", "participant"]
    assert (one.certified, one.now, one.total) == (Count(3), Count(2), -1)
    assert _parts(one) == (1, 0, -2)


def test_a_definition_that_changed_between_the_years_has_its_own_part(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _define_anew(tmp_path, monkeypatch)
    later_file(warehouse, LAST_YEAR)  # 3 credits: a participant, and a concentrator under the next definition alone
    load_definitions(warehouse, YEARS)
    told = _compared(warehouse)
    one = told["total", "concentrator"]
    assert (one.certified, one.now) == (Count(2), Count(3))
    assert _parts(one) == (0, 2, -1)  # Cy and Di have 3 credits of last year; Di has none of this year
    assert _parts(told["total", "participant"]) == (1, 0, -1)
    assert _parts(told["another_sex", "concentrator"]) == (0, 1, 0)


def test_a_definition_that_nobody_has_any_more_is_not_separated_and_the_sum_still_holds(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("update quality.certified_worksheet set definition_version = 'lost'")
    warehouse.execute(
        "update quality.certified_worksheet set person_count = 9 where line_code = 'total' and measure = 'participant'"
    )
    one = _compared(warehouse)["total", "participant"]
    assert (one.data, one.total) == (None, -6)
    assert (one.definition or 0) + (one.students or 0) == -6


def test_a_cluster_that_left_the_form_goes_down_to_nobody_and_not_to_unknown() -> None:
    now = _sheet([Count(4)] * 4, ("total", "male", "career_cluster:education", "cluster_unknown"))
    before = _sheet([Count(5), Count(2), Count(3), Count(0)], ("total", "male", "career_cluster:13", "cluster_unknown"))
    told = {
        one.line.code: one for one in differences(now, Before(ACT, before, None, None)) if one.measure == MEASURES[0]
    }
    assert (told["career_cluster:13"].certified, told["career_cluster:13"].now) == (Count(3), Count(0))
    assert (told["career_cluster:education"].certified, told["career_cluster:education"].now) == (Count(0), Count(4))


@given(st.lists(st.none() | st.lists(COUNTS, min_size=4, max_size=4), min_size=2, max_size=2), st.data())
def test_the_parts_sum_exactly_to_the_difference_whatever_can_be_told_apart(
    between: list[list[Count] | None], data: st.DataObject
) -> None:
    now, certified = (_sheet(data.draw(st.lists(COUNTS, min_size=4, max_size=4)), CODES) for _ in range(2))
    steps = [_sheet(counts, CODES) if counts else None for counts in between]
    for one in differences(now, Before(ACT, certified, *steps)):
        told = [part for part in _parts(one) if part is not None]
        assert (one.total is None) == (None in (one.certified.persons, one.now.persons))
        assert sum(told) == (one.total or 0)
        assert not told if one.total is None else one.students is not None


def _sheet(counts: Sequence[Count], codes: Sequence[str]) -> Worksheet:
    lines = tuple(
        Line(
            "s", "S", "total" if code == "total" else "cover", code, code,
            "all" if code == "total" else "career_cluster" if "cluster" in code else "sex", True,
            dict.fromkeys(MEASURES, count),
        )
        for code, count in zip(codes, counts, strict=True)
    )  # fmt: skip
    return Worksheet(GRANTEE, YEAR, "form", "definition", lines)


def _define_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Oregon another definition from this year on, in a copy of its folder."""
    for path in grantees.FOLDER.iterdir():
        (folder / path.name).mkdir()
        for file in path.glob("*"):
            (folder / path.name / file.name).symlink_to(file)
    text = (grantees.FOLDER / GRANTEE / "grantee.toml").read_text(encoding="utf-8")
    (folder / GRANTEE / "grantee.toml").unlink()
    (folder / GRANTEE / "grantee.toml").write_text(text + NEXT_DEFINITION, encoding="utf-8")
    monkeypatch.setattr(grantees, "FOLDER", folder)
