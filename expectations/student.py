"""Hand-written rules about students: whether they study, and whether what is said of them agrees.

Who they are stands in ``student_identity``, birth dates in ``student_birth_date``, race in ``student_race`` and
``student_race_question``.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON, is_among, is_not_among, rows_of
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold
from pipelines.schema import equity_columns

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}

ENROLLED = Rule(
    id="student_enrolled_in_year", table="core.student",
    title="Each student is enrolled in a course of the year",
    dimension="integrity", severity="warning",
    expectation=ExpectColumnsToReferToTable(
        column_list=list(PERSON), other_table="core.enrollment", other_column_list=list(PERSON)
    ),
    population_words="students with institution and id",
    columns=("student_id", "institution_id"), threshold=Threshold(share="0.05", evidence="house default"),
    why="Students without enrollments dilute every share, unless it is their enrollments that are lost.",
    fix="Send the enrollments too, under the same identifier, or leave the student out.",
    passes=(ONE, ONE | {"student_id": None}), fails=(ONE | {"student_id": "bo"}, ONE | {"program_year": "2022-23"}),
    context={"core.enrollment": (ONE,)},
)  # fmt: skip

_FALL = ONE | {"term_code": "fall"}
_IN_TERM = (*PERSON, "term_code")

ENROLLED_IN_TERM = Rule(
    id="student_enrolled_in_term", table="core.student",
    title="Each student reported for a term is enrolled in a course of that term",
    dimension="integrity", severity="warning",
    expectation=ExpectColumnsToReferToTable(
        column_list=list(_IN_TERM), other_table="core.enrollment", other_column_list=list(_IN_TERM)
    ),
    population=Column("term_code") != "annual", population_words="students reported for a term, with their id",
    columns=("student_id", "term_code"), threshold=Threshold(share="0.05", evidence="house default"),
    why="A term with students and without their enrollments is half received: its credits are missing from "
        "concentrators, and its shares of unknown answers speak of people who did not study.",
    fix="Send the enrollments of the term, or report only students who were enrolled in it.",
    passes=(_FALL, _FALL | {"student_id": None}, ONE | {"student_id": "bo", "term_code": "annual"}),
    fails=(_FALL | {"term_code": "spring"}, *neighbors(_FALL, PERSON)),
    context={"core.enrollment": (_FALL,)},
)  # fmt: skip

IN_PROGRAM = Rule(
    id="student_in_program", table="core.student",
    title="Each student is in a program",
    dimension="integrity", severity="info",
    expectation=ExpectColumnsToReferToTable(
        column_list=list(PERSON), other_table="core.program_enrollment", other_column_list=list(PERSON)
    ),
    population_words="students with institution and id",
    columns=("student_id", "institution_id"), threshold=Threshold(share="0.25", evidence="house default"),
    why="Credits count within a program: a student who is in none can be a participant and never a concentrator, "
        "whatever is earned.",
    fix="Send the program that the student has declared; ask those who take CTE courses and have declared none.",
    passes=(ONE, ONE | {"student_id": None}), fails=neighbors(ONE, PERSON),
    context={"core.program_enrollment": (ONE,)},
)  # fmt: skip

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
    ),
    fails=(
        _MALE | {"nontraditional_preparation_status": "no"},
        _FEMALE | {"nontraditional_preparation_status": "yes"},
        _MALE | {"student_id": "di", "nontraditional_preparation_status": "yes"},
    ),
    context={
        "core.program_enrollment": (ONE | _IN_NURSING, _IN_NURSING, _IN_DRAWING | {"student_id": "cy"}),
        "core.program": (_IN_NURSING | {"nontraditional_sex": "male"}, _IN_DRAWING | {"nontraditional_sex": None}),
    },
)  # fmt: skip

_HAS_SEX = "sex in ('male', 'female', 'another')"
_PREPARING = {"nontraditional_preparation_status": "yes", "unreadable_columns": ""}

NONTRADITIONAL_HAS_SEX = Rule(
    id="student_nontraditional_needs_sex", table="core.student",
    title="Whoever prepares for a nontraditional field has a sex that is known",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["sex", "unreadable_columns"],
        condition=f"{_HAS_SEX} or unreadable_columns like '%,sex,%'",
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

SEX_NOT_LOST = Rule(
    id="student_sex_not_lost", table="core.student",
    title="A sex that is known in one term of the year is not missing in another",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["sex", "unreadable_columns", *PERSON],
        condition="unreadable_columns like '%,sex,%' or "
        + is_not_among(PERSON, rows_of("core.student", PERSON, _HAS_SEX)),
    ),
    population=Column("sex").is_in(["unknown", "not_reported"]), population_words="students whose sex is not known",
    columns=("sex", "student_id"),
    threshold=Threshold(share="0.05", evidence="house default"),
    why="The college knows the answer and lost it on the way: counts of a single term (the fourth week of fall) show "
        "an unknown that is none.",
    fix="Fill every term from the same record of the person; never overwrite an answer with a blank.",
    passes=(
        ONE | {"sex": "male", "unreadable_columns": ""},
        ONE | {"sex": "unknown", "unreadable_columns": ",sex,"},
        ONE | {"sex": "declined", "unreadable_columns": ""},
        *(row | {"sex": "unknown", "unreadable_columns": ""} for row in neighbors(ONE, PERSON)),
    ),
    fails=(
        ONE | {"sex": "unknown", "unreadable_columns": ""},
        ONE | {"sex": "not_reported", "unreadable_columns": ",birth_date,"},
        ONE | {"student_id": "bo", "sex": "unknown", "unreadable_columns": ""},
        ONE | {"student_id": "cy", "sex": "unknown", "unreadable_columns": ""},
    ),
    context={"core.student": (
        ONE | {"student_id": "bo", "sex": "female"}, ONE | {"student_id": "cy", "sex": "another"},
    )},
)  # fmt: skip

FLAGS = tuple(column.name for column in equity_columns() if column.info["codes"] == "yes_no")
MOST_FLAGS = 6
_NO, _YES = dict.fromkeys(FLAGS, "no"), dict.fromkeys(FLAGS, "yes")

FEW_FLAGS = Rule(
    id="student_special_populations_plausible", table="core.student",
    title=f"No student is in more than {MOST_FLAGS} special populations",
    dimension="accuracy", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=list(FLAGS),
        condition=" + ".join(f"case when {flag} = 'yes' then 1 else 0 end" for flag in FLAGS) + f" <= {MOST_FLAGS}",
    ),
    columns=FLAGS[:1], population_words="all students",
    threshold=Threshold(share="0.001", evidence=f"house default: {MOST_FLAGS} of nine"),
    why="Special populations overlap, but a Yes to nearly all of them is a default of the source or a shifted column, "
        "and it is counted in every gap.",
    fix="Look at the record in the source; where nobody answered, send blank.",
    passes=(_NO, _YES | dict.fromkeys(FLAGS[:3], "no"), _YES | dict.fromkeys(FLAGS[6:], "unknown")),
    fails=(_YES, _YES | dict.fromkeys(FLAGS[:2], "no"), _YES | dict.fromkeys(FLAGS[7:], "no")),
)  # fmt: skip

RULES = (
    ENROLLED, ENROLLED_IN_TERM, IN_PROGRAM, NONTRADITIONAL_AGREES, NONTRADITIONAL_HAS_SEX, SEX_NOT_LOST, FEW_FLAGS,
)  # fmt: skip
