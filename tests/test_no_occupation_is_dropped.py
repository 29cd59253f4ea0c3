"""Is every field and every occupation of the crosswalk counted, with the reason where there are no figures?"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from core_rows import add, earn, rows_of, small_warehouse
from labor_example import lead, pay, project

from pipelines.grantee import grantee
from pipelines.models import sql_root
from pipelines.scorecard.read import Partition
from pipelines.scorecard.section import Section
from pipelines.scorecard.sections.labor import labor
from pipelines.scorecard.share import Share

OCCUPATION = "mart.program_occupation"
PROGRAM = "mart.labor_program"
YEAR = "program_year = '2022-23'"


@pytest.fixture
def college() -> Iterator[duckdb.DuckDBPyConnection]:
    """Cedar Fork with a program of each kind that has no occupation, beside welding."""
    connection = small_warehouse()
    for number, (cip, version) in enumerate(
        (("01.0508", "CIP2020"), ("99.9998", "CIP2020"), ("48.0508", "CIP2010"), (None, "CIP2020"))
    ):
        add(connection, "program", program_id=f"P{number + 2}", cip_code=cip, cip_version=version)
    yield connection
    connection.close()


def shown(connection: duckdb.DuckDBPyConnection) -> Section:
    """Return the section of the year, its models built."""
    rows_of(connection, "mart.labor_alignment", "1")
    known = SimpleNamespace(grantee=grantee("oregon"), as_of=lambda year: f"program year {year}")
    seen: Any = SimpleNamespace(partition=Partition(connection, "oregon", "2022-23"), known=known)
    return labor(seen)


def test_each_field_without_an_occupation_stands_there_with_its_reason(college: Any) -> None:
    lead(college, "48.0508", "51-4121")
    lead(college, "01.0508", None)
    assert rows_of(college, OCCUPATION, "cip_code, cip_version, soc_code, crosswalk_status", YEAR) == [
        ("01.0508", "CIP2020", "none", "no_match"),
        ("48.0508", "CIP2010", "none", "other_cip_version"),
        ("48.0508", "CIP2020", "51-4121", "found"),
        ("99.9998", "CIP2020", "none", "not_in_crosswalk"),
        ("not_reported", "CIP2020", "none", "no_cip_code"),
    ]


def test_without_a_crosswalk_every_field_says_so_and_none_is_a_no(college: Any) -> None:
    assert set(rows_of(college, PROGRAM, "crosswalk_status, high_skill, in_demand", YEAR)) == {
        ("crosswalk_not_loaded", "cannot_tell", "cannot_tell")
    }


def test_an_occupation_without_figures_is_counted_and_so_is_a_teacher(college: Any) -> None:
    lead(college, "48.0508", "51-4121", "55-1011", "25-1194")
    project(college, "51-4121", openings="45.6", growth="9.0", education="Associate's degree")
    columns = "occupation_count, counted_count, teacher_count, same_group_count, no_projection_count, no_wage_count"
    welding = f"{YEAR} and cip_code = '48.0508' and cip_version = 'CIP2020'"
    assert rows_of(college, PROGRAM, columns, welding) == [(3, 2, 1, 0, 1, 2)]
    statuses = rows_of(college, OCCUPATION, "soc_code, projection_status, wage_status", welding)
    assert statuses == [
        ("25-1194", "no_projection", "not_loaded"), ("51-4121", "found", "not_loaded"),
        ("55-1011", "no_projection", "not_loaded"),
    ]  # fmt: skip


def test_the_section_counts_what_it_cannot_tell_and_says_how_to_load_what_is_missing(college: Any) -> None:
    earn(college, 12)
    section = shown(college)
    tables = {table.id: table for table in section.tables}
    assert any("cte reference add" in words for words in section.says)
    everybody = tables["labor_alignment"].rows[0]
    assert everybody[:4] == ("All concentrators", 1, "cannot tell", 1)
    assert tables["labor_missing"].rows == (
        ("Fields", "no crosswalk from CIP to SOC is loaded", Share(5, 5), 1),
    )  # fmt: skip
    assert {row[1] for row in tables["labor_vintages"].rows} == {"not loaded"}


def test_every_table_says_of_whom_whence_and_when(college: Any) -> None:
    lead(college, "48.0508", "51-4121")
    project(college, "51-4121", openings="45.6", growth="9.0")
    pay(college, "51-4121", "51000")
    earn(college, 12)
    section = shown(college)
    assert len(section.tables) == 6
    for table in section.tables:
        assert table.population
        assert table.source
        assert table.as_of
        assert all(len(row) == len(table.columns) for row in table.rows), table.id
        assert not table.query or (sql_root() / "queries" / f"{table.query}.sql").is_file()


def test_parts_of_a_dimension_sum_to_all_concentrators(college: Any) -> None:
    for student, sex in (("s2", "male"), ("s3", "unknown")):
        add(college, "student", student_id=student, sex=sex)
        earn(college, 12, student_id=student)
    earn(college, 12)
    sums = "subgroup_dimension, sum(concentrator_count), sum(high_skill_untold_count)"
    found = rows_of(college, "mart.labor_alignment", sums, f"{YEAR} and institution_id is null group by all")
    assert len(found) == 12
    assert {row[1:] for row in found} == {(3, 3)}


def test_a_warehouse_without_the_tables_still_has_the_section() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema quality")
        connection.execute(
            "create table quality.submission (table_name text, program_year text, file_name text, "
            "loaded_row_count bigint, grantee_id text, status text)"
        )
        known = SimpleNamespace(grantee=grantee("oregon"), as_of=lambda year: year)
        seen: Any = SimpleNamespace(partition=Partition(connection, "oregon", "2022-23"), known=known)
        assert [table.id for table in labor(seen).tables] == ["labor_vintages", "labor_marks"]
