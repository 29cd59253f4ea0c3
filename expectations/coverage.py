"""Rules about equity: whether the attributes that subgroups are made of are really known, institution by institution.

An attribute that a source does not collect, or that a student declined to give, is no fault of the data.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "equity_dimension": "disability"}
COUNTS = {
    "student_count": 100, "value_count": 100, "unknown_count": 0, "declined_count": 0, "not_reported_count": 0,
    "not_collected_count": 0, "yes_count": 8, "no_count": 92,
}  # fmt: skip
GOOD = ONE | COUNTS
SMALLEST = 30
BY_INSTITUTION = Column("institution_id").is_not_null() & (Column("student_count") >= SMALLEST)
FROM_SMALLEST = f"attributes of institutions with {SMALLEST} students or more"

UNKNOWN_SHARE = Rule(
    id="coverage_unknown_share_bounded", table="mart.coverage",
    title="At most a fifth of an institution's students have an attribute unknown or blank",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["unknown_count", "not_reported_count", "student_count", "declined_count", "not_collected_count"],
        condition="(unknown_count + not_reported_count) * 5 <= student_count - declined_count - not_collected_count",
    ),
    population=BY_INSTITUTION, population_words=FROM_SMALLEST,
    columns=("unknown_count", "not_reported_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: one fifth of the students who were asked and did not decline"),
    why="Those without an answer are seldom like the others. Where they are many, a gap between groups may be made, or "
        "hidden, by who is missing.",
    fix="Ask at enrollment and keep the answer from term to term; never fill in No for those who did not answer.",
    passes=(
        GOOD | {"unknown_count": 10, "not_reported_count": 10, "value_count": 80},
        GOOD | {"declined_count": 50, "unknown_count": 10, "value_count": 40},
        GOOD | {"not_collected_count": 100, "value_count": 0},
        GOOD | {"student_count": 29, "unknown_count": 29},
        GOOD | {"institution_id": None, "unknown_count": 90},
    ),
    fails=(
        GOOD | {"unknown_count": 10, "not_reported_count": 11, "value_count": 79},
        GOOD | {"declined_count": 50, "unknown_count": 11, "value_count": 39},
        GOOD | {"student_count": 30, "unknown_count": 7},
    ),
)  # fmt: skip

SOMETIMES_YES = Rule(
    id="coverage_flag_sometimes_yes", table="mart.coverage",
    title="A special population is reported for at least one student",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["yes_count", "no_count"], condition="yes_count > 0 or no_count = 0"),
    population=BY_INSTITUTION & Column("yes_count").is_not_null(),
    population_words=f"special populations at institutions with {SMALLEST} students or more",
    columns=("yes_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence=f"house default: {SMALLEST} students"),
    why="A flag that is No for everybody most often means that nobody was asked: the group exists and is not served.",
    fix="Send blank, or no column, where the question is not asked; look for the flag's source (financial aid).",
    passes=(
        GOOD, GOOD | {"yes_count": None, "no_count": None}, GOOD | {"yes_count": 0, "no_count": 0},
        GOOD | {"yes_count": 0, "no_count": 29, "student_count": 29}, GOOD | {"yes_count": 1, "no_count": 99},
        GOOD | {"yes_count": 0, "no_count": 100, "institution_id": None},
    ),
    fails=(
        GOOD | {"yes_count": 0, "no_count": 100}, GOOD | {"yes_count": 0, "no_count": 30, "student_count": 30},
    ),
)  # fmt: skip

NOT_ALL_BLANK = Rule(
    id="coverage_not_all_blank", table="mart.coverage",
    title="No attribute that is collected is blank for all students of an institution",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["not_reported_count", "student_count"],
        condition="not_reported_count < student_count",
    ),
    population=BY_INSTITUTION, population_words=FROM_SMALLEST,
    columns=("not_reported_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default"),
    why="The institution cannot be shown for this group, and the State's shares speak only of the others.",
    fix="Fill the column; where the institution does not collect the attribute, say so in the layout.",
    passes=(
        GOOD, GOOD | {"not_reported_count": 99, "value_count": 1}, GOOD | {"not_collected_count": 100},
        GOOD | {"not_reported_count": 100, "institution_id": None},
        GOOD | {"not_reported_count": 29, "student_count": 29},
    ),
    fails=(
        GOOD | {"not_reported_count": 100, "value_count": 0, "yes_count": 0, "no_count": 0},
        GOOD | {"not_reported_count": 30, "student_count": 30},
    ),
)  # fmt: skip

RULES = (UNKNOWN_SHARE, SOMETIMES_YES, NOT_ALL_BLANK)
