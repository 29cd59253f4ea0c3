"""Rules about the indicators themselves: whether enough is known for them to mean what they say."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

SMALLEST = 20
ENOUGH = 30
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "indicator_code": "1P1", "status": "computed",
    "numerator_count": 60, "denominator_count": 100, "unknown_count": 25, "subgroup_dimension": "all",
}  # fmt: skip
# Subgroups and programs repeat what is wrong with everybody a hundred times, and are judged by their gaps.
EVERYBODY = (Column("subgroup_dimension") == "all") & Column("cip_code").is_null() & (Column("status") == "computed")

PLACEMENT_KNOWN = Rule(
    id="indicator_placement_known", table="mart.indicator",
    title="Placement is known for at least three quarters of those who count in 1P1",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["unknown_count", "denominator_count"], condition="unknown_count * 4 <= denominator_count"
    ),
    population=EVERYBODY & (Column("indicator_code") == "1P1") & (Column("denominator_count") >= SMALLEST),
    population_words=f"1P1 of grantees and institutions with {SMALLEST} or more in the denominator",
    columns=("unknown_count", "denominator_count", "institution_id"),
    threshold=Threshold(evidence="house default: one quarter unknown"),
    why="Not found is not the same as not placed: wage records miss the self-employed, the military and those "
        "who work in another State. With many unknown, the rate says where one looked rather than how students fared.",
    fix="Add a source (clearinghouse, interstate wage exchange, survey), and report not engaged apart from unknown.",
    passes=(
        ONE, ONE | {"status": "pending", "unknown_count": 100}, ONE | {"denominator_count": 19, "unknown_count": 19},
        ONE | {"indicator_code": "2P1", "unknown_count": 90}, ONE | {"cip_code": "48.0508", "unknown_count": 90},
        ONE | {"subgroup_dimension": "sex", "unknown_count": 90},
    ),
    fails=(
        ONE | {"unknown_count": 26}, ONE | {"institution_id": "college-1", "unknown_count": 40},
        ONE | {"denominator_count": 20, "unknown_count": 6},
    ),
)  # fmt: skip

NEITHER_ALL_NOR_NONE = Rule(
    id="indicator_neither_all_nor_none", table="mart.indicator",
    title=f"No core indicator of {ENOUGH} or more is exactly 0% or 100%",
    dimension="accuracy", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["numerator_count", "denominator_count"],
        condition="numerator_count > 0 and numerator_count < denominator_count",
    ),
    population=EVERYBODY & (Column("denominator_count") >= ENOUGH),
    population_words=f"indicators of grantees and institutions with {ENOUGH} or more in the denominator",
    columns=("numerator_count", "denominator_count", "indicator_code", "institution_id"),
    threshold=Threshold(evidence=f"house default: {ENOUGH} in the denominator"),
    why="Everybody or nobody is how a default looks, or a file in which only those who met the measure were sent.",
    fix="Send also those who did not meet it, as not engaged or without a credential; look for a filled-in default.",
    passes=(
        ONE | {"numerator_count": 1}, ONE | {"numerator_count": 99},
        ONE | {"denominator_count": 29, "numerator_count": 0}, ONE | {"status": "pending", "numerator_count": 0},
        ONE | {"cip_code": "48.0508", "numerator_count": 0}, ONE | {"subgroup_dimension": "sex", "numerator_count": 0},
    ),
    fails=(
        ONE | {"numerator_count": 0}, ONE | {"numerator_count": 100, "indicator_code": "3P1"},
        ONE | {"numerator_count": 0, "denominator_count": ENOUGH},
    ),
)  # fmt: skip

RULES = (PLACEMENT_KNOWN, NEITHER_ALL_NOR_NONE)
