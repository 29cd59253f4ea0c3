"""Hand-written rules about the status that institutions report: participant, concentrator, why a student left.

Whether a concentrator is a participant, and has the credits, stands in ``program_enrollment``.
"""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import (
    INSTITUTION,
    STAY,
    STAY_EVER,
    institutions_in_excess,
    is_among,
    is_not_among,
    july_first,
    rows_of,
)  # fmt: skip
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import in_excess, neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "program_id": "welding",
}  # fmt: skip
OTHER = ONE | {"student_id": "bo"}
BEFORE = {"program_year": "2022-23"}
FIRST_DAY = dt.date(2023, 7, 1)
NEITHER = {"reported_participant_status": "no", "reported_concentrator_status": "no"}
STATUTE = "Perkins V section 3: completes not less than one course; share house default"
_PARTICIPANTS = rows_of("mart.participant", STAY)
_ONCE = (
    f"select {', '.join(STAY)} from core.program_enrollment inner join ("
    f"select {', '.join(STAY_EVER)}, program_year as since_year from core.program_enrollment "
    f"where reported_concentrator_status = 'yes') as concentrator using ({', '.join(STAY_EVER)}) "
    "inner join reference.definition as definition using (grantee_id, program_year) "
    "where program_year > since_year and credits_window = 'cumulative'"
)

_UNKNOWN_REASONS = institutions_in_excess(
    "core.program_enrollment", "exit_reason = 'unknown'", 4, "exit_reason is not null"
)
_FEW_UNKNOWN, _MANY_UNKNOWN = in_excess(ONE | {"exit_reason": "unknown"}, "exit_reason", "withdrew", 4)


def _known(kind: str, why: str) -> Rule:
    """Return the rule that the institution says yes or no to a status, where it reports the status at all."""
    column = f"reported_{kind}_status"
    return Rule(
        id=f"program_enrollment_{kind}_status_known", table="core.program_enrollment",
        title=f"The institution says of each student in a program whether it counts a {kind}",
        dimension="completeness", severity="warning",
        expectation=gxe.ExpectColumnValuesToBeInSet(column=column, value_set=["yes", "no"]),
        population=Column(column) != "not_collected",
        population_words=f"stays of institutions that report {kind}s", columns=(column,), why=why,
        threshold=Threshold(share="0.05", evidence="house default"),
        fix="Send your code for yes or for no in every record; it follows from credits, so nobody has to be asked.",
        passes=({column: "yes"}, {column: "no"}, {column: "not_collected"}),
        fails=({column: "unknown"}, {column: "not_reported"}, {column: "declined"}),
    )  # fmt: skip


PARTICIPANT_KNOWN = _known(
    "participant", "Participants are who Perkins reports are about first. A blank is no answer, so that the college's "
    "own count cannot be held against the State's.",
)  # fmt: skip
CONCENTRATOR_KNOWN = _known(
    "concentrator", "Concentrators are the denominator of all three indicators. Where the college leaves the status "
    "open, nobody can tell whether it means the same students as the State.",
)  # fmt: skip

PARTICIPANT_COMPLETED_COURSE = Rule(
    id="program_enrollment_participant_completed_course", table="core.program_enrollment",
    title="Who entered in the year and is reported as participant completed a course of the program",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["reported_participant_status", "entry_date", *STAY],
        condition=f"entry_date < {july_first()} or {is_among(STAY, _PARTICIPANTS)}",
    ),
    population=Column("reported_participant_status") == "yes", population_words="reported participants",
    columns=("reported_participant_status", "student_id", "program_id"),
    threshold=Threshold(share="0.05", evidence=STATUTE),
    why="A participant has completed a course of a program. Counted by enrollment alone, the number that the college "
        "publishes is larger than the one that the State reports.",
    fix="Report participants from completed courses, and check that the courses are tied to the program.",
    passes=(
        ONE | {"reported_participant_status": "yes", "entry_date": FIRST_DAY},
        OTHER | {"reported_participant_status": "yes", "entry_date": dt.date(2023, 6, 30)},
        OTHER | {"reported_participant_status": "no", "entry_date": FIRST_DAY},
        OTHER | {"reported_participant_status": "yes", "entry_date": None},
    ),
    fails=tuple(
        row | {"reported_participant_status": "yes", "entry_date": FIRST_DAY} for row in neighbors(ONE, STAY)
    ),
    context={"mart.participant": (ONE,)},
)  # fmt: skip

OTHERS_COMPLETED_NONE = Rule(
    id="program_enrollment_others_completed_no_course", table="core.program_enrollment",
    title="Who is reported as no participant completed no course of the program in the year",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["reported_participant_status", *STAY], condition=is_not_among(STAY, _PARTICIPANTS)
    ),
    population=(Column("reported_participant_status") == "no") & (Column("reported_concentrator_status") != "yes"),
    population_words="students reported as neither participants nor concentrators",
    columns=("reported_participant_status", "student_id", "program_id"),
    threshold=Threshold(share="0.05", evidence=STATUTE),
    why="One completed course makes a participant. Students left out by the college are missing from its equity "
        "counts, and they may be no fair cross-section: part-time and noncredit students are easily forgotten.",
    fix="Count each student who earned credits or hours in a course of the program as participant.",
    passes=(
        ONE | NEITHER | {"reported_participant_status": "yes"}, ONE | NEITHER | {"reported_concentrator_status": "yes"},
        *(row | NEITHER for row in neighbors(ONE, STAY)),
    ),
    fails=(ONE | NEITHER,),
    context={"mart.participant": (ONE,)},
)  # fmt: skip

CONCENTRATOR_FOR_GOOD = Rule(
    id="program_enrollment_concentrator_for_good", table="core.program_enrollment",
    title="Who was reported as concentrator of a program is one in later years too",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["reported_concentrator_status", *STAY], condition=is_not_among(STAY, _ONCE)
    ),
    population=Column("reported_concentrator_status") == "no", population_words="students reported as none",
    columns=("reported_concentrator_status", "student_id", "program_id"),
    threshold=Threshold(share="0.02", evidence="house default, where credits of all years count"),
    why="Credits once earned are not lost. A concentrator who disappears leaves the denominators before the exit "
        "that would count, most often because credits of the year alone were added up.",
    fix="Add up the credits of all years in the program, or correct the year in which the status was yes.",
    passes=(
        *(row | {"reported_concentrator_status": "no"} for row in neighbors(ONE, STAY)),
        ONE | BEFORE | {"reported_concentrator_status": "no"},
        OTHER | {"reported_concentrator_status": "no"},
        ONE | {"reported_concentrator_status": "unknown"},
        ONE | {"grantee_id": "yearly", "reported_concentrator_status": "no"},
    ),
    fails=(ONE | {"reported_concentrator_status": "no"},),
    context={
        "core.program_enrollment": (
            ONE | BEFORE | {"reported_concentrator_status": "yes"},
            ONE | BEFORE | {"grantee_id": "yearly", "reported_concentrator_status": "yes"},
            OTHER | BEFORE | {"reported_concentrator_status": "no"},
        ),
        "reference.definition": tuple(
            {"grantee_id": grantee, "program_year": year, "credits_window": window}
            for grantee, window in (("demo", "cumulative"), ("yearly", "reporting_year"))
            for year in ("2022-23", "2023-24")
        ),
    },
)  # fmt: skip

REASON_KNOWN = Rule(
    id="program_enrollment_exit_reason_known", table="core.program_enrollment",
    title="At most a quarter of an institution's exits have an unknown reason",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["exit_reason", *INSTITUTION],
        condition=f"exit_reason <> 'unknown' or {is_not_among(INSTITUTION, _UNKNOWN_REASONS)}",
    ),
    columns=("exit_reason", "institution_id"),
    threshold=Threshold(evidence="house default: a quarter, of 20 exits or more"),
    why="Only a completion enters 1P1 and 2P1. Among exits for unknown reasons are completions that nobody recorded, "
        "so that the rates describe those whom the registrar heard of.",
    fix="Match the exits with your award records before you send them, and record withdrawals when they happen.",
    passes=(*_FEW_UNKNOWN, ONE | {"institution_id": "small", "exit_reason": None}, ONE | {"exit_reason": None}),
    fails=_MANY_UNKNOWN,
)  # fmt: skip

RULES = (
    PARTICIPANT_KNOWN, CONCENTRATOR_KNOWN, PARTICIPANT_COMPLETED_COURSE, OTHERS_COMPLETED_NONE, CONCENTRATOR_FOR_GOOD,
    REASON_KNOWN,
)  # fmt: skip
