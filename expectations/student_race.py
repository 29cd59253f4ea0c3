"""Rules about race where one extract says it twice: an older single field beside the races selected since."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold
from pipelines.code_sets import STATES

ROLLED_UP = "two_or_more_races"
SELECTED = "'|' || race_selections || '|'"
WHITE = {"race_selections": "white", "hispanic_ethnicity": "no", "prior_race_selection": "white"}

RACE_FIELDS_AGREE = Rule(
    id="student_race_fields_agree", table="core.student",
    title="The older race field agrees with the races selected",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["prior_race_selection", "race_selections", "hispanic_ethnicity"],
        condition=f"{SELECTED} like '%|' || prior_race_selection || '|%' "
        "or (prior_race_selection = 'hispanic_or_latino' and hispanic_ethnicity = 'yes') "
        f"or (prior_race_selection = '{ROLLED_UP}' and race_selections like '%|%') "
        f"or (race_selections = '{ROLLED_UP}' and prior_race_selection <> 'nonresident')",
    ),
    population=Column("prior_race_selection").is_not_null() & Column("race_selections").is_not_in(list(STATES)),
    population_words="students of whom both fields say a race",
    columns=("prior_race_selection", "race_selections"), threshold=Threshold(share="0.05", evidence="house default"),
    why="Only the races selected are measured. Where the older field says another race, whoever reports from it counts "
        "other groups, and nobody can tell which of the two is right.",
    fix="Ask the student again or correct the field that is out of date, and stop filling the older one.",
    passes=(
        WHITE,
        WHITE | {"race_selections": "asian|white"},
        WHITE | {"race_selections": "asian|white", "prior_race_selection": "two_or_more_races"},
        WHITE | {"hispanic_ethnicity": "yes", "prior_race_selection": "hispanic_or_latino"},
        WHITE | {"race_selections": "two_or_more_races"},
        WHITE | {"race_selections": "declined"},
        WHITE | {"prior_race_selection": None},
    ),
    fails=(
        WHITE | {"prior_race_selection": "asian"},
        WHITE | {"race_selections": "asian|white", "prior_race_selection": "black_or_african_american"},
        WHITE | {"prior_race_selection": "hispanic_or_latino"},
        WHITE | {"prior_race_selection": "two_or_more_races"},
    ),
)  # fmt: skip

RULES = (RACE_FIELDS_AGREE,)
