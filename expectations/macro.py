"""Rules about rates that are too good, too bad or gone, and how a rule about measures is said.

All speak of ``mart.baseline``. What is usual over many years is judged in ``baseline``, jumps in ``year_over_year``,
how many records came in ``record_count``, values that stand everywhere in ``concentration``.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.row_conditions import Column, Condition

from expectations.custom import ExpectRowsToSatisfy
from expectations.rule import Dimension, Row, Rule, Severity, Threshold

BASELINE = "mart.baseline"
SMALLEST = 30
FEW = 10
MANY = 100
MANY_CREDITS = 1000
COUNTS = ("numerator_count", "previous_numerator_count", "denominator_count", "previous_denominator_count")
ONE: dict[str, Any] = {
    "grantee_id": "demo", "institution_id": "college-1", "term_code": "annual", "program_year": "2023-24",
    "numerator_count": 40, "denominator_count": 100, "measured": 4000,
    "previous_numerator_count": 40, "previous_denominator_count": 100, "previous_measured": 4000,
    "is_within_chance": False, "earlier_count": 2,
}  # fmt: skip
ANOTHER = {"measure_code": "another"}
NEW = {"previous_numerator_count": None, "previous_denominator_count": None, "previous_measured": None}


def about_measure(  # noqa: PLR0913 - what a rule says, all by keyword
    rule_id: str,
    title: str,
    condition: str,
    columns: tuple[str, ...],
    *,
    codes: tuple[str, ...],
    passes: tuple[Row, ...],
    fails: tuple[Row, ...],
    why: str,
    fix: str,
    evidence: str,
    population: Condition,
    population_words: str,
    dimension: Dimension = "accuracy",
    severity: Severity = "warning",
) -> Rule:
    """Return a rule about some measures of ``mart.baseline``. Rows of ``passes`` and ``fails`` are changes of ONE."""
    one = ONE | {"measure_code": codes[0]}
    bad = fails[0]
    return Rule(
        id=rule_id, table=BASELINE, title=title, dimension=dimension, severity=severity, layer="macro",
        expectation=ExpectRowsToSatisfy(
            column_list=[name for name in columns if name in condition], condition=condition
        ),
        population=Column("measure_code").is_in(list(codes)) & population,
        population_words=population_words, not_applicable_words="nothing to compare with, or too few",
        columns=columns, threshold=Threshold(evidence=f"house default: {evidence}"), why=why, fix=fix,
        passes=(*(one | dict(row) for row in passes), one | dict(bad) | ANOTHER),
        fails=(*(one | dict(row) for row in fails), *(one | dict(bad) | {"measure_code": c} for c in codes[1:])),
    )  # fmt: skip


GONE = (
    about_measure(
        "outcome_still_reported", "An outcome that was reported the year before is not nought for everybody",
        "numerator_count > 0", (*COUNTS[:2], "measure_code", "institution_id"), dimension="completeness",
        codes=("completer_of_leavers", "credential_of_leavers", "concentrator_of_participants"),
        population=(Column("previous_numerator_count") >= FEW) & (Column("denominator_count") >= FEW),
        population_words=f"outcomes of {FEW} students or more in the year before, where {FEW} could have one now",
        evidence=f"{FEW} students",
        passes=({"numerator_count": 1}, {"numerator_count": 0} | NEW, {"numerator_count": 0, "denominator_count": 9},
                {"numerator_count": 0, "previous_numerator_count": 9}),
        fails=({"numerator_count": 0},
               {"numerator_count": 0, "previous_numerator_count": FEW, "denominator_count": FEW}),
        why="Not reported is counted as not reached: the rate is nought, and nobody can tell that it is unknown.",
        fix="Send the file or the column that says it; where it is not collected any more, say so.",
    ),
    about_measure(
        "noncredit_still_reported", "Noncredit enrollments that were reported the year before are still there",
        "numerator_count > 0", (*COUNTS[:2], "term_code", "institution_id"), codes=("noncredit_enrollment",),
        population=Column("previous_numerator_count") >= FEW, dimension="completeness",
        population_words=f"terms with {FEW} noncredit enrollments or more in the year before", evidence=f"{FEW}",
        passes=({"numerator_count": 1}, {"numerator_count": 0} | NEW,
                {"numerator_count": 0, "previous_numerator_count": 9}),
        fails=({"numerator_count": 0}, {"numerator_count": 0, "previous_numerator_count": FEW}),
        why="Noncredit students often live in another system. When its export fails, they are simply gone.",
        fix="Ask continuing education for its export; check that its courses still carry the noncredit code.",
    ),
)  # fmt: skip

DOUBTFUL = (
    about_measure(
        "leavers_not_all_completers", "Not every student who left a program of an institution has completed it",
        "measured < 10000", ("measured", "denominator_count", "institution_id"), codes=("completer_of_leavers",),
        population=Column("denominator_count") >= SMALLEST,
        population_words=f"institutions and grantees with {SMALLEST} leavers or more", evidence=f"{SMALLEST} leavers",
        passes=({"measured": 9999}, {"measured": 10000, "denominator_count": 29}),
        fails=({"measured": 10000}, {"measured": 10000, "denominator_count": 30}),
        why="Where only completers are reported as leaving, those who dropped out look as if they were still there.",
        fix="Send the exits of students who withdrew, with their reason; unknown is a reason too.",
    ),
    about_measure(
        "credits_not_all_earned", "Not all credits attempted in a term are earned",
        "measured < 10000", ("measured", "denominator_count", "term_code", "institution_id"), severity="info",
        codes=("semester_credit_earned", "quarter_credit_earned", "clock_hour_earned"),
        population=Column("denominator_count") >= MANY_CREDITS,
        population_words="terms of institutions and grantees with 1,000 credits or hours or more attempted",
        evidence="1,000 credits or hours",
        passes=({"denominator_count": 1000, "measured": 9999}, {"denominator_count": 999, "measured": 10000}),
        fails=({"denominator_count": 1000, "measured": 10000},),
        why="Earned was copied from attempted: those who failed count as participants and concentrators.",
        fix="Export the credits earned after grades were posted, and 0 for courses failed or left.",
    ),
    about_measure(
        "students_elsewhere_few", "At most a quarter of the students are also students of another institution",
        "measured <= 2500", ("measured", "denominator_count", "institution_id"), codes=("student_elsewhere",),
        population=Column("denominator_count") >= MANY,
        population_words="institutions and grantees with 100 students or more", evidence="a quarter",
        dimension="uniqueness", severity="info",
        passes=({"measured": 2500}, {"measured": 9000, "denominator_count": 99}), fails=({"measured": 2501},),
        why="Identifiers that several colleges hand out alike make one person of many; rates of the State then count "
            "their credentials together.",
        fix="Check which kind of identifier is declared: local numbers are no State numbers.",
    ),
    about_measure(
        "orphan_records_few", "At most one record in fifty refers to a student, course or program that is not there",
        "measured <= 200", ("measured", "numerator_count", "denominator_count", "institution_id"),
        codes=("orphan_record",), population=Column("denominator_count") >= MANY, dimension="integrity",
        population_words="institutions and grantees with 100 records of enrollments, credentials and placements",
        evidence="one in fifty",
        passes=({"measured": 200}, {"measured": 9000, "denominator_count": 99}),
        fails=({"measured": 201}, {"measured": 201, "institution_id": None}),
        why="These records count in no measure. So many of them mean that a file is missing or is of another day.",
        fix="Export all files of the program year on one day, and send them together.",
    ),
)  # fmt: skip

RULES = (*GONE, *DOUBTFUL)
