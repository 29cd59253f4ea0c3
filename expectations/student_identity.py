"""Hand-written rules about who a student is: one person under one identifier, the same wherever the person studies."""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, PERSON, has_one, is_not_among, rows_of
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

_ENTERED = (
    "partition by student.grantee_id, student.program_year, student.institution_id, student.birth_date, student.sex, "
    "stay.program_id, stay.entry_date"
)
_TWICE_ENTERED = (
    f"select {', '.join(PERSON)} from (select student.grantee_id, student.program_year, student.institution_id, "
    f"student.student_id, min(student.student_id_kind) over ({_ENTERED}) as one_kind, "
    f"max(student.student_id_kind) over ({_ENTERED}) as another_kind "
    "from core.student as student inner join core.program_enrollment as stay "
    "using (grantee_id, program_year, institution_id, student_id) where stay.entry_date is not null) as entered "
    "where one_kind <> another_kind"
)
_ANN = ONE | {"student_id": "ann", "student_id_kind": "ssn", "sex": "female", "birth_date": BORN}
_ANN_AGAIN = _ANN | {"student_id": "ann-local", "student_id_kind": "local"}
_STAY = {name: ONE[name] for name in INSTITUTION}
_ENTRY = dt.date(2023, 9, 1)


def _stay(student_id: str, entry_date: dt.date | None = _ENTRY, program_id: str = "welding") -> dict[str, object]:
    return _STAY | {"student_id": student_id, "entry_date": entry_date, "program_id": program_id}


PERSON_ONCE = Rule(
    id="student_person_under_one_identifier", table="core.student",
    title="No two students alike in birth date, sex, program and day of entry have identifiers of two kinds",
    dimension="uniqueness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=[*PERSON, "birth_date"], condition=is_not_among(PERSON, _TWICE_ENTERED)
    ),
    population=Column("birth_date").is_not_null(), population_words="students with a birth date",
    columns=("student_id", "student_id_kind"),
    threshold=Threshold(share="0.005", evidence="house default: now and then two persons really are alike"),
    why="One person under a local number and a Social Security number is two participants with half the credits each, "
        "and perhaps no concentrator.",
    fix="Compare the two records. If they are one person, send all of them under the Social Security or State number.",
    passes=(
        ONE | {"student_id_kind": "ssn", "sex": "female", "birth_date": dt.date(2000, 1, 9)},
        ONE | {"student_id": "bo", "student_id_kind": "ssn", "sex": "female", "birth_date": dt.date(2000, 1, 9)},
        _ANN | {"student_id": "brother", "student_id_kind": "local", "sex": "male"},
        _ANN | {"student_id": "born-later", "student_id_kind": "local", "birth_date": BORN_LATER},
        _ANN | {"student_id": "other-program", "student_id_kind": "local"},
        _ANN | {"student_id": "other-day", "student_id_kind": "local"},
        _ANN | {"student_id": "no-day", "student_id_kind": "local", "sex": "another"},
        _ANN | {"student_id": "no-day-either", "sex": "another"},
        _ANN | {"birth_date": None},
        *neighbors(_ANN, PERSON),
    ),
    fails=(_ANN, _ANN_AGAIN),
    context={"core.program_enrollment": (
        _stay("ada"), _stay("bo"), _stay("ann"), _stay("ann-local"), _stay("brother"), _stay("born-later"),
        _stay("other-program", program_id="drawing"), _stay("other-day", dt.date(2023, 9, 2)),
        _stay("no-day", None), _stay("no-day-either", None),
    )},
)  # fmt: skip

RULES = (ONE_SEX, POSSIBLE_NUMBER, DECLARED_FORM, SAME_BIRTH_DATE, SAME_SEX, PERSON_ONCE)
