"""Hand-written rules about stays in programs over the years: what one year's file says must fit the years before."""

from __future__ import annotations

import datetime as dt

from expectations.conditions import PERSON, PERSON_EVER, STAY, STAY_EVER, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "program_id": "welding",
}  # fmt: skip
BEFORE = ONE | {"program_year": "2022-23"}
ENTRY, EXIT = dt.date(2022, 9, 1), dt.date(2023, 5, 31)
ONE_DAY = dt.timedelta(days=1)
_STAY, _STAY_EVER, _PERSON_EVER = ", ".join(STAY), ", ".join(STAY_EVER), ", ".join(PERSON_EVER)


def _since(earlier: str, where: str) -> str:
    """Return a query for the stays of a later year that ``where`` says of together with columns of earlier ones."""
    return (
        f"select {_STAY} from core.program_enrollment inner join (select {_STAY_EVER}, program_year as earlier_year, "
        f"{earlier}) as before using ({_STAY_EVER}) where program_year > earlier_year and {where}"
    )


_STILL_HERE = _since(
    "exit_date as left_date from core.program_enrollment where exit_reason <> 'leave_of_absence'",
    "entry_date <= left_date",
)
_MOVED = _since(
    "entry_date as earlier_date from core.program_enrollment where exit_date is null", "entry_date <> earlier_date"
)
_AFTER_DEATH = (
    f"select {_STAY} from core.program_enrollment inner join (select {_PERSON_EVER}, program_year as later_year "
    f"from core.enrollment) as course using ({_PERSON_EVER}) "
    "where exit_reason = 'deceased' and later_year > program_year"
)
_MANY = rows_of("core.program_enrollment", PERSON) + f" group by {', '.join(PERSON)} having count(distinct program_id)"

LEFT_FOR_GOOD = Rule(
    id="program_enrollment_left_for_good", table="core.program_enrollment",
    title="Who left a program is not in it a year later without entering anew",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["entry_date", *STAY], condition=is_not_among(STAY, _STILL_HERE)
    ),
    columns=("entry_date", "student_id", "program_id"), threshold=Threshold(share="0.01", evidence="house default"),
    why="The student counts as leaver in one year and goes on in the next: in a cohort of 1P1 without having left, "
        "and twice among the completers if a second exit follows.",
    fix="Leave a student who has left out of the later files, or send the date of the new entry. For a leave of "
        "absence say so as the reason.",
    passes=(
        BEFORE | {"entry_date": ENTRY, "exit_date": EXIT, "exit_reason": "completed"},
        BEFORE | {"student_id": "bo", "entry_date": ENTRY, "exit_date": EXIT, "exit_reason": "withdrew"},
        ONE | {"student_id": "bo", "entry_date": EXIT + ONE_DAY},
        BEFORE | {"student_id": "cy", "entry_date": ENTRY, "exit_date": EXIT, "exit_reason": "leave_of_absence"},
        ONE | {"student_id": "cy", "entry_date": ENTRY},
        *(row | {"entry_date": EXIT} for row in neighbors(ONE, STAY)),
    ),
    fails=(ONE | {"entry_date": EXIT},),
)  # fmt: skip

ENTRY_STAYS = Rule(
    id="program_enrollment_entry_date_constant", table="core.program_enrollment",
    title="The entry date of a stay is the same in every year's file",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["entry_date", *STAY], condition=is_not_among(STAY, _MOVED)),
    columns=("entry_date", "student_id", "program_id"), threshold=Threshold(share="0.02", evidence="house default"),
    why="A stay that begins anew each year forgets the credentials earned before, and lets nobody tell how long a "
        "program takes. Most often the first day of the year is sent in place of the entry.",
    fix="Send the day on which the student entered the program, as in the years before; correct the one that is wrong.",
    passes=(
        BEFORE | {"entry_date": ENTRY},
        ONE | {"student_id": "dee", "entry_date": ENTRY}, ONE | {"student_id": "dee", "entry_date": EXIT},
        ONE | {"student_id": "bo", "entry_date": ENTRY},
        BEFORE | {"student_id": "bo", "entry_date": ENTRY},
        ONE | {"student_id": "cy", "entry_date": EXIT + ONE_DAY},
        BEFORE | {"student_id": "cy", "entry_date": ENTRY, "exit_date": EXIT},
        *(row | {"entry_date": ENTRY} for row in neighbors(ONE, STAY)),
    ),
    fails=(ONE | {"entry_date": EXIT},),
)  # fmt: skip

DEATH_IS_LAST = Rule(
    id="program_enrollment_death_is_last", table="core.program_enrollment",
    title="No one who was reported as deceased takes courses in a later year",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["exit_reason", *STAY], condition=is_not_among(STAY, _AFTER_DEATH)),
    columns=("exit_reason", "student_id", "program_id"),
    threshold=Threshold(evidence="house default: a death is never reported by the way"),
    why="One of the two is another person, or the reason was chosen by mistake. Who has died is not looked for, so "
        "that a living graduate falls out of 1P1 unseen.",
    fix="Correct the exit reason, or find out whose courses these are; two persons may share one identifier.",
    passes=(
        ONE | {"student_id": "bo", "exit_reason": "deceased"}, ONE | {"exit_reason": "withdrew", "program_id": "auto"},
        BEFORE | {"exit_reason": None}, ONE | {"student_id": "eve", "exit_reason": "withdrew"},
        ONE | {"student_id": "dee", "exit_reason": "deceased"},
        *(row | {"exit_reason": None} for row in neighbors(ONE, STAY)),
    ),
    fails=(ONE | {"exit_reason": "deceased"},),
    context={"core.enrollment": (
        ONE | {"program_year": "2024-25"}, ONE | {"student_id": "dee"},
        ONE | {"program_year": "2024-25", "student_id": "eve"},
    )},
)  # fmt: skip

FEW_PROGRAMS = Rule(
    id="program_enrollment_few_programs", table="core.program_enrollment",
    title="No student is in more than three programs of an institution in one year",
    dimension="validity", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["program_id", *PERSON], condition=is_not_among(PERSON, f"{_MANY} > 3")
    ),
    columns=("program_id", "student_id"), threshold=Threshold(share="0.01", evidence="house default: three programs"),
    why="Every program of a student is a line of participants and perhaps of concentrators. Where old programs are "
        "never closed, the programs sum to far more than the students.",
    fix="Send an exit for each program that the student is no longer in.",
    passes=(
        *(ONE | {"student_id": "bo", "program_id": name} for name in ("a", "b", "c")),
        *neighbors(ONE, PERSON),
    ),
    fails=tuple(ONE | {"program_id": name} for name in ("a", "b", "c", "d")),
)  # fmt: skip

RULES = (LEFT_FOR_GOOD, ENTRY_STAYS, DEATH_IS_LAST, FEW_PROGRAMS)
