"""Rules about programs from one year to the next: those that empty, those that swell, those that nobody finishes."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

TABLE = "mart.program_change"
FEW = 10
MANY = 30
ONE = {
    "grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1", "program_id": "P1",
    "student_count": 60, "concentrator_count": 20, "previous_student_count": 60, "previous_concentrator_count": 20,
}  # fmt: skip
COLUMNS = ("concentrator_count", "previous_concentrator_count", "program_id", "institution_id")

NOT_EMPTIED = Rule(
    id="program_not_emptied", table=TABLE,
    title="A program with concentrators the year before has some now",
    dimension="consistency", severity="warning", layer="macro",
    expectation=ExpectRowsToSatisfy(column_list=["concentrator_count"], condition="concentrator_count > 0"),
    population=Column("previous_concentrator_count") >= FEW,
    population_words=f"programs with {FEW} concentrators or more in the year before", columns=COLUMNS,
    threshold=Threshold(evidence=f"house default: {FEW} concentrators"),
    why="A program that was renumbered loses its history: its students start anew, and their credits are not found.",
    fix="If the program goes on under another number, say which; if its courses lost the program's number, restore it.",
    passes=(
        ONE | {"concentrator_count": 1}, ONE | {"concentrator_count": 0, "previous_concentrator_count": 9},
        ONE | {"concentrator_count": 0, "previous_concentrator_count": None},
    ),
    fails=(ONE | {"concentrator_count": 0}, ONE | {"concentrator_count": 0, "previous_concentrator_count": 10}),
)  # fmt: skip

NOT_SWOLLEN = Rule(
    id="program_not_swollen", table=TABLE,
    title="The concentrators of a program do not triple in a year",
    dimension="accuracy", severity="warning", layer="macro",
    expectation=ExpectRowsToSatisfy(
        column_list=["concentrator_count", "previous_concentrator_count"],
        condition="concentrator_count < previous_concentrator_count * 3",
    ),
    population=Column("previous_concentrator_count") >= FEW,
    population_words=f"programs with {FEW} concentrators or more in the year before", columns=COLUMNS,
    threshold=Threshold(evidence="house default: three times"),
    why="One catch-all number for many programs hides in which fields students concentrate, and who is in none.",
    fix="Look for a default program number in the export, and for courses that were given to the wrong program.",
    passes=(
        ONE | {"concentrator_count": 59}, ONE | {"concentrator_count": 90, "previous_concentrator_count": 9},
        ONE | {"concentrator_count": 90, "previous_concentrator_count": None},
    ),
    fails=(ONE | {"concentrator_count": 60}, ONE | {"concentrator_count": 30, "previous_concentrator_count": FEW}),
)  # fmt: skip

SOMEBODY_CONCENTRATES = Rule(
    id="program_has_concentrators", table=TABLE,
    title=f"A program with {MANY} students has at least one concentrator",
    dimension="consistency", severity="info", layer="macro",
    expectation=ExpectRowsToSatisfy(column_list=["concentrator_count"], condition="concentrator_count > 0"),
    population=Column("student_count") >= MANY,
    population_words=f"programs with {MANY} students or more",
    columns=("concentrator_count", "student_count", "program_id", "institution_id"),
    threshold=Threshold(evidence=f"house default: {MANY} students"),
    why="Its students count in no indicator. Most often credits stand under general education, or are not posted.",
    fix="Give the courses of the program its number, and send the credits earned.",
    passes=(ONE | {"concentrator_count": 1}, ONE | {"concentrator_count": 0, "student_count": 29}),
    fails=(ONE | {"concentrator_count": 0}, ONE | {"concentrator_count": 0, "student_count": 30}),
)  # fmt: skip

RULES = (NOT_EMPTIED, NOT_SWOLLEN, SOMEBODY_CONCENTRATES)
