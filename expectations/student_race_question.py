"""Rules about how race was asked: an answer is one that the question offers, and ethnicity stands where it is asked.

Two questions (1997) ask ethnicity apart from race; the combined question (2024) asks both at once.
"""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold
from pipelines.code_sets import STATES

SELECTED = "'|' || race_selections || '|'"
OLDER, TWO_QUESTIONS, COMBINED = "1977", "1997_two_question", "2024_combined"
ASKED_APART = Column("race_question_standard") == TWO_QUESTIONS
APART = {"race_question_standard": TWO_QUESTIONS}
TOGETHER = {"race_question_standard": COMBINED}

HISPANIC_ANSWERS_AGREE = Rule(
    id="student_hispanic_answers_agree", table="core.student",
    title="The answer on Hispanic ethnicity agrees with the races selected",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["hispanic_ethnicity", "race_selections", "race_question_standard"],
        condition=f"not (hispanic_ethnicity = 'no' and {SELECTED} like '%|hispanic_or_latino|%') and not "
        "(hispanic_ethnicity = 'yes' and race_question_standard = '2024_combined' "
        f"and {SELECTED} not like '%|hispanic_or_latino|%')",
    ),
    population=Column("hispanic_ethnicity").is_in(["yes", "no"]),
    population_words="students with a separate answer on Hispanic ethnicity",
    columns=("hispanic_ethnicity", "race_selections"), threshold=Threshold(share="0.01", evidence="house default"),
    why="One of the two decides the line of the CAR on which the student is counted; they must not disagree.",
    fix="Extract both from the same source: some systems keep an old single field beside the new ones.",
    passes=(
        {"hispanic_ethnicity": "yes", "race_selections": "white", "race_question_standard": "1997_two_question"},
        {"hispanic_ethnicity": "no", "race_selections": "white", "race_question_standard": "2024_combined"},
        {"hispanic_ethnicity": "not_collected", "race_selections": "hispanic_or_latino"},
        {"hispanic_ethnicity": "yes", "race_selections": "hispanic_or_latino",
         "race_question_standard": "2024_combined"},
    ),
    fails=(
        {"hispanic_ethnicity": "no", "race_selections": "hispanic_or_latino|white"},
        {"hispanic_ethnicity": "yes", "race_selections": "white", "race_question_standard": "2024_combined"},
    ),
)  # fmt: skip

CATEGORY_OF_STANDARD = Rule(
    id="student_race_category_of_question", table="core.student",
    title="No race is selected that the question does not offer",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotMatchRegex(
        column="race_selections", regex="middle_eastern_or_north_african"
    ),
    population=Column("race_question_standard").is_in([OLDER, TWO_QUESTIONS]),
    population_words="students asked by the standards of 1977 or 1997",
    columns=("race_selections", "race_question_standard"),
    threshold=Threshold(evidence="OMB SPD-15 of 28 March 2024 made it a category of its own (89 FR 22182)"),
    why="Middle Eastern or North African is a category since 2024. Under an older question it shows that the question "
        "has changed and the layout has not: the two must not stand in one trend.",
    fix="Declare the combined question of 2024 in the layout from the term in which it is asked.",
    passes=(
        TOGETHER | {"race_selections": "middle_eastern_or_north_african"}, APART | {"race_selections": "asian|white"},
        {"race_question_standard": "state_local", "race_selections": "middle_eastern_or_north_african|white"},
    ),
    fails=(
        APART | {"race_selections": "middle_eastern_or_north_african"},
        {"race_question_standard": OLDER, "race_selections": "middle_eastern_or_north_african|white"},
    ),
)  # fmt: skip

ONE_FIELD_ONE_ANSWER = Rule(
    id="student_race_single_field_single_answer", table="core.student",
    title="A question with one answer has one answer",
    dimension="consistency", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotMatchRegex(column="race_selections", regex=r"\|"),
    population=Column("race_question_standard") == OLDER, population_words="students asked by the standard of 1977",
    columns=("race_selections", "race_question_standard"), threshold=Threshold(evidence="house default"),
    why="The standard of 1977 puts each person into one category. Several selections come from another question, "
        "and groups counted by the wrong standard cannot be compared over the years.",
    fix="Declare in the layout the question that was asked; students asked by different ones need different layouts.",
    passes=({"race_question_standard": OLDER, "race_selections": "asian"}, APART | {"race_selections": "asian|white"}),
    fails=({"race_question_standard": OLDER, "race_selections": "asian|white"},),
)  # fmt: skip

HISPANIC_IN_ITS_QUESTION = Rule(
    id="student_hispanic_in_its_own_question", table="core.student",
    title="Where ethnicity is asked apart, Hispanic or Latino is not among the races",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotMatchRegex(column="race_selections", regex="hispanic_or_latino"),
    population=ASKED_APART, population_words="students asked by the two questions of 1997",
    columns=("race_selections", "hispanic_ethnicity"), threshold=Threshold(share="0.01", evidence="house default"),
    why="The race of these students is overwritten by the roll-up. In the combined categories of 2024 they can be "
        "counted as Hispanic alone only, whatever else they selected.",
    fix="Send the race question and the ethnicity question as they were answered, not the rolled-up field.",
    passes=(
        APART | {"race_selections": "white"}, TOGETHER | {"race_selections": "hispanic_or_latino"},
        {"race_question_standard": OLDER, "race_selections": "hispanic_or_latino"},
    ),
    fails=(APART | {"race_selections": "hispanic_or_latino"}, APART | {"race_selections": "hispanic_or_latino|white"}),
)  # fmt: skip

NOT_ROLLED_UP = Rule(
    id="student_race_not_rolled_up", table="core.student",
    title="Several races are sent one by one, not rolled up",
    dimension="validity", severity="info",
    expectation=gxe.ExpectColumnValuesToNotBeInSet(column="race_selections", value_set=["two_or_more_races"]),
    population=Column("race_question_standard").is_in([TWO_QUESTIONS, COMBINED]),
    population_words="students asked by the questions of 1997 or 2024",
    columns=("race_selections", "race_question_standard"), threshold=Threshold(share="0.01", evidence="house default"),
    why="Rolled up, nobody can tell which races were selected: the groups of 2024 (alone or in combination) cannot be "
        "made, and the trend breaks on the day the standard changes.",
    fix="Send every race that the student selected, each with its own code.",
    passes=(
        APART | {"race_selections": "asian|white"},
        {"race_question_standard": "state_local", "race_selections": "two_or_more_races"},
    ),
    fails=(APART | {"race_selections": "two_or_more_races"}, TOGETHER | {"race_selections": "two_or_more_races"}),
)  # fmt: skip

ETHNICITY_ASKED = Rule(
    id="student_hispanic_asked_where_declared", table="core.student",
    title="Where two questions are declared, the one on ethnicity is collected",
    dimension="completeness", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotBeInSet(column="hispanic_ethnicity", value_set=["not_collected"]),
    population=ASKED_APART, population_words="students asked by the two questions of 1997",
    columns=("hispanic_ethnicity", "race_question_standard"), threshold=Threshold(evidence="house default"),
    why="Without the answer on ethnicity there is no Hispanic student: all of them are counted by race, and the "
        "gap of this group cannot be seen.",
    fix="Add the ethnicity column to the extract and its layout, or declare the question that was really asked.",
    passes=(
        APART | {"hispanic_ethnicity": "no"}, APART | {"hispanic_ethnicity": "not_reported"},
        TOGETHER | {"hispanic_ethnicity": "not_collected"},
    ),
    fails=(APART | {"hispanic_ethnicity": "not_collected"},),
)  # fmt: skip

ETHNICITY_WITH_RACE = Rule(
    id="student_hispanic_known_with_race", table="core.student",
    title="Who told the race was asked for the ethnicity too",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["hispanic_ethnicity", "unreadable_columns"],
        condition="hispanic_ethnicity not in ('unknown', 'not_reported') "
        "or unreadable_columns like '%,hispanic_ethnicity,%'",
    ),
    population=ASKED_APART & Column("race_selections").is_not_in(list(STATES)),
    population_words="students asked by the two questions of 1997 of whom a race is known",
    columns=("hispanic_ethnicity", "race_selections"), threshold=Threshold(share="0.05", evidence="house default"),
    why="Ethnicity comes first in the roll-up: where it is blank, a Hispanic student is counted as white or Black, and "
        "nobody sees that the answer is missing.",
    fix="Send both answers; a form that shows the two questions on different pages may lose the first.",
    passes=(
        APART | {"race_selections": "white", "hispanic_ethnicity": "no", "unreadable_columns": ""},
        APART | {"race_selections": "white", "hispanic_ethnicity": "declined", "unreadable_columns": ""},
        APART | {"race_selections": "white", "hispanic_ethnicity": "unknown",
                 "unreadable_columns": ",hispanic_ethnicity,"},
        *(APART | {"race_selections": state, "hispanic_ethnicity": "unknown", "unreadable_columns": ""}
          for state in STATES),
        TOGETHER | {"race_selections": "white", "hispanic_ethnicity": "unknown", "unreadable_columns": ""},
    ),
    fails=(
        APART | {"race_selections": "white", "hispanic_ethnicity": "unknown", "unreadable_columns": ""},
        APART | {"race_selections": "asian|white", "hispanic_ethnicity": "not_reported", "unreadable_columns": ",sex,"},
    ),
)  # fmt: skip

RULES = (
    HISPANIC_ANSWERS_AGREE, CATEGORY_OF_STANDARD, ONE_FIELD_ONE_ANSWER, HISPANIC_IN_ITS_QUESTION, NOT_ROLLED_UP,
    ETHNICITY_ASKED, ETHNICITY_WITH_RACE,
)  # fmt: skip
