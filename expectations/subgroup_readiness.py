"""Rules about subgroups by sex and race: whether as much is known of each as of everybody at the institution.

One rule judges all subgroups, because they are rows of one cube; no rule names a subgroup.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

SMALLEST = 30
SHOWN_FROM = 10
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "sex": "female",
    "race_ethnicity": "asian", "student_count": 100, "asked_answer_count": 500, "informative_answer_count": 450,
    "everybody_asked_answer_count": 5000, "everybody_informative_answer_count": 4500, "birth_date_count": 100,
    "linkable_count": 100, "everybody_student_count": 1000, "everybody_linkable_count": 1000, "completer_count": 40,
    "followed_count": 36, "everybody_completer_count": 400, "everybody_followed_count": 360,
}  # fmt: skip
EVERYBODY = ONE | {"sex": None, "race_ethnicity": None}
STATE = ONE | {"institution_id": None}
BY_INSTITUTION = Column("institution_id").is_not_null() & (Column("student_count") >= SMALLEST)
OF_SMALLEST = f"subgroups of {SMALLEST} students or more at an institution"
TOO_FEW = "too few students"


def _ten_points_below(known: str, of: str) -> str:
    """Return a condition: the subgroup's share is at most ten points below everybody's; true where either has none."""
    share, everybodys = f"{known} * everybody_{of}", f"everybody_{known} * {of}"
    return f"10 * ({everybodys} - {share}) <= {of} * everybody_{of}"


ANSWERS = Rule(
    id="subgroup_readiness_answers_as_of_everybody", table="mart.subgroup_readiness",
    title="Special populations are known of each subgroup nearly as often as of everybody",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["informative_answer_count", "asked_answer_count", "everybody_informative_answer_count",
                     "everybody_asked_answer_count"],
        condition=_ten_points_below("informative_answer_count", "asked_answer_count"),
    ),
    population=BY_INSTITUTION, population_words=OF_SMALLEST, not_applicable_words=TOO_FEW,
    columns=("informative_answer_count", "sex", "race_ethnicity", "institution_id"),
    threshold=Threshold(evidence="house default: 10 points below the share of everybody at the institution"),
    why="Where one group is asked less often, it seems to need less: its disadvantage is missing, not absent.",
    fix="Find the site, form or language in which this group enrolls, and ask there as everywhere.",
    passes=(
        EVERYBODY, ONE, ONE | {"informative_answer_count": 400}, STATE | {"informative_answer_count": 0},
        ONE | {"student_count": 29, "informative_answer_count": 0},
        ONE | {"asked_answer_count": 0, "informative_answer_count": 0},
    ),
    fails=(
        ONE | {"informative_answer_count": 399}, ONE | {"student_count": 30, "informative_answer_count": 0},
    ),
)  # fmt: skip

LINKABLE = Rule(
    id="subgroup_readiness_linkable_as_everybody", table="mart.subgroup_readiness",
    title="Each subgroup can be found by other agencies nearly as often as everybody",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["linkable_count", "student_count", "everybody_linkable_count", "everybody_student_count"],
        condition=_ten_points_below("linkable_count", "student_count"),
    ),
    population=BY_INSTITUTION, population_words=OF_SMALLEST, not_applicable_words=TOO_FEW,
    columns=("linkable_count", "sex", "race_ethnicity", "institution_id"),
    threshold=Threshold(evidence="house default: 10 points below the share of everybody at the institution"),
    why="A local identifier cannot be matched to wages or other colleges. Where one group has more of them, its "
        "outcomes are unknown more often, and its placement rate says more about numbers than about people.",
    fix="Ask the group for the state or Social Security number as the others are asked; it may be known elsewhere.",
    passes=(
        EVERYBODY, ONE, ONE | {"linkable_count": 90}, STATE | {"linkable_count": 0},
        ONE | {"student_count": 29, "linkable_count": 0},
    ),
    fails=(ONE | {"linkable_count": 89}, ONE | {"student_count": 30, "linkable_count": 0}),
)  # fmt: skip

FOLLOWED = Rule(
    id="subgroup_readiness_followed_as_everybody", table="mart.subgroup_readiness",
    title="Outcomes of completers are known of each subgroup nearly as often as of everybody",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["followed_count", "completer_count", "everybody_followed_count", "everybody_completer_count"],
        condition=_ten_points_below("followed_count", "completer_count"),
    ),
    population=Column("institution_id").is_not_null() & (Column("completer_count") >= SMALLEST)
    & (Column("everybody_followed_count") >= SMALLEST),
    population_words=f"subgroups of {SMALLEST} completers or more where outcomes of {SMALLEST} or more are known",
    not_applicable_words="too few completers, or no outcomes yet",
    columns=("followed_count", "sex", "race_ethnicity", "institution_id"),
    threshold=Threshold(evidence="house default: 10 points below the share of everybody at the institution"),
    why="Not found is not unemployed. A group of whom fewer are looked for has a lower rate without a worse outcome.",
    fix="Look for all completers in the same sources; ask those without a match by survey.",
    passes=(
        EVERYBODY, ONE, ONE | {"followed_count": 32}, STATE | {"followed_count": 0},
        ONE | {"completer_count": 29, "followed_count": 0},
        ONE | {"followed_count": 0, "everybody_completer_count": 40, "everybody_followed_count": 29},
    ),
    fails=(
        ONE | {"followed_count": 31}, ONE | {"completer_count": 30, "followed_count": 0},
        ONE | {"followed_count": 0, "everybody_completer_count": 40, "everybody_followed_count": 30},
        ONE | {"completer_count": 400, "followed_count": 319},
    ),
)  # fmt: skip

BIRTH_DATES = Rule(
    id="subgroup_readiness_birth_date_known", table="mart.subgroup_readiness",
    title="The birth date is known of nine in ten students of each subgroup",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date_count", "student_count"], condition="birth_date_count * 10 >= student_count * 9"
    ),
    population=BY_INSTITUTION, population_words=OF_SMALLEST, not_applicable_words=TOO_FEW,
    columns=("birth_date_count", "sex", "race_ethnicity", "institution_id"),
    threshold=Threshold(evidence="house default: a tenth of the subgroup"),
    why="Youth populations and matches to other agencies need the birth date; where one group lacks it, that group "
        "drops out of both.",
    fix="Send the birth date of all students; look at the form or site by which this group enrolls.",
    passes=(
        EVERYBODY, ONE | {"birth_date_count": 90}, STATE | {"birth_date_count": 0},
        ONE | {"student_count": 29, "birth_date_count": 0},
        ONE | {"student_count": 1000, "birth_date_count": 900},
    ),
    fails=(
        ONE | {"birth_date_count": 89}, ONE | {"student_count": 30, "birth_date_count": 0},
        ONE | {"student_count": 1000, "birth_date_count": 899},
    ),
)  # fmt: skip

REPORTABLE = Rule(
    id="subgroup_readiness_cells_reportable", table="mart.subgroup_readiness",
    title="At least half of the cells of sex by race at an institution could be shown",
    dimension="equity", severity="info",
    expectation=ExpectRowsToSatisfy(column_list=["student_count"], condition=f"student_count >= {SHOWN_FROM}"),
    population=Column("institution_id").is_not_null() & Column("sex").is_in(["female", "male"])
    & Column("race_ethnicity").is_not_null(),
    population_words="cells of female and male students by race, at institutions",
    not_applicable_words="no students",
    columns=("student_count", "sex", "race_ethnicity", "institution_id"),
    threshold=Threshold(
        share="0.5", evidence="house default: half; 10 is the modal minimum of States (NCES Technical Brief 3)"
    ),
    why="What will be suppressed is no missing data: it tells how far down this institution can be disaggregated.",
    fix="Nothing to repair in the data. Join years or programs before you show the institution by subgroup.",
    passes=(
        ONE | {"student_count": 10}, STATE | {"student_count": 9}, ONE | {"sex": None, "student_count": 9},
        ONE | {"race_ethnicity": None, "student_count": 9}, ONE | {"sex": "unknown", "student_count": 9},
    ),
    fails=(ONE | {"student_count": 9}, ONE | {"sex": "male", "student_count": 9}),
)  # fmt: skip

LOCAL_SHARE = Rule(
    id="subgroup_readiness_half_linkable", table="mart.subgroup_readiness",
    title="At least half of an institution's students can be found by other agencies",
    dimension="equity", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["linkable_count", "student_count"], condition="linkable_count * 2 >= student_count"
    ),
    population=BY_INSTITUTION & Column("sex").is_null() & Column("race_ethnicity").is_null(),
    population_words=f"institutions with {SMALLEST} students or more", not_applicable_words=TOO_FEW,
    columns=("linkable_count", "institution_id"),
    threshold=Threshold(evidence="house default: one half"),
    why="Local identifiers match neither wages nor other colleges: placements and transfers of these students stay "
        "unknown, and a person at two colleges counts twice.",
    fix="Send the state or Social Security number where the student has given one, and the local one only otherwise.",
    passes=(
        EVERYBODY | {"linkable_count": 50}, EVERYBODY | {"institution_id": None, "linkable_count": 0},
        ONE | {"race_ethnicity": None, "linkable_count": 0}, ONE | {"sex": None, "linkable_count": 0},
        EVERYBODY | {"student_count": 29, "linkable_count": 0},
    ),
    fails=(
        EVERYBODY | {"linkable_count": 49}, EVERYBODY | {"student_count": 30, "linkable_count": 0},
        EVERYBODY | {"linkable_count": 499, "student_count": 1000},
    ),
)  # fmt: skip

RULES = (ANSWERS, LINKABLE, FOLLOWED, BIRTH_DATES, REPORTABLE, LOCAL_SHARE)
