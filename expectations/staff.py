"""Hand-written rules about instructors: what they teach, and where."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "staff_id": "kim",
    "employment_status": "full_time",
}  # fmt: skip
PERSON_OF_STAFF = ("grantee_id", "program_year", "staff_id")
_AT_SEVERAL = (
    rows_of("core.staff", PERSON_OF_STAFF, "employment_status = 'full_time'")
    + f" group by {', '.join(PERSON_OF_STAFF)} having count(distinct institution_id) > 1"
)

TEACHES = Rule(
    id="staff_teaches", table="core.staff",
    title="Each instructor teaches at least one section in the year",
    dimension="consistency", severity="info",
    expectation=gxe.ExpectColumnValuesToBeBetween(column="sections_taught_count", min_value=1),
    population_words="instructors with a number of sections",
    columns=("sections_taught_count", "employment_status"), threshold=Threshold(share="0.1", evidence="house default"),
    why="Who teaches nothing is on leave, in administration, or has taught courses that carry no instructor: students "
        "per instructor come out too low.",
    fix="Leave out staff without a CTE section in the year, or send the sections that are missing.",
    passes=({"sections_taught_count": 1}, {"sections_taught_count": None}), fails=({"sections_taught_count": 0},),
)  # fmt: skip

PART_TIME_LOAD = Rule(
    id="staff_part_time_load_plausible", table="core.staff",
    title="No part-time instructor teaches more than 15 sections in the year",
    dimension="validity", severity="info",
    expectation=gxe.ExpectColumnValuesToBeBetween(column="sections_taught_count", max_value=15),
    population=Column("employment_status") == "part_time", population_words="part-time instructors with sections",
    columns=("sections_taught_count", "employment_status"),
    threshold=Threshold(share="0.02", evidence="house default: five sections a term, three terms"),
    why="That is a full load. The share of full-time instructors, which the needs assessment asks for, is too low, or "
        "sections of another person are counted here.",
    fix="Correct the employment status, or the instructor of the sections.",
    passes=(
        {"employment_status": "part_time", "sections_taught_count": 15},
        {"employment_status": "full_time", "sections_taught_count": 16},
    ),
    fails=({"employment_status": "part_time", "sections_taught_count": 16},),
)  # fmt: skip

ONE_FULL_TIME_POST = Rule(
    id="staff_full_time_at_one_institution", table="core.staff",
    title="Nobody is a full-time instructor at two institutions in one year",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["employment_status", *PERSON_OF_STAFF], condition=is_not_among(PERSON_OF_STAFF, _AT_SEVERAL)
    ),
    population=Column("employment_status") == "full_time", population_words="full-time instructors",
    columns=("employment_status", "staff_id"), threshold=Threshold(share="0.02", evidence="house default"),
    why="Two persons share one identifier, or one person counts twice: the State has fewer instructors than the sum "
        "of its institutions.",
    fix="Check the identifier at both institutions. Who moved within the year is full-time at the last one only.",
    passes=(
        *neighbors(ONE, PERSON_OF_STAFF), ONE | {"institution_id": "college-3", "employment_status": "part_time"},
        ONE | {"staff_id": "lee"},
        ONE | {"staff_id": "lee", "institution_id": "college-2", "employment_status": "part_time"},
    ),
    fails=(ONE, ONE | {"institution_id": "college-2"}),
)  # fmt: skip

STATUS_KNOWN = Rule(
    id="staff_employment_status_known", table="core.staff",
    title="Each instructor is full-time or part-time",
    dimension="completeness", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["employment_status", "unreadable_columns"],
        condition="employment_status is not null or unreadable_columns like '%,employment_status,%'",
    ),
    columns=("employment_status", "staff_id"), threshold=Threshold(share="0.1", evidence="house default"),
    why="The needs assessment looks at the instructors of programs. Without the status a program taught by one "
        "full-time instructor and one with ten adjuncts look alike.",
    fix="Send the status from the contract of the year.",
    passes=(
        {"employment_status": "full_time", "unreadable_columns": ""},
        {"employment_status": None, "unreadable_columns": ",employment_status,"},
    ),
    fails=({"employment_status": None, "unreadable_columns": ""},),
)  # fmt: skip

RULES = (TEACHES, PART_TIME_LOAD, ONE_FULL_TIME_POST, STATUS_KNOWN)
