"""Hand-written rules about students in programs: entry, exit, and what the institution itself reports of status."""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import START_YEAR, STAY, STAY_EVER, is_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "program_id": "welding",
}  # fmt: skip
OTHER = ONE | {"student_id": "bo"}
ENTRY, EXIT = dt.date(2023, 7, 1), dt.date(2024, 5, 31)
# Credits earned before the first year that was submitted are not known: such a stay cannot be judged by its credits.
HAS_HISTORY = is_among(
    ("grantee_id", "year(entry_date - interval 6 month)"),
    f"select distinct grantee_id, {START_YEAR} from core.enrollment",
)
HISTORY = ({"grantee_id": "demo", "program_year": "2023-24"},
           {"grantee_id": "another grantee_id", "program_year": "2023-24"})  # fmt: skip
NEWCOMER = {"grantee_id": "newcomer", "entry_date": ENTRY}
CONCENTRATES = is_among(STAY, rows_of("mart.concentrator", STAY))

PARTICIPATES = Rule(
    id="program_enrollment_concentrator_participates", table="core.program_enrollment",
    title="Each reported concentrator is a participant",
    dimension="consistency", severity="critical",
    expectation=gxe.ExpectColumnValuesToNotBeInSet(column="reported_participant_status", value_set=["no"]),
    population=Column("reported_concentrator_status") == "yes", population_words="reported concentrators",
    columns=("reported_participant_status", "reported_concentrator_status"),
    threshold=Threshold(share="0.01", evidence="house default"),
    why="Who earned 12 credits in a program has completed a course of it: the two flags come from different rules.",
    fix="Derive both flags from the same credits; a concentrator is always a participant too.",
    passes=(
        {"reported_concentrator_status": "yes", "reported_participant_status": "yes"},
        {"reported_concentrator_status": "yes", "reported_participant_status": "not_collected"},
        {"reported_concentrator_status": "no", "reported_participant_status": "no"},
    ),
    fails=({"reported_concentrator_status": "yes", "reported_participant_status": "no"},),
)  # fmt: skip

STATUS_AGREES = Rule(
    id="program_enrollment_concentrator_status_agrees", table="core.program_enrollment",
    title="The reported concentrator status agrees with the credits earned",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["reported_concentrator_status", "entry_date", *STAY],
        condition=f"not ({HAS_HISTORY}) or (reported_concentrator_status = 'yes') = ({CONCENTRATES})",
    ),
    population=Column("reported_concentrator_status").is_in(["yes", "no"]),
    population_words="students in programs with a reported yes or no",
    columns=("reported_concentrator_status", "student_id", "program_id"),
    threshold=Threshold(share="0.05", evidence="house default"),
    why="Concentrators are the denominator of all three indicators. Where college and State count different students, "
        "the same rate is computed twice with different results.",
    fix="Compare your definition with the one in force: earned, not attempted; within one program; its own unit.",
    passes=(
        ONE | {"reported_concentrator_status": "yes", "entry_date": ENTRY},
        OTHER | {"reported_concentrator_status": "no", "entry_date": ENTRY},
        OTHER | {"reported_concentrator_status": "yes", "entry_date": dt.date(2023, 6, 30)},
        OTHER | {"reported_concentrator_status": "unknown", "entry_date": ENTRY},
        OTHER | {"reported_concentrator_status": "yes", "entry_date": ENTRY, "program_id": None},
        ONE | NEWCOMER | {"reported_concentrator_status": "yes"},
    ),
    fails=(
        ONE | {"reported_concentrator_status": "no", "entry_date": ENTRY},
        *(row | {"reported_concentrator_status": "yes", "entry_date": ENTRY} for row in neighbors(ONE, STAY)),
    ),
    context={"mart.concentrator": (ONE,), "core.enrollment": HISTORY},
)  # fmt: skip

COMPLETION_HAS_CREDITS = Rule(
    id="program_enrollment_completion_has_credits", table="core.program_enrollment",
    title="Who completed a program earned 12 credits in it, or the program is shorter",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["exit_reason", "entry_date", *STAY],
        condition=f"not ({HAS_HISTORY}) or {is_among(STAY_EVER, rows_of('mart.concentrator', STAY_EVER))}",
    ),
    population=Column("exit_reason") == "completed", population_words="completed programs",
    columns=("exit_reason", "student_id", "program_id"), threshold=Threshold(share="0.05", evidence="house default"),
    why="A completion of a 30-credit program with 6 credits makes no concentrator: the student falls out of 1P1 and "
        "2P1, though a credential may have been earned.",
    fix="Look for courses without a program, credits transferred in, or a completion that is none.",
    passes=(
        ONE | {"exit_reason": "completed", "entry_date": ENTRY},
        OTHER | {"exit_reason": "withdrew", "entry_date": ENTRY},
        OTHER | {"exit_reason": "completed", "entry_date": dt.date(2023, 6, 30)},
        ONE | NEWCOMER | {"exit_reason": "completed"},
    ),
    fails=tuple(row | {"exit_reason": "completed", "entry_date": ENTRY} for row in neighbors(ONE, STAY_EVER)),
    context={"mart.concentrator": (ONE | {"program_year": "2022-23"},), "core.enrollment": HISTORY},
)  # fmt: skip

EXIT_AFTER_ENTRY = Rule(
    id="program_enrollment_exit_after_entry", table="core.program_enrollment",
    title="No one leaves a program before entering it",
    dimension="consistency", severity="warning",
    expectation=gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="exit_date", column_B="entry_date", or_equal=True, ignore_row_if="either_value_is_missing"
    ),
    population_words="stays with entry and exit date", columns=("exit_date", "entry_date"),
    threshold=Threshold(share="0.005", evidence="house default"),
    why="The exit sets the cohort and the quarter in which placement is looked for; a wrong one misses both.",
    fix="Correct the two dates; a student who came back after leaving needs the last exit, or none.",
    passes=(
        {"entry_date": ENTRY, "exit_date": ENTRY}, {"entry_date": ENTRY, "exit_date": None},
        {"entry_date": None, "exit_date": EXIT},
    ),
    fails=({"entry_date": EXIT, "exit_date": ENTRY},),
)  # fmt: skip

EXIT_HAS_REASON = Rule(
    id="program_enrollment_exit_has_reason", table="core.program_enrollment",
    title="An exit has date and reason, or there is none",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["exit_reason", "exit_date", "unreadable_columns"],
        condition="(exit_date is null) = (exit_reason is null) "
        "or unreadable_columns like '%,exit_date,%' or unreadable_columns like '%,exit_reason,%'",
    ),
    columns=("exit_reason", "exit_date"), threshold=Threshold(share="0.01", evidence="house default"),
    why="A date without a reason may be a completion; a reason without a date belongs to no quarter. Neither can be "
        "placed in the cohorts of 1P1 and 2P1.",
    fix="Send both once the student has left, and neither before.",
    passes=(
        {"exit_date": EXIT, "exit_reason": "completed", "unreadable_columns": ""},
        {"exit_date": None, "exit_reason": None, "unreadable_columns": ""},
        {"exit_date": None, "exit_reason": "withdrew", "unreadable_columns": ",exit_date,"},
        {"exit_date": EXIT, "exit_reason": None, "unreadable_columns": ",exit_reason,"},
    ),
    fails=(
        {"exit_date": EXIT, "exit_reason": None, "unreadable_columns": ""},
        {"exit_date": None, "exit_reason": "completed", "unreadable_columns": ""},
    ),
)  # fmt: skip

RULES = (
    PARTICIPATES, STATUS_AGREES, COMPLETION_HAS_CREDITS, EXIT_AFTER_ENTRY, EXIT_HAS_REASON,
)  # fmt: skip
