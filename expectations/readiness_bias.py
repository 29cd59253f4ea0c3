"""Rules about equity readiness: where a dimension comes from, who is missing in it, and whether it holds over years.

What stands in the answers themselves is judged in ``readiness``.
"""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.custom import ExpectRowsToSatisfy
from expectations.readiness import BY_INSTITUTION, FROM_SMALLEST, ONE, SMALLEST, TOO_FEW
from expectations.rule import Rule, Threshold

STATE = ONE | {"institution_id": None}
AID = ONE | {
    "equity_dimension": "economic_disadvantage", "source": "aid_form", "filing_unknown_count": 0,
    "never_filed_count": 0,
}  # fmt: skip
FROM_AID_FORMS = f"dimensions taken from aid forms, at institutions with {SMALLEST} students or more"
YOUTH = ONE | {"equity_dimension": "foster_care"}

SOURCE_DECLARED = Rule(
    id="readiness_source_declared", table="mart.readiness",
    title="Each dimension that is collected has a declared source",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["is_collected", "is_source_declared"], condition="is_source_declared or not is_collected"
    ),
    population=Column("institution_id").is_null(), population_words="dimensions of the grantee",
    columns=("is_source_declared", "equity_dimension"),
    threshold=Threshold(evidence="house default: every dimension"),
    why="A flag means what its source asks: a Pell grant is not poverty, a disability record is not a disability. "
        "Without the source nobody knows whom the flag leaves out.",
    fix="Add an [[equity_source]] block for the dimension to grantee.toml, with its proxy and the evidence.",
    passes=(
        STATE | {"is_source_declared": True},
        STATE | {"is_source_declared": False, "is_collected": False},
        ONE | {"is_source_declared": False},
    ),
    fails=(STATE | {"is_source_declared": False},),
)  # fmt: skip

FILING_KNOWN = Rule(
    id="readiness_aid_form_status_known", table="mart.readiness",
    title="Of a No that comes from aid forms it is known whether a form was filed",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["filing_unknown_count", "population_count"],
        condition="filing_unknown_count * 10 <= population_count",
    ),
    population=BY_INSTITUTION & (Column("source") == "aid_form"),
    population_words=FROM_AID_FORMS, not_applicable_words="no dimension from aid forms",
    columns=("filing_unknown_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: a tenth of the students"),
    why="An aid form knows only those who filed it. While nobody can tell who filed, each No may be a silence, and "
        "none of them is counted as an answer.",
    fix="Send beside the flag whether the student filed an aid form for the year (aid_form_status).",
    passes=(
        AID | {"filing_unknown_count": 10}, AID | {"institution_id": None, "filing_unknown_count": 90},
        AID | {"population_count": 29, "filing_unknown_count": 29},
        AID | {"source": "self_report", "filing_unknown_count": 90},
    ),
    fails=(
        AID | {"filing_unknown_count": 11}, AID | {"population_count": 30, "filing_unknown_count": 30},
        AID | {"population_count": 1000, "filing_unknown_count": 101},
    ),
)  # fmt: skip

NEVER_FILED_NOT_NO = Rule(
    id="readiness_never_filed_not_sent_as_no", table="mart.readiness",
    title="Students who never filed an aid form are not sent as No",
    dimension="equity", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["never_filed_count", "unknown_denominator_count"],
        condition="never_filed_count * 20 <= unknown_denominator_count",
    ),
    population=BY_INSTITUTION & (Column("source") == "aid_form"),
    population_words=FROM_AID_FORMS, not_applicable_words="no dimension from aid forms",
    columns=("never_filed_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: a twentieth of the students who were asked and did not decline"),
    why="Who never filed is not known to be better off. Their No makes the group smaller than it is, and nobody sees "
        "it: perhaps the largest silent bias of the field. Here they count as missing.",
    fix="Send unknown, or blank, for students without an aid form of the year.",
    passes=(
        AID | {"never_filed_count": 5}, AID | {"institution_id": None, "never_filed_count": 90},
        AID | {"population_count": 29, "never_filed_count": 29},
        AID | {"source": "self_report", "never_filed_count": 90},
    ),
    fails=(
        AID | {"never_filed_count": 6}, AID | {"population_count": 30, "never_filed_count": 30},
        AID | {"unknown_denominator_count": 1000, "never_filed_count": 51},
    ),
)  # fmt: skip

AGE_KNOWN = Rule(
    id="readiness_age_of_youth_known", table="mart.readiness",
    title="Of nine in ten students it is known whether they are youth",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["reach_unknown_count", "student_count"], condition="reach_unknown_count * 10 <= student_count"
    ),
    population=Column("institution_id").is_not_null() & (Column("student_count") >= SMALLEST)
    & Column("equity_dimension").is_in(["foster_care", "active_duty_parent"]),
    population_words=f"dimensions of youth at institutions with {SMALLEST} students or more",
    not_applicable_words=TOO_FEW,
    columns=("reach_unknown_count", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: a tenth of the students"),
    why="Foster care and a parent on active duty are asked of youth. Without a birth date the student is in nobody's "
        "population, and the share of youth speaks of the others only.",
    fix="Send the birth date; it is needed for matching outcomes too.",
    passes=(
        YOUTH | {"reach_unknown_count": 12}, ONE | {"reach_unknown_count": 99},
        YOUTH | {"institution_id": None, "reach_unknown_count": 99},
        YOUTH | {"student_count": 29, "reach_unknown_count": 29},
    ),
    fails=(
        YOUTH | {"reach_unknown_count": 13}, YOUTH | {"equity_dimension": "active_duty_parent"}
        | {"reach_unknown_count": 13}, YOUTH | {"student_count": 30, "reach_unknown_count": 30},
        YOUTH | {"student_count": 1009, "reach_unknown_count": 101},
    ),
)  # fmt: skip

MISSING_ALIKE = Rule(
    id="readiness_missing_alike_for_completers", table="mart.readiness",
    title="Answers are missing about as often among completers as among the others",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["is_differential"], condition="not is_differential"),
    population=Column("institution_id").is_not_null() & Column("is_differential").is_not_null(),
    population_words="dimensions at institutions where 5 students or more are expected in each of the four cells",
    not_applicable_words="too few students on one side to test",
    columns=("missingness_statistic", "equity_dimension", "institution_id"),
    threshold=Threshold(
        share="0.1", count=1, evidence="house default: chi-square above 3.841459 (5%, one degree of freedom) and 5 "
        "points; of eleven dimensions one may exceed that by chance"
    ),
    why="Where those who complete are asked again at graduation and those who leave are not, every gap in outcomes is "
        "bent by who is missing; no larger number of students repairs that.",
    fix="Ask everybody at entry, not at graduation, and carry the answer along.",
    passes=(
        ONE | {"is_differential": False}, ONE | {"is_differential": None},
        ONE | {"institution_id": None, "is_differential": True},
    ),
    fails=(ONE | {"is_differential": True},),
)  # fmt: skip

SHARES_STABLE = Rule(
    id="readiness_code_shares_stable", table="mart.readiness",
    title="The codes of a dimension have about the shares of the year before",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(column_list=["is_stable"], condition="is_stable"),
    population=Column("institution_id").is_not_null() & Column("is_stable").is_not_null(),
    population_words="dimensions at institutions with 100 answers or more in this year and the one before",
    not_applicable_words="too little history",
    columns=("code_distance", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: 15 points of total variation distance between the shares"),
    why="Students change little from one year to the next; forms, sources and code maps change overnight. A trend "
        "across such a break shows the form and not the students.",
    fix="Find out what changed: the question, the source, the code map; correct it, or say so where trends are shown.",
    passes=(ONE | {"is_stable": True}, ONE | {"is_stable": None}, ONE | {"institution_id": None, "is_stable": False}),
    fails=(ONE | {"is_stable": False},),
)  # fmt: skip

MEASURABLE = Rule(
    id="readiness_collected_is_measurable", table="mart.readiness",
    title="What an institution collects can be measured there",
    dimension="equity", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["verdict", "is_collected"], condition="verdict <> 'not_measurable' or not is_collected"
    ),
    population=BY_INSTITUTION, population_words=FROM_SMALLEST, not_applicable_words=TOO_FEW,
    columns=("reasons", "equity_dimension", "institution_id"),
    threshold=Threshold(evidence="house default: half of those who did not decline are known, and not all are No"),
    why="Students are asked, and nothing can be said of the answers: gaps of this group must not be shown, and "
        "the disaggregation that Perkins V section 113(b) asks for lacks it at this institution.",
    fix="Begin with the reasons given; they name what would make the dimension measurable.",
    passes=(
        ONE, ONE | {"verdict": "with_caution"}, ONE | {"verdict": "not_measurable", "is_collected": False},
        ONE | {"verdict": "not_measurable", "institution_id": None},
        ONE | {"verdict": "not_measurable", "population_count": 29},
    ),
    fails=(
        ONE | {"verdict": "not_measurable", "reasons": "less than half known"},
        ONE | {"verdict": "not_measurable", "population_count": 30},
    ),
)  # fmt: skip

RULES = (
    SOURCE_DECLARED, FILING_KNOWN, NEVER_FILED_NOT_NO, AGE_KNOWN, MISSING_ALIKE, SHARES_STABLE, MEASURABLE,
)  # fmt: skip
