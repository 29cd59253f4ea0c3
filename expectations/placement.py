"""Hand-written rules about placement after the program."""

from __future__ import annotations

import datetime as dt

from great_expectations.expectations.row_conditions import Column

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
_STILL_IN = rows_of("core.program_enrollment", PERSON_EVER) + f" group by {_KEY} having count(exit_date) = 0"
_DECEASED = rows_of("core.program_enrollment", PERSON_EVER, "exit_reason = 'deceased'")
_TOO_EARLY = (
    "select submission_id, reference_quarter from core.placement "
    "inner join quality.submission as submission using (submission_id) "
    f"where {IS_QUARTER} and reference_quarter >= "
    "cast(year(received_at) as varchar) || 'Q' || cast(quarter(received_at) as varchar)"
)

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
        ONE | {"reference_quarter": "2024Q4"}, OTHER | {"reference_quarter": "2024Q4"},
        ONE | {"reference_quarter": "2022Q2"}, ONE | {"student_id": "bo", "reference_quarter": "2020Q1"},
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

QUARTER_IS_OVER = Rule(
    id="placement_quarter_is_over", table="core.placement",
    title="No quarter is looked at before it has ended",
    dimension="timeliness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["reference_quarter", "submission_id"],
        condition=is_not_among(("submission_id", "reference_quarter"), _TOO_EARLY),
    ),
    columns=("reference_quarter", "placement_status"),
    threshold=Threshold(evidence="house default: none, because nothing can be known of a quarter to come"),
    why="In a quarter that is not over, not found means not yet: 1P1 is too low, and rises by itself with the next "
        "file. A quarter of the future is a typing error.",
    fix="Match again once the quarter is over and its wage records are in, and send the file then.",
    passes=(
        {"submission_id": "early", "reference_quarter": "2024Q3"},
        {"submission_id": "another file", "reference_quarter": "2024Q4"},
        {"submission_id": "early", "reference_quarter": "9x2024Q4"},
        {"submission_id": "early", "reference_quarter": "2024Q4x"},
    ),
    fails=(
        {"submission_id": "early", "reference_quarter": "2024Q4"},
        {"submission_id": "early", "reference_quarter": "2025Q1"},
    ),
    context={"quality.submission": (
        {"submission_id": "early", "received_at": dt.date(2024, 11, 15)},
        {"submission_id": "another file", "received_at": dt.date(2025, 1, 1)},
    )},
)  # fmt: skip

OF_LEAVER = Rule(
    id="placement_of_leaver", table="core.placement",
    title="Placement is reported of those who have left a program",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=[*PERSON_EVER], condition=is_not_among(PERSON_EVER, _STILL_IN)),
    columns=("student_id", "reference_quarter"), threshold=Threshold(share="0.05", evidence="house default"),
    why="As far as the files tell, the student is still enrolled: the record counts nowhere, and if the exit is "
        "missing, so does the completion.",
    fix="Send the exit of the student, or leave the placement out until there is one.",
    passes=(
        ONE, OTHER, *neighbors(ONE | {"student_id": "bo"}, PERSON_EVER),
    ),
    fails=(ONE | {"student_id": "bo"},),
    context={"core.program_enrollment": (
        ONE | {"exit_date": dt.date(2024, 6, 30)}, ONE | {"program_year": "2022-23", "exit_date": None},
        ONE | {"student_id": "bo", "exit_date": None},
    )},
)  # fmt: skip

NOT_OF_THE_DECEASED = Rule(
    id="placement_not_of_the_deceased", table="core.placement",
    title="No one who was reported as deceased is found at work or in studies",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["placement_status", *PERSON_EVER], condition=is_not_among(PERSON_EVER, _DECEASED)
    ),
    population=Column("placement_status").is_not_in(["unknown", "not_engaged"]),
    population_words="records of students who were found",
    columns=("placement_status", "student_id"),
    threshold=Threshold(evidence="house default: a death is never reported by the way"),
    why="The match has found somebody else: most often two persons share the identifier, or it was mistyped. Then "
        "other matches with it are wrong as well.",
    fix="Correct the exit reason, or the identifier with which the match was made.",
    passes=(
        ONE | {"student_id": "bo", "placement_status": "employment"}, ONE | {"placement_status": "unknown"},
        ONE | {"placement_status": "not_engaged"},
        *(row | {"placement_status": "employment"} for row in neighbors(ONE, PERSON_EVER)),
    ),
    fails=(ONE | {"placement_status": "employment"},),
    context={"core.program_enrollment": (
        ONE | {"exit_reason": "deceased"}, ONE | {"student_id": "bo", "exit_reason": "withdrew"},
    )},
)  # fmt: skip

RULES = (SECOND_QUARTER, QUARTER_IS_OVER, OF_LEAVER, NOT_OF_THE_DECEASED)
