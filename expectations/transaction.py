"""Rules about records of update files: whether they find what they change."""

from __future__ import annotations

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

MEETS_RECORD = Rule(
    id="transaction_meets_record",
    table="quality.transaction",
    title="Each record that changes or deletes finds the record that it speaks of",
    dimension="integrity",
    severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["is_matched"], condition="is_matched"),
    columns=("transaction_code", "is_matched"),
    population_words="records that change or delete",
    threshold=Threshold(share="0.01", evidence="house default: one record in a hundred"),
    why="A change of what was never sent is kept as a new record, and a delete of it does nothing: somebody counts on "
    "a record that is not there, or a key was changed without a delete and an add.",
    fix="Send the missing record as an add, or correct the key; a key is changed by a delete and an add.",
    passes=({"transaction_code": "change", "is_matched": True, "line_number": 2},),
    fails=(
        {"transaction_code": "change", "is_matched": False, "line_number": 2},
        {"transaction_code": "delete", "is_matched": False, "line_number": 3},
    ),
)

RULES = (MEETS_RECORD,)
