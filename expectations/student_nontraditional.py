"""Hand-written rules about preparation for a nontraditional field, which follows from program and sex."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON, is_among
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}
HAS_SEX = "sex in ('male', 'female', 'another')"

# A null among the rows looked up would be compared with every student: 0.3 s became 8 minutes at 100,000 students.
_STUDIES = (
    "from core.program_enrollment as stay inner join core.program as program "
    "using (grantee_id, program_year, institution_id, program_id) "
    "where stay.student_id is not null and program.nontraditional_sex is"
)
_STUDENT = "stay.grantee_id, stay.program_year, stay.institution_id, stay.student_id"
_NONTRADITIONAL = f"select {_STUDENT}, program.nontraditional_sex {_STUDIES} not null"
_NOT_TOLD = f"select {_STUDENT} {_STUDIES} null"
_MALE, _FEMALE = ONE | {"sex": "male"}, ONE | {"sex": "female"}
_IN_NURSING = {"program_id": "nursing", "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1"}
_IN_DRAWING = _IN_NURSING | {"program_id": "drawing"}

NONTRADITIONAL_AGREES = Rule(
    id="student_nontraditional_status_agrees", table="core.student",
    title="Nontraditional preparation agrees with sex and programs",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["nontraditional_preparation_status", "sex", *PERSON],
        condition=f"(nontraditional_preparation_status = 'yes') = ({is_among((*PERSON, 'sex'), _NONTRADITIONAL)}) "
        f"or (nontraditional_preparation_status = 'yes' and {is_among(PERSON, _NOT_TOLD)})",
    ),
    population=Column("nontraditional_preparation_status").is_in(["yes", "no"])
    & Column("sex").is_in(["male", "female"]),
    population_words="students with sex and a yes or no",
    columns=("nontraditional_preparation_status", "sex"), threshold=Threshold(share="0.05", evidence="house default"),
    why="Preparing for a nontraditional field follows from program and sex; where the flag disagrees, one of three is "
        "wrong, and with it this special population or 3P1.",
    fix="Derive the flag from the program list and the student's sex, or correct the program's nontraditional sex.",
    passes=(
        _MALE | {"nontraditional_preparation_status": "yes"},
        _FEMALE | {"nontraditional_preparation_status": "no"},
        _FEMALE | {"student_id": "di", "nontraditional_preparation_status": "no"},
        _MALE | {"student_id": "cy", "nontraditional_preparation_status": "yes"},
        ONE | {"sex": "unknown", "nontraditional_preparation_status": "no"},
        *(row | {"nontraditional_preparation_status": "no"} for row in neighbors(_MALE, PERSON)),
        _MALE | {"student_id": "cy", "nontraditional_preparation_status": "no"},
        _MALE | {"nontraditional_preparation_status": "unknown"},
    ),
    fails=(
        _MALE | {"nontraditional_preparation_status": "no"},
        _FEMALE | {"nontraditional_preparation_status": "yes"},
        _MALE | {"student_id": "di", "nontraditional_preparation_status": "yes"},
        *(row | {"nontraditional_preparation_status": "yes"}
          for row in neighbors(_MALE | {"student_id": "cy"}, PERSON)),
        _MALE | {"student_id": "ed", "nontraditional_preparation_status": "no"},
    ),
    context={
        "core.program_enrollment": (
            ONE | _IN_NURSING, _IN_NURSING, _IN_DRAWING | {"student_id": "cy"},
            _IN_NURSING | {"student_id": "ed"}, _IN_DRAWING | {"student_id": "ed"},
        ),
        "core.program": (_IN_NURSING | {"nontraditional_sex": "male"}, _IN_DRAWING | {"nontraditional_sex": None}),
    },
)  # fmt: skip

_PREPARING = {"nontraditional_preparation_status": "yes", "unreadable_columns": ""}

NONTRADITIONAL_HAS_SEX = Rule(
    id="student_nontraditional_needs_sex", table="core.student",
    title="Whoever prepares for a nontraditional field has a sex that is known",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["sex", "unreadable_columns"],
        condition=f"{HAS_SEX} or unreadable_columns like '%,sex,%'",
    ),
    population=Column("nontraditional_preparation_status") == "yes",
    population_words="students said to prepare for a nontraditional field",
    columns=("nontraditional_preparation_status", "sex"), threshold=Threshold(share="0.01", evidence="house default"),
    why="Nontraditional preparation follows from program and sex. Where the sex is unknown it is unknown too: the Yes "
        "was not derived, and the student counts in a special population without proof.",
    fix="Send unknown with an unknown sex, or the sex that the flag was derived from.",
    passes=(
        *(_PREPARING | {"sex": sex} for sex in ("male", "female", "another")),
        _PREPARING | {"sex": "unknown", "unreadable_columns": ",sex,"},
        {"nontraditional_preparation_status": "no", "sex": "unknown", "unreadable_columns": ""},
    ),
    fails=(
        _PREPARING | {"sex": "unknown"}, _PREPARING | {"sex": "declined"},
        _PREPARING | {"sex": "not_reported", "unreadable_columns": ",birth_date,"},
    ),
)  # fmt: skip

RULES = (NONTRADITIONAL_AGREES, NONTRADITIONAL_HAS_SEX)
