"""Are those who left found again, although the year after no longer reports them as students?"""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from core_rows import add, complete, earn, rows_of, small_warehouse


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """One student who completed in 2022-23 and is reported as a student in no later year."""
    connection = small_warehouse()
    earn(connection, 12)
    complete(connection)
    connection.execute("delete from core.student where program_year > '2022-23'")
    yield connection
    connection.close()


def _counts(connection: duckdb.DuckDBPyConnection, code: str) -> object:
    where = f"indicator_code = '{code}' and program_year = '2023-24' and institution_id is null "
    where += "and subgroup_dimension = 'all' and cip_code is null"
    return rows_of(connection, "mart.indicator", "numerator_count, denominator_count, unknown_count", where)


def test_a_placement_reported_the_year_after_leaving_counts_in_1p1_and_is_no_orphan(college):
    add(college, "placement", program_year="2023-24", reference_quarter="2023Q4", placement_status="employment")
    assert _counts(college, "1P1") == [(1, 1, 0)]
    assert rows_of(college, "mart.exclusion", "reason_code") == []


def test_a_credential_reported_the_year_after_leaving_counts_in_2p1_and_is_no_orphan(college):
    add(college, "credential", program_year="2023-24", award_date=date(2023, 9, 1))
    assert _counts(college, "2P1") == [(1, 1, 0)]
    assert rows_of(college, "mart.exclusion", "reason_code") == []


def test_a_placement_of_somebody_whom_no_year_knows_stays_an_orphan(college):
    add(college, "placement", program_year="2023-24", student_id="nobody", reference_quarter="2023Q4",
        placement_status="employment")  # fmt: skip
    assert rows_of(college, "mart.exclusion", "table_name, reason_code") == [("placement", "orphan")]
