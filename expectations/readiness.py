"""Rules about equity readiness: whether what stands in the flags is an answer, or was filled in, or is missing.

An attribute that a source does not collect, or that a student declined to give, is no fault of the data. Whether those
who are missing are like the others, and where the flags come from, stands in ``readiness_bias``.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

SMALLEST = 30
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "equity_dimension": "disability",
    "is_flag": True, "is_collected": True, "student_count": 120, "population_count": 100, "informative_count": 100,
    "missing_count": 0, "declined_count": 0, "unknown_denominator_count": 100, "leading_code": "no",
    "leading_count": 92, "reach_unknown_count": 0, "is_all_no": False, "is_all_blank": False, "is_never_yes": False,
    "verdict": "measurable",
}  # fmt: skip
TOO_FEW = "too few students"
BY_INSTITUTION = Column("institution_id").is_not_null() & (Column("population_count") >= SMALLEST)
FROM_SMALLEST = f"dimensions at institutions where they reach {SMALLEST} students or more"
LARGE = 100

UNKNOWN_SHARE = Rule(
    id="readiness_unknown_share_bounded", table="mart.readiness",
    title="At most a fifth of the students that a dimension reaches are missing in it",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["missing_count", "unknown_denominator_count"],
        condition="missing_count * 5 <= unknown_denominator_count",
    ),
    population=BY_INSTITUTION, population_words=FROM_SMALLEST, not_applicable_words=TOO_FEW,
    columns=("missing_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: one fifth of the students who were asked and did not decline"),
    why="Those without an answer are seldom like the others. Where they are many, a gap between groups may be made, or "
        "hidden, by who is missing. Unknown, blank, and the no of an aid form that was not filed all count as missing.",
    fix="Ask at enrollment and keep the answer from term to term; never fill in No for those who did not answer.",
    passes=(
        ONE | {"missing_count": 20},
        ONE | {"missing_count": 0, "unknown_denominator_count": 0},
        ONE | {"population_count": 29, "missing_count": 29, "unknown_denominator_count": 29},
        ONE | {"institution_id": None, "missing_count": 90},
    ),
    fails=(
        ONE | {"missing_count": 21},
        ONE | {"population_count": 30, "missing_count": 25, "unknown_denominator_count": 30},
        ONE | {"missing_count": 201, "unknown_denominator_count": 1004},
    ),
)  # fmt: skip

NOT_ALL_NO = Rule(
    id="readiness_not_all_no", table="mart.readiness",
    title="No special population is No for every student of an institution",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["is_all_no"], condition="not is_all_no"),
    population=Column("institution_id").is_not_null() & Column("is_all_no").is_not_null(),
    population_words=f"special populations at institutions where they reach {SMALLEST} students or more",
    not_applicable_words=TOO_FEW,
    columns=("equity_dimension", "institution_id"),
    threshold=Threshold(evidence=f"house default: from {SMALLEST} students on"),
    why="A flag that is No for everybody most often means that nobody was asked: the group exists and is not served.",
    fix="Send blank, or no column, where the question is not asked; look for the flag's source (financial aid).",
    passes=(ONE, ONE | {"is_all_no": None}, ONE | {"institution_id": None, "is_all_no": True}),
    fails=(ONE | {"is_all_no": True, "is_never_yes": True},),
)  # fmt: skip

NOT_ALL_BLANK = Rule(
    id="readiness_not_all_blank", table="mart.readiness",
    title="No attribute that is collected is blank for all students of an institution",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["is_all_blank"], condition="not is_all_blank"),
    population=Column("institution_id").is_not_null() & Column("is_all_blank").is_not_null(),
    population_words=FROM_SMALLEST, not_applicable_words=TOO_FEW,
    columns=("equity_dimension", "institution_id"),
    threshold=Threshold(evidence=f"house default: from {SMALLEST} students on"),
    why="The institution cannot be shown for this group, and the State's shares speak only of the others.",
    fix="Fill the column; where the institution does not collect the attribute, say so in the layout.",
    passes=(ONE, ONE | {"is_all_blank": None}, ONE | {"institution_id": None, "is_all_blank": True}),
    fails=(ONE | {"is_all_blank": True},),
)  # fmt: skip

SOMETIMES_YES = Rule(
    id="readiness_flag_sometimes_yes", table="mart.readiness",
    title="A special population is reported for at least one student",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["is_never_yes", "is_all_no"], condition="is_all_no or not is_never_yes"
    ),
    population=Column("institution_id").is_not_null() & Column("is_never_yes").is_not_null(),
    population_words=f"special populations at institutions where they reach {SMALLEST} students or more",
    not_applicable_words=TOO_FEW,
    columns=("equity_dimension", "institution_id"),
    threshold=Threshold(evidence=f"house default: from {SMALLEST} students on; No for all is readiness_not_all_no"),
    why="A flag that says No or nothing, and never Yes, may come from a code map that lost the Yes.",
    fix="Compare the code for Yes in the layout with what the source system writes; look for the flag's source.",
    passes=(
        ONE, ONE | {"is_never_yes": None}, ONE | {"is_never_yes": True, "is_all_no": True},
        ONE | {"institution_id": None, "is_never_yes": True},
    ),
    fails=(ONE | {"is_never_yes": True},),
)  # fmt: skip

YES_WITHIN_YEARS = Rule(
    id="readiness_flag_yes_within_three_years", table="mart.readiness",
    title="No special population goes three years without a Yes",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["never_yes_year_count"], condition="never_yes_year_count < 3"),
    population=Column("institution_id").is_not_null() & Column("never_yes_year_count").is_not_null(),
    population_words="special populations without a Yes at institutions", not_applicable_words="each has a yes",
    columns=("never_yes_year_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: three program years with answers"),
    why="One year without a Yes may be chance at a small college; three are a question that nobody asks.",
    fix="Ask who fills this flag and when; if nobody does, stop sending it, so that it counts as not collected.",
    passes=(
        ONE, ONE | {"never_yes_year_count": 2}, ONE | {"institution_id": None, "never_yes_year_count": 5},
    ),
    fails=(ONE | {"never_yes_year_count": 3},),
)  # fmt: skip


def _not_one_code(dimension: str, noun: str, why: str, fix: str) -> Rule:
    return Rule(
        id=f"readiness_{dimension}_not_one_code", table="mart.readiness",
        title=f"Not nearly all students of an institution have the same {noun}",
        dimension="equity", severity="info",
        expectation=ExpectRowsToSatisfy(column_list=["single_default_code"], condition="single_default_code is null"),
        population=BY_INSTITUTION & (Column("equity_dimension") == dimension),
        population_words=f"institutions with {SMALLEST} students or more", not_applicable_words=TOO_FEW,
        columns=("single_default_code", "institution_id"),
        threshold=Threshold(evidence="house default: one code for 99% of those with a code"),
        why=why, fix=fix,
        passes=(
            ONE | {"equity_dimension": dimension, "single_default_code": None},
            ONE | {"equity_dimension": "disability", "single_default_code": "no"},
            ONE | {"equity_dimension": dimension, "institution_id": None, "single_default_code": "x"},
            ONE | {"equity_dimension": dimension, "population_count": 29, "single_default_code": "x"},
        ),
        fails=(
            ONE | {"equity_dimension": dimension, "single_default_code": "x"},
            ONE | {"equity_dimension": dimension, "population_count": 30, "single_default_code": "x"},
        ),
    )  # fmt: skip


RACE_NOT_ONE_CODE = _not_one_code(
    "race_ethnicity", "race",
    "One race for all is rarely a college and often a default of the source system, such as White.",
    "Look for a default in the admission form or the extract; send unknown where nobody answered.",
)  # fmt: skip

SEX_NOT_ONE_CODE = _not_one_code(
    "sex", "sex",
    "Gaps by sex and nontraditional programs (3P1) cannot be computed where one sex is a default.",
    "Look for a default in the source system. A college that really teaches one sex says so, and has it waived.",
)  # fmt: skip

NOT_ALL_YES = Rule(
    id="readiness_flag_not_all_yes", table="mart.readiness",
    title="No special population is Yes for nearly every student of an institution",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["single_default_code"], condition="single_default_code <> 'yes'"),
    population=BY_INSTITUTION, population_words=FROM_SMALLEST, not_applicable_words=TOO_FEW,
    columns=("single_default_code", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: Yes for 99% of those with an answer"),
    why="A flag that everybody has tells nobody apart; most often Yes and No were exchanged, or a default was set.",
    fix="Compare the codes of the layout with the source system, and look for a default.",
    passes=(
        ONE, ONE | {"single_default_code": "no"}, ONE | {"institution_id": None, "single_default_code": "yes"},
        ONE | {"population_count": 29, "single_default_code": "yes"},
    ),
    fails=(ONE | {"single_default_code": "yes"}, ONE | {"population_count": 30, "single_default_code": "yes"}),
)  # fmt: skip

SOMEBODY_UNKNOWN = Rule(
    id="readiness_unknown_not_filled_in", table="mart.readiness",
    title="Where nobody is missing and nobody declined, one answer does not stand for nearly all",
    dimension="equity", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["missing_count", "declined_count", "leading_count", "informative_count"],
        condition="missing_count + declined_count > 0 or leading_count * 20 < informative_count * 19",
    ),
    population=Column("institution_id").is_not_null() & (Column("informative_count") >= LARGE),
    population_words=f"dimensions at institutions with an answer of {LARGE} students or more",
    not_applicable_words=TOO_FEW,
    columns=("leading_code", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence=f"house default: 95% of {LARGE} students or more, and not one unknown"),
    why="Where people are asked, some do not answer. An unknown share of exactly none beside one answer for nearly all "
        "suggests that silence was turned into that answer.",
    fix="Find out what the source system writes for those who were not asked, and send that as unknown or blank.",
    passes=(
        ONE, ONE | {"leading_count": 94}, ONE | {"leading_count": 99, "missing_count": 1},
        ONE | {"leading_count": 99, "declined_count": 1},
        ONE | {"informative_count": 99, "leading_count": 99}, ONE | {"institution_id": None, "leading_count": 100},
        ONE | {"informative_count": 1001, "leading_count": 950},
    ),
    fails=(
        ONE | {"leading_count": 95},
        ONE | {"informative_count": 1000, "leading_count": 951},
    ),
)  # fmt: skip

RULES = (
    UNKNOWN_SHARE, NOT_ALL_NO, NOT_ALL_BLANK, SOMETIMES_YES, YES_WITHIN_YEARS, RACE_NOT_ONE_CODE, SEX_NOT_ONE_CODE,
    NOT_ALL_YES, SOMEBODY_UNKNOWN,
)  # fmt: skip
