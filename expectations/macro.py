"""Rules about how a year compares with the one before, and about rates that are too good, too bad or gone.

All speak of ``mart.baseline``. What is usual over many years is judged in ``baseline``, how many records came in
``record_count``, values that stand everywhere in ``concentration``.
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
RATE = ("measured", "previous_measured", "measure_code", "institution_id")
COUNTS = ("numerator_count", "previous_numerator_count", "denominator_count", "previous_denominator_count")
BOTH_YEARS = (Column("denominator_count") >= SMALLEST) & (Column("previous_denominator_count") >= SMALLEST)
ONE: dict[str, Any] = {
    "grantee_id": "demo", "institution_id": "college-1", "term_code": "annual", "program_year": "2023-24",
    "numerator_count": 40, "denominator_count": 100, "measured": 4000,
    "previous_numerator_count": 40, "previous_denominator_count": 100, "previous_measured": 4000,
}  # fmt: skip
ANOTHER = {"measure_code": "another"}
NEW = {"previous_numerator_count": None, "previous_denominator_count": None, "previous_measured": None}
FROM_SMALLEST = f"institutions and grantees with {SMALLEST} or more in both years"


def _rule(  # noqa: PLR0913 - what a rule says, all by keyword
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
    population_words: str = FROM_SMALLEST,
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


STABLE = (
    _rule(
        "concentrator_share_stable", "The share of concentrators among participants moves by at most ten points",
        "abs(measured - previous_measured) <= 1000", RATE, codes=("concentrator_of_participants",),
        population=BOTH_YEARS, evidence="ten points from one year to the next",
        passes=({"measured": 5000}, {"measured": 3000}, NEW, {"measured": 9000, "denominator_count": 29},
                {"measured": 9000, "previous_denominator_count": 29}),
        fails=({"measured": 5001}, {"measured": 2999}),
        why="Concentrators are the denominator of all indicators. When their share moves, the definition has moved, "
            "and so has every rate, whatever students did.",
        fix="Compare the credits that count, the window and the course list with the year before; name the change.",
    ),
    _rule(
        "concentrators_follow_participants", "Concentrators do not grow by half while participants become fewer",
        "numerator_count * 2 < previous_numerator_count * 3 or denominator_count >= previous_denominator_count",
        (*COUNTS, "institution_id"), codes=("concentrator_of_participants",),
        population=Column("previous_numerator_count") >= SMALLEST,
        population_words=f"institutions and grantees with {SMALLEST} concentrators or more in the year before",
        evidence="by half; Delaware's published concentrators once doubled while its participants fell",
        passes=({"numerator_count": 60}, {"numerator_count": 59, "denominator_count": 90}, NEW,
                {"numerator_count": 90, "denominator_count": 99, "previous_numerator_count": 29}),
        fails=({"numerator_count": 60, "denominator_count": 99},),
        why="That is a break in the definition or in the data system, not a success; trends across it mean nothing.",
        fix="Say what changed and when; restate the years before under the new definition, or mark the break.",
    ),
    _rule(
        "indicator_rate_stable", "A core indicator moves by at most ten points from one year to the next",
        "abs(measured - previous_measured) <= 1000", RATE, codes=("1P1", "2P1", "3P1"), population=BOTH_YEARS,
        evidence="ten points; smaller cohorts than 30 move so far by chance",
        passes=({"measured": 5000}, {"measured": 3000}, NEW, {"measured": 9000, "denominator_count": 29},
                {"measured": 9000, "previous_denominator_count": 29}),
        fails=({"measured": 5001}, {"measured": 2999}, {"measured": 5001, "institution_id": None}),
        why="Programs are praised or put on improvement plans for such a jump. Most often a source was added or lost.",
        fix="Compare numerator, denominator and unknown with the year before, source by source, and explain the jump.",
    ),
    _rule(
        "indicator_cohort_stable", "The cohort of a core indicator neither halves nor doubles",
        "denominator_count * 2 > previous_denominator_count and denominator_count < previous_denominator_count * 2",
        ("denominator_count", "previous_denominator_count", "measure_code", "institution_id"),
        codes=("1P1", "2P1", "3P1"), population=Column("previous_denominator_count") >= SMALLEST,
        population_words=f"institutions and grantees with a cohort of {SMALLEST} or more in the year before",
        evidence="half and double",
        passes=({"denominator_count": 51}, {"denominator_count": 199}, NEW,
                {"denominator_count": 10, "previous_denominator_count": 29}),
        fails=({"denominator_count": 50}, {"denominator_count": 200}),
        why="Who is counted has changed. The rate may look the same and still be one of other students.",
        fix="Compare the definition of the cohort and the files that make it up; say which year is to be believed.",
    ),
    _rule(
        "indicator_unknown_stable", "The share with an unknown outcome rises by at most ten points",
        "measured - previous_measured <= 1000", RATE, codes=("1P1_unknown", "2P1_unknown", "3P1_unknown"),
        population=BOTH_YEARS, evidence="ten points", dimension="completeness",
        passes=({"measured": 5000}, {"measured": 0}, NEW, {"measured": 9000, "denominator_count": 29},
                {"measured": 9000, "previous_denominator_count": 29}),
        fails=({"measured": 5001},),
        why="Fewer were found, not fewer placed. The rate falls although nothing happened to the students.",
        fix="Look for the source that was not matched this year: wage records, clearinghouse, survey, another State.",
    ),
)  # fmt: skip

GONE = (
    _rule(
        "outcome_still_reported", "An outcome that was reported the year before is not nought for everybody",
        "numerator_count > 0", (*COUNTS[:2], *RATE[2:]), dimension="completeness",
        codes=("completer_of_leavers", "credential_of_leavers", "concentrator_of_participants"),
        population=(Column("previous_numerator_count") >= FEW) & (Column("denominator_count") >= FEW),
        population_words=f"outcomes of {FEW} students or more in the year before, where {FEW} could have one now",
        evidence=f"{FEW} students",
        passes=({"numerator_count": 1}, {"numerator_count": 0} | NEW, {"numerator_count": 0, "denominator_count": 9},
                {"numerator_count": 0, "previous_numerator_count": 9}),
        fails=({"numerator_count": 0},),
        why="Not reported is counted as not reached: the rate is nought, and nobody can tell that it is unknown.",
        fix="Send the file or the column that says it; where it is not collected any more, say so.",
    ),
    _rule(
        "noncredit_still_reported", "Noncredit enrollments that were reported the year before are still there",
        "numerator_count > 0", (*COUNTS[:2], "term_code", "institution_id"), codes=("noncredit_enrollment",),
        population=Column("previous_numerator_count") >= FEW, dimension="completeness",
        population_words=f"terms with {FEW} noncredit enrollments or more in the year before", evidence=f"{FEW}",
        passes=({"numerator_count": 1}, {"numerator_count": 0} | NEW,
                {"numerator_count": 0, "previous_numerator_count": 9}),
        fails=({"numerator_count": 0},),
        why="Noncredit students live in another system at most colleges. When its export fails, they are simply gone.",
        fix="Ask continuing education for its export; check that its courses still carry the noncredit code.",
    ),
)  # fmt: skip

DOUBTFUL = (
    _rule(
        "leavers_not_all_completers", "Not every student who left a program of an institution has completed it",
        "measured < 10000", ("measured", "denominator_count", "institution_id"), codes=("completer_of_leavers",),
        population=Column("denominator_count") >= SMALLEST,
        population_words=f"institutions and grantees with {SMALLEST} leavers or more", evidence=f"{SMALLEST} leavers",
        passes=({"measured": 9999}, {"measured": 10000, "denominator_count": 29}), fails=({"measured": 10000},),
        why="Where only completers are reported as leaving, those who dropped out look as if they were still there.",
        fix="Send the exits of students who withdrew, with their reason; unknown is a reason too.",
    ),
    _rule(
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
    _rule(
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
    _rule(
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

RULES = (*STABLE, *GONE, *DOUBTFUL)
