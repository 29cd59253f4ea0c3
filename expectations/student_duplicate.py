"""Hand-written rules about persons who may stand in the records under two identifiers."""

from __future__ import annotations

import datetime as dt

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, PERSON, is_not_among
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada"}
BORN, BORN_LATER = dt.date(2001, 2, 3), dt.date(2001, 3, 2)

_ENTERED = (
    "partition by student.grantee_id, student.program_year, student.institution_id, student.birth_date, student.sex, "
    "stay.program_id, stay.entry_date"
)
# Few birth dates of an institution are under two kinds of identifier: only these are compared by their programs.
_OF_TWO_KINDS = (
    f"select {', '.join(INSTITUTION)}, birth_date, sex from core.student where birth_date is not null "
    f"group by {', '.join(INSTITUTION)}, birth_date, sex having min(student_id_kind) <> max(student_id_kind)"
)
_TWICE_ENTERED = (
    f"select {', '.join(PERSON)} from (select student.grantee_id, student.program_year, student.institution_id, "
    f"student.student_id, min(student.student_id_kind) over ({_ENTERED}) as one_kind, "
    f"max(student.student_id_kind) over ({_ENTERED}) as another_kind "
    f"from core.student as student inner join ({_OF_TWO_KINDS}) as alike "
    "using (grantee_id, program_year, institution_id, birth_date, sex) inner join core.program_enrollment as stay "
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

RULES = (PERSON_ONCE,)
