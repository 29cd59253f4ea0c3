"""Rules about what is usual: each measure against the median of its own earlier years, accepted ones only, by term.

One rule a family of measures. Where there is too little history a rule has no population there, and never a pass. The
limits are said once, in ``sql/mart/baseline.sql``; what changes from one year to the next is judged in ``macro``.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Rule, Threshold

TABLE = "mart.baseline"
LIMITS = "3.5 x 1.4826 x MAD, 2 points of a share or 5% of a count, and 3 standard errors; the largest counts"
ONE = {
    "grantee_id": "demo", "institution_id": "college-1", "term_code": "fall", "program_year": "2023-24",
    "measured": 1000, "median_measured": 1000, "allowed_difference": 200, "history_count": 3, "status": "within",
}  # fmt: skip


def _usual(family: str, title: str, why: str, fix: str) -> Rule:
    one = ONE | {"measure_family": family}
    other = "count" if family != "count" else "outcome"
    far = {"measured": 5000, "status": "outside"}
    unsaid = {"median_measured": None, "allowed_difference": None, "history_count": 2, "status": "too_little_history"}
    return Rule(
        id=f"baseline_{family}_usual", table=TABLE, title=title, dimension="accuracy", severity="warning",
        layer="macro",
        expectation=ExpectRowsToSatisfy(
            column_list=["measured", "median_measured", "allowed_difference"],
            condition="abs(measured - median_measured) <= allowed_difference",
        ),
        population=(Column("measure_family") == family) & (Column("status") != "too_little_history"),
        population_words="measures with three accepted program years of the same term or more before",
        not_applicable_words="too little history: fewer than three accepted program years of the same term",
        columns=("measured", "median_measured", "allowed_difference", "measure_code", "term_code", "institution_id"),
        threshold=Threshold(evidence=f"house default: {LIMITS}"),
        why=why, fix=fix,
        passes=(
            one, one | {"measured": 1200}, one | {"measured": 800}, one | unsaid | {"measured": 5000},
            one | far | {"measure_family": other},
        ),
        fails=(
            one | far, one | {"measured": 1201, "status": "outside"}, one | {"measured": 799, "status": "outside"},
            one | far | {"institution_id": None},
        ),
    )  # fmt: skip


RULES = (
    _usual("count", "The number of students, enrollments and credentials is what it usually is in the term",
           why="Files that were forgotten, or sent twice under other names, show in no single record, but they move "
               "every rate that has these numbers below the line.",
           fix="Compare with the registrar's own count of the term. If the change is real, say why, and accept it."),
    _usual("unknown", "The share of unknown answers and unplaced records is what it usually is in the term",
           why="Where suddenly many are unknown, subgroups shrink and gaps move; where suddenly none is, somebody has "
               "filled in a default.",
           fix="Find what changed: the form, the source, the code map or the export. Never fill in what is not known."),
    _usual("composition", "Who the students are is about as it usually is in the term",
           why="The students of a college rarely change so much in a year; code maps, forms and lost files do.",
           fix="Check the code maps of sex and race, and whether a campus is missing; if it is real, say why."),
    _usual("outcome", "Credits earned, completions and indicators are about as they usually are in the term",
           why="A jump in a rate is read as success or failure of programs. Most often a definition or a source has "
               "changed, and both years can no longer be compared.",
           fix="Compare definitions, sources and cohorts with the years before; name what broke the series."),
)  # fmt: skip
