"""A gap in 1P1 may be one of the source: what each source knows of whom stands beside the rate."""

from collections.abc import Iterator

import duckdb
import pytest
from core_rows import add, complete, earn, rows_of, small_warehouse


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three students complete: a woman and a man with Social Security numbers, and a man with a local number."""
    connection = small_warehouse()
    for name, sex, kind in (("s1", "female", "ssn"), ("s2", "male", "ssn"), ("s3", "male", "local")):
        if name != "s1":
            add(connection, "student", student_id=name, sex=sex, student_id_kind=kind)
        earn(connection, 12, student_id=name)
        complete(connection, student_id=name)
    yield connection
    connection.close()


def found(connection: duckdb.DuckDBPyConnection, source: str, dimension: str = "all") -> dict[str, tuple[int, ...]]:
    """Return subgroup -> denominator, looked for, matched, placed, for the grantee."""
    rows = rows_of(
        connection,
        "mart.placement_match",
        "subgroup_code, denominator_count, looked_for_count, matched_count, placed_count",
        f"institution_id is null and placement_source = '{source}' and subgroup_dimension = '{dimension}'",
    )
    return {row[0]: row[1:] for row in rows}


def placed(
    connection: duckdb.DuckDBPyConnection, name: str, status: str | None, source: str, quarter: str = "2023Q4"
) -> None:
    add(connection, "placement", program_year="2023-24", student_id=name, reference_quarter=quarter,
        placement_status=status, placement_source=source)  # fmt: skip


def test_found_looked_for_in_vain_and_not_looked_for_are_kept_apart_by_source_and_subgroup(college):
    placed(college, "s1", "employment", "wage_record")
    placed(college, "s2", "not_engaged", "wage_record")
    placed(college, "s2", "postsecondary_education", "clearinghouse")
    placed(college, "s2", "unknown", "survey")
    assert found(college, "wage_record") == {"all": (3, 2, 2, 1)}
    assert found(college, "wage_record", "sex") == {"female": (1, 1, 1, 1), "male": (2, 1, 1, 0)}
    assert found(college, "clearinghouse", "sex") == {"female": (1, 0, 0, 0), "male": (2, 1, 1, 1)}
    assert found(college, "survey") == {"all": (3, 1, 0, 0)}, "a source that does not know has matched nobody"


def test_a_wage_record_cannot_rule_out_whom_it_could_not_look_up_but_a_survey_can(college):
    placed(college, "s3", "not_engaged", "wage_record")
    placed(college, "s3", "not_engaged", "survey")
    assert found(college, "wage_record") == {"all": (3, 1, 0, 0)}
    assert found(college, "survey") == {"all": (3, 1, 1, 0)}


def test_another_quarter_tells_nothing_and_a_place_without_any_outcome_has_no_match_rate(college):
    assert found(college, "wage_record") == {}, "not computable is not zero"
    placed(college, "s1", "employment", "wage_record", "2023Q3")
    assert found(college, "wage_record") == {"all": (3, 0, 0, 0)}


def test_a_record_whose_status_is_blank_or_unreadable_has_matched_nobody_as_in_the_rate(college):
    placed(college, "s1", None, "wage_record")
    assert found(college, "wage_record") == {"all": (3, 1, 0, 0)}
    assert rows_of(college, "mart.placement_case", "outcome", "student_id = 's1'") == ["unknown"]
