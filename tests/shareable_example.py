"""A hand-made published file: one small college with every kind of number, code and absence that a page must tell.

The counts agree with each other where a reader could add them up; nothing was protected by a program.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

GRANTEE, NAME, YEAR = "udc", "University of the District of Columbia Community College", "2023-24"
HOSTILE = "<script>alert(1)</script> & </td>"
TABLES = {
    "note": "topic varchar, note varchar",
    "grantee": "grantee_id varchar, grantee_name varchar, short_name varchar, state varchar, eligible_agency varchar, "
    "is_sample boolean",
    "institution": "grantee_id varchar, institution_id varchar, institution_name varchar, unitid varchar, "
    "eligible_recipient_id varchar",
    "code": "code_set varchar, code varchar, label varchar",
    "definition": "grantee_id varchar, program_year varchar, definition_version varchar, key varchar, value varchar, "
    "words varchar",
    "release": "grantee_id varchar, program_year varchar, release_id varchar, number bigint, released_at timestamp, "
    "status varchar, reason varchar",
    "release_change": "grantee_id varchar, program_year varchar, release_id varchar, number bigint, "
    "previous_number bigint, table_name varchar, change varchar, row_count bigint",
    "suppression_policy": "grantee_id varchar, program_year varchar, indicator_code varchar, name varchar, "
    "threshold integer, protection_width integer, bands varchar, rate_digits integer, count_rounding integer, "
    "smallest_change integer, approved_by varchar, approved_on date, source varchar, release_id varchar",
    "indicator": "grantee_id varchar, program_year varchar, cohort_program_year varchar, outcome_window_end date, "
    "indicator_code varchar, institution_id varchar, cip_code varchar, subgroup_dimension varchar, "
    "subgroup_code varchar, members varchar, numerator_count bigint, denominator_count bigint, rate decimal(9, 6), "
    "suppression_code varchar, definition_version varchar, release_id varchar",
    "student_count": "grantee_id varchar, program_year varchar, count_code varchar, institution_id varchar, "
    "cip_code varchar, subgroup_dimension varchar, subgroup_code varchar, members varchar, student_count bigint, "
    "suppression_code varchar, release_id varchar",
    "indicator_pooled": "grantee_id varchar, first_program_year varchar, last_program_year varchar, "
    "year_count integer, indicator_code varchar, institution_id varchar, subgroup_dimension varchar, "
    "subgroup_code varchar, numerator_count bigint, denominator_count bigint, rate decimal(9, 6), "
    "suppression_code varchar, release_id varchar",
    "gap": "grantee_id varchar, program_year varchar, indicator_code varchar, institution_id varchar, "
    "cip_code varchar, subgroup_dimension varchar, subgroup_code varchar, rate decimal(9, 6), "
    "reference_rate decimal(9, 6), gap decimal(9, 6), students_needed bigint, suppression_code varchar",
    "rule": "rule_id varchar, title varchar",
    "rule_result": "grantee_id varchar, program_year varchar, rule_id varchar, dimension varchar, severity varchar, "
    "status varchar, is_waived boolean, "
    "population_count bigint, failed_count bigint, suppression_code varchar",
    "coverage": "grantee_id varchar, program_year varchar, subgroup_dimension varchar, row_count bigint, "
    "informative_count bigint, suppression_code varchar",
}
# (dimension, code, members, met, of, code): of None means that the size is not told either.
RATES = (
    ("all", "all", None, 254, 412, None),
    ("sex", "female", None, 150, 240, None),
    ("sex", "male", None, 100, 164, None),
    ("sex", "unknown", None, None, None, "withheld"),
    ("race_ethnicity", "black_or_african_american", None, 180, 300, None),
    ("race_ethnicity", "white", None, None, 41, "at_least_80_percent"),
    ("race_ethnicity", "asian", None, None, None, "withheld"),
    ("race_ethnicity", "all_other", "asian,unknown", 38, 71, None),
    ("single_parent", "yes", None, None, 60, "at_most_20_percent"),
    ("single_parent", "no", None, None, 352, "withheld"),
    ("disability", "yes", None, None, None, "withheld"),
    ("disability", "no", None, None, 372, "withheld"),
    ("career_cluster", "08", None, 100, 160, None),
    ("career_cluster", "11", None, None, None, "withheld"),
    ("race_ethnicity*sex", "white*female", None, None, None, "withheld"),
)


def published_file(path: Path, *, year: str = YEAR, is_sample: bool = True, name: str = NAME) -> Path:
    """Write a published file of one grantee and year and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_bytes(year, is_sample, name))
    return path


@cache
def _bytes(year: str, is_sample: bool, name: str) -> bytes:
    """Return the file's content: hundreds of inserts take longer than a page."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cte.duckdb"
        _fill(path, year, is_sample=is_sample, name=name)
        return path.read_bytes()


def _fill(path: Path, year: str, *, is_sample: bool, name: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema publish")
        for table, columns in TABLES.items():
            connection.execute(f"create table publish.{table} ({columns})")
        _about(connection, year, is_sample=is_sample, name=name)
        _measured(connection, year)
        _others(connection, year)


def add(connection: duckdb.DuckDBPyConnection, table: str, **row: object) -> None:
    """Insert a row; columns not named are null."""
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into publish.{table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _about(connection: duckdb.DuckDBPyConnection, year: str, *, is_sample: bool, name: str) -> None:
    if is_sample:
        add(connection, "note", topic="fiction", note=f"FICTIONAL, not data of {NAME}.")
    add(connection, "note", topic="vintages", note="A later release replaces an earlier one.")
    agency = "Office of the State Superintendent of Education"
    add(connection, "grantee", grantee_id=GRANTEE, grantee_name=name, state="DC", eligible_agency=agency)
    add(connection, "institution", grantee_id=GRANTEE, institution_id="131399", institution_name="UDC")
    for code_set, code, label in (
        ("sex", "female", "Female"), ("sex", "male", "Male"), ("race_ethnicity", "asian", "Asian"),
        ("race_ethnicity", "black_or_african_american", "Black or African American"),
        ("race_ethnicity", "white", "White"), ("career_cluster", "08", "Health Science"),
        ("career_cluster", "11", "Information Technology"),
    ):  # fmt: skip
        add(connection, "code", code_set=code_set, code=code, label=label)
    released = {"grantee_id": GRANTEE, "program_year": year, "release_id": "r7"}
    add(connection, "release", **released, number=7, released_at="2025-01-15 10:00:00", status="released")
    add(connection, "release_change", **released, number=7, previous_number=4,
        table_name="publish.indicator", change="newly_shown", row_count=3)  # fmt: skip
    add(connection, "release_change", grantee_id=GRANTEE, program_year=year, release_id="r4", number=4,
        previous_number=2, table_name="publish.indicator", change="changed", row_count=88)  # fmt: skip
    for code, threshold in (("1P1", 10), ("2P1", 10), ("3P1", 10), ("all", 10)):
        add(connection, "suppression_policy", **released, indicator_code=code, name="publisher",
            threshold=threshold, bands="0.05,0.10,0.20", rate_digits=3, source="DC OSSE: n<10")  # fmt: skip


def _measured(connection: duckdb.DuckDBPyConnection, year: str) -> None:
    owner = {"grantee_id": GRANTEE, "program_year": year}
    for place in ({}, {"institution_id": "131399"}):
        for dimension, code, members, met, of, hidden in RATES:
            cell = {**owner, **place, "subgroup_dimension": dimension, "subgroup_code": code, "members": members}
            _rate(connection, {**cell, "indicator_code": "1P1"}, met, of, hidden)
            size = {"student_count": of, "suppression_code": None if of else "withheld"}
            add(connection, "student_count", **cell, count_code="denominator_1P1", **size)
            if code != "all_other":
                add(connection, "student_count", **cell, count_code="concentrator", **size)
    everybody = {**owner, "subgroup_dimension": "all", "subgroup_code": "all"}
    add(connection, "student_count", **everybody, count_code="unknown_1P1", student_count=57)
    add(connection, "student_count", **everybody, count_code="participant", student_count=1441)
    add(connection, "student_count", **everybody, count_code="completer", suppression_code="withheld")
    add(connection, "indicator", **everybody, indicator_code="2P1", suppression_code="pending")
    add(connection, "indicator", **everybody, indicator_code="3P1", suppression_code="not_computable")
    _rate(connection, {**everybody, "indicator_code": "1P1", "cip_code": "51.3801"}, 45, 70, None)
    _rate(connection, {**everybody, "indicator_code": "1P1", "cip_code": "11.0101"}, None, None, "withheld")


def _rate(
    connection: duckdb.DuckDBPyConnection, key: dict[str, object], met: int | None, of: int | None, code: str | None
) -> None:
    numbers = {} if met is None or of is None else {
        "numerator_count": met, "denominator_count": of, "rate": round(met / of, 3)}  # fmt: skip
    add(connection, "indicator", **key, **numbers, suppression_code=code, cohort_program_year="2022-23",
        outcome_window_end=date(2024, 6, 30), definition_version="udc-house-1")  # fmt: skip


def _others(connection: duckdb.DuckDBPyConnection, year: str) -> None:
    owner = {"grantee_id": GRANTEE, "program_year": year}
    gap = {**owner, "indicator_code": "1P1", "subgroup_dimension": "sex"}
    add(connection, "gap", **gap, subgroup_code="male", rate=0.610, reference_rate=0.617, gap=-0.007, students_needed=2)
    add(connection, "gap", **gap, subgroup_code="female", rate=0.625, reference_rate=0.617, gap=0.008,
        students_needed=0)  # fmt: skip
    add(connection, "gap", **gap, subgroup_code="unknown", suppression_code="withheld")
    add(connection, "indicator_pooled", grantee_id=GRANTEE, first_program_year="2021-22", last_program_year=year,
        indicator_code="1P1", subgroup_dimension="race_ethnicity", subgroup_code="asian", numerator_count=30,
        denominator_count=52, rate=0.577)  # fmt: skip
    add(connection, "rule", rule_id="core.student.sex_present", title="Sex is filled")
    add(connection, "rule_result", **owner, rule_id="core.student.sex_present", status="failed",
        dimension="completeness", severity="warning", is_waived=False, population_count=1500,
        suppression_code="at_most_5_percent")  # fmt: skip
    add(
        connection,
        "coverage",
        **owner,
        subgroup_dimension="sex",
        row_count=1500,
        suppression_code="at_least_95_percent",
    )
    add(connection, "coverage", **owner, subgroup_dimension="single_parent", row_count=1500, informative_count=900)
