"""Hand-written rules about students: who they are, whether it can be true, and whether their records agree."""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, PERSON, PERSON_EVER, START_YEAR, is_among, is_not_among, rows_of
from expectations.custom import ExpectColumnsToReferToTable, ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}
YEAR_BEGINS = f"make_date({START_YEAR}, 7, 1)"
SELECTED = "'|' || race_selections || '|'"

AGE = Rule(
    id="student_age_plausible", table="core.student",
    title="Each student is 14 to 100 years old when the program year begins",
    dimension="validity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", "program_year"],
        condition=f"birth_date <= {YEAR_BEGINS} - interval 14 year and birth_date >= {YEAR_BEGINS} - interval 100 year",
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date",), threshold=Threshold(share="0.005", evidence="house default"),
    why="A wrong birth date breaks the match to wage records and other agencies, and with it placement (1P1).",
    fix="Correct the birth date. Usual causes: two-digit years, day and month exchanged, a stand-in for unknown.",
    passes=(
        ONE | {"birth_date": dt.date(2009, 7, 1)},
        ONE | {"birth_date": dt.date(1923, 7, 1)},
        ONE | {"birth_date": None},
    ),
    fails=(ONE | {"birth_date": dt.date(2009, 7, 2)}, ONE | {"birth_date": dt.date(1923, 6, 30)}),
)  # fmt: skip

ONE_BIRTH_DATE = Rule(
    id="student_birth_date_constant", table="core.student",
    title="A student has one birth date in all terms and years",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", *PERSON_EVER],
        condition=is_not_among(
            PERSON_EVER,
            rows_of("core.student", PERSON_EVER)
            + f" group by {', '.join(PERSON_EVER)} having count(distinct birth_date) > 1",
        ),
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date", "student_id"), threshold=Threshold(share="0.005", evidence="house default"),
    why="Two birth dates under one id are two persons counted as one, or one person who will not match elsewhere.",
    fix="Find out which date is right; if two persons share the id, give one of them another.",
    passes=(
        ONE | {"birth_date": dt.date(2001, 2, 3)}, ONE | {"birth_date": dt.date(2001, 2, 3)},
        ONE | {"student_id": "cy", "birth_date": None},
    ),
    fails=(
        ONE | {"student_id": "bo", "birth_date": dt.date(2001, 2, 3)},
        ONE | {"student_id": "bo", "birth_date": dt.date(2001, 3, 2)},
    ),
    context={"core.student": (ONE | {"student_id": None}, ONE | {"program_year": "2022-23"})},
)  # fmt: skip

ONE_SEX = Rule(
    id="student_sex_constant", table="core.student",
    title="A student is reported with one sex in all terms of a year",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["sex", *PERSON],
        condition=is_not_among(
            PERSON,
            rows_of("core.student", PERSON, "sex in ('male', 'female', 'another')")
            + f" group by {', '.join(PERSON)} having count(distinct sex) > 1",
        ),
    ),
    population=Column("sex").is_in(["male", "female", "another"]), population_words="students whose sex has a value",
    columns=("sex", "student_id"), threshold=Threshold(share="0.005", evidence="house default"),
    why="The student falls into two groups; the latest term decides, and 3P1 and gaps by sex move with it.",
    fix="Send the same value in all terms, the current one if it has changed.",
    passes=(ONE | {"sex": "male"}, ONE | {"sex": "male"}, ONE | {"sex": "unknown"}),
    fails=(ONE | {"student_id": "bo", "sex": "male"}, ONE | {"student_id": "bo", "sex": "female"}),
)  # fmt: skip

NO_SHARED_BIRTH_DATE = Rule(
    id="student_birth_date_not_shared", table="core.student",
    title="No birth date is shared by suspiciously many students of an institution",
    dimension="accuracy", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", *INSTITUTION],
        condition=is_not_among(
            (*INSTITUTION, "birth_date"),
            f"select {', '.join(INSTITUTION)}, birth_date from ("
            f"select {', '.join(INSTITUTION)}, birth_date, count(distinct student_id) as student_count, "
            f"sum(count(distinct student_id)) over (partition by {', '.join(INSTITUTION)}) as all_count "
            f"from core.student where institution_id is not null and birth_date is not null "
            f"group by {', '.join(INSTITUTION)}, birth_date) as one_date "
            "where student_count >= 10 and student_count * 50 > all_count",
        ),
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("birth_date",),
    threshold=Threshold(share="0", evidence="house default: 10 students or more, and over 2% of the institution's"),
    why="A default date (first of January, the day of the upload) hides that birth dates are unknown.",
    fix="Send nothing where the birth date is not known, and stop the source system from filling in a default.",
    passes=tuple(ONE | {"student_id": f"other-{n}", "birth_date": dt.date(2000, 5, n + 1)} for n in range(9)),
    fails=tuple(ONE | {"student_id": f"same-{n}", "birth_date": dt.date(2000, 1, 1)} for n in range(10)),
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
    ),
    fails=(
        {"hispanic_ethnicity": "no", "race_selections": "hispanic_or_latino|white"},
        {"hispanic_ethnicity": "yes", "race_selections": "white", "race_question_standard": "2024_combined"},
    ),
)  # fmt: skip

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

POSSIBLE_NUMBER = Rule(
    id="student_id_possible", table="core.student",
    title="No Social Security number is one that cannot exist",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotBeInSet(column="student_id_kind", value_set=["impossible"]),
    population=Column("student_id_kind").is_in(["ssn", "impossible"]),
    population_words="students sent with a Social Security number",
    columns=("student_id_kind",), threshold=Threshold(share="0.01", evidence="house default"),
    why="Area 000, 666 or 900 to 999, group 00 and serial 0000 were never issued: the number is mistyped or made up, "
        "so it gets no pseudonym, and the student is nobody's concentrator.",
    fix="Correct the number from the student's file, or send the local identifier in the form agreed for it.",
    passes=({"student_id_kind": "ssn"}, {"student_id_kind": "local"}, {"student_id_kind": "placeholder"}),
    fails=({"student_id_kind": "impossible"},),
)  # fmt: skip

RULES = (
    AGE, ONE_BIRTH_DATE, ONE_SEX, NO_SHARED_BIRTH_DATE, RACE_IS_NO_RESIDENCY, HISPANIC_ANSWERS_AGREE, ENROLLED,
    NONTRADITIONAL_AGREES, POSSIBLE_NUMBER,
)  # fmt: skip
