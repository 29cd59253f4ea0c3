"""Hand-written rules about credentials and when they were awarded."""

from __future__ import annotations

import datetime as dt

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON_EVER, STAY_EVER, is_not_among
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "program_id": "welding",
}  # fmt: skip
BORN = dt.date(2000, 6, 15)

# All years of a stay as one: a later year's file repeats the entry and adds the exit.
_OUTSIDE_OF_STAY = (
    "select award.grantee_id, award.institution_id, award.student_id, award.program_id, award.award_date "
    "from core.credential as award inner join ("
    "select grantee_id, institution_id, student_id, program_id, min(entry_date) as entry_date, "
    "max(exit_date) as exit_date from core.program_enrollment "
    "group by grantee_id, institution_id, student_id, program_id) as stay "
    "using (grantee_id, institution_id, student_id, program_id) "
    "where award.award_date < stay.entry_date or award.award_date > stay.exit_date + interval 1 year"
)
_BEFORE_14 = (
    "select award.grantee_id, award.institution_id, award.student_id, award.award_date "
    "from core.credential as award inner join core.student as student "
    "using (grantee_id, institution_id, student_id) "
    "where award.award_date < student.birth_date + interval 14 year"
)

IN_TIME = Rule(
    id="credential_awarded_in_time", table="core.credential",
    title="A credential is awarded during the program or within a year of leaving it",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["award_date", *STAY_EVER], condition=is_not_among((*STAY_EVER, "award_date"), _OUTSIDE_OF_STAY)
    ),
    population=Column("program_id").is_not_null(), population_words="credentials of a program",
    columns=("award_date", "student_id", "program_id"),
    threshold=Threshold(share="0.02", evidence="Perkins V section 113(b)(2)(B): within 1 year; share house default"),
    why="2P1 counts credentials earned during participation or within 1 year of completion; others do not count, and a "
        "date before entry points to another program or person.",
    fix="Correct the award date or the program; a credential brought along from elsewhere does not belong here.",
    passes=(
        ONE | {"award_date": dt.date(2023, 9, 1)}, ONE | {"award_date": dt.date(2025, 5, 31)},
        ONE | {"program_id": None, "award_date": dt.date(1990, 1, 1)},
        *neighbors(ONE | {"award_date": dt.date(2023, 8, 31)}, STAY_EVER),
    ),
    fails=(ONE | {"award_date": dt.date(2023, 8, 31)}, ONE | {"award_date": dt.date(2025, 6, 1)}),
    context={"core.program_enrollment": (
        ONE | {"program_year": "2022-23", "entry_date": dt.date(2023, 9, 1)},
        ONE | {"entry_date": dt.date(2023, 9, 1), "exit_date": dt.date(2024, 5, 31)},
    )},
)  # fmt: skip

AFTER_CHILDHOOD = Rule(
    id="credential_awarded_after_age_14", table="core.credential",
    title="No credential is awarded before the age of 14",
    dimension="validity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["award_date", *PERSON_EVER], condition=is_not_among((*PERSON_EVER, "award_date"), _BEFORE_14)
    ),
    columns=("award_date", "student_id"), threshold=Threshold(share="0.005", evidence="house default"),
    why="Birth date or award date is wrong, or the credential is another person's: matches elsewhere will miss.",
    fix="Correct the award date or the birth date.",
    passes=(
        ONE | {"award_date": dt.date(2014, 6, 15)},
        *neighbors(ONE | {"award_date": dt.date(2014, 6, 14)}, PERSON_EVER),
    ),
    fails=(ONE | {"award_date": dt.date(2014, 6, 14)},),
    context={"core.student": (ONE | {"birth_date": BORN}, {"birth_date": BORN})},
)  # fmt: skip

RULES = (IN_TIME, AFTER_CHILDHOOD)
