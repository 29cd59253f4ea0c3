"""Rules about how a file differs from its layout and from the last accepted one, judged on what intake measured.

One rule a kind of drift; a kind that could not be measured, because nothing has been accepted before, has no population
and is not applicable. What is measured, and how, is decided in ``pipelines.intake.drift``.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Dimension, Rule, Severity, Threshold

TABLE = "quality.drift_check"
NONE = ("drift_count = 0", ("drift_count",))
HOUSE = "house default"


def _share_under(numerator: int, denominator: int) -> tuple[str, tuple[str, ...]]:
    """Return a condition that holds where the largest share found is below a fraction, in integers."""
    return f"measured * {denominator} < n * {numerator}", ("measured", "n")


def _change_under(numerator: int, denominator: int) -> tuple[str, tuple[str, ...]]:
    """Return a condition that holds where the largest change of a share is below a fraction, in integers."""
    change = "abs(measured * previous_n - expected * n)"
    return f"{change} * {denominator} < n * previous_n * {numerator}", ("measured", "n", "expected", "previous_n")


def _drift(  # noqa: PLR0913 - what a rule says, all by keyword
    kind: str,
    title: str,
    *,
    why: str,
    fix: str,
    fails: dict[str, Any],
    passes: dict[str, Any] | None = None,
    holds: tuple[str, tuple[str, ...]] = NONE,
    evidence: str = HOUSE,
    dimension: Dimension = "consistency",
    severity: Severity = "warning",
) -> Rule:
    """Return the rule about a kind of drift. ``holds`` is a condition and the columns in it."""
    condition, columns = holds
    said = {"submission_id": "s", "kind": kind, "subject_count": 8}
    nothing = {**said, "drift_count": 0, "measured": None, "n": None, "expected": None, "previous_n": None}
    tolerated = ({**nothing, **passes, "drift_count": 1},) if passes else ()
    return Rule(
        id=f"drift_{kind}", table=TABLE, title=title, dimension=dimension, severity=severity,
        expectation=ExpectRowsToSatisfy(column_list=list(columns), condition=condition),
        population=Column("kind") == kind,
        population_words="files of which it could be measured", columns=("detail", *columns), why=why, fix=fix,
        threshold=Threshold(evidence=evidence),
        passes=(nothing, *tolerated, {**nothing, "kind": "another", "drift_count": 9, "measured": 9, "n": 9}),
        fails=({**nothing, **fails, "drift_count": 1},),
    )  # fmt: skip


COLUMNS = (
    _drift("column_added", "No file has columns that were never agreed", fails={},
           why="Nobody reads the new column: what it should say is missing from every table, and may be personal.",
           fix="Have the column added to the layout, or leave it out of the export."),
    _drift("column_missing", "No file lacks a column that the last one had", fails={}, dimension="completeness",
           why="What the column said is unknown from now on; trends end here, and shares of unknown rise.",
           fix="Put the column back; if it is gone for good, say so, so that the layout can be changed."),
    _drift("column_moved", "The columns of each file stand in their usual order", fails={}, severity="info",
           why="Columns are found by name, so nothing is lost; but a file without header would be read wrongly.",
           fix="Export with the template of the last file, or send the new description of the file."),
    _drift("column_renamed", "No column has come back under another name", fails={},
           why="Under a new name the column is not found, and its values are left out although they were sent.",
           fix="Give the column its old name, or have the new one added to the layout."),
    _drift("column_retyped", "No column of numbers has become text", holds=_share_under(1, 100), dimension="validity",
           passes={"measured": 999, "n": 100_000}, fails={"measured": 1_000, "n": 100_000},
           evidence=f"{HOUSE}: one row in a hundred",
           why="A column that changes its kind is filled from another field, or a code list has replaced a count.",
           fix="Compare the column with the one of the last file; restore its source field."),
)  # fmt: skip

VALUES = (
    _drift("code_never_seen", "Each code has been declared, or was accepted before", fails={}, dimension="validity",
           why="A code that nobody has explained counts as unknown: the people who bear it drop out of their group.",
           fix="Correct the code, or have it added to the layout's code map with its meaning."),
    _drift("code_share_jumped", "No code's share jumps by ten points from one file to the next",
           holds=_change_under(1, 10), evidence=f"{HOUSE}: ten points, counted only if clear of chance (z over 3)",
           passes={"measured": 59, "n": 400, "expected": 20, "previous_n": 400},
           fails={"measured": 60, "n": 400, "expected": 20, "previous_n": 400},
           why="People rarely change that much in a year; definitions and code maps do, and gaps appear or vanish.",
           fix="Find out what changed: the definition, the form, the code map or who enrolls; then say so."),
    _drift("pattern_changed", "Values are written as they were before", holds=_change_under(1, 10),
           evidence=f"{HOUSE}: ten points, counted only if clear of chance (z over 3)", dimension="validity",
           passes={"measured": 59, "n": 400, "expected": 20, "previous_n": 400},
           fails={"measured": 60, "n": 400, "expected": 20, "previous_n": 400},
           why="Identifiers or dates written in another way no longer meet those of other files and years.",
           fix="Export the column in its usual format; if the new one stays, have the layout changed."),
)  # fmt: skip

SPREADSHEETS = (
    _drift("excel_cip", "No CIP code has lost its zeros", fails={}, dimension="accuracy",
           why="1.0101 is no CIP code, and 11.07 is a series instead of a program: its students belong to no program.",
           fix="Format the column as text before you open or paste the data; export again from the source system."),
    _drift("excel_scientific", "No number is in scientific notation", fails={}, dimension="accuracy",
           why="1.23457E+08 stands for a thousand numbers: people become one person, and cannot be told apart again.",
           fix="Format the column as text before you open or paste the data; export again from the source system."),
    _drift("excel_date_serial", "No date is a spreadsheet's count of days", fails={}, dimension="accuracy",
           why="45123 cannot be read as a date, so entry, exit or award are unknown and people drop out of measures.",
           fix="Format the column as date in the layout's format, or as text, and export again."),
    _drift("excel_zeros_lost", "No code or number has lost its leading zeros", fails={}, dimension="accuracy",
           why="Identifiers without their zeros become other people; codes without theirs are unknown.",
           fix="Format the column as text before you open or paste the data; export again from the source system."),
)  # fmt: skip

FILES = (
    _drift("repeats_last_year", "No file repeats that of another year", severity="critical", holds=_share_under(9, 10),
           passes={"measured": 359, "n": 400}, fails={"measured": 360, "n": 400}, dimension="uniqueness",
           evidence=f"{HOUSE}: nine rows in ten; students who return make up to six in ten alike",
           why="Last year's people would be counted again as this year's, and this year's would be missing.",
           fix="Export the program year that the file is for; only the year column has been changed."),
    _drift("other_grantee", "No file is about the institutions of another grantee", severity="critical",
           holds=_share_under(1, 2), passes={"measured": 199, "n": 400}, fails={"measured": 200, "n": 400},
           dimension="integrity", evidence=f"{HOUSE}: half of the rows; new colleges are fewer",
           why="Records of people whom the agency has no right to hold would be stored and counted.",
           fix="Put the file into the folder of its grantee; for new colleges, send the institution file first."),
    _drift("other_year", "The dates of each file lie in the usual program year", holds=_share_under(1, 2),
           passes={"measured": 199, "n": 400}, fails={"measured": 200, "n": 400},
           evidence=f"{HOUSE}: half of the dates",
           why="A file of another year in this year's folder makes people graduate twice, and others never.",
           fix="Send the file of the program year that the folder names, or put it into the right folder."),
    _drift("truncated", "No file is far shorter than the last one", holds=_share_under(1, 2),
           passes={"measured": 199, "n": 400}, fails={"measured": 200, "n": 400}, dimension="completeness",
           evidence=f"{HOUSE}: half of the rows of the last accepted file",
           why="Rows that never came look like people who never were; every count of the year is short.",
           fix="Compare the number of rows with the source and send the whole file; if it is right, say why."),
    _drift("doubled", "No file holds its rows twice", severity="critical", holds=_share_under(1, 2),
           passes={"measured": 199, "n": 400}, fails={"measured": 200, "n": 400}, dimension="uniqueness",
           evidence=f"{HOUSE}: half of the rows stand there a second time",
           why="Credits are added up twice, so that students become concentrators who are none.",
           fix="Export the file again; an export appended to an older one is the usual cause."),
)  # fmt: skip

RULES = (*COLUMNS, *VALUES, *SPREADSHEETS, *FILES)
