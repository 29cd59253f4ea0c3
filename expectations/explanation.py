"""Rules about what institutions answer to their returns: whether an explanation can be shown beside its finding."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import is_not_among, rows_of
from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

LONGEST = 2_000  # characters
LINE = ("submission_id", "line_number")
_ALL = Threshold(count=0, evidence="house default: somebody took the time to write each one")

FINDING_KNOWN = Rule(
    id="explanation_finding_known", version=2, table="core.explanation",
    title="Each explanation is about a finding of the return that it stands in",
    dimension="integrity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=[*LINE, "explanation"],
        condition=f"not ({is_not_among(LINE, rows_of('quality.answered_finding', LINE))})",
    ),
    population=Column("explanation").is_not_null(), population_words="lines with an explanation",
    columns=("finding_id", "explanation"), threshold=_ALL,
    why="An explanation whose finding cannot be told, or was returned to somebody else, is shown to nobody, and the "
        "college is asked the same again.",
    fix="Keep the column Finding as the return had it, no line added, nothing typed over, and the file's name; you "
        "may add to it. A spreadsheet program may change the CSV file; write into the workbook instead.",
    passes=(
        {"submission_id": "s1", "line_number": 4, "explanation": "The course is taught by another college."},
        {"submission_id": "s1", "line_number": 5, "explanation": None},
    ),
    fails=(
        {"submission_id": "s1", "line_number": 5, "explanation": "The course is taught by another college."},
        {"submission_id": "s2", "line_number": 4, "explanation": "The course is taught by another college."},
    ),
    context={"quality.answered_finding": ({"submission_id": "s1", "line_number": 4},)},
)  # fmt: skip

LENGTH_BOUNDED = Rule(
    id="explanation_length_bounded", table="core.explanation",
    title=f"No explanation has more than {LONGEST:,} characters",
    dimension="validity", severity="info",
    expectation=gxe.ExpectColumnValueLengthsToBeBetween(column="explanation", max_value=LONGEST),
    population_words="lines with an explanation", columns=("explanation", "finding_id"), threshold=_ALL,
    why=f"The pages and the next return show the first {LONGEST:,} characters; the rest is kept and not read.",
    fix="Say in a few sentences what is so and why. Send longer papers to the agency's steward.",
    passes=({"explanation": "x" * LONGEST}, {"explanation": None}), fails=({"explanation": "x" * (LONGEST + 1)},),
)  # fmt: skip

RULES = (FINDING_KNOWN, LENGTH_BOUNDED)
