"""Hand-written rules about the credits of one course enrollment. Sums over terms stand in ``enrollment_totals``."""

from __future__ import annotations

from decimal import Decimal

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

COUNTED_IN_CREDITS = Column("credit_unit").is_in(["semester_credit", "quarter_credit"])
SEMESTER, QUARTER = {"credit_unit": "semester_credit"}, {"credit_unit": "quarter_credit"}
HOURS = {"credit_unit": "clock_hour"}

EARNED_WITHIN_ATTEMPTED = Rule(
    id="enrollment_credits_earned_within_attempted", table="core.enrollment",
    title="No more credits are earned than attempted",
    dimension="consistency", severity="critical",
    expectation=gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="credits_attempted", column_B="credits_earned", or_equal=True, ignore_row_if="either_value_is_missing"
    ),
    population_words="enrollments with credits attempted and earned",
    columns=("credits_earned", "credits_attempted"),
    threshold=Threshold(share="0.01", evidence="house default; the edit itself is PDP's"),
    why="Earned credits make concentrators: earned beyond attempted puts students into the denominators of all "
        "indicators who do not belong there.",
    fix="Check that the two columns are not exchanged, and that both are in the same unit.",
    passes=(
        {"credits_attempted": 3, "credits_earned": 3}, {"credits_attempted": 3, "credits_earned": 0},
        {"credits_attempted": None, "credits_earned": 3}, {"credits_attempted": 3, "credits_earned": None},
    ),
    fails=({"credits_attempted": 3, "credits_earned": 4}, {"credits_attempted": 0, "credits_earned": 0.5}),
)  # fmt: skip

PLAUSIBLE_FOR_UNIT = Rule(
    id="enrollment_credits_plausible_for_unit", table="core.enrollment",
    title="The credits of a course are plausible for their unit",
    dimension="validity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credits_attempted", "credit_unit"],
        condition="credits_attempted <= case credit_unit when 'semester_credit' then 20 when 'quarter_credit' then 30 "
        "else 900 end",
    ),
    columns=("credits_attempted", "credit_unit"),
    threshold=Threshold(share="0.005", evidence="20 credits a course is PDP's limit; 30 quarter credits equal it; 900 "
                        "clock hours and the share are house defaults"),
    why="One course with 45 credits makes a concentrator by itself; most often clock hours were sent as credits.",
    fix="Send the unit in which the number is counted; a decimal point may have been lost (0450 is 4.50).",
    passes=(
        {"credits_attempted": 20, "credit_unit": "semester_credit"},
        {"credits_attempted": 30, "credit_unit": "quarter_credit"},
        {"credits_attempted": 900, "credit_unit": "clock_hour"},
        {"credits_attempted": None, "credit_unit": "clock_hour"},
    ),
    fails=(
        {"credits_attempted": 21, "credit_unit": "semester_credit"},
        {"credits_attempted": 30.5, "credit_unit": "quarter_credit"},
        {"credits_attempted": 901, "credit_unit": "clock_hour"},
    ),
)  # fmt: skip

SOMETHING_ATTEMPTED = Rule(
    id="enrollment_credits_attempted_positive", table="core.enrollment",
    title="A course that counts in credits is attempted for some",
    dimension="validity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["credits_attempted"], condition="credits_attempted > 0"),
    population=COUNTED_IN_CREDITS, population_words="enrollments in semester or quarter credits",
    columns=("credits_attempted", "credit_unit"),
    threshold=Threshold(share="0.05", evidence="house default: laboratories and audited courses carry no credit"),
    why="Nobody earns 12 credits in courses of none. Where credits are booked on another section of the course, the "
        "student is enrolled twice and earns once.",
    fix="Send the credits with the section that the student attends; leave audited courses out.",
    passes=(
        SEMESTER | {"credits_attempted": Decimal("0.5")}, QUARTER | {"credits_attempted": 1},
        HOURS | {"credits_attempted": 0}, SEMESTER | {"credits_attempted": None},
    ),
    fails=(SEMESTER | {"credits_attempted": 0}, QUARTER | {"credits_attempted": 0}),
)  # fmt: skip

EARNED_WHOLE = Rule(
    id="enrollment_credits_earned_whole_or_none", table="core.enrollment",
    title="The credits of a course are earned all or not at all",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credits_earned", "credits_attempted"],
        condition="credits_earned = 0 or credits_earned >= credits_attempted",
    ),
    population=COUNTED_IN_CREDITS, population_words="enrollments in semester or quarter credits",
    columns=("credits_earned", "credits_attempted"),
    threshold=Threshold(share="0.02", evidence="house default: courses of variable credit exist"),
    why="A part of a course's credits is most often grade points, a percentage or another unit in the wrong column. "
        "Concentrators are made of the sum.",
    fix="Check what the column holds in the source; credits earned are those of the course once it is passed.",
    passes=(
        SEMESTER | {"credits_attempted": 3, "credits_earned": 3},
        QUARTER | {"credits_attempted": 3, "credits_earned": 0},
        SEMESTER | {"credits_attempted": 3, "credits_earned": 4},
        HOURS | {"credits_attempted": 300, "credits_earned": 120},
        SEMESTER | {"credits_attempted": 3, "credits_earned": None},
    ),
    fails=(
        SEMESTER | {"credits_attempted": 3, "credits_earned": 1},
        QUARTER | {"credits_attempted": 3, "credits_earned": Decimal("2.99")},
    ),
)  # fmt: skip

NOT_CONVERTED = Rule(
    id="enrollment_credits_as_printed", table="core.enrollment",
    title="Credits are whole, half or quarter numbers, as a catalog prints them",
    dimension="validity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credits_attempted"], condition="credits_attempted * 4 = floor(credits_attempted * 4)"
    ),
    population=COUNTED_IN_CREDITS, population_words="enrollments in semester or quarter credits",
    columns=("credits_attempted", "credit_unit"), threshold=Threshold(share="0.02", evidence="house default"),
    why="3.33 credits are 5 quarter credits that somebody converted: converted again by the State's rule, the 12 "
        "credits of a concentrator are missed.",
    fix="Send credits as they are printed, with their own unit; the State converts them once.",
    passes=(
        SEMESTER | {"credits_attempted": Decimal("4.50")}, QUARTER | {"credits_attempted": Decimal("3.25")},
        HOURS | {"credits_attempted": Decimal("33.33")}, SEMESTER | {"credits_attempted": None},
    ),
    fails=(SEMESTER | {"credits_attempted": Decimal("3.33")}, QUARTER | {"credits_attempted": Decimal("4.2")}),
)  # fmt: skip

_TERM = (*INSTITUTION, "term_code")
_FALL = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "term_code": "fall",
    "unreadable_columns": "",
}  # fmt: skip
_SPRING = _FALL | {"term_code": "spring"}

EARNED_KNOWN = Rule(
    id="enrollment_credits_earned_known", table="core.enrollment",
    title="Once a term is graded, each enrollment says what was earned",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["credits_earned", "unreadable_columns", *_TERM],
        condition="credits_earned is not null or unreadable_columns like '%,credits_earned,%' or "
        + is_not_among(_TERM, "select distinct" + rows_of("core.enrollment", _TERM, "credits_earned is not null")[6:]),
    ),
    columns=("credits_earned", "course_id"), population_words="all enrollments",
    threshold=Threshold(share="0.05", evidence="house default: a few grades are always late"),
    why="Nothing earned and not yet known are two things. Counted as nothing, a late grade costs a concentrator; the "
        "file of the end of a term should have none.",
    fix="Send 0 where the course was not passed; send the file again once the missing grades are in.",
    passes=(
        _FALL | {"credits_earned": 3}, _FALL | {"credits_earned": 0},
        _FALL | {"credits_earned": None, "unreadable_columns": ",credits_earned,"},
        *(row | {"credits_earned": None} for row in neighbors(_FALL, _TERM)), _SPRING | {"credits_earned": None},
    ),
    fails=(
        _FALL | {"credits_earned": None},
        _FALL | {"credits_earned": None, "unreadable_columns": ",credits_attempted,"},
    ),
)  # fmt: skip

RULES = (
    EARNED_WITHIN_ATTEMPTED, PLAUSIBLE_FOR_UNIT, SOMETHING_ATTEMPTED, EARNED_WHOLE, NOT_CONVERTED, EARNED_KNOWN,
)  # fmt: skip
