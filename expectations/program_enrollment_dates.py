"""Hand-written rules about single dates of entry and exit; how a stay goes on over the years stands elsewhere."""

from __future__ import annotations

import datetime as dt

from great_expectations.expectations.row_conditions import Column

from expectations.conditions import is_no_default_day, july_first
from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

YEAR = {"program_year": "2023-24"}
FALL, SPRING = dt.date(2023, 9, 1), dt.date(2024, 5, 31)
FIRST_DAY, LAST_DAY, NEXT_YEAR = dt.date(2023, 7, 1), dt.date(2024, 6, 30), dt.date(2024, 7, 1)
DAY_BEFORE = dt.date(2023, 6, 30)
ONE_DAY = dt.timedelta(days=1)

ENTERED_BY_YEAR_END = Rule(
    id="program_enrollment_entry_by_year_end", table="core.program_enrollment",
    title="No one enters a program after the end of the program year",
    dimension="timeliness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["entry_date", "program_year"], condition=f"entry_date < {july_first(1)}"
    ),
    population_words="stays with an entry date",
    columns=("entry_date",), threshold=Threshold(share="0.005", evidence="house default"),
    why="The student is counted in a year in which the studies had not begun: participants of the year are too many, "
        "and the next year counts the same person again.",
    fix="Send the student with the files of the program year (1 July to 30 June) of the entry, or correct the date.",
    passes=(YEAR | {"entry_date": LAST_DAY}, YEAR | {"entry_date": None}), fails=(YEAR | {"entry_date": NEXT_YEAR},),
)  # fmt: skip

LEFT_IN_YEAR = Rule(
    id="program_enrollment_exit_in_year", table="core.program_enrollment",
    title="Each exit lies in the program year that reports it",
    dimension="timeliness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["exit_date", "entry_date", "program_year"],
        condition=f"coalesce(exit_date < entry_date, false) "
        f"or (exit_date >= {july_first()} and exit_date < {july_first(1)})",
    ),
    population=Column("exit_date").is_not_null(), population_words="stays with an exit date",
    columns=("exit_date", "entry_date"), threshold=Threshold(share="0.01", evidence="house default"),
    why="A completion counts in the cohort of the year of its date. Outside of the year that reports it, it is in no "
        "cohort of 1P1 and 2P1 at all: the year of the date has not heard of it.",
    fix="Report an exit once, in its own program year; correct the date, or send the year it belongs to again.",
    passes=(
        YEAR | {"entry_date": dt.date(2022, 9, 1), "exit_date": FIRST_DAY},
        YEAR | {"entry_date": None, "exit_date": LAST_DAY},
        YEAR | {"entry_date": FALL, "exit_date": dt.date(2015, 1, 5)}, YEAR | {"entry_date": FALL, "exit_date": None},
    ),
    fails=(
        YEAR | {"entry_date": dt.date(2022, 9, 1), "exit_date": DAY_BEFORE},
        YEAR | {"entry_date": FALL, "exit_date": NEXT_YEAR}, YEAR | {"entry_date": None, "exit_date": DAY_BEFORE},
        YEAR | {"entry_date": DAY_BEFORE, "exit_date": DAY_BEFORE},
    ),
)  # fmt: skip

ENTERED_LATELY = Rule(
    id="program_enrollment_entry_not_long_ago", table="core.program_enrollment",
    title="No stay in a program began more than ten years before the program year",
    dimension="validity", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["entry_date", "program_year"], condition=f"entry_date >= {july_first(-10)}"
    ),
    population_words="stays with an entry date",
    columns=("entry_date",), threshold=Threshold(share="0.01", evidence="house default: ten years"),
    why="Credentials count from the entry on (2P1): an entry of long ago lets a credential of another decade count as "
        "earned in the program. Often it is the first contact with the college, or a stay that nobody closed.",
    fix="Send the entry into this program, and close stays of students who are no longer heard of.",
    passes=(YEAR | {"entry_date": dt.date(2013, 7, 1)}, YEAR | {"entry_date": None}),
    fails=(YEAR | {"entry_date": dt.date(2013, 6, 30)},),
)  # fmt: skip

ENTRY_IS_NO_DEFAULT = Rule(
    id="program_enrollment_entry_date_no_default", table="core.program_enrollment",
    title="Entry dates are not the first of January",
    dimension="accuracy", severity="warning", layer="validity",
    expectation=ExpectRowsToSatisfy(column_list=["entry_date"], condition=is_no_default_day("entry_date")),
    population_words="stays with an entry date",
    columns=("entry_date",), threshold=Threshold(share="0.02", evidence="house default"),
    why="No term begins on New Year's Day. Systems write it where only the year is known, and credentials earned "
        "before the true entry then count for 2P1, or those after it do not.",
    fix="Send the first day of the first term in the program; send nothing where the entry is not known.",
    passes=(
        {"entry_date": dt.date(2024, 1, 2)}, {"entry_date": dt.date(2024, 2, 1)}, {"entry_date": None},
    ),
    fails=({"entry_date": dt.date(2024, 1, 1)},),
)  # fmt: skip

COMPLETION_TAKES_TIME = Rule(
    id="program_enrollment_completion_takes_time", table="core.program_enrollment",
    title="No program is completed within a week of entering it",
    dimension="consistency", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["exit_date", "entry_date"],
        condition="exit_date < entry_date or exit_date >= entry_date + interval 7 day",
    ),
    population=Column("exit_reason") == "completed", population_words="completed programs",
    columns=("exit_date", "entry_date"), threshold=Threshold(share="0.02", evidence="house default: 7 days"),
    why="Students who are entered into a program on the day of the award were never in it as far as the data tell: "
        "their credits are no credits of the program, and they are no concentrators.",
    fix="Send the day on which the student began the program, not the day on which it was declared for the award.",
    passes=(
        {"exit_reason": "completed", "entry_date": FALL, "exit_date": FALL + 7 * ONE_DAY},
        {"exit_reason": "completed", "entry_date": FALL, "exit_date": FALL - ONE_DAY},
        {"exit_reason": "completed", "entry_date": None, "exit_date": SPRING},
        {"exit_reason": "withdrew", "entry_date": FALL, "exit_date": FALL},
    ),
    fails=(
        {"exit_reason": "completed", "entry_date": FALL, "exit_date": FALL + 6 * ONE_DAY},
        {"exit_reason": "completed", "entry_date": FALL, "exit_date": FALL},
    ),
)  # fmt: skip

RULES = (ENTERED_BY_YEAR_END, LEFT_IN_YEAR, ENTERED_LATELY, ENTRY_IS_NO_DEFAULT, COMPLETION_TAKES_TIME)
