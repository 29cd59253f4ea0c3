"""Data and expectations for judging: every type that we use, on nulls, repeats, odd signs and partitions."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import duckdb
import great_expectations as gx
from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.rule import Rule
from pipelines.validation.judge import Verdict

DAY = dt.date
# name, type; the rows below hold nulls, repeats, text with SQL's and SQLAlchemy's own signs, and a second partition.
COLUMNS = {
    "grantee_id": "varchar",
    "student_id": "varchar",
    "institution_id": "varchar",
    "sex_code": "varchar",
    "cip_code": "varchar",
    "credits_attempted": "integer",
    "credits_earned": "integer",
    "entry_date": "date",
    "exit_date": "date",
}
ROWS_OF_DATA: list[tuple[Any, ...]] = [
    ("oregon", "s1", "i1", "F", "52.0301", 12, 12, DAY(2023, 9, 1), DAY(2024, 6, 1)),
    ("oregon", "s2", "i1", "M", "11.0101", 9, 15, DAY(2023, 9, 1), DAY(2023, 1, 1)),
    ("oregon", "s2", "i2", "x'%:?", "5203", None, 3, DAY(2024, 1, 8), None),
    ("oregon", "s3", "i2", None, None, 3, None, None, DAY(2024, 6, 1)),
    ("oregon", "s4", None, "F", "52.0301", 200, 12, DAY(2019, 1, 1), DAY(2019, 1, 1)),
    ("oregon", None, "i9", "M", r"52\0301", 12, 12, DAY(2023, 9, 1), DAY(2024, 6, 1)),
    ("oregon", "s2", "i1", "F", "11.0101", 9, 9, DAY(2023, 9, 1), DAY(2024, 6, 1)),
    ("florida", "s1", "i1", "M", "52.0301", 1, 1, DAY(2023, 9, 1), DAY(2024, 6, 1)),
]
INSTITUTIONS: list[tuple[str | None, ...]] = [("i1",), ("i2",), (None,)]
E = gx.expectations
ANY: Literal["any_value_is_missing"] = "any_value_is_missing"
EITHER: Literal["either_value_is_missing"] = "either_value_is_missing"
EXPECTATIONS: dict[str, Any] = {
    "not null": E.ExpectColumnValuesToNotBeNull(column="sex_code"),
    "null": E.ExpectColumnValuesToBeNull(column="exit_date"),
    "in set": E.ExpectColumnValuesToBeInSet(column="sex_code", value_set=["F", "M"]),
    "not in set": E.ExpectColumnValuesToNotBeInSet(column="sex_code", value_set=["x'%:?", "X"]),
    "regex": E.ExpectColumnValuesToMatchRegex(column="cip_code", regex=r"^\d{2}\.\d{4}$"),
    "regex, partial": E.ExpectColumnValuesToMatchRegex(column="cip_code", regex=r"03"),
    "not regex": E.ExpectColumnValuesToNotMatchRegex(column="cip_code", regex=r"[\\%:?]"),
    "between": E.ExpectColumnValuesToBeBetween(column="credits_attempted", min_value=0, max_value=60),
    "between, strict": E.ExpectColumnValuesToBeBetween(column="credits_attempted", min_value=9, strict_min=True),
    "between dates": E.ExpectColumnValuesToBeBetween(column="entry_date", min_value=DAY(2020, 1, 1)),
    "lengths": E.ExpectColumnValueLengthsToBeBetween(column="cip_code", min_value=7, max_value=7),
    "unique": E.ExpectColumnValuesToBeUnique(column="student_id"),
    "compound unique": E.ExpectCompoundColumnsToBeUnique(
        column_list=["student_id", "institution_id"], ignore_row_if=ANY
    ),
    "pair equal": E.ExpectColumnPairValuesToBeEqual(
        column_A="credits_attempted", column_B="credits_earned", ignore_row_if=EITHER
    ),
    "pair greater": E.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="exit_date", column_B="entry_date", ignore_row_if=EITHER
    ),
    "pair greater or equal": E.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="credits_attempted", column_B="credits_earned", or_equal=True, ignore_row_if=EITHER
    ),
    "satisfy": ExpectRowsToSatisfy(
        column_list=["credits_attempted", "credits_earned"], condition="credits_earned <= credits_attempted"
    ),
    "satisfy, one column": ExpectRowsToSatisfy(column_list=["sex_code"], condition="sex_code not like '%:%'"),
    "refer": ExpectColumnsToReferToTable(
        column_list=["institution_id"], other_table="institution", other_column_list=["institution_id"]
    ),
    "refer by two": ExpectColumnsToReferToTable(
        column_list=["grantee_id", "institution_id"],
        other_table="grantee_institution",
        other_column_list=["grantee_id", "institution_id"],
    ),
    "row count": E.ExpectTableRowCountToBeBetween(min_value=5),
    "mean": E.ExpectColumnMeanToBeBetween(column="credits_earned", min_value=0, max_value=9),
    "sum": E.ExpectColumnSumToBeBetween(column="credits_earned", min_value=0, max_value=9999),
    "max": E.ExpectColumnMaxToBeBetween(column="credits_attempted", max_value=60),
    "min": E.ExpectColumnMinToBeBetween(column="credits_attempted", min_value=1),
    "complete": E.ExpectColumnProportionOfNonNullValuesToBeBetween(column="sex_code", min_value=0.9),
}
POPULATIONS: dict[str, Any] = {
    "all": None,
    "text": Column("institution_id") == "i1",
    "number": Column("credits_earned") > 9,
    "null": Column("exit_date").is_not_null(),
    "list": Column("sex_code").is_in(["F", "M"]),
    "and": (Column("credits_earned") >= 9) & (Column("sex_code") == "F"),
    "or": (Column("institution_id") == "i2") | (Column("credits_earned") == 12),
    "nobody": Column("institution_id") == "nowhere",
}
CASES = [(name, population) for name in EXPECTATIONS for population in POPULATIONS]


def rule(name: str, expectation: Any, population: Any = None) -> Rule:
    """Return a rule of which only the parts that the engine reads matter."""
    return Rule(
        id=name,
        table="student",
        title=name,
        dimension="validity",
        severity="warning",
        expectation=expectation,
        columns=("sex_code",),
        why="",
        fix="",
        passes=(),
        fails=(),
        population=population,
    )


def fill(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    """Make the table of students and the two that it refers to."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create table student ({columns})")
    connection.execute("create table institution (institution_id varchar)")
    connection.execute("create table grantee_institution (grantee_id varchar, institution_id varchar)")
    if rows:
        connection.executemany(f"insert into student values ({', '.join('?' * len(COLUMNS))})", rows)
    connection.executemany("insert into institution values (?)", INSTITUTIONS)
    connection.executemany("insert into grantee_institution values ('oregon', ?)", INSTITUTIONS)


def counted(connection: duckdb.DuckDBPyConnection, verdict: Verdict, where: str = "true") -> int:
    """Return how many rows the predicate picks."""
    row = connection.execute(f"select count(*) from student where {where} and ({verdict.predicate})").fetchone()
    assert row is not None
    return int(row[0])
