"""Hand-written rules about students: whether they study, and whether what is said of them agrees.

Who they are stands in ``student_identity``, the rest in the modules named after it: ``student_birth_date``,
``student_nontraditional``, ``student_race`` and ``student_race_question``.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON, is_not_among, rows_of
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
    passes=(ONE, ONE | {"student_id": None}), fails=neighbors(ONE, PERSON),
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

_HAS_SEX = "sex in ('male', 'female', 'another')"

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
    dimension="accuracy", severity="info", layer="validity",
    expectation=ExpectRowsToSatisfy(
        column_list=list(FLAGS),
        condition=" + ".join(f"case when {flag} = 'yes' then 1 else 0 end" for flag in FLAGS) + f" <= {MOST_FLAGS}",
    ),
    columns=FLAGS[:1], population_words="all students",
    threshold=Threshold(share="0.001", evidence=f"house default: {MOST_FLAGS} of nine"),
    why="Special populations overlap, but a Yes to nearly all of them is a default of the source or a shifted column, "
        "and it is counted in every gap.",
    fix="Look at the record in the source; where nobody answered, send blank.",
    passes=(_NO, *(_YES | dict.fromkeys(FLAGS[n : n + 3], "unknown") for n in (0, 3, 6))),
    fails=(_YES, *(_YES | dict.fromkeys(FLAGS[n : n + 2], "no") for n in range(len(FLAGS) - 1))),
)  # fmt: skip

RULES = (ENROLLED, ENROLLED_IN_TERM, IN_PROGRAM, SEX_NOT_LOST, FEW_FLAGS)
