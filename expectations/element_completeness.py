"""Rules about the completeness of columns against the year before; of what a column must hold speak ``structural``."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import is_not_among
from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

TABLE = "mart.element_completeness"
SMALLEST = 50
KEY = ("grantee_id", "program_year", "institution_id", "table_name", "column_name")
FALLEN = f"""select now.grantee_id, now.program_year, now.institution_id, now.table_name, now.column_name
from {TABLE} as now
inner join reference.definition as definition
    on now.grantee_id = definition.grantee_id and now.program_year = definition.program_year
inner join {TABLE} as earlier
    on now.grantee_id = earlier.grantee_id and definition.previous_program_year = earlier.program_year
    and now.institution_id = earlier.institution_id and now.table_name = earlier.table_name
    and now.column_name = earlier.column_name
where earlier.asked_count >= {SMALLEST}
    and (earlier.value_count * now.asked_count - now.value_count * earlier.asked_count) * 5
    > now.asked_count * earlier.asked_count"""
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "table_name": "student",
    "column_name": "sex", "row_count": 100, "asked_count": 100, "value_count": 95,
}  # fmt: skip
EMPTIED = ONE | {"value_count": 0}
EARLIER = ONE | {"program_year": "2022-23"}
YEAR = {"grantee_id": "demo", "program_year": "2023-24", "previous_program_year": "2022-23"}

NOT_FALLEN = Rule(
    id="element_completeness_not_fallen", table=TABLE,
    title="No column of an institution is filled twenty points less often than the year before",
    dimension="completeness", severity="warning", layer="macro",
    expectation=ExpectRowsToSatisfy(column_list=list(KEY), condition=is_not_among(KEY, FALLEN)),
    population=Column("asked_count") >= SMALLEST,
    population_words=f"columns of institutions with {SMALLEST} records or more in the year; of which there were fewer "
                     "in the year before, nothing is said",
    columns=("value_count", "asked_count", "column_name", "table_name", "institution_id"),
    threshold=Threshold(evidence="house default: twenty points"),
    why="What was known last year is unknown now. Groups shrink, and a gap may appear or vanish by that alone.",
    fix="Find where the values were lost: the form, the export, or a code that nobody has declared.",
    passes=(
        ONE | {"column_name": "birth_date", "value_count": 75},
        ONE | {"column_name": "english_learner_status", "value_count": 0},
        ONE | {"column_name": "homelessness_status", "value_count": 0, "asked_count": SMALLEST - 1},
        EMPTIED | {"column_name": "race_selections"}, EMPTIED | {"table_name": "credential"},
        EMPTIED | {"institution_id": "college-2"}, EMPTIED | {"grantee_id": "other"},
        EMPTIED | {"program_year": "2024-25"}, EMPTIED | {"grantee_id": "other", "column_name": "race_selections"},
    ),
    fails=(ONE | {"value_count": 74}, EMPTIED | {"column_name": "single_parent_status", "asked_count": SMALLEST}),
    context={
        TABLE: (
            EARLIER, EARLIER | {"column_name": "birth_date"}, EARLIER | {"column_name": "homelessness_status"},
            EARLIER | {"column_name": "single_parent_status", "asked_count": SMALLEST, "value_count": SMALLEST},
            EARLIER | {"column_name": "english_learner_status", "asked_count": 49, "value_count": 49},
            EARLIER | {"program_year": "2021-22", "column_name": "race_selections"},
        ),
        "reference.definition": (YEAR, YEAR | {"grantee_id": "other", "previous_program_year": "2021-22"}),
    },
)  # fmt: skip

RULES = (NOT_FALLEN,)
