"""Hand-written rules about what must follow a completed program: awards, and a search for the graduate."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import INSTITUTION, STAY, is_among, is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import neighbors
from expectations.rule import Rule, Threshold

ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "student_id": "ada",
    "program_id": "welding",
}  # fmt: skip
COMPLETED = ONE | {"exit_reason": "completed"}
# An institution that looked for nobody in that quarter has not sent the file yet: another rule speaks of it.
_NOT_LOOKED_FOR = (
    f"select {', '.join(STAY)} from mart.completer "
    "inner join (select distinct grantee_id, institution_id, reference_quarter as outcome_quarter "
    "from core.placement) as searched using (grantee_id, institution_id, outcome_quarter) "
    "anti join (select grantee_id, institution_id, student_id, reference_quarter as outcome_quarter "
    "from core.placement) as found using (grantee_id, institution_id, student_id, outcome_quarter)"
)

AWARDS_FOLLOW = Rule(
    id="program_enrollment_awards_follow_completions", table="core.program_enrollment",
    title="An institution that reports completions reports awards too",
    dimension="integrity", severity="warning", layer="consistency",
    expectation=ExpectRowsToSatisfy(
        column_list=["exit_reason", *INSTITUTION],
        condition=is_among(INSTITUTION, rows_of("core.credential", INSTITUTION)),
    ),
    population=Column("exit_reason") == "completed", population_words="completed programs",
    columns=("exit_reason", "institution_id"),
    threshold=Threshold(count=5, evidence="house default: up to five completers may all go without an award"),
    why="Without one award in the year, 2P1 of the institution is unknown or zero, though its students completed "
        "programs: a file is missing, or its institution is called by another code.",
    fix="Send the credentials of the year, under the institution codes of your other files.",
    passes=(COMPLETED, ONE | {"institution_id": "college-2", "exit_reason": "withdrew"}),
    fails=neighbors(COMPLETED, INSTITUTION),
    context={"core.credential": (ONE | {"student_id": "bo"},)},
)  # fmt: skip

LOOKED_FOR = Rule(
    id="program_enrollment_completer_looked_for", table="core.program_enrollment",
    title="Each concentrator who completed was looked for in the second quarter after it",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["exit_reason", *STAY], condition=is_not_among(STAY, _NOT_LOOKED_FOR)),
    population=Column("exit_reason") == "completed", population_words="completed programs",
    columns=("exit_reason", "student_id", "program_id"),
    threshold=Threshold(share="0.1", count=3, evidence="Perkins V section 113(b)(2)(B): second quarter; share and "
                        "count house defaults"),
    why="Who was not looked for is unknown in 1P1, which then says something about the students with a usable "
        "identifier only. Looked for and not found is an answer; no record is none.",
    fix="Send a placement record for each completer, also for those whom no source found (status unknown).",
    passes=(
        COMPLETED,
        COMPLETED | {"student_id": "cy"},
        ONE | {"student_id": "bo", "exit_reason": "withdrew"},
        *neighbors(COMPLETED | {"student_id": "bo"}, STAY),
    ),
    fails=(COMPLETED | {"student_id": "bo"},),
    context={
        "mart.completer": (
            ONE | {"outcome_quarter": "2024Q4"}, ONE | {"student_id": "bo", "outcome_quarter": "2024Q4"},
            ONE | {"student_id": "cy", "outcome_quarter": "2025Q1"},
        ),
        "core.placement": (ONE | {"program_year": "2024-25", "reference_quarter": "2024Q4"},),
    },
)  # fmt: skip

RULES = (AWARDS_FOLLOW, LOOKED_FOR)
