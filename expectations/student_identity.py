"""Hand-written rules about identifiers of students: which can be right, and who stands behind one wherever it is used.

One person under two identifiers stands in ``student_duplicate``.
"""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import PERSON, has_one, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}
HAS_SEX = "sex in ('male', 'female', 'another')"
BORN, BORN_LATER = dt.date(2001, 2, 3), dt.date(2001, 3, 2)
# A Social Security or State number means the same person at two colleges; a local number means nobody elsewhere.
IS_LINKABLE = Column("student_id_kind").is_in(["ssn", "state"])
ELSEWHERE = {"institution_id": "college-2"}

ONE_SEX = Rule(
    id="student_sex_constant", table="core.student",
    title="A student is reported with one sex in all terms of a year",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["sex", *PERSON],
        condition=has_one("sex", PERSON, "core.student", HAS_SEX),
    ),
    population=Column("sex").is_in(["male", "female", "another"]), population_words="students whose sex has a value",
    columns=("sex", "student_id"), threshold=Threshold(share="0.005", evidence="house default"),
    why="The student falls into two groups; the latest term decides, and 3P1 and gaps by sex move with it.",
    fix="Send the same value in all terms, the current one if it has changed.",
    passes=(
        ONE | {"sex": "male"}, ONE | {"sex": "male"}, ONE | {"sex": "unknown"},
        *(row | {"sex": "male"} for row in neighbors(ONE | {"student_id": "bo"}, PERSON)),
    ),
    fails=(
        ONE | {"student_id": "bo", "sex": "male"}, ONE | {"student_id": "bo", "sex": "female"},
        ONE | {"student_id": "cy", "sex": "male"}, ONE | {"student_id": "cy", "sex": "another"},
    ),
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

DECLARED_FORM = Rule(
    id="student_id_form_declared", table="core.student",
    title="Each identifier has a form that the grantee declares",
    dimension="validity", severity="warning",
    expectation=gxe.ExpectColumnValuesToNotBeInSet(column="student_id_kind", value_set=["other"]),
    columns=("student_id_kind",), population_words="all students",
    threshold=Threshold(share="0.01", evidence="house default"),
    why="Of an identifier in an unknown form nobody can say whether another college or the wage records know it: it "
        "links to nothing, and the student may be counted twice.",
    fix="Send the identifier in a form agreed with the State (leading zeros, no hyphens), or have the new form added "
        "to the grantee's identifiers.",
    passes=({"student_id_kind": "ssn"}, {"student_id_kind": "state"}, {"student_id_kind": "local"}),
    fails=({"student_id_kind": "other"},),
)  # fmt: skip

_ANYWHERE = ("grantee_id", "student_id")
_AT_SEVERAL = "count(distinct institution_id) > 1"
_SSN = ONE | {"student_id_kind": "ssn"}
_MOVED = _SSN | {"student_id": "bo", "birth_date": BORN}

SAME_BIRTH_DATE = Rule(
    id="student_birth_date_same_everywhere", table="core.student",
    title="A student at two institutions has one birth date",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["birth_date", *_ANYWHERE],
        condition=is_not_among(
            _ANYWHERE,
            rows_of("core.student", _ANYWHERE)
            + f" group by {', '.join(_ANYWHERE)} having count(distinct birth_date) > 1 and {_AT_SEVERAL}",
        ),
    ),
    population=Column("birth_date").is_not_null() & IS_LINKABLE,
    population_words="students with a birth date and a Social Security or State number",
    columns=("birth_date", "student_id"), threshold=Threshold(share="0.005", evidence="house default"),
    why="Two colleges that disagree on the birth date report two persons under one number, or one of them is wrong: "
        "the credits of both make one concentrator, and wage records match neither.",
    fix="Compare number and birth date with the student's papers at both colleges; a number may be mistyped.",
    passes=(
        _SSN | {"birth_date": BORN}, _SSN | ELSEWHERE | {"birth_date": BORN},
        _SSN | {"student_id": "cy", "birth_date": BORN}, _SSN | {"student_id": "cy", "birth_date": BORN_LATER},
        _SSN | {"student_id": "di", "birth_date": BORN, "student_id_kind": "local"},
        _SSN | {"student_id": "di", "birth_date": BORN_LATER, "student_id_kind": "local"} | ELSEWHERE,
        _MOVED | {"birth_date": None},
        *neighbors(_MOVED, _ANYWHERE),
    ),
    fails=(
        _MOVED, _MOVED | ELSEWHERE | {"birth_date": BORN_LATER, "program_year": "2022-23"},
        _MOVED | {"student_id": "ed", "student_id_kind": "state"},
        _MOVED | {"student_id": "ed", "student_id_kind": "state", "birth_date": BORN_LATER} | ELSEWHERE,
    ),
)  # fmt: skip

_IN_YEAR = ("grantee_id", "program_year", "student_id")
_WOMAN = _SSN | {"student_id": "bo", "sex": "female"}

SAME_SEX = Rule(
    id="student_sex_same_everywhere", table="core.student",
    title="A student at two institutions is reported with one sex",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["sex", *_IN_YEAR],
        condition=is_not_among(
            _IN_YEAR,
            rows_of("core.student", _IN_YEAR, HAS_SEX)
            + f" group by {', '.join(_IN_YEAR)} having count(distinct sex) > 1 and {_AT_SEVERAL}",
        ),
    ),
    population=Column("sex").is_in(["male", "female", "another"]) & IS_LINKABLE,
    population_words="students whose sex has a value, with a Social Security or State number",
    columns=("sex", "student_id"), threshold=Threshold(share="0.005", evidence="house default"),
    why="At one college the student is of the group for which the program is nontraditional, at the other not: 3P1 and "
        "every gap by sex depend on which record is read.",
    fix="Compare the records of both colleges; where the birth dates differ too, they are two persons.",
    passes=(
        _SSN | {"sex": "male"}, _SSN | ELSEWHERE | {"sex": "male"}, _SSN | ELSEWHERE | {"sex": "unknown"},
        _SSN | {"student_id": "cy", "sex": "male"}, _SSN | {"student_id": "cy", "sex": "female"},
        _WOMAN | {"student_id": "di", "student_id_kind": "local"},
        _WOMAN | {"student_id": "di", "student_id_kind": "local", "sex": "male"} | ELSEWHERE,
        _WOMAN | {"sex": "declined"},
        *neighbors(_WOMAN, _IN_YEAR),
    ),
    fails=(
        _WOMAN, _WOMAN | ELSEWHERE | {"sex": "male"},
        _WOMAN | {"student_id": "ed", "student_id_kind": "state"},
        _WOMAN | {"student_id": "ed", "student_id_kind": "state", "sex": "another"} | ELSEWHERE,
    ),
)  # fmt: skip

RULES = (ONE_SEX, POSSIBLE_NUMBER, DECLARED_FORM, SAME_BIRTH_DATE, SAME_SEX)
