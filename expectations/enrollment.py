"""Hand-written rules about course enrollments and their credits."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

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

RULES = (EARNED_WITHIN_ATTEMPTED, PLAUSIBLE_FOR_UNIT)
