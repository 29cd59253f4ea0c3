"""Rules about one value that stands everywhere: most often it is what a system fills in when nothing was said.

They speak of counts only, because the value may be a person's. Codes that jump between two files are judged in
``drift``.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Dimension, Rule, Severity, Threshold

TABLE = "mart.value_concentration"
ONE = {"grantee_id": "demo", "program_year": "2023-24", "institution_id": "college-1"}


def _spread(  # noqa: PLR0913 - what a rule says, all by keyword
    column: str,
    title: str,
    *,
    percent: int,
    smallest: int,
    of: str,
    why: str,
    fix: str,
    table: str = "student",
    dimension: Dimension = "accuracy",
    severity: Severity = "warning",
) -> Rule:
    """Return the rule that no value of ``column`` stands in more than ``percent`` of an institution's records."""
    one = ONE | {"table_name": table, "column_name": column, "value_count": 1000, "distinct_count": 9}
    most = 10 * percent
    return Rule(
        id=f"value_of_{column}_not_everywhere", table=TABLE, title=title, dimension=dimension, severity=severity,
        layer="macro",
        expectation=ExpectRowsToSatisfy(
            column_list=["modal_count", "value_count"], condition=f"modal_count * 100 <= value_count * {percent}"
        ),
        population=(Column("table_name") == table) & (Column("column_name") == column)
        & (Column("value_count") >= smallest),
        population_words=f"institutions with {smallest} {of} or more of which it is known",
        not_applicable_words="too few to tell a default from people who are alike",
        columns=("modal_count", "value_count", "distinct_count", "institution_id"),
        threshold=Threshold(evidence=f"house default: {percent}% of {smallest} or more"), why=why, fix=fix,
        passes=(
            one | {"modal_count": most}, one | {"value_count": smallest - 1, "modal_count": smallest - 1},
            one | {"modal_count": most + 1, "column_name": "another"},
            one | {"modal_count": most + 1, "table_name": "another"},
        ),
        fails=(one | {"modal_count": most + 1}, one | {"value_count": smallest, "modal_count": smallest}),
    )  # fmt: skip


RULES = (
    _spread("birth_date", "No single birth date is that of one student in ten", percent=10, smallest=100,
            of="student records",
            why="Such a date is a default. Ages are wrong, and people who share no more than it are taken for one.",
            fix="Send blank where the birth date is not known; look for 1900-01-01 or the day of a migration."),
    _spread("birth_day", "No day of the year is the birthday of one student in five", percent=20, smallest=100,
            of="student records",
            why="Where only the year was known, January 1 was filled in: the date looks exact and is not.",
            fix="Send blank where the day is not known; ask for the birth date at the next registration."),
    _spread("sex", "No institution reports one sex for more than nineteen in twenty students", percent=95,
            smallest=100, of="student records", dimension="equity",
            why="The share by sex is that of a default, and 3P1 counts everybody as one sex.",
            fix="Check the default of the form and the code map; if the college teaches one field only, say so."),
    _spread("race_selections", "No institution reports one race for more than 98 in 100 students", percent=98,
            smallest=100, of="student records", dimension="equity",
            why="Gaps between groups cannot be seen where a default has made everybody alike.",
            fix="Check the default of the form; send blank where nobody was asked, and several races where several."),
    _spread("entry_date", "Not nearly all students entered their programs on one day", percent=90, smallest=30,
            of="students in programs", table="program_enrollment", severity="info",
            why="The day of an export or of a migration stands for the day of entry; awards may seem to precede it.",
            fix="Send the first day of the term in which the student entered the program."),
    _spread("exit_date", "Not nearly all students left their programs on one day", percent=95, smallest=30,
            of="exits", table="program_enrollment", severity="info",
            why="The quarter of 1P1 follows from the day of exit. The last day of the year, for all, moves everybody "
                "into one quarter.",
            fix="Send the last day of the term of the exit, or the day of withdrawal."),
    _spread("exit_reason", "Not all students left for the same reason", percent=99, smallest=30, of="exits",
            table="program_enrollment",
            why="If only completers are sent, nobody has dropped out; if all withdrew, nobody is in the cohort of 1P1.",
            fix="Send all exits with their reasons, and unknown where the reason is not known."),
    _spread("placement_status", "Not all former students are in the same situation", percent=99, smallest=30,
            of="placements", table="placement",
            why="Sources that report only whom they found make 1P1 a rate of those found, near 100%.",
            fix="Send also not engaged and unknown, for everybody who was looked for."),
)  # fmt: skip
