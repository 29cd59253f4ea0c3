"""The rule about which sex a program is nontraditional for: the list that was supplied beside the computed one.

What the supplied list says within one inventory, and of the students in it, is judged in ``program_inventory`` and
``student_nontraditional``.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

ONE: dict[str, Any] = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "program_id": "P1",
    "supplied_sex": "female", "computed_sex": "female", "employment_program_year": "2021-22",
}  # fmt: skip

RULES = (
    Rule(
        id="program_nontraditional_sex_as_computed", table="mart.nontraditional_program",
        title="The inventory calls a program nontraditional for the sex that the occupations of its field say",
        dimension="accuracy", severity="info", layer="outside agreement",
        expectation=ExpectRowsToSatisfy(
            column_list=["supplied_sex", "computed_sex"], condition="supplied_sex = computed_sex"
        ),
        population=Column("supplied_sex").is_not_null() & Column("computed_sex").is_not_null(),
        population_words="programs of which the inventory and the public files both say something",
        not_applicable_words="the public files on occupations are not loaded, or know no occupation of any program",
        columns=("supplied_sex", "computed_sex", "employment_program_year"),
        threshold=Threshold(
            evidence="house default: a State may list by its own labor market, so that each difference is told and "
                     "none is held against it"
        ),
        why="3P1 counts by this list. A program listed for the wrong sex, or by occupations of long ago, makes those "
            "who do what most do look like those who dare what few do.",
        fix="Compare the program with the list of nontraditional occupations that the State approved; if that rests on "
            "the State's own figures, leave it and note where they stand.",
        passes=(
            ONE, {**ONE, "supplied_sex": "neither", "computed_sex": "neither"},
            {**ONE, "supplied_sex": None}, {**ONE, "computed_sex": None},
        ),
        fails=({**ONE, "computed_sex": "neither"}, {**ONE, "supplied_sex": "male"}),
    ),
)  # fmt: skip
