"""Hand-written rules about how sure an award is: its day, its program, and who says that it was earned."""

from __future__ import annotations

import datetime as dt

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.conditions import (
    INSTITUTION,
    PERSON_EVER,
    STAY_EVER,
    institutions_in_excess,
    is_no_default_day,
    is_not_among,
    july_first,
)  # fmt: skip
from expectations.custom import ExpectRowsToSatisfy
from expectations.proof import in_excess, neighbors
from expectations.rule import Rule, Threshold

YEAR = {"program_year": "2023-24"}
AWARD = {"grantee_id": "demo", "institution_id": "college-1", "student_id": "ada", "program_id": "welding"}
_PROGRAM_EVER = ("grantee_id", "institution_id", "program_id")
# Students of no program and programs that nobody reported are left to the rules that speak of those.
_ELSEWHERE = (
    f"select {', '.join(STAY_EVER)} from core.credential "
    f"semi join core.program using ({', '.join(_PROGRAM_EVER)}) "
    f"semi join core.program_enrollment using ({', '.join(PERSON_EVER)}) "
    f"anti join core.program_enrollment using ({', '.join(STAY_EVER)})"
)
_SELF_REPORTED = institutions_in_excess(
    "core.credential", "evidence_source = 'self_report'", 2, "evidence_source is not null"
)
_FEW_REPORTS, _MANY_REPORTS = in_excess(
    AWARD | YEAR | {"evidence_source": "self_report"}, "evidence_source", "award_record", 2
)

BY_YEAR_END = Rule(
    id="credential_award_date_by_year_end", table="core.credential",
    title="No credential is awarded after the end of the program year",
    dimension="timeliness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["award_date", "program_year"], condition=f"award_date < {july_first(1)}"
    ),
    population_words="credentials with an award date",
    columns=("award_date",), threshold=Threshold(share="0.005", evidence="house default"),
    why="Awards of the year to come, or planned ones, raise the count of this year and are sent again in the next: "
        "2P1 is reported before they have happened.",
    fix="Send an award with the files of the program year (1 July to 30 June) of its day, and only once conferred.",
    passes=(YEAR | {"award_date": dt.date(2024, 6, 30)}, YEAR | {"award_date": None}),
    fails=(YEAR | {"award_date": dt.date(2024, 7, 1)},),
)  # fmt: skip

NOT_OLD = Rule(
    id="credential_award_date_not_old", table="core.credential",
    title="No credential was awarded more than two years before the program year",
    dimension="timeliness", severity="info",
    expectation=ExpectRowsToSatisfy(
        column_list=["award_date", "program_year"], condition=f"award_date >= {july_first(-2)}"
    ),
    population_words="credentials with an award date",
    columns=("award_date",), threshold=Threshold(share="0.05", evidence="house default: two years"),
    why="Each indicator is reported once, a year or two after its cohort. An award that becomes known later changes "
        "nothing in it; sent every year anew, it hides how many awards are new.",
    fix="Send the awards of the year and those that have become known since, not the whole history of the student.",
    passes=(YEAR | {"award_date": dt.date(2021, 7, 1)}, YEAR | {"award_date": None}),
    fails=(YEAR | {"award_date": dt.date(2021, 6, 30)},),
)  # fmt: skip

NO_DEFAULT = Rule(
    id="credential_award_date_no_default", table="core.credential",
    title="Award dates are not the first of January",
    dimension="accuracy", severity="warning", layer="validity",
    expectation=ExpectRowsToSatisfy(column_list=["award_date"], condition=is_no_default_day("award_date")),
    population_words="credentials with an award date",
    columns=("award_date",), threshold=Threshold(share="0.02", evidence="house default"),
    why="Systems write New Year's Day where only the year of an award is known. The day decides whether it was earned "
        "within one year of completion (2P1): the guess is up to a year wrong.",
    fix="Send the day that the award record says; where only the year is known, the last day of its last term.",
    passes=({"award_date": dt.date(2024, 1, 2)}, {"award_date": dt.date(2024, 2, 1)}, {"award_date": None}),
    fails=({"award_date": dt.date(2024, 1, 1)},),
)  # fmt: skip

NAMES_PROGRAM = Rule(
    id="credential_names_its_program", table="core.credential",
    title="Each credential names the program in which it was earned",
    dimension="completeness", severity="info",
    expectation=gxe.ExpectColumnValuesToNotBeNull(column="program_id"),
    columns=("program_id", "credential_type"), threshold=Threshold(share="0.1", evidence="house default"),
    why="2P1 is reported by program. An award without one cannot be told from an award of another program, and no "
        "count by program or cluster knows of it.",
    fix="Send the State's number of the program; for a certification that of the program which prepared for it.",
    passes=({"program_id": "welding"},), fails=({"program_id": None},),
)  # fmt: skip

IN_PROGRAM = Rule(
    id="credential_student_in_program", table="core.credential",
    title="Who earned a credential in a program was reported in that program",
    dimension="integrity", severity="warning", layer="consistency",
    expectation=ExpectRowsToSatisfy(column_list=[*STAY_EVER], condition=is_not_among(STAY_EVER, _ELSEWHERE)),
    population=Column("program_id").is_not_null(), population_words="credentials of a program",
    columns=("program_id", "student_id"), threshold=Threshold(share="0.05", evidence="house default"),
    why="The student is reported in other programs only. The completer of those has no credential, and the award "
        "belongs to a cohort that does not hold the student.",
    fix="Report the stay in the program of the award too, or correct the program of one of the two.",
    passes=(
        AWARD | {"program_id": "auto"}, AWARD | {"student_id": "bo"}, AWARD | {"program_id": "nowhere"},
        AWARD | {"program_id": None}, *neighbors(AWARD, STAY_EVER[:3]),
    ),
    fails=(AWARD,),
    context={
        "core.program": (AWARD, AWARD | {"program_id": "auto"}),
        "core.program_enrollment": (AWARD | {"program_id": "auto"},),
    },
)  # fmt: skip

SOURCE_KNOWN = Rule(
    id="credential_evidence_source_known", table="core.credential",
    title="Each credential says how the award is known",
    dimension="completeness", severity="warning",
    expectation=ExpectRowsToSatisfy(
        column_list=["evidence_source", "unreadable_columns"],
        condition="evidence_source is not null or unreadable_columns like '%,evidence_source,%'",
    ),
    columns=("evidence_source", "credential_type"), threshold=Threshold(share="0.1", evidence="house default"),
    why="An award from the registrar and one that a student mentioned count alike in 2P1. Without the source nobody "
        "can say how much of the rate is verified.",
    fix="Say for each award whether it comes from the award record, from the issuer or from the student.",
    passes=(
        {"evidence_source": "self_report", "unreadable_columns": ""},
        {"evidence_source": None, "unreadable_columns": ",evidence_source,"},
    ),
    fails=({"evidence_source": None, "unreadable_columns": ""},),
)  # fmt: skip

SELDOM_SELF_REPORTED = Rule(
    id="credential_seldom_self_reported", table="core.credential",
    title="At most half of an institution's credentials are known from the students alone",
    dimension="accuracy", severity="info", layer="validity",
    expectation=ExpectRowsToSatisfy(
        column_list=["evidence_source", *INSTITUTION],
        condition=f"evidence_source <> 'self_report' or {is_not_among(INSTITUTION, _SELF_REPORTED)}",
    ),
    columns=("evidence_source", "institution_id"),
    threshold=Threshold(evidence="house default: half, of 20 credentials or more"),
    why="Who answers a survey is not who earned a credential: the rate rises with the effort of asking, and groups "
        "that answer less seem to earn less.",
    fix="Ask the issuers of the certifications for a match with your completers, or enter into an agreement with them.",
    passes=(
        *_FEW_REPORTS, AWARD | YEAR | {"institution_id": "small", "evidence_source": None},
        AWARD | YEAR | {"evidence_source": None},
    ),
    fails=_MANY_REPORTS,
)  # fmt: skip

RULES = (BY_YEAR_END, NOT_OLD, NO_DEFAULT, NAMES_PROGRAM, IN_PROGRAM, SOURCE_KNOWN, SELDOM_SELF_REPORTED)
