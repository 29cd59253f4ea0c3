"""Hand-written rules about the approved CTE programs."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

# Families of the CIP 2020 list of NCES; 21 and 55 are reserved and hold no program.
CIP_FAMILIES = (
    "01|03|04|05|09|10|11|12|13|14|15|16|19|22|23|24|25|26|27|28|29|30|31|32|33|34|35|36|37|38|39|40|41|42|43|44|45|46|"
    "47|48|49|50|51|52|53|54|60|61"
)

CIP_FAMILY = Rule(
    id="program_cip_family_exists", table="core.program",
    title="The first two digits of each CIP code are a family of programs",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToMatchRegex(column="cip_code", regex=rf"^({CIP_FAMILIES})\."),
    columns=("cip_code", "cip_version"), population_words="programs with a CIP code",
    threshold=Threshold(share="0", evidence="house default; families of CIP 2020 (NCES)"),
    why="A program under a CIP family that does not exist falls out of clusters, labor-market and IPEDS comparisons.",
    fix="Look the code up in the CIP list of NCES. Families 02, 06, 07, 08, 17, 18 and 20 belong to older lists.",
    passes=({"cip_code": "51.3801"}, {"cip_code": "01.0101"}, {"cip_code": None}),
    fails=({"cip_code": "02.0101"}, {"cip_code": "20.0301"}, {"cip_code": "99.0000"}),
)  # fmt: skip

NONCREDIT_AWARD = Rule(
    id="program_award_level_fits_credit_status", table="core.program",
    title="A noncredit program leads to no degree",
    dimension="consistency", severity="warning",
    expectation=gxe.ExpectColumnValuesToBeInSet(column="award_level_code", value_set=["noncredit", "01"]),
    population=Column("credit_status") == "noncredit", population_words="noncredit programs with an award level",
    columns=("award_level_code", "credit_status"), threshold=Threshold(evidence="house default"),
    why="Noncredit programs enter the measures by completion, others by credits: the wrong kind makes none.",
    fix="Correct credit status or award level; a noncredit certificate has the level noncredit.",
    passes=(
        {"credit_status": "noncredit", "award_level_code": "noncredit"},
        {"credit_status": "noncredit", "award_level_code": None},
        {"credit_status": "credit", "award_level_code": "03"},
    ),
    fails=({"credit_status": "noncredit", "award_level_code": "03"},),
)  # fmt: skip

LENGTH_AND_UNIT = Rule(
    id="program_length_has_unit", table="core.program",
    title="The length of a program is stated with its unit, or not at all",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["program_length", "program_length_unit", "unreadable_columns"],
        condition="(program_length is null) = (program_length_unit is null) "
        "or unreadable_columns like '%,program_length,%' or unreadable_columns like '%,program_length_unit,%'",
    ),
    columns=("program_length_unit", "program_length"), threshold=Threshold(evidence="house default"),
    why="Who completes a program of fewer than 12 credits is a concentrator. A bare 600 may be hours or nonsense, so "
        "the program counts as not short.",
    fix="Send length and unit: semester credits, quarter credits or clock hours.",
    passes=(
        {"program_length": 30, "program_length_unit": "semester_credit", "unreadable_columns": ""},
        {"program_length": None, "program_length_unit": None, "unreadable_columns": ""},
        {"program_length": None, "program_length_unit": "clock_hour", "unreadable_columns": ",program_length,"},
    ),
    fails=(
        {"program_length": 600, "program_length_unit": None, "unreadable_columns": ""},
        {"program_length": None, "program_length_unit": "clock_hour", "unreadable_columns": ""},
    ),
)  # fmt: skip

RULES = (CIP_FAMILY, NONCREDIT_AWARD, LENGTH_AND_UNIT)
