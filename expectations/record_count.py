"""Rules about how many records come: what falls out between two years is seen in no single record."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

SMALLEST = 100
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "table_name": "enrollment",
    "row_count": 1000, "previous_row_count": 1000,
}  # fmt: skip

STABLE = Rule(
    id="record_count_stable", table="mart.record_count",
    title="An institution's records of a table are within 30% of the year before",
    dimension="accuracy", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["row_count", "previous_row_count"],
        condition="row_count * 10 between previous_row_count * 7 and previous_row_count * 13",
    ),
    population=Column("previous_row_count") >= SMALLEST,
    population_words=f"tables of institutions with {SMALLEST} records or more in the year before",
    columns=("row_count", "previous_row_count", "table_name", "institution_id"),
    threshold=Threshold(evidence="house default: 30%, which Delaware once really grew by; an explanation is enough"),
    why="A quarter's file that was forgotten, or sent twice under other names, shows in no record; it moves rates.",
    fix="Compare with the year before by term and site. If the change is real, say why, and have it waived.",
    passes=(
        ONE | {"row_count": 700}, ONE | {"row_count": 1300}, ONE | {"row_count": 10, "previous_row_count": 99},
        ONE | {"previous_row_count": None},
    ),
    fails=(
        ONE | {"row_count": 699}, ONE | {"row_count": 1301}, ONE | {"row_count": 0},
        ONE | {"row_count": 69, "previous_row_count": 100},
    ),
)  # fmt: skip

RULES = (STABLE,)
