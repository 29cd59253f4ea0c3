"""Rules about whether files come, and come in time."""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import july_first
from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

YEAR = {"grantee_id": "demo", "program_year": "2023-24"}

ON_TIME = Rule(
    id="submission_on_time",
    table="quality.submission",
    title="Each file comes by its due date",
    dimension="timeliness",
    severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["is_late"], condition="not is_late"),
    population=Column("grantee_id").is_not_null()
    & Column("supersedes_submission_id").is_null()
    & (Column("status") != "repeated"),
    population_words="files of grantees, corrections and repeats of earlier ones left out",
    columns=("is_late", "received_at", "due_date"),
    why="One late college holds up the State: measures of the year change after others have begun to use them.",
    fix="Send by the due date of the grantee's calendar, even if a correction must follow; corrections are never late.",
    passes=(
        {"grantee_id": "demo", "is_late": False, "status": "accepted"},
        {"grantee_id": "demo", "is_late": True, "status": "accepted", "supersedes_submission_id": "first"},
        {"grantee_id": "demo", "is_late": True, "status": "repeated"},
        {"grantee_id": None, "is_late": True, "status": "accepted"},
    ),
    fails=({"grantee_id": "demo", "is_late": True, "status": "accepted"},),
)

ARRIVED = Rule(
    id="expected_file_received",
    table="quality.expected_file",
    title="Each table that the year needs has been received",
    dimension="timeliness",
    severity="warning",
    expectation=gxe.ExpectColumnValuesToBeBetween(column="received_count", min_value=1),
    columns=("table_name", "received_count"),
    threshold=Threshold(evidence="each required table is needed by some indicator"),
    why="What the missing table would say is unknown, not zero; indicators that rest on it cannot be computed.",
    fix="Send the file; if the table cannot be sent this year, say so, so that the gap can be stated.",
    passes=({"grantee_id": "demo", "program_year": "2023-24", "table_name": "student", "received_count": 1},),
    fails=({"grantee_id": "demo", "program_year": "2023-24", "table_name": "placement", "received_count": 0},),
)

AFTER_THE_YEAR = Rule(
    id="submission_after_the_year",
    table="quality.submission",
    title="No file that is due after the program year comes before the year has ended",
    dimension="timeliness",
    severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["received_at", "due_date", "program_year"],
        condition=f"due_date < {july_first(1)} or received_at >= {july_first(1)}",
    ),
    population=Column("grantee_id").is_not_null(),
    population_words="files of grantees",
    columns=("received_at", "due_date"),
    why="The year is not over: exits, credits of the last term and awards are missing, and what looks like a fall "
    "against last year is the calendar.",
    fix="Send the file again after 30 June, or have a due date declared for the term that it is about.",
    passes=(
        YEAR | {"due_date": dt.date(2024, 8, 15), "received_at": dt.date(2024, 7, 1)},
        YEAR | {"due_date": dt.date(2024, 6, 30), "received_at": dt.date(2024, 1, 10)},
        YEAR | {"due_date": None, "received_at": dt.date(2024, 1, 10)},
        YEAR | {"grantee_id": None, "due_date": dt.date(2024, 8, 15), "received_at": dt.date(2024, 6, 30)},
    ),
    fails=(
        YEAR | {"due_date": dt.date(2024, 8, 15), "received_at": dt.date(2024, 6, 30)},
        YEAR | {"due_date": dt.date(2024, 7, 1), "received_at": dt.date(2024, 6, 30)},
    ),
)

SENT_FEW_TIMES = Rule(
    id="submission_sent_few_times",
    table="quality.submission_check",
    title="No file is sent more than six times",
    dimension="timeliness",
    severity="info",
    layer="timeliness",
    expectation=gxe.ExpectColumnValuesToBeBetween(column="replaced_count", max_value=5),
    columns=("replaced_count", "file_name"),
    threshold=Threshold(evidence="house default: five corrections"),
    why="Numbers that change every week are quoted in as many versions, and nobody has looked at a file that is sent "
    "until it passes.",
    fix="Have the file checked before it is sent (cte check), which says everything that is wrong at once.",
    passes=({"replaced_count": 5, "file_name": "students.csv"}, {"replaced_count": 0, "file_name": "courses.csv"}),
    fails=({"replaced_count": 6, "file_name": "students.csv"},),
)

RULES = (ON_TIME, ARRIVED, AFTER_THE_YEAR, SENT_FEW_TIMES)
