"""Rules about whether files come, and come in time."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

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

RULES = (ON_TIME, ARRIVED)
