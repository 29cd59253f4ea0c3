"""Rules about the races selected: whether the answer says one thing, in every term and in both fields of an extract."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON, PERSON_EVER, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold
from pipelines.code_sets import STATES

ROLLED_UP = "two_or_more_races"
SELECTED = "'|' || race_selections || '|'"
WHITE = {"race_selections": "white", "hispanic_ethnicity": "no", "prior_race_selection": "white"}
ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}

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
        *(WHITE | {"race_selections": state} for state in STATES),
        WHITE | {"prior_race_selection": None},
    ),
    fails=(
        WHITE | {"prior_race_selection": "asian"},
        WHITE | {"race_selections": "asian|white", "prior_race_selection": "black_or_african_american"},
        WHITE | {"prior_race_selection": "hispanic_or_latino"},
        WHITE | {"prior_race_selection": "two_or_more_races"},
        WHITE | {"hispanic_ethnicity": "yes", "prior_race_selection": "asian"},
        WHITE | {"race_selections": "two_or_more_races", "prior_race_selection": "nonresident"},
    ),
)  # fmt: skip

RACE_IS_NO_RESIDENCY = Rule(
    id="student_race_is_no_residency", table="core.student",
    title="Race does not say nonresident",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotMatchRegex(column="race_selections", regex="nonresident"),
    columns=("race_selections",), threshold=Threshold(share="0.01", evidence="house default"),
    why="IPEDS takes U.S. nonresidents out first, whatever their race; the CAR does not. Sending the IPEDS field "
        "undercounts every race, and those students count as unknown.",
    fix="Send the race as the student answered, not the IPEDS race and ethnicity field.",
    passes=({"race_selections": "asian|white"}, {"race_selections": "declined"}),
    fails=({"race_selections": "nonresident"}, {"race_selections": "asian|nonresident"}),
)  # fmt: skip

_ANY_STATE = "|".join(STATES)

STATE_STANDS_ALONE = Rule(
    id="student_race_unknown_stands_alone", table="core.student",
    title="Unknown or declined is not selected together with a race",
    dimension="consistency", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotMatchRegex(
        column="race_selections", regex=rf"(^|\|)({_ANY_STATE})\||\|({_ANY_STATE})(\||$)"
    ),
    columns=("race_selections",), population_words="all students",
    threshold=Threshold(share="0.01", evidence="house default"),
    why="The answer is a race or it is not known: together they count once among the known and once among the unknown.",
    fix="Send the races alone where there are any; a default code may stand beside them in the source.",
    passes=(
        {"race_selections": "unknown"}, {"race_selections": "declined"}, {"race_selections": "asian|white"},
        {"race_selections": "white"},
    ),
    fails=(
        {"race_selections": "unknown|white"}, {"race_selections": "asian|declined"},
        {"race_selections": "asian|not_reported|white"}, {"race_selections": "not_collected|white"},
    ),
)  # fmt: skip

ROLLED_UP_STANDS_ALONE = Rule(
    id="student_race_two_or_more_stands_alone", table="core.student",
    title="Two or more races is not selected together with a single race",
    dimension="consistency", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotMatchRegex(
        column="race_selections", regex=rf"{ROLLED_UP}\||\|{ROLLED_UP}"
    ),
    columns=("race_selections",), population_words="all students",
    threshold=Threshold(share="0.01", evidence="house default"),
    why="Two or more races is what a roll-up says, a single race is what a student says: whoever counts selections "
        "counts three races where there are two.",
    fix="Send the single races as the student selected them and leave the rolled-up value out.",
    passes=({"race_selections": ROLLED_UP}, {"race_selections": "asian|white"}, {"race_selections": "white"}),
    fails=({"race_selections": f"asian|{ROLLED_UP}"}, {"race_selections": f"{ROLLED_UP}|white"}),
)  # fmt: skip

_IS_KNOWN = f"race_selections not in {STATES}"
_READ = {"unreadable_columns": ""}

NOT_LOST = Rule(
    id="student_race_not_lost", table="core.student",
    title="A race that is known in one term of the year is not missing in another",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["race_selections", "unreadable_columns", *PERSON],
        condition="unreadable_columns like '%,race_selections,%' or "
        + is_not_among(PERSON, rows_of("core.student", PERSON, _IS_KNOWN)),
    ),
    population=Column("race_selections").is_in(["unknown", "not_reported"]),
    population_words="students whose race is not known",
    columns=("race_selections", "student_id"), threshold=Threshold(share="0.05", evidence="house default"),
    why="Unknown race is a line of the CAR and the first thing that readers of gaps look at. Here the college knows "
        "the answer and lost it on the way.",
    fix="Fill every term from the same record of the person; never overwrite an answer with a blank.",
    passes=(
        ONE | _READ | {"race_selections": "white"},
        ONE | {"race_selections": "unknown", "unreadable_columns": ",race_selections,"},
        ONE | _READ | {"race_selections": "declined"},
        *(row | _READ | {"race_selections": "unknown"} for row in neighbors(ONE, PERSON)),
        *(ONE | _READ | {"student_id": "bo", "race_selections": state} for state in STATES),
    ),
    fails=(
        ONE | _READ | {"race_selections": "unknown"},
        ONE | {"race_selections": "not_reported", "unreadable_columns": ",sex,"},
    ),
)  # fmt: skip

_WHEN = "student.program_year || cast(term.term_rank as varchar)"
_LATER = (*PERSON_EVER, "program_year", "term_code")
_SHRUNK = (
    f"select {', '.join(f'student.{name}' for name in _LATER)} from core.student as student "
    "inner join reference.term as term using (grantee_id, term_code) inner join ("
    f"select student.grantee_id, student.institution_id, student.student_id, min({_WHEN}) as since "
    "from core.student as student inner join reference.term as term using (grantee_id, term_code) "
    "where student.race_selections like '%|%' group by student.grantee_id, student.institution_id, student.student_id"
    f") as several using (grantee_id, institution_id, student_id) where {_WHEN} > several.since"
)
_FALL = ONE | {"term_code": "fall"}
_NEXT_YEAR = {"program_year": "2024-25"}

SEVERAL_STAY_SEVERAL = Rule(
    id="student_race_set_does_not_shrink", table="core.student",
    title="A student who has selected several races is not later reported with one",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["race_selections", *_LATER],
        condition=f"race_selections like '%|%' or {is_not_among(_LATER, _SHRUNK)}",
    ),
    population=Column("race_selections").is_not_in([*STATES, ROLLED_UP]),
    population_words="students of whom single races are known",
    columns=("race_selections", "student_id"),
    threshold=Threshold(share="0.005", evidence="house default"),
    why="A selection was lost, most often when a system that holds one race took over. Two or more races shrinks on "
        "paper, and another group grows.",
    fix="Send all selections of the record in force; if the student has changed the answer, say so in a waiver.",
    passes=(
        _FALL | {"race_selections": "asian|white"},
        ONE | {"term_code": "spring", "race_selections": "asian|white"},
        ONE | {"term_code": "summer", "race_selections": "asian"},
        _FALL | {"program_year": "2022-23", "race_selections": "asian"},
        _FALL | _NEXT_YEAR | {"race_selections": ROLLED_UP},
        *(ONE | _NEXT_YEAR | {"term_code": "spring", "race_selections": state} for state in STATES),
        ONE | {"student_id": "cy", "term_code": "fall", "race_selections": "asian"},
        ONE | {"student_id": "cy", "term_code": "fall", "race_selections": "asian|white"},
        _FALL | {"student_id": "bo", "race_selections": "white"},
        ONE | {"student_id": "bo", "term_code": "spring", "race_selections": "asian"},
        *(row | {"race_selections": "asian"} for row in neighbors(_FALL | _NEXT_YEAR, PERSON_EVER)),
    ),
    fails=(
        ONE | {"term_code": "winter", "race_selections": "asian"},
        ONE | _NEXT_YEAR | {"term_code": "summer", "race_selections": "white"},
    ),
    context={"reference.term": tuple(
        {"grantee_id": grantee, "term_code": term, "term_rank": rank}
        for grantee in ("demo", "another grantee_id")
        for rank, term in enumerate(("summer", "fall", "winter", "spring"), start=1)
    )},
)  # fmt: skip

RULES = (
    RACE_FIELDS_AGREE, RACE_IS_NO_RESIDENCY, STATE_STANDS_ALONE, ROLLED_UP_STANDS_ALONE, NOT_LOST, SEVERAL_STAY_SEVERAL,
)  # fmt: skip
