"""Hand-written rules about work-based learning: when it took place, how long, and in which program."""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON, STAY, STAY_EVER, is_among, is_not_among, july_first, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "program_id": "welding",
}  # fmt: skip
ENTRY, EXIT = dt.date(2023, 9, 1), dt.date(2024, 5, 31)
ONE_DAY = dt.timedelta(days=1)
FULL_TIME_YEAR = 2080  # 52 weeks of 40 hours
_EVER = ", ".join(STAY_EVER)
_OUTSIDE = (
    f"select {_EVER}, start_date from core.work_based_learning inner join ("
    f"select {_EVER}, min(entry_date) as entry_date, max(exit_date) as exit_date from core.program_enrollment "
    f"group by {_EVER}) as stay using ({_EVER}) where start_date < entry_date or start_date > exit_date"
)
_SAME_START = (*PERSON, "start_date")
_BOTH = (
    rows_of("core.work_based_learning", _SAME_START,
            "work_based_learning_type in ('internship_paid', 'internship_unpaid')")
    + f" group by {', '.join(_SAME_START)} having count(distinct work_based_learning_type) > 1"
)  # fmt: skip
_TOO_MANY_HOURS = (
    rows_of("core.work_based_learning", PERSON)
    + f" group by {', '.join(PERSON)} having sum(hours_completed) > {FULL_TIME_YEAR}"
)

WITHIN_STAY = Rule(
    id="work_based_learning_within_stay", table="core.work_based_learning",
    title="Work-based learning begins while the student is in the program",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["start_date", *STAY_EVER], condition=is_not_among((*STAY_EVER, "start_date"), _OUTSIDE)
    ),
    population=Column("program_id").is_not_null(), population_words="experiences of a program",
    columns=("start_date", "student_id", "program_id"), threshold=Threshold(share="0.02", evidence="house default"),
    why="An experience before the entry or after the exit is a job of its own: counted as part of the program, it "
        "shows access to work-based learning that the program did not give.",
    fix="Correct the first day, or the dates of the stay; leave out jobs that do not belong to the program.",
    passes=(
        ONE | {"start_date": ENTRY}, ONE | {"start_date": EXIT},
        ONE | {"program_id": None, "start_date": ENTRY - ONE_DAY},
        *(row | {"start_date": ENTRY - ONE_DAY} for row in neighbors(ONE, STAY_EVER)),
    ),
    fails=(ONE | {"start_date": ENTRY - ONE_DAY}, ONE | {"start_date": EXIT + ONE_DAY}),
    context={"core.program_enrollment": (ONE | {"entry_date": ENTRY, "exit_date": EXIT},)},
)  # fmt: skip

IN_PROGRAM = Rule(
    id="work_based_learning_student_in_program", table="core.work_based_learning",
    title="Who learns at work in a program is enrolled in that program in the year",
    dimension="integrity", severity="warning", layer="consistency",
    expectation=ExpectRowsToSatisfy(
        column_list=[*STAY], condition=is_among(STAY, rows_of("core.program_enrollment", STAY))
    ),
    population=Column("program_id").is_not_null(), population_words="experiences of a program",
    columns=("program_id", "student_id"), threshold=Threshold(share="0.05", evidence="house default"),
    why="How many students of a program reach work-based learning is a share of those enrolled in it. Students in the "
        "numerator only push it up, in small programs above 100%.",
    fix="Report the stay in the program too, or correct the program of the experience.",
    passes=(ONE, ONE | {"program_id": None}), fails=neighbors(ONE, STAY),
    context={"core.program_enrollment": (ONE,)},
)  # fmt: skip

IN_YEAR = Rule(
    id="work_based_learning_started_by_year_end", table="core.work_based_learning",
    title="No work-based learning begins after the end of the program year",
    dimension="timeliness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["start_date", "program_year"], condition=f"start_date < {july_first(1)}"
    ),
    columns=("start_date",), threshold=Threshold(share="0.01", evidence="house default"),
    why="What was arranged for the next year has not taken place: the year shows more students at work than there "
        "were, and the next one counts them again.",
    fix="Send the experience with the files of the program year (1 July to 30 June) in which it began.",
    passes=({"program_year": "2023-24", "start_date": dt.date(2024, 6, 30)},),
    fails=({"program_year": "2023-24", "start_date": dt.date(2024, 7, 1)},),
)  # fmt: skip

HAS_HOURS = Rule(
    id="work_based_learning_has_hours", table="core.work_based_learning",
    title="Work-based learning that is reported has hours",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeBetween(column="hours_completed", min_value=0, strict_min=True),
    population_words="experiences with hours",
    columns=("hours_completed", "work_based_learning_type"),
    threshold=Threshold(share="0.02", evidence="house default"),
    why="Zero hours are no experience, but count as one: planned placements and cancelled ones look like access.",
    fix="Leave out what did not take place; send nothing where the hours are not known.",
    passes=({"hours_completed": 1}, {"hours_completed": None}), fails=({"hours_completed": 0},),
)  # fmt: skip

SHADOWING_IS_SHORT = Rule(
    id="work_based_learning_shadowing_is_short", table="core.work_based_learning",
    title="Job shadowing takes at most 40 hours",
    dimension="validity", severity="info",
    expectation=gxe.ExpectColumnValuesToBeBetween(column="hours_completed", max_value=40),
    population=Column("work_based_learning_type") == "job_shadowing", population_words="job shadowing with hours",
    columns=("hours_completed", "work_based_learning_type"),
    threshold=Threshold(share="0.05", evidence="house default: one week"),
    why="Who watches for weeks is an intern. Under the wrong kind the deeper experience is hidden, or hours of another "
        "record stand here.",
    fix="Send the kind that it was, or correct the hours.",
    passes=(
        {"work_based_learning_type": "job_shadowing", "hours_completed": 40},
        {"work_based_learning_type": "internship_paid", "hours_completed": 41},
    ),
    fails=({"work_based_learning_type": "job_shadowing", "hours_completed": 41},),
)  # fmt: skip

HOURS_FIT_INTO_YEAR = Rule(
    id="work_based_learning_hours_fit_into_year", table="core.work_based_learning",
    title="Nobody learns at work for more hours than a full-time year has",
    dimension="validity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["hours_completed", *PERSON], condition=is_not_among(PERSON, _TOO_MANY_HOURS)
    ),
    columns=("hours_completed", "student_id"),
    threshold=Threshold(share="0.01", evidence="house default: 52 weeks of 40 hours"),
    why="Together with studies it is not possible. One experience was sent several times, or minutes stand for hours, "
        "and means of hours by group say nothing.",
    fix="Send each experience once, with the hours of the program year alone.",
    passes=(
        ONE | {"student_id": "bo", "hours_completed": FULL_TIME_YEAR},
        *(row | {"hours_completed": 1} for row in neighbors(ONE, PERSON)),
    ),
    fails=(ONE | {"hours_completed": FULL_TIME_YEAR}, ONE | {"hours_completed": 1}),
)  # fmt: skip

PAID_OR_UNPAID = Rule(
    id="work_based_learning_paid_or_unpaid", table="core.work_based_learning",
    title="No internship is sent both as paid and as unpaid",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["work_based_learning_type", *_SAME_START], condition=is_not_among(_SAME_START, _BOTH)
    ),
    population=Column("work_based_learning_type").is_in(["internship_paid", "internship_unpaid"]),
    population_words="internships", columns=("work_based_learning_type", "student_id"),
    threshold=Threshold(share="0.005", evidence="CEDS 001499 says unpaid twice; share house default"),
    why="One internship counts twice. CEDS says unpaid internship in two ways, so that a code is easily mapped to the "
        "wrong one; who is paid is a question of equity.",
    fix="Send each internship once, and check which of our two kinds your codes are mapped to.",
    passes=(
        *(row | {"work_based_learning_type": "internship_paid"}
          for row in neighbors(ONE | {"start_date": ENTRY}, _SAME_START)),
        ONE | {"student_id": "bo", "start_date": ENTRY, "work_based_learning_type": "internship_paid"},
        ONE | {"student_id": "bo", "start_date": ENTRY, "work_based_learning_type": "clinical"},
        ONE | {"student_id": "cy", "start_date": ENTRY, "work_based_learning_type": "internship_unpaid"},
        ONE | {"student_id": "cy", "start_date": ENTRY, "work_based_learning_type": "clinical"},
        ONE | {"start_date": ENTRY, "work_based_learning_type": "job_shadowing"},
    ),
    fails=(
        ONE | {"start_date": ENTRY, "work_based_learning_type": "internship_paid"},
        ONE | {"start_date": ENTRY, "work_based_learning_type": "internship_unpaid"},
    ),
)  # fmt: skip

RULES = (
    WITHIN_STAY, IN_PROGRAM, IN_YEAR, HAS_HOURS, SHADOWING_IS_SHORT, HOURS_FIT_INTO_YEAR, PAID_OR_UNPAID,
)  # fmt: skip
