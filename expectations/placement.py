"""Hand-written rules about placement after the program."""

from __future__ import annotations

import datetime as dt

from expectations.conditions import PERSON_EVER, is_among, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}
OTHER = ONE | {"institution_id": "college-2", "student_id": "cy"}
IS_QUARTER = r"regexp_matches(reference_quarter, '^\d{4}Q[1-4]$')"
_KEY = ", ".join(PERSON_EVER)
_SECOND_QUARTERS = (
    f"select {_KEY}, cast(year(looked_at) as varchar) || 'Q' || cast(quarter(looked_at) as varchar) "
    f"from (select {_KEY}, exit_date + interval 6 month as looked_at from core.program_enrollment) as leaver"
)
_LEAVERS = rows_of("core.program_enrollment", PERSON_EVER, "exit_date is not null")

SECOND_QUARTER = Rule(
    id="placement_in_second_quarter_after_exit", table="core.placement",
    title="Placement is looked for in the second quarter after the exit",
    dimension="timeliness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["reference_quarter", *PERSON_EVER],
        condition=f"not {IS_QUARTER} or {is_not_among(PERSON_EVER, _LEAVERS)} or "
        + is_among((*PERSON_EVER, "reference_quarter"), _SECOND_QUARTERS),
    ),
    columns=("reference_quarter", "student_id"),
    threshold=Threshold(share="0.05", evidence="Perkins V section 113(b)(2)(B): second quarter; share house default"),
    why="1P1 asks for the second quarter after completion (who left by 30 June: October to December). Another quarter "
        "says nothing about it, and the student counts as unknown.",
    fix="Request the second calendar quarter after the exit, or correct the exit date.",
    passes=(
        ONE | {"reference_quarter": "2024Q4"}, OTHER | {"reference_quarter": "2024Q4"}, ONE | {"reference_quarter": "2022Q2"},
        ONE | {"student_id": "bo", "reference_quarter": "2020Q1"},
        ONE | {"reference_quarter": "x2024Q4"}, ONE | {"reference_quarter": "2024Q4x"},
        *(row | {"reference_quarter": "2024Q3"} for row in neighbors(ONE, PERSON_EVER)),
    ),
    fails=(
        ONE | {"reference_quarter": "2024Q3"}, ONE | {"reference_quarter": "2025Q4"},
        *(row | {"reference_quarter": "2024Q4"} for row in neighbors(OTHER, PERSON_EVER)),
    ),
    context={"core.program_enrollment": (
        ONE | {"exit_date": dt.date(2024, 6, 30)}, ONE | {"exit_date": dt.date(2021, 12, 1)},
        ONE | {"student_id": "bo", "exit_date": None}, OTHER | {"exit_date": dt.date(2024, 4, 1)},
        *(row | {"exit_date": dt.date(2021, 12, 1)} for row in neighbors(OTHER, PERSON_EVER)),
    )},
)  # fmt: skip

RULES = (SECOND_QUARTER,)
